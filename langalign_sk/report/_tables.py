"""The tidy frames of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.measures import PairedBootstrap, interval, wilson_interval
from langalign_sk.report._run import Labels, Outcome

if TYPE_CHECKING:
    import pandas as pd


def scores_table(
    outcomes: Sequence[Outcome], y: Labels, y_target: Labels | None, random_state: int
) -> pd.DataFrame:
    """One row per candidate: accuracy and macro F1 with intervals, consistency, costs.

    Without target labels, the score of the advice and what it is made of stand for the accuracy.
    """
    import pandas as pd

    rows = [
        {
            "candidate": outcome.candidate.name,
            "kind": outcome.candidate.kind,
            "uses_pairs": outcome.candidate.uses_pairs,
            **_consistency_columns(outcome),
            "seconds_per_1000": outcome.seconds,
            "size_bytes": outcome.size_bytes,
        }
        for outcome in outcomes
    ]
    table = pd.DataFrame(rows)
    if y_target is None:
        columns = pd.DataFrame([_without_labels(outcome, y) for outcome in outcomes])
    else:
        predicted = [np.asarray(outcome.predicted) for outcome in outcomes]
        columns = pd.DataFrame(measures(predicted, y_target, random_state))
    return pd.concat([table.iloc[:, :3], columns, table.iloc[:, 3:]], axis=1)


def measures(
    predicted: Sequence[Labels], truth: Labels, random_state: int
) -> dict[str, np.ndarray]:
    """Accuracy, macro F1 and what each candidate loses to the best, with 95% intervals."""
    classes, codes = coded([truth, *predicted])
    right = codes[1:] == codes[0]
    bootstrap = PairedBootstrap(len(truth), random_state=random_state)
    draws = bootstrap.mean(right)
    f1_draws = bootstrap.macro_f1(codes[0], codes[1:], len(classes))
    accuracy = right.mean(axis=1)
    best = int(np.argmax(accuracy))
    low, high = interval(draws)
    f1_low, f1_high = interval(f1_draws)
    loss_low, loss_high = interval(draws[best] - draws)
    return {
        "accuracy": accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": np.array([macro_f1(codes[0], row, len(classes)) for row in codes[1:]]),
        "macro_f1_low": f1_low,
        "macro_f1_high": f1_high,
        "loss": accuracy[best] - accuracy,
        "loss_low": loss_low,
        "loss_high": loss_high,
    }


def per_class_table(outcomes: Sequence[Outcome], truth: Labels) -> pd.DataFrame:
    """One row per candidate and class of the target rows: recall, its interval, the support."""
    import pandas as pd

    rows = []
    for outcome in outcomes:
        right = np.asarray(outcome.predicted) == truth
        for label in np.unique(truth):
            own = truth == label
            low, high = wilson_interval(int(right[own].sum()), int(own.sum()))
            rows.append(
                {
                    "candidate": outcome.candidate.name,
                    "class": label,
                    "recall": float(right[own].mean()),
                    "recall_low": low,
                    "recall_high": high,
                    "support": int(own.sum()),
                }
            )
    return pd.DataFrame(rows)


def disagreements_table(
    outcomes: Sequence[Outcome], pairs: ParallelCorpus, numbers: np.ndarray
) -> pd.DataFrame:
    """One row per candidate and held-out pair whose sides get different classes."""
    import pandas as pd

    rows = []
    for outcome in outcomes:
        found = outcome.consistency
        if found is None:
            continue
        for at in np.flatnonzero(found.source_classes != found.target_classes):
            rows.append(
                {
                    "candidate": outcome.candidate.name,
                    "pair": int(numbers[at]),
                    "source": pairs.source[at],
                    "target": pairs.target[at],
                    "source_class": found.source_classes[at],
                    "target_class": found.target_classes[at],
                }
            )
    columns = ["candidate", "pair", "source", "target", "source_class", "target_class"]
    return pd.DataFrame(rows, columns=columns)


def coded(labels: Sequence[Labels]) -> tuple[Labels, np.ndarray]:
    """The classes of all rows of labels, and each label as its number among them."""
    table = np.stack([np.asarray(row) for row in labels])
    classes, codes = np.unique(table, return_inverse=True)
    return classes, codes.reshape(table.shape)


def macro_f1(truth: np.ndarray, predicted: np.ndarray, n_classes: int) -> float:
    """Macro F1 from class codes, as scikit-learn has it."""
    both = np.bincount(truth, minlength=n_classes) + np.bincount(predicted, minlength=n_classes)
    hits = np.bincount(truth[truth == predicted], minlength=n_classes)
    there = both > 0
    return float(np.mean(2 * hits[there] / both[there]))


def _without_labels(outcome: Outcome, y: Labels) -> dict[str, float]:
    """What the advice goes by where there are no target labels."""
    found = outcome.judgement
    if found is None:
        names = ("score", "source_accuracy", "one_head_kappa", "class_overlap")
        return dict.fromkeys(names, np.nan)
    return {
        "score": found.score(y),
        "source_accuracy": found.source_accuracy,
        "one_head_kappa": found.kappa,
        "class_overlap": np.nan if found.named is None else found.overlap(y),
    }


def _consistency_columns(outcome: Outcome) -> dict[str, float]:
    """Agreement of a candidate with itself over held-out pairs."""
    found = outcome.consistency
    if found is None:
        return dict.fromkeys(("agreement", "agreement_low", "agreement_high", "kappa"), np.nan)
    same = found.source_classes == found.target_classes
    low, high = wilson_interval(int(same.sum()), len(same))
    return {
        "agreement": found.agreement,
        "agreement_low": low,
        "agreement_high": high,
        "kappa": found.kappa,
    }
