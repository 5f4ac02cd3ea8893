"""The tidy frames of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import _safe_indexing

from langalign_sk._io import TextRow, well_formed
from langalign_sk._numeric import nearest
from langalign_sk.measures import (
    compare_predictions,
    cosine_gap,
    strong_alignment,
    wilson_interval,
)
from langalign_sk.report._advice import Judgement
from langalign_sk.report._run import Outcome, Runner, agreement_of
from langalign_sk.report._texts import HELD_OUT, Texts
from langalign_sk.selection import pool_rows, sampled
from langalign_sk.text import same_code

if TYPE_CHECKING:
    import pandas as pd

#: Unlabelled texts that are named, where no others are there.
_MOST_NAMED = 1000
#: Training texts shown beside a misclassified text.
N_NEAREST = 3
#: What stands between the two texts of a row in a cell.
BETWEEN = " ‖ "


def shown(row: TextRow) -> str:
    """Return a text, or the two of a row, as one cell."""
    return well_formed(row if isinstance(row, str) else BETWEEN.join(row))


def scores_table(
    runner: Runner, outcomes: Sequence[Outcome], judgements: Sequence[Judgement | None]
) -> pd.DataFrame:
    """Return a row per candidate: accuracy and macro F1 with intervals, consistency, costs.

    Without target labels, the score of the advice and what it is made of stand for the accuracy.
    """
    import pandas as pd

    figures: Any = [_without_labels(one) for one in judgements]
    if runner.y_target is not None:
        predicted = [one.predicted for one in outcomes]
        figures = compare_predictions(predicted, runner.y_target, random_state=runner.random_state)
    names = ("name", "kind", "uses_pairs")
    first = [{name: getattr(one.candidate, name) for name in names} for one in outcomes]
    last = [
        {
            **agreement_of(one.consistency),
            "kappa": np.nan if one.consistency is None else one.consistency.kappa,
            "seconds_per_1000": one.seconds,
            "size_bytes": one.size_bytes,
            "encoder_parameters": one.parameters,
        }
        for one in outcomes
    ]
    table = pd.concat([pd.DataFrame(part) for part in (first, figures, last)], axis=1)
    return table.rename(columns={"name": "candidate"})


def per_class_table(runner: Runner, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return a row per candidate and class of the target rows: recall, interval, support."""
    import pandas as pd

    truth = np.asarray(runner.y_target)
    rows: list[Any] = []
    for outcome in outcomes:
        right = np.asarray(outcome.predicted) == truth
        for label in np.unique(truth):
            own = right[truth == label]
            ends = wilson_interval(int(own.sum()), len(own))
            rows.append((outcome.candidate.name, label, own.mean(), *ends, len(own)))
    recall = ["recall", "recall_low", "recall_high"]
    return pd.DataFrame(rows, columns=["candidate", "class", *recall, "support"])


def classes_table(runner: Runner, named: pd.DataFrame) -> pd.DataFrame:
    """Return a row per class: how many labels, test texts and named texts are of it.

    `named` is the table of the texts that the advised way named.
    """
    import pandas as pd

    sides = {"n_labels": runner.y}
    if runner.y_target is not None:
        sides["n_target"] = np.asarray(runner.y_target)
    if len(named):
        sides["n_given"] = named["given"].to_numpy()
    every = np.unique(np.concatenate(list(sides.values())))
    counts = {name: [int((side == label).sum()) for label in every] for name, side in sides.items()}
    return pd.DataFrame({"class": every, **counts})


def named_table(texts: Texts, runner: Runner, chosen: Outcome) -> pd.DataFrame:
    """Return a row per target text that the advised way named: class, true class, how sure it is.

    Without texts to test on, some of the unlabelled ones.
    """
    import pandas as pd

    model, space = chosen.model, chosen.candidate.space
    if chosen.predicted is not None:
        rows, given = texts.parts["X_target"], np.asarray(chosen.predicted)
        read = space.rows(chosen.candidate.test_part) if runner.one_fit else None
    else:
        pool = None if chosen.candidate.kind == "translation" else space.rows_of_pool()
        if pool is None:
            return pd.DataFrame()
        few = sampled(pool.n_rows, _MOST_NAMED, 0)
        read = _safe_indexing(pool_rows(model, pool), few)
        own = next(one for one in texts.pools if same_code(one.lang, pool.lang))
        rows, given = [own.rows[at] for at in few], np.asarray(model.predict(read))
    columns: dict[str, Any] = {"text": list(map(shown, rows)), "given": given}
    if runner.y_target is not None:
        columns["true"] = runner.y_target
    if read is not None and hasattr(model, "predict_proba"):
        columns["sure"] = np.asarray(model.predict_proba(read)).max(axis=1)
    return pd.DataFrame(columns)


