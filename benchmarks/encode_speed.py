"""Texts per second, cold and without duplicates: ``python -m benchmarks.encode_speed``.

The extractor against ``SentenceTransformer.encode`` on one model in one process: sentences of
SIB-200 in four languages, STS benchmark and Tatoeba, shuffled. Every way of encoding takes its
turn in each of several rounds; ratios are taken within a round, so that a busy machine changes
them less, and their median is shown.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks import real_data
from langalign_sk import EmbeddingExtractor, HubModel
from langalign_sk._io import text_table

LANGUAGES = ("en", "ko", "ja", "zh")
BATCH_SIZES = (8, 16, 32, 64)  # of the peer; 32 is its default
TYPES = ("bfloat16", "int8")

Encode = Callable[[list[str]], npt.NDArray[np.float32]]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encode_speed", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--texts", type=int, default=8000, help="how many (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often (default: %(default)s)")
    parser.add_argument("--threads", type=int, nargs="+", default=[2], help="of torch")
    parser.add_argument("--no-result", action="store_true", help="write no file: a quick look")
    args = parser.parse_args(argv)
    import torch

    name = args.encoder or real_data.minilm()
    texts = mixed_texts(args.data, args.texts)
    runs = {}
    for threads in args.threads:
        torch.set_num_threads(threads)
        runs[f"{threads} threads"] = compare(name, texts, args.rounds)
        print(f"\n{len(texts):,} texts, {threads} threads, medians of {args.rounds} rounds")
        print(table(runs[f"{threads} threads"]))
    accuracy = topic_accuracy(name, args.data)
    print(f"\nEnglish topics of SIB-200, {accuracy['test_items']} test sentences")
    for dtype, share in accuracy["accuracy"].items():
        print(f"  {dtype:9} {share:.3f}")
    if not args.no_result:
        real_data.write_result(
            "encode_speed",
            {
                "command": "python -m benchmarks.encode_speed",
                "versions": real_data.versions(),
                "texts": len(texts),
                "rounds": args.rounds,
                "speed": runs,
                "accuracy": accuracy,
            },
        )


def mixed_texts(data: Path, count: int) -> list[str]:
    """Return distinct sentences of three corpora and four languages, in random order."""
    texts = [text for lang in LANGUAGES for text in real_data.sib200(data, lang).texts]
    for lang in real_data.TARGETS:
        for side in real_data.sentence_pairs(data, lang):
            texts += side
    texts = list(dict.fromkeys(texts))
    random.Random(0).shuffle(texts)
    return texts[:count]


def compare(name: str, texts: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Time every way of encoding, in turns."""
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(name, device="cpu")
    ways: dict[str, Encode] = {
        f"SentenceTransformer, batch_size={size}": peer_encode(peer, size) for size in BATCH_SIZES
    }
    extractors = {}
    for dtype in ("float32", *TYPES):
        model = HubModel(name, long_texts="cut", device="cpu", dtype=dtype)
        extractors[dtype] = EmbeddingExtractor(model, cache=None)
    ways |= {f"EmbeddingExtractor, {dtype}": e.transform for dtype, e in extractors.items()}
    for encode in ways.values():
        encode(texts[:200])
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    vectors = {}
    order = list(ways)
    for turn in range(rounds):
        for way in order[turn % len(order) :] + order[: turn % len(order)]:
            started = time.perf_counter()
            vectors[way] = ways[way](texts)
            seconds[way].append(time.perf_counter() - started)
    default = seconds["SentenceTransformer, batch_size=32"]
    best = min((way for way in ways if way.startswith("Sent")), key=lambda w: median(seconds[w]))
    reference = unit(vectors["SentenceTransformer, batch_size=32"])
    figures = {}
    for way, own in seconds.items():
        figures[way] = {
            "texts_per_second": len(texts) / median(own),
            "ratio_to_default": median(a / b for a, b in zip(default, own, strict=True)),
            "ratio_to_best": median(a / b for a, b in zip(seconds[best], own, strict=True)),
            "largest_cosine_distance": float(1 - (unit(vectors[way]) * reference).sum(1).min()),
        }
    for dtype, extractor in extractors.items():
        report = extractor.last_run()
        if report is not None:
            figures[f"EmbeddingExtractor, {dtype}"]["padding"] = report.padding
    return figures


def peer_encode(model: Any, batch_size: int) -> Encode:
    """Return the peer's encode at a batch size; unit length is what the checkpoint brings."""

    def encode(texts: list[str]) -> npt.NDArray[np.float32]:
        vectors: npt.NDArray[np.float32] = model.encode(
            texts, batch_size=batch_size, show_progress_bar=False
        )
        return vectors

    return encode


def unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Rows of length one, in float64: distances of 1e-7 are to be seen."""
    rows = vectors.astype(np.float64)
    length: npt.NDArray[np.float64] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / length


def topic_accuracy(name: str, data: Path) -> dict[str, Any]:
    """Accuracy on English topics by type of computation: train split against dev and test."""
    topics = real_data.sib200(data, "en")
    train = topics.split == "train"
    accuracy = {}
    for dtype in ("float32", *TYPES):
        extractor = EmbeddingExtractor(HubModel(name, device="cpu", dtype=dtype), cache=None)
        vectors = extractor.transform(topics.texts)
        head = LogisticRegression(C=10, max_iter=1000).fit(vectors[train], topics.labels[train])
        accuracy[dtype] = float(head.score(vectors[~train], topics.labels[~train]))
    return {"test_items": int((~train).sum()), "accuracy": accuracy}


def table(figures: dict[str, dict[str, float]]) -> str:
    """Figures as text."""
    rows = [("way", "texts/s", "to default", "to best", "1 - cosine", "padding")]
    for way, own in figures.items():
        padding = f"{own['padding']:.1%}" if "padding" in own else ""
        rows.append(
            (
                way,
                f"{own['texts_per_second']:.0f}",
                f"{own['ratio_to_default']:.2f}",
                f"{own['ratio_to_best']:.2f}",
                f"{own['largest_cosine_distance']:.0e}",
                padding,
            )
        )
    return text_table(rows)


if __name__ == "__main__":
    main()
