"""A pipeline and its ONNX export, side by side: ``python -m benchmarks.runtimes``.

Fits pipelines on SIB-200 (labels in English, pairs of Tatoeba, MiniLM in columns of its own for
each of four languages), exports them, and lets two fresh processes answer the same texts: this
package from its safe format, and ``run.py`` of the export. Compared are labels and probabilities,
what the processes imported, how long one text takes (in turns) and resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks import real_data
from langalign_sk import (
    EmbeddingExtractor,
    HubModel,
    ParallelCorpus,
    ReverseAligner,
    TransferClassifier,
    save,
)
from langalign_sk._io import text_table
from langalign_sk.saved import export_onnx

LANGUAGES = ("en", "ko", "ja", "zh")
HEAVY = ("torch", "sklearn", "scipy", "transformers", "sentence_transformers", "langalign_sk")

WORKER = """
import json, sys, time
folder, kind = sys.argv[1:]
started = time.perf_counter()
if kind == "onnx":
    sys.path.insert(0, folder)
    from run import Model
    model = Model(n_threads=1)
else:
    import langalign_sk
    model = langalign_sk.load(folder)
model.predict_proba(["a first text"])
print(json.dumps({"start": time.perf_counter() - started}), flush=True)
for line in sys.stdin:
    texts = json.loads(line)
    started = time.perf_counter()
    if kind == "onnx":
        labels, proba = model.answers(texts)
    else:
        proba = model.predict_proba(texts)
    seconds = time.perf_counter() - started
    if kind != "onnx" and len(texts) > 1:
        labels = model.predict(texts)  # the vectors are in the cache
    told = labels.tolist() if len(texts) > 1 else []
    answer = {"seconds": seconds, "proba": proba.tolist(), "labels": told}
    with open("/proc/self/status") as status:
        resident = next(row for row in status if row.startswith("VmRSS"))
    answer["MB"] = int(resident.split()[1]) / 1024
    answer["heavy"] = [name for name in HEAVY if name in sys.modules]
    print(json.dumps(answer), flush=True)