def disagreements_table(texts: Texts, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return a row per candidate and held-out pair whose sides get different classes."""
    import pandas as pd

    rows: list[Any] = []
    for outcome in outcomes:
        if (found := outcome.consistency) is None:
            continue
        a, b = found.source_classes, found.target_classes
        for at in np.flatnonzero(a != b):
            pair = int(texts.subsets[HELD_OUT][at])
            both = (shown(texts.parts[part][pair]) for part in ("pairs_source", "pairs_target"))
            rows.append((outcome.candidate.name, pair, *both, a[at], b[at]))
    columns = ["candidate", "pair", "source", "target", "source_class", "target_class"]
    return pd.DataFrame(rows, columns=columns)


def alignment_table(texts: Texts, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return a row per candidate that works on vectors, measured on held-out pairs.

    Weak alignment: a sentence is closer to its translation than to another sentence
    (`matched_cosine`, `random_cosine`, `gap`), or than to all other translations (`p_at_1`). Strong
    alignment: closer than to all others of both languages (`p_at_1_mixed`).
    """
    import pandas as pd

    rows: list[Any] = []
    held_out = texts.subsets[HELD_OUT]
    for outcome in outcomes:
        if outcome.consistency is None:
            continue
        source = _before_the_head(outcome, outcome.checked, "pairs_source", held_out)
        target = _before_the_head(outcome, outcome.checked, "pairs_target", held_out)
        if source is None or target is None:
            continue
        cosines, found = cosine_gap(source, target), strong_alignment(source, target)
        figures = (cosines.matched, cosines.random, cosines.gap)
        shares = (found.weak.p_at_1, found.strong.p_at_1)
        rows.append((outcome.candidate.name, *figures, *shares))
    names = ["matched_cosine", "random_cosine", "gap", "p_at_1", "p_at_1_mixed"]
    return pd.DataFrame(rows, columns=["candidate", *names])


def errors_table(texts: Texts, runner: Runner, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return a row per candidate and misclassified target text, with its nearest training texts.

    Near means the cosine where the head works: behind encoder and aligner. Training texts of the
    target text's own group are passed over, since the model that predicted it never saw them.
    """
    import pandas as pd

    truth = np.asarray(runner.y_target)
    rows: list[Any] = []
    for outcome in outcomes:
        predicted = np.asarray(outcome.predicted)
        wrong = np.flatnonzero(predicted != truth)
        for row, found in zip(wrong, _nearest(outcome, wrong, runner), strict=True):
            near: list[Any] = [(shown(texts.parts["X"][at]), runner.y[at], c) for at, c in found]
            near += [(None, None, np.nan)] * (N_NEAREST - len(near))
            text = shown(texts.parts["X_target"][row])
            own = (outcome.candidate.name, int(row), text, truth[row], predicted[row])
            rows.append((*own, *(value for one in near for value in one)))
    names = [f"near{n + 1}{part}" for n in range(N_NEAREST) for part in ("", "_class", "_cosine")]
    return pd.DataFrame(rows, columns=["candidate", "row", "text", "true", "predicted", *names])


def _nearest(outcome: Outcome, wrong: np.ndarray, runner: Runner) -> list[list[tuple[int, float]]]:
    """Return numbers and cosines of the training texts nearest to each misclassified row."""
    candidate, groups = outcome.candidate, runner.groups
    if not len(wrong):
        return []
    train = _before_the_head(outcome, outcome.model, candidate.train_part or "X")
    test = _before_the_head(outcome, outcome.model, candidate.test_part, wrong)
    if train is None or test is None:
        return [[] for _ in wrong]
    # Enough to pass over those of the row's own group.
    spare = 0 if groups is None else int(np.unique(groups[0], return_counts=True)[1].max())
    index, cosines = nearest(test, train, min(N_NEAREST + spare, len(train)))
    found = []
    for position, row in enumerate(wrong):
        pairs = zip(index[position].tolist(), cosines[position].tolist(), strict=True)
        own = None if groups is None else groups[1][row]
        kept = [(at, cos) for at, cos in pairs if groups is None or groups[0][at] != own]
        found.append(kept[:N_NEAREST])
    return found


def _before_the_head(
    outcome: Outcome, model: Any, part: str, index: Any = None
) -> npt.NDArray[Any] | None:
    """Return rows of a part where the head works; None where that is no table of numbers."""
    if outcome.candidate.space.extractor is None:
        return None
    rows = outcome.candidate.space.rows(part, index)
    *front, head = [step for _, step in getattr(model, "steps", [("", model)])]
    for step in front:
        rows = step.transform(rows)
    if hasattr(head, "aligner_"):  # a classifier that aligns by itself
        rows = head.aligner_.transform(rows)
    found = np.asarray(rows)
    return found if found.ndim == 2 and found.dtype.kind == "f" else None


def _without_labels(found: Judgement | None) -> dict[str, float]:
    """Return what the advice goes by where there are no target labels."""
    names = ("score", "source_accuracy", "class_overlap")
    if found is None:
        return dict.fromkeys(names, np.nan)
    values = (found.score, found.source_accuracy, found.overlap)
    return dict(zip(names, values, strict=True))
