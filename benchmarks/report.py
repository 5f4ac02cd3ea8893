"""What the transfer report advises, and what following it costs: ``python -m benchmarks.report``.

SIB-200 topics, English to Korean, Japanese and Chinese, all 1,004 sentences in five folds; every
sentence and its translation are one group. The advice is followed three ways: with all target
labels; with the labels of a random half of the test rows, and then judged on the other half; and
without any target label, from one half of the English texts and the unlabelled other half of the
target texts, of which none is a translation of a training text. Two kinds of encoder: one per
language, and one for both (English as it is, the other language brought near it by a ridge map,
which stands in for a multilingual model).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Topics, say
from langalign_sk import EmbeddingExtractor, ParallelCorpus
from langalign_sk._io import text_table
from langalign_sk.maps import RidgeMap
from langalign_sk.measures import PairedBootstrap
from langalign_sk.report import KINDS, TransferReport, simplest, transfer_report

_HALVES = 20


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", nargs="+", choices=TARGETS, default=TARGETS)
    parser.add_argument("--limit", type=int, help="use this many pairs only, to try it out")
    parser.add_argument("--html", type=Path, metavar="DIR", help="write the pages there as well")
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)
    cases = [
        case
        for lang in args.lang
        for case in measure(args.data, lang, args.encoder, args.limit, args.html)
    ]
    print(as_table(cases))
    if not args.dry_run:
        settings = {"command": "python -m benchmarks.report", "versions": real_data.versions()}
        real_data.write_result("report", settings | {"cases": cases})


def measure(
    data: Path, lang: str, encoder: str | None, limit: int | None, pages: Path | None
) -> list[dict[str, Any]]:
    """Make the reports of one language and follow their advice."""
    source, target = real_data.sib200(data, "en"), real_data.sib200(data, lang)
    english, foreign = real_data.sentence_pairs(data, lang)
    pairs = ParallelCorpus(english[:limit], foreign[:limit], source_lang="en", target_lang=lang)
    native = real_data.target_encoder(data, lang, reviews=False)
    minilm = real_data.english_encoder(encoder)
    numbers = np.arange(len(source.labels))
    cases = []
    for name, embed in {
        "an encoder per language": EmbeddingExtractor({"en": minilm.model, lang: native}),
        "one encoder": EmbeddingExtractor(OneSpace(minilm, native, pairs)),
    }.items():
        start = time.perf_counter()
        given: dict[str, Any] = {
            "pairs": pairs,
            "X_target": target.texts,
            "embedder": embed,
            "candidates": {"procrustes": "procrustes"},
        }
        report = transfer_report(
            source.texts,
            source.labels,
            y_target=target.labels,
            groups=(numbers, numbers),
            **given,
        )
        seconds = time.perf_counter() - start
        say(f"{lang}, {name}: {seconds:.0f} s\n{report.summary()}")
        blind = without_labels(source, target, given)
        say(blind.summary())
        if pages is not None:
            report.to_html(pages / f"{lang}-{name.replace(' ', '-')}.html")
            blind.to_html(pages / f"{lang}-{name.replace(' ', '-')}-no-labels.html")
        cases.append({"lang": lang, "encoders": name, "seconds": seconds, **judged(report, blind)})
    return cases


def without_labels(source: Topics, target: Topics, given: dict[str, Any]) -> TransferReport:
    """Make the report of someone who has labels of half of the English sentences only."""
    half = np.random.default_rng(0).permutation(len(source.texts)) % 2 == 0
    texts = [text for text, here in zip(source.texts, half, strict=True) if here]
    unlabelled = [text for text, here in zip(target.texts, half, strict=True) if not here]
    given = given | {"X_target": unlabelled}
    return transfer_report(texts, source.labels[half], **given)


class OneSpace:
    """One encoder for two languages: the second is brought near the first by a ridge map.

    Parameters
    ----------
    english : EmbeddingExtractor
        Encoder of the first language, and the space of both.
    native : NgramEncoder
        Encoder of the second language.
    pairs : ParallelCorpus
        Texts that the map is fitted on.
    """

    def __init__(self, english: EmbeddingExtractor, native: Any, pairs: ParallelCorpus) -> None:
        self.english, self.native = english, native
        vectors = native.transform(list(pairs.target))
        self.map = RidgeMap().fit(vectors, english.transform(pairs.source))

    def transform(self, texts: Sequence[str]) -> real_data.Vectors:
        """Vectors of both languages."""
        foreign = np.array([any(ord(char) > 0x2FFF for char in text) for text in texts])
        out = np.zeros((len(texts), self.map.n_features_out_), dtype=np.float32)
        for rows, encode in ((~foreign, self.english.transform), (foreign, self._brought_near)):
            if rows.any():
                chosen = [text for text, take in zip(texts, rows, strict=True) if take]
                out[rows] = encode(chosen)
        return out

    def _brought_near(self, texts: Sequence[str]) -> Any:
        """Vectors of the second language in the space of the first."""
        return self.map.transform(self.native.transform(list(texts)))


def judged(report: TransferReport, blind: TransferReport) -> dict[str, Any]:
    """What following the advice loses to the best candidate, in accuracy."""
    accuracy = report.scores.set_index("candidate")["accuracy"]
    figures = ["score", "source_accuracy", "one_head_kappa", "class_overlap", "kappa"]
    told = blind.scores.set_index("candidate")[figures]
    return {
        "best": str(accuracy.idxmax()),
        "best_accuracy": float(accuracy.max()),
        "n": len(report.predictions),
        "accuracy": accuracy.to_dict(),
        "without_labels": told.to_dict(orient="index"),
        "advised": report.advice.candidate,
        "loss": report.advice.loss,
        "loss_interval": [report.advice.low, report.advice.high],
        "no_map_is_as_good": report.advice.no_map_is_as_good,
        "advised_without_labels": blind.advice.candidate,
        "loss_without_labels": float(accuracy.max() - accuracy[blind.advice.candidate]),
        "loss_on_the_other_half": other_half(report),
    }


def other_half(report: TransferReport) -> list[float]:
    """Loss on half of the rows of what the other half advises, over random halves."""
    ranks = [KINDS.index(kind) for kind in report.scores["kind"]]
    truth = report.predictions["true"]
    right = np.array([report.predictions[name] == truth for name in report.scores["candidate"]])
    losses = []
    for seed in range(_HALVES):
        order = np.random.default_rng(seed).permutation(right.shape[1])
        seen, unseen = right[:, order[: len(order) // 2]], right[:, order[len(order) // 2 :]]
        draws = PairedBootstrap(seen.shape[1], random_state=seed).mean(seen)
        accuracy = unseen.mean(axis=1)
        chosen = simplest(ranks, seen.mean(axis=1), draws)
        losses.append(float(accuracy.max() - accuracy[chosen]))
    return losses


def as_table(cases: Sequence[dict[str, Any]]) -> str:
    """Print what the advice was and what it costs."""
    rows = [["", "best", "advised", "loss", "other half", "without labels", "loss", "seconds"]]
    rows += [
        [
            f"{case['lang']}, {case['encoders']}",
            f"{case['best']} {case['best_accuracy']:.3f}",
            case["advised"],
            f"{case['loss']:.3f}",
            f"{np.mean(case['loss_on_the_other_half']):.3f}",
            case["advised_without_labels"],
            f"{case['loss_without_labels']:.3f}",
            f"{case['seconds']:.0f}",
        ]
        for case in cases
    ]
    return text_table(rows)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
