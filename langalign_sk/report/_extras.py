"""What fewer pairs would cost, and what target labels would be worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from langalign_sk.measures import wilson_interval
from langalign_sk.report._advice import Advice
from langalign_sk.report._candidates import Candidate, Catalogue
from langalign_sk.report._run import REST, Fold, Labels, Outcome, Runner
from langalign_sk.report._spaces import Index, Space, Texts
from langalign_sk.report._tables import measures
from langalign_sk.selection import Consistency

#: The curve ends where halving the pairs would leave fewer than this.
_LEAST_PAIRS = 50
_MOST_POINTS = 6

Do = Callable[..., Any]


def pair_curve(
    runner: Runner, texts: Texts, outcomes: Sequence[Outcome], advice: Advice, do: Do
) -> list[dict[str, Any]]:
    """How the advised candidate, or else the best that uses pairs, does with fewer of them."""
    users = [one for one in outcomes if one.candidate.uses_pairs]
    if not users:
        return []
    advised = [one for one in users if one.candidate.name == advice.candidate]
    best = max(users, key=lambda one: _figure(one, runner.y_target))
    outcome = (advised or [best])[0]
    candidate = outcome.candidate
    every = np.arange(texts.pairs.n_pairs) if runner.folds else texts.subsets[REST]
    rows = []
    for part in _halvings(every, runner.random_state):
        name = f"{len(part)} pairs"
        texts.subsets[name] = part
        if len(part) == len(every):  # the comparison itself was made with these
            figures = _figures(runner, outcome.predicted, outcome.consistency)
        else:
            figures = do(name, _point, runner, candidate, name)
        rows.append({"candidate": candidate.name, "n_pairs": len(part), **figures})
    return rows


def references(
    runner: Runner,
    catalogue: Catalogue,
    embedder: Any,
    chosen: Candidate,
    shots: Sequence[int],
    do: Do,
) -> list[dict[str, Any]]:
    """Native labels, all or a few, and the advised candidate with a few of them added."""
    if runner.y_target is None:
        return []
    home = chosen.reader if isinstance(chosen.reader, Space) else None
    if home is None and embedder is not None:
        home = catalogue.space(embedder)
    listed = []
    if home is not None:
        native = catalogue.unaligned("native", home, "native", train_part=None, shots=None)
        listed = [native, *(replace(native, name=f"native, {k} per class", shots=k) for k in shots)]
    if chosen.test_part == "X_target":
        listed += [
            replace(chosen, name=f"{chosen.name} + {k} per class", kind="mixture", shots=k)
            for k in shots
        ]
    rows = []
    for one in listed:
        found = measures([do(one.name, runner.predict, one)], runner.y_target, runner.random_state)
        rows.append(
            {
                "candidate": one.name,
                "kind": one.kind,
                "shots": np.nan if one.shots is None else float(one.shots),
                "labels": np.mean([_used(fold, runner, one.shots) for fold in runner.folds]),
                **{key: found[key][0] for key in _SHOWN},
            }
        )
    return rows


_SHOWN = (
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "macro_f1",
    "macro_f1_low",
    "macro_f1_high",
)


def _point(runner: Runner, candidate: Candidate, subset: str) -> dict[str, float]:
    """Figures of a candidate with some of the pairs."""
    if runner.y_target is not None:
        return _figures(runner, runner.predict(candidate, subset), None)
    return _figures(runner, None, runner.consistency(candidate, runner.fit(candidate, subset)))


def _figures(
    runner: Runner, predicted: Labels | None, agreed: Consistency | None
) -> dict[str, float]:
    """Accuracy or, without labels, agreement, with its interval."""
    if runner.y_target is not None and predicted is not None:
        found = measures([predicted], runner.y_target, runner.random_state)
        return {key: found[key][0] for key in _SHOWN[:3]}
    if agreed is None:
        return {}
    same = agreed.source_classes == agreed.target_classes
    low, high = wilson_interval(int(same.sum()), len(same))
    return {"agreement": agreed.agreement, "agreement_low": low, "agreement_high": high}


def _halvings(every: Index, random_state: int) -> list[Index]:
    """Ever larger parts of the pairs, each half of the next, up to all of them."""
    order = np.random.default_rng(random_state).permutation(len(every))
    sizes = [len(every)]
    while sizes[-1] // 2 >= _LEAST_PAIRS and len(sizes) < _MOST_POINTS:
        sizes.append(sizes[-1] // 2)
    return [every[np.sort(order[:size])] for size in reversed(sizes)]


def _figure(outcome: Outcome, y_target: Labels | None) -> float:
    """What candidates are ranked by."""
    if y_target is not None:
        return float(np.mean(outcome.predicted == y_target))
    return -1.0 if outcome.consistency is None else outcome.consistency.kappa


def _used(fold: Fold, runner: Runner, shots: int | None) -> int:
    """Target labels that are learned from in one fold."""
    assert runner.y_target is not None
    counts = np.unique(runner.y_target[fold.target], return_counts=True)[1]
    return int(counts.sum() if shots is None else np.minimum(counts, shots).sum())
