"""Two texts, with frozen, tuned and several encoders: ``python -m benchmarks.inference``.

XNLI: labels of the English test set (5,010 rows), judged on the dev set in English and in Korean
(2,490 rows each, the same ones). Written as a user would: pipelines of the public API on texts. USE
reads both languages without a map. MiniLM, frozen or tuned on the same English rows, reads English;
Korean vectors of USE are carried into its space by `ReverseAligner`, which learns from 4,000 pairs
of STS-B and 1,000 of Tatoeba, none of them a sentence of the task. "Mean" is scikit-learn's
`VotingClassifier` over such a pipeline and that of USE. The student is MiniLM too, taught to give a
pair's two sentences the tuned vector of the English one (`DistilledEncoder`); it reads both
languages. Every head is logistic regression with C = 0.3, the best of six on the English rows, in
folds of whole premises, before anything is tuned. Intervals are 95%; those of a difference are
paired, over rows.

A tuning that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks import real_data
from benchmarks.paper_data import Texts, inference
from benchmarks.paper_tuning import tuned_model
from benchmarks.real_data import read_tsv, say
from benchmarks.real_score import gain
from langalign_sk import (
    DistilledEncoder,
    EmbeddingExtractor,
    HubModel,
    PairFeatures,
    ParallelCorpus,
    ReverseAligner,
)
from langalign_sk._io import text_table
from langalign_sk.measures import wilson_interval

NEAR, FAR, TUNED = "USE, no map", "MiniLM, ReverseAligner", "tuned MiniLM, ReverseAligner"
MEAN, STUDENT = "mean of {} and USE", "student of tuned MiniLM, no map"
LANGUAGES = {"en": "English", "ko": "Korean"}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--epochs", type=float, default=2, help="of the tuning (default: 2)")
    parser.add_argument("--student-epochs", type=float, default=3, help="default: 3; 0: none")
    parser.add_argument("--no-result", action="store_true", help="write no result file")
    args = parser.parse_args(argv)
    task = inference(args.data)
    rows = list(zip(*task.english, strict=True))
    tests = {"en": english_dev(args), "ko": (_rows(task.korean), task.y_korean)}
    found: dict[str, dict[str, Any]] = {}
    seconds: dict[str, float] = {}
    for name, model in models(args, task, seconds):
        model.fit(rows, task.y_english)
        found[name] = {
            lang: np.asarray(model.predict(texts) == y) for lang, (texts, y) in tests.items()
        }
        say(
            f"{name}: "
            + ", ".join(f"{lang} {hits.mean():.3f}" for lang, hits in found[name].items())
        )
    lines = [line(name, hits, found[NEAR]) for name, hits in found.items()]
    print(table(lines))
    print(", ".join(f"{what}: {time:.0f} s" for what, time in seconds.items()))
    if not args.no_result:
        head = {"command": "python -m benchmarks.inference", "versions": real_data.versions()}
        real_data.write_result("inference", head | {"lines": lines, "seconds": seconds})


def english_dev(args: argparse.Namespace) -> tuple[list[Any], Any]:
    """Return the English rows of the dev set."""
    english = read_tsv(args.data / "xnli" / "en.tsv.gz")
    dev = [row for row, split in enumerate(english["split"]) if split == "dev"]
    texts = [[english[name][row] for row in dev] for name in ("premise", "hypothesis")]
    return _rows(texts), np.array([english["label"][row] for row in dev])


def _rows(texts: Sequence[Sequence[str]]) -> list[Any]:
    return list(zip(*texts, strict=True))


def models(
    args: argparse.Namespace, task: Texts, seconds: dict[str, float]
) -> Iterator[tuple[str, Any]]:
    """Every way, unfitted; `seconds` of training on the side."""
    pairs = ParallelCorpus(*task.pairs, source_lang="en", target_lang="ko")

    def carried(english: Any) -> Any:
        embed = EmbeddingExtractor({"en": english, "ko": "use"})
        return make_pipeline(
            embed, ReverseAligner(pairs.embed(embed), n_texts=2), PairFeatures(), head()
        )

    near = make_pipeline(EmbeddingExtractor("use"), PairFeatures(), head())

    def mean(other: Any) -> Any:
        return VotingClassifier([("carried", other), ("near", near)], voting="soft")

    yield NEAR, near
    frozen = HubModel(args.encoder or real_data.minilm(), long_texts="cut")
    yield FAR, carried(frozen)
    yield MEAN.format("MiniLM"), mean(carried(frozen))
    tuned = tuned_model(args, task, 0)
    if tuned.seconds_ > 1:  # else it was found, tuned in an earlier run
        seconds["tuning"] = tuned.seconds_
    yield TUNED, carried(HubModel(tuned, long_texts="cut"))
    yield MEAN.format("tuned MiniLM"), mean(carried(HubModel(tuned, long_texts="cut")))
    if args.student_epochs:
        student = DistilledEncoder(
            args.encoder or real_data.minilm(), teacher=tuned, epochs=args.student_epochs
        ).fit(pairs)
        seconds["teaching the student"] = student.seconds_
        reader = EmbeddingExtractor(HubModel(student, long_texts="cut"))
        yield STUDENT, make_pipeline(reader, PairFeatures(), head())


def head() -> LogisticRegression:
    """The classifier behind every way."""
    return LogisticRegression(C=0.3, max_iter=2000)


def line(name: str, hits: dict[str, Any], near: dict[str, Any]) -> dict[str, Any]:
    """Accuracies of one way with intervals, and what each is above USE alone."""
    found: dict[str, Any] = {"way": name, "n": len(next(iter(hits.values())))}
    for lang, right in hits.items():
        low, high = wilson_interval(int(right.sum()), len(right))
        cell = ("inference", lang)
        above = gain({cell: right.astype(float)}, {cell: near[lang].astype(float)})
        found[lang] = {"accuracy": float(right.mean()), "low": low, "high": high, "above": above}
    return found


def table(lines: Sequence[dict[str, Any]]) -> str:
    """Return the accuracies as a table."""
    head = ["way", *(f"{name} [95%]" for name in LANGUAGES.values()), "Korean less USE alone"]
    said = []
    for one in lines:
        cells = ["{accuracy:.3f} [{low:.3f}, {high:.3f}]".format(**one[lang]) for lang in LANGUAGES]
        said.append([one["way"], *cells, "{:+.3f} [{:+.3f}, {:+.3f}]".format(*one["ko"]["above"])])
    return text_table([head, *said])


if __name__ == "__main__":
    main()
