"""Pairs mined out of two pools: what is found, and what it costs: ``python -m benchmarks.mining``.

Found: 1,000 Tatoeba pairs in two halves, in each among 1,000 English sentences and 1,000 of the
other language (of STS-B, other rows) that have no partner. The threshold of the best F1 is learned
on the one half and tried on the other, as BUCC does; beside it, the precision that 100 known pairs
promise.

Cost: random unit rows and noisy copies, in seconds of the processor, against `retrieval` with the
same neighbours in the same run; then through faiss, where it is installed. Each of the two is kept
below `--cache`, under the library's source: a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import Vectors
from benchmarks.real_ledger import library_tag
from benchmarks.retrieval_speed import WIDTH, peak_memory
from benchmarks.rows_data import ONE_SPACE, Material
from langalign_sk._io import text_table
from langalign_sk._numeric import unit_rows
from langalign_sk.corpus import MinedPairs, mine_pairs
from langalign_sk.measures import retrieval

NEIGHBOURS, KNOWN, PROMISED = 4, 100, 0.95
#: What was measured → the figure and its limit.
Figures = dict[str, tuple[float, str]]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mining", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--rows", type=int, default=100_000, help="a side, all compared")
    parser.add_argument("--near-rows", type=int, default=1_000_000, help="a side, through faiss")
    parser.add_argument("--no-write", action="store_true", help="a quick look, not a result")
    args = parser.parse_args(argv)
    args.cache.mkdir(parents=True, exist_ok=True)
    rows = list(on_text(Material(args)))
    print(text_table([list(rows[0]), *[[shown(x) for x in row.values()] for row in rows]]))
    figures = kept(args, exact, args.rows)
    if importlib.util.find_spec("faiss") is not None:
        figures |= kept(args, near, args.near_rows)
    table = [(name, shown(value), limit) for name, (value, limit) in figures.items()]
    print(text_table([("what", "figure", "limit"), *table]))
    if not args.no_write:
        cost = {name: {"value": value, "limit": limit} for name, (value, limit) in figures.items()}
        head = {"command": "python -m benchmarks.mining", "versions": real_data.versions()}
        real_data.write_result("mining", head | {"rows": rows, "figures": cost})


def on_text(of: Material) -> Iterator[dict[str, Any]]:
    """Mine what is known to be there."""
    for encoder, languages in ONE_SPACE.items():
        for lang in languages:
            if lang == "tr":  # there is no Turkish STS-B
                continue
            learn, test = (pools(of, encoder, lang, half) for half in (0, 1))
            gold = np.c_[np.arange(500), np.arange(500)]
            found = mine_pairs(*learn)
            kept = mine_pairs(*test, threshold=found.threshold_for(gold)).against(gold)
            promised = mine_pairs(*test, known=gold[::5], precision=PROMISED).against(gold)
            yield {
                "encoder": encoder,
                "language": lang,
                "precision": kept.precision,
                "recall": kept.recall,
                "f1": kept.f1,
                "f1 of the cosine": cosine(learn, test, gold),
                f"precision, {PROMISED} promised": promised.precision,
                "its recall": promised.recall,
            }


def pools(of: Material, encoder: str, lang: str, half: int) -> tuple[Vectors, Vectors]:
    """Half of the Tatoeba pairs, and as many rows again without a partner, twice."""
    pairs, other = of.pairs("tatoeba", lang, encoder), of.pairs("sts", lang, encoder)
    own, rest = slice(500 * half, 500 * half + 500), slice(1000 * half, 1000 * half + 1000)
    later = slice(2000 + 1000 * half, 3000 + 1000 * half)
    return np.vstack([pairs.S[own], other.S[rest]]), np.vstack([pairs.T[own], other.T[later]])


def cosine(learn: Any, test: Any, gold: Any) -> float:
    """F1 by the cosine, learned and tried likewise."""
    threshold = mine_pairs(*learn, method="cosine").threshold_for(gold)
    return mine_pairs(*test, method="cosine", threshold=threshold).against(gold).f1


def kept(args: argparse.Namespace, part: Callable[[int], Figures], n: int) -> Figures:
    """Return the figures of a part, out of a file if it was measured before."""
    path = args.cache / f"mining-{part.__name__}-{n}-{library_tag()}.json"
    if not path.exists():
        path.write_text(json.dumps(part(n)), encoding="utf-8")
    return {name: (value, limit) for name, (value, limit) in json.loads(path.read_text()).items()}


def exact(n: int) -> Figures:
    """Compare all rows."""
    A, B = generated(n, 3.6)
    ratios, seconds = [], 0.0
    # By itself: who watches the memory takes time of the processor too.
    memory = peak_memory(lambda: mine_pairs(A, B))
    for _ in range(1 if n > 10_000 else 3):
        seconds = processor(lambda: mine_pairs(A, B))
        beside = processor(lambda: retrieval(A, B, method="margin", n_neighbors=NEIGHBOURS))
        ratios.append(seconds / beside)
    size = f"{n:,} x {n:,} x {WIDTH}"
    return {
        f"mining, {size}, s of the processor": (seconds, ""),
        "mining / retrieval": (float(np.median(ratios)), "<= 1.3"),
        "peak memory beside the rows, MB": (memory, "< 500"),
    }


def near(n: int) -> Figures:
    """Compare near rows alone."""
    A, B = generated(n, 0.75)
    found: list[MinedPairs] = []
    seconds = processor(lambda: found.append(mine_pairs(A, B, search="faiss")))
    rows = np.arange(n)
    return {
        f"through faiss, {n:,} x {n:,} x {WIDTH}, s of the processor": (seconds, ""),
        "recall of the true pairs": (found[0].against(np.c_[rows, rows]).recall, ">= 0.98"),
    }


def generated(n: int, noise: float) -> tuple[Vectors, Vectors]:
    """Return random unit rows and noisy copies."""
    rng = np.random.default_rng(0)
    A: Vectors = rng.standard_normal((n, WIDTH), dtype=np.float32)
    B = A + np.float32(noise) * rng.standard_normal((n, WIDTH), dtype=np.float32)
    return unit_rows(A), unit_rows(B)


def processor(work: Callable[[], Any]) -> float:
    """Return the seconds of the processor: others may be at work on the machine."""
    start = time.process_time()
    work()
    return time.process_time() - start


def shown(value: Any) -> str:
    """Return a figure with as many digits as it bears."""
    return value if isinstance(value, str) else f"{value:,.3f}" if value < 10 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
