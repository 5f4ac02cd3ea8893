"""The comparison alone, for measurements of the advice: no curve, no estimate, no page."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.report._advice import Advice, advise, judge
from langalign_sk.report._candidates import Catalogue
from langalign_sk.report._report import default_head
from langalign_sk.report._run import Runner
from langalign_sk.report._texts import Labels, read_labels, read_texts


class Compared(NamedTuple):
    """What `compared_ways` found, by candidate."""

    #: Class of every target text.
    predicted: dict[str, Labels]
    kinds: dict[str, str]
    #: Without target labels; None where that was not asked for.
    scores: dict[str, float] | None
    advice: Advice | None


def compared_ways(
    X: Any, y: Any, *, pairs: ParallelCorpus, embedder: Any, X_target: Any, judged: bool
) -> Compared:
    """Fit the standard candidates and predict; say what is advised without target labels.

    Parameters
    ----------
    X, y, pairs, embedder, X_target
        As for `transfer_report`.
    judged : bool
        Look at the candidates without target labels, too.

    Returns
    -------
    Compared
    """
    texts = read_texts(X, X_target, pairs, None)
    texts.leave_out_pairs(0)
    runner = Runner(read_labels(y, texts.parts["X"], "y", least=2), None, None, 0)
    listed = Catalogue(texts, embedder, default_head()).listed({})
    kinds = {one.name: one.kind for one in listed}
    if not judged:
        found = {
            one.name: np.asarray(runner.fit(one).predict(one.space.rows("X_target")))
            for one in listed
        }
        return Compared(found, kinds, None, None)
    outcomes = [runner.run(one) for one in listed]
    judgements = [judge(runner, one) for one in outcomes]
    scores = {
        one.name: float("nan") if seen is None else seen.score
        for one, seen in zip(listed, judgements, strict=True)
    }
    predicted = {one.candidate.name: np.asarray(one.predicted) for one in outcomes}
    return Compared(predicted, kinds, scores, advise(runner, outcomes, judgements))
