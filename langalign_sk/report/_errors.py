"""What went wrong, readable: misclassified texts beside the training texts they are nearest to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk._numeric import nearest
from langalign_sk.report._run import Labels, Outcome, before_the_head
from langalign_sk.report._spaces import Space

if TYPE_CHECKING:
    import pandas as pd

#: Training texts shown beside a misclassified text.
N_NEAREST = 3


def errors_table(
    outcomes: Sequence[Outcome],
    y: Labels,
    y_target: Labels,
    groups: tuple[Labels, Labels] | None,
) -> pd.DataFrame:
    """One row per candidate and misclassified target text, with its nearest training texts.

    Near means the cosine where the head works: behind encoder and aligner. Training texts of the
    target text's own group are passed over, since the model that predicted it never saw them.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for outcome in outcomes:
        wrong = np.flatnonzero(np.asarray(outcome.predicted) != y_target)
        near = _nearest(outcome, wrong, groups)
        candidate = outcome.candidate
        texts = candidate.reader.texts
        training = texts.parts["X"]
        for position, row in enumerate(wrong):
            entry = {
                "candidate": candidate.name,
                "row": int(row),
                "text": texts.parts["X_target"][row],
                "true": y_target[row],
                "predicted": np.asarray(outcome.predicted)[row],
            }
            for rank in range(N_NEAREST):
                found = near[position][rank] if rank < len(near[position]) else None
                entry[f"near{rank + 1}"] = None if found is None else training[found[0]]
                entry[f"near{rank + 1}_class"] = None if found is None else y[found[0]]
                entry[f"near{rank + 1}_cosine"] = np.nan if found is None else found[1]
            rows.append(entry)
    names = [f"near{rank + 1}{part}" for rank in range(N_NEAREST) for part in _PARTS]
    columns = ["candidate", "row", "text", "true", "predicted", *names]
    return pd.DataFrame(rows, columns=columns)


_PARTS = ("", "_class", "_cosine")


def _nearest(
    outcome: Outcome, wrong: np.ndarray, groups: tuple[Labels, Labels] | None
) -> list[list[tuple[int, float]]]:
    """Numbers and cosines of the training texts nearest to each misclassified row."""
    candidate = outcome.candidate
    nothing: list[list[tuple[int, float]]] = [[] for _ in wrong]
    if not isinstance(candidate.reader, Space) or not len(wrong):
        return nothing
    rows = candidate.reader.rows
    train = before_the_head(outcome.model, rows(candidate.train_part or "X"))
    test = before_the_head(outcome.model, rows(candidate.test_part, wrong))
    if train is None or test is None:
        return nothing
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