"""


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runtimes", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--rows", type=int, default=500, help="by language (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=200, help="single texts (default: 200)")
    parser.add_argument("--no-result", action="store_true", help="write no file: a quick look")
    args = parser.parse_args(argv)
    name = args.encoder or real_data.minilm()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        for title, model in models(args.data, name, args.cache):
            folder = Path(place) / str(len(found))
            found[title] = compared(model, args.data, args.rows, args.requests, folder)
            print(shown(title, found[title]), flush=True)
            if not args.no_result:
                result = {
                    "command": "python -m benchmarks.runtimes",
                    "versions": real_data.versions(),
                    "texts": args.rows * len(LANGUAGES),
                    "requests": args.requests,
                    "found": found,
                }
                real_data.write_result("runtimes", result)


def models(data: Path, name: str, cache: Path) -> list[tuple[str, Any]]:
    """Fit the pipelines."""
    model = HubModel(name, long_texts="cut")
    embed = EmbeddingExtractor(
        dict.fromkeys(LANGUAGES, model), cache=str(cache / "runtimes"), progress=False
    )
    topics = real_data.sib200(data, "en")
    train = topics.split == "train"
    texts = [text for text, own in zip(topics.texts, train, strict=True) if own]
    labels = topics.labels[train]
    pairs = []
    for lang in LANGUAGES[1:]:
        table = real_data.read_tsv(data / "tatoeba" / f"{lang}-en.tsv")
        pairs.append(ParallelCorpus(table["en"], table["target"], target_lang=lang))
    vectors = [corpus.embed(embed) for corpus in pairs]
    aligner = ReverseAligner(vectors, round_trip=True)
    made: list[tuple[str, Any]] = [
        (
            "ReverseAligner, LogisticRegression",
            make_pipeline(embed, aligner, LogisticRegression(max_iter=1000)),
        ),
        ("TransferClassifier", TransferClassifier(embed, pairs=pairs, random_state=0)),
        (
            "ReverseAligner, LDA",
            make_pipeline(embed, clone(aligner), LinearDiscriminantAnalysis()),
        ),
    ]
    for title, unfitted in made:
        real_data.say(f"fitting {title}")
        unfitted.fit(texts, labels)
    embed.set_params(cache=None)  # of the steps of the pipelines; the classifier has its own
    made[1][1].embedder_.set_params(cache=None)
    return made


def compared(model: Any, data: Path, rows: int, requests: int, folder: Path) -> dict[str, Any]:
    """Export a pipeline, and ask both processes."""
    folder.mkdir()
    save(model, folder / "safe", include_weights=True)
    started = time.perf_counter()
    export_onnx(model, folder / "onnx")
    seconds = time.perf_counter() - started
    sides = {way: Process(folder / way, way) for way in ("safe", "onnx")}
    said: dict[str, Any] = {
        way: {"start s": side.answer()["start"], "waits": []} for way, side in sides.items()
    }
    texts = [
        text for lang in LANGUAGES for text in real_data.sib200(data, lang).texts[-rows:]
    ]  # the last ones: test, dev, and some of train
    alone = [texts[i] for i in np.random.default_rng(0).permutation(len(texts))[:requests]]
    for text in alone:  # in turns, so that a busy machine is one for both
        for way, side in sides.items():
            answer = side.ask([text + " ."])
            said[way]["waits"].append(answer["seconds"])
            said[way]["MB"] = answer["MB"]
    both = {way: side.ask(texts) for way, side in sides.items()}
    for side in sides.values():
        side.close()
    proba = [np.array(both[way]["proba"]) for way in sides]
    labels = [both[way]["labels"] for way in sides]
    result: dict[str, Any] = {
        "texts": len(texts),
        "labels that differ": sum(a != b for a, b in zip(*labels, strict=True)),
        "largest difference of a probability": float(np.abs(proba[0] - proba[1]).max()),
        "imported by run.py": both["onnx"]["heavy"],
        "seconds to export": seconds,
        "MB on disk": {
            way: sum(f.stat().st_size for f in (folder / way).rglob("*") if f.is_file()) / 2**20
            for way in sides
        },
    }
    for way in sides:
        waits = 1e3 * np.array(said[way].pop("waits"))
        said[way] |= {"p50 ms": float(np.median(waits)), "p95 ms": float(np.quantile(waits, 0.95))}
        said[way]["seconds for all"] = both[way]["seconds"]
    return {**result, "processes": said}


class Process:
    """A fresh process that answers texts."""

    def __init__(self, folder: Path, kind: str) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""}
        if kind == "safe":
            environment["PYTHONPATH"] = str(real_data.REPOSITORY)
        code = f"HEAVY = {HEAVY!r}\n{WORKER}"
        command = [sys.executable, "-c", code, str(folder), kind]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe)

    def answer(self) -> dict[str, Any]:
        """Wait for what it says."""
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def ask(self, texts: Sequence[str]) -> dict[str, Any]:
        """Let it answer texts."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(list(texts)).encode() + b"\n")
        self._process.stdin.flush()
        return self.answer()

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()


def shown(title: str, found: dict[str, Any]) -> str:
    """Return the figures as a table."""
    ways = found["processes"]
    head = (title, "this package", "ONNX")
    rows = [
        (what, *(f"{ways[way][what]:.4g}" for way in ("safe", "onnx")))
        for what in ("start s", "p50 ms", "p95 ms", "MB", "seconds for all")
    ]
    size = found["MB on disk"]
    rows.append(("MB on disk", f"{size['safe']:.4g}", f"{size['onnx']:.4g}"))
    said = (
        f"{found['texts']} texts: {found['labels that differ']} labels differ, probabilities by "
        f"{found['largest difference of a probability']:.1e} at most; run.py imports "
        f"{found['imported by run.py'] or 'none of ' + ', '.join(HEAVY)}"
    )
    return f"{text_table([head, *rows])}\n{said}\n"


if __name__ == "__main__":
    main()
