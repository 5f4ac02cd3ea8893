"""Whether labels of suggested rows, fed back, help: ``python -m benchmarks.feedback``.

What ``langalign-sk suggest`` and then ``refit --target-labels`` do: a `TransferClassifier` learns
from half of the English sentences, `suggest_labels` chooses 50 of the other half in the target
language, and it learns from these too: as from hard rows (``target_weight="hard"``, what the
command does), and with a weight. It is tested on the other rows of that half, which are also its
unlabelled text. Every draw divides the sentences anew. The column "hard" is the accuracy on the 50
rows before: what a test on rows of `suggest` would say.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.real_data import Vectors, VectorStore, say
from benchmarks.real_settings import MINILM, NGRAM, USE, Encoders, RealCase, Setting
from benchmarks.real_tasks import tasks
from langalign_sk import EmbeddingExtractor, TransferClassifier
from langalign_sk._io import text_table
from langalign_sk.selection import suggest_labels

N_LABELS, N_PAIRS = 50, 2000
ENCODERS = {
    "n-gram, n-gram": Setting(NGRAM, NGRAM),
    "MiniLM, n-gram": Setting(MINILM, NGRAM),
    "MiniLM, USE": Setting(MINILM, USE),
}
CASES = (("topics", "ko"), ("intents", "it"))


class Stored(Encoders):
    """The encoders, with the vectors of models in one file each."""

    def encode(self, name: str) -> Callable[[Sequence[str]], Vectors]:
        """What turns texts into vectors of one of the models."""
        return VectorStore(EmbeddingExtractor(self.models[name]), self.cache)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feedback", description=__doc__)
    real_data.add_options(parser)
    names = ["-".join(case) for case in CASES]
    parser.add_argument("--case", nargs="+", choices=names, default=names)
    parser.add_argument("--encoders", nargs="+", choices=ENCODERS, default=list(ENCODERS))
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--weight", nargs="+", type=_weight, default=["hard", 0.5])
    args = parser.parse_args(argv)
    encoders = Stored(args.data, Path(args.cache), args.encoder)
    head = ["task", "encoders", "rows", "without", "hard", "weight", "with", "gain", "better"]
    rows = [[*head, "as good", "worst"]]
    for name in args.case:
        (task,) = tasks(args.data, *([part] for part in name.split("-")))
        for chosen in args.encoders:
            say(f"{name}, {chosen}")
            found = measured(encoders.of(ENCODERS[chosen], task), args.draws, args.weight)
            rows += [[name, chosen, *line] for line in lines(found)]
    print(text_table(rows))


def measured(case: RealCase, n_draws: int, weights: Sequence[Any]) -> dict[str, Any]:
    """Accuracy of every draw on the rows that were not suggested, without and with labels."""
    without, hard = [], []
    found: dict[Any, list[float]] = {weight: [] for weight in weights}
    pairs, y = case.pairs(N_PAIRS), case.task.y
    for seed in range(n_draws):
        order = np.random.default_rng(seed).permutation(len(y))
        english, target = np.split(order, [len(order) // 2])
        pool, X = case.pool(target), case.target(target)

        made = TransferClassifier(pairs=pairs, unlabeled=pool, random_state=0)
        model = clone(made).fit(case.english(english), y[english])
        before = model.predict(X) == y[target]
        rows = suggest_labels(model, X, N_LABELS, random_state=0)["row"].to_numpy()
        other = np.setdiff1d(np.arange(len(target)), rows)
        without.append(float(before[other].mean()))
        hard.append(float(before[rows].mean()))
        labelled = np.vstack([case.english(english), X[rows]])
        labels = np.concatenate([y[english], y[target[rows]]])
        for weight in weights:
            again = clone(made).set_params(target_weight=weight).fit(labelled, labels)
            found[weight].append(float((again.predict(X) == y[target])[other].mean()))
    return {"without": without, "hard": hard, "found": found, "rows": len(other)}


def _weight(text: str) -> float | str:
    """Read a `target_weight`."""
    return text if text == "hard" else float(text)


def lines(measured: dict[str, Any]) -> list[list[str]]:
    """One line of the table for every weight."""
    without = np.array(measured["without"])
    rows = []
    for weight, values in measured["found"].items():
        gain = np.array(values) - without
        rows.append(
            [
                str(measured["rows"]),
                f"{without.mean():.3f}",
                f"{np.mean(measured['hard']):.3f}",
                str(weight),
                f"{np.mean(values):.3f}",
                f"{gain.mean():+.3f}",
                f"{(gain > 0).sum()} of {len(gain)}",
                str((gain == 0).sum()),
                f"{gain.min():+.3f}",
            ]
        )
    return rows


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
