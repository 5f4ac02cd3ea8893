"""The ``demo`` command: its options, its steps, what it prints."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from langalign_sk._demo._tables import Score, score_table
from langalign_sk._io import atomic_file, text_table

_LANGUAGES = ("ko", "ja", "zh")

_OPENING = """\
Labels exist in English only. Two encoders that never saw each other's language (character
n-grams, truncated SVD) give vectors; an alignment learned from unlabelled sentence pairs joins
them; the head learns from English labels and is tested on held-out target-language sentences.
Accuracy [95% Wilson interval]:
"""
_CLOSING = """\
The sentences come from templates that the package itself fills in: the table shows that every
part works together, not what to expect on your texts. `benchmarks/` measures real ones.
"""
#: All a service needs: the file and joblib. JSON in ASCII both ways, whatever the locale.
_SERVICE = """
import json, sys
import joblib
pipe = joblib.load(sys.argv[1])
json.dump([str(label) for label in pipe.predict(json.load(sys.stdin))], sys.stdout)
"""
#: Sentences typed here by hand; the package's own generator has no part in them.
SENTENCES: dict[str, tuple[str, ...]] = {
    "en": ("My parcel still has not arrived.", "I want my money back, please."),
    "ko": ("주문한 물건이 아직도 안 왔어요.", "환불해 주세요."),
    "ja": ("注文した商品がまだ届きません。", "返金してほしいです。"),
    "zh": ("我买的东西还没有送到。", "请把钱退给我。"),
}


def add_demo(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "demo",
        help="English labels carried to Korean, Japanese and Chinese, start to finish",
        description="Compare ways to carry English labels to other languages on synthetic text, "
        "then serve all of them from one English head, saved and loaded again.",
    )
    parser.add_argument(
        "--lang",
        type=_languages,
        default=_LANGUAGES,
        metavar="LIST",
        help="target languages, comma separated (default: ko,ja,zh)",
    )
    parser.add_argument(
        "--pairs",
        type=partial(_whole_number, least=10),
        default=4000,
        metavar="N",
        help="sentence pairs to align with, per language (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=partial(_whole_number, least=0),
        default=0,
        help="seed of the generated text (default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="keep the figures (demo.json) and the pipeline (demo.joblib) in DIR",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demo and return the exit code."""
    from threadpoolctl import threadpool_limits

    # The matrices are small: a second BLAS thread gains little on an idle machine, and on a busy
    # one the threads wait for each other many times longer than they compute.
    with threadpool_limits(1, user_api="blas"), tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) if args.out is None else args.out
        out.mkdir(parents=True, exist_ok=True)
        _run(args, out)
    return 0


def _run(args: argparse.Namespace, out: Path) -> None:
    """Measure, print, save, load, predict."""
    from langalign_sk._demo import _experiment, _one_encoder
    from langalign_sk.datasets import load_demo

    start = time.perf_counter()

    def say(step: str) -> None:
        print(f"[{time.perf_counter() - start:5.1f} s] {step}", file=sys.stderr, flush=True)

    say("writing the sentences")
    sets = [load_demo(lang, n_pairs=args.pairs, random_state=args.seed) for lang in args.lang]
    say("fitting one encoder per language")
    encoders = _experiment.fit_encoders(sets)
    table: dict[str, list[Score]] = {}
    for data in sets:
        say(f"en -> {data.target}: aligning, training, testing")
        table[data.target] = _experiment.compare(data, encoders)
    say("one English head for " + ", ".join(args.lang))
    pipe = _experiment.fit_shared(sets, encoders)
    for data in sets:
        table[data.target].append(_experiment.score_shared(pipe, data))
    print(f"{_OPENING}\n{score_table(table)}\n")
    beside: dict[str, Any] = {}
    if _one_encoder.installed():
        say("one encoder for all languages, without a map")
        scores, agreement = _one_encoder.compare_encoders(sets, encoders)
        print(f"{_one_encoder.opening()}\n{score_table(scores)}\n\n{_one_encoder.said(agreement)}")
        beside = {"one_encoder": _figures(scores), "agreement": agreement}
    else:
        print(_one_encoder.MISSING)

    say("saving the pipeline and predicting in a new process")
    path = out / "demo.joblib"
    typed = [(lang, text) for lang in ("en", *args.lang) for text in SENTENCES[lang]]
    labels = predict_in_new_process(pipe, [text for _, text in typed], path)
    print(
        "The pipeline with one English head, saved with joblib "
        f"({path.stat().st_size / 1e6:.1f} MB), loaded by a new process:\n"
    )
    rows = [(lang, label, text) for (lang, text), label in zip(typed, labels, strict=True)]
    print(text_table([("lang", "predicted", "sentence"), *rows]), end="\n\n")
    if args.out is not None:
        _write_json(out / "demo.json", args, {"scores": _figures(table), **beside})
        say(f"figures and pipeline are in {out}")
    print(_CLOSING, end="")


def predict_in_new_process(pipe: Any, texts: Sequence[str], path: Path) -> list[str]:
    """Write ``pipe`` to ``path`` and return what a new process, given only that file, predicts."""
    import joblib

    with atomic_file(path) as file:
        joblib.dump(pipe, file)
    done = subprocess.run(
        [sys.executable, "-c", _SERVICE, os.fspath(path)],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the new process could not predict:\n{done.stderr}")
    labels: list[str] = json.loads(done.stdout)
    return labels


def _figures(table: dict[str, list[Score]]) -> dict[str, list[dict[str, Any]]]:
    """Return a table for other programs."""
    return {
        lang: [vars(one) | {"accuracy": one.accuracy, "interval": one.interval} for one in column]
        for lang, column in table.items()
    }


def _write_json(path: Path, args: argparse.Namespace, found: dict[str, Any]) -> None:
    """Write the figures for other programs."""
    figures = {"settings": {"pairs": args.pairs, "seed": args.seed}, **found}
    with atomic_file(path, private=False) as file:
        file.write(json.dumps(figures, indent=2).encode() + b"\n")


def _languages(text: str) -> tuple[str, ...]:
    """Parse ``--lang``."""
    languages = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not languages or not set(languages) <= set(_LANGUAGES):
        known = ", ".join(_LANGUAGES)
        raise argparse.ArgumentTypeError(f"{text!r}: the demo has {known}, comma separated")
    return languages


def _whole_number(text: str, *, least: int) -> int:
    """Parse a whole number of at least ``least``."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
    return number
