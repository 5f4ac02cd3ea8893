"""Whether a monitor sees what changes, and nothing else: ``python -m benchmarks.monitoring``.

Models: English labels of a third of the sentences, a round trip by ridge with 5,000 pairs of other
domains, logistic regression. Tasks: topics in Korean (SIB-200) and intents in Italian (xSID).
Encoders: USE for both languages, MiniLM for English and USE for the other, MiniLM and an n-gram
encoder. The other two thirds of the sentences are the traffic: a reference of 1,000 and a batch of
500 texts are drawn from it anew each time. What changes in a batch:

- nothing: every alarm is a false one, 5 of 100 are stated;
- language: a fifth of the texts is in another language (Japanese for Korean, Turkish for Italian),
  and nobody says so;
- domain: a fifth is of another domain (film reviews among topics, news among intents);
- garbage: a fifth is random characters, shuffled letters, and pieces of logs and markup;
- class: a class of a tenth of the texts at least is asked twice as often.

A threshold of confidence is found on half of the traffic with its labels, for 5% and 10% of wrong
answers; the error is that of the answers to the other half.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.real_data import say
from benchmarks.real_settings import Encoders, RealCase
from benchmarks.real_tasks import tasks
from langalign_sk import EmbeddingExtractor, ReverseAligner
from langalign_sk._io import text_table
from langalign_sk.measures import wilson_interval
from langalign_sk.monitor._abstain import answer_above
from langalign_sk.monitor._checks import judged
from langalign_sk.monitor._reading import Reading, Seen
from langalign_sk.monitor._reference import covers_of, located
from langalign_sk.monitor._words import CHECKS

ENCODERS = {"USE": "shared, in blocks", "MiniLM + USE": "apart", "MiniLM + n-gram": "n-gram"}
#: Task → language, and the one that takes its place.
TASKS = {"topics": ("ko", "ja"), "intents": ("it", "tr")}
RATE, REFERENCE, BATCH, PAIRS = 0.05, 1000, 500, 5000
#: Share of a batch that is not as before.
PART = 0.2
RISKS = (0.05, 0.1)
CHANGES = ("nothing", "language", "domain", "garbage", "class")
_PIECES = ("<div>", "ERROR", "null", "http://", "&nbsp;", '{"id":', "0x7f3a", "}", "%20", "NaN")
_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789#@!$%{}[]<>/\\"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.monitoring", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--encoders", nargs="+", choices=ENCODERS, default=list(ENCODERS))
    parser.add_argument("--task", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument(
        "--draws", type=int, default=200, help="batches without a change; of each change a fifth"
    )
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)
    stores = Stored(args.data, args.cache, args.encoder)
    found = []
    for name in args.task:
        for encoders in args.encoders:
            (task,) = tasks(args.data, [name], [TASKS[name][0]])
            traffic = Traffic(stores.case(ENCODERS[encoders], task), stores, args.data)
            cell = {"task": name, "encoders": encoders, **traffic.measured(args.draws)}
            say(f"{name}, {encoders}: { {k: v['share'] for k, v in cell['seen'].items()} }")
            found.append(cell)
            if not args.dry_run:  # after each, as it takes its time
                out = {
                    "command": "python -m benchmarks.monitoring",
                    "versions": real_data.versions(),
                    "stated": RATE,
                    "reference": REFERENCE,
                    "batch": BATCH,
                    "draws": args.draws,
                    **flat(found),
                }
                real_data.write_result("monitoring", out)
    print(as_text(found))


class Stored(Encoders):
    """Encoders whose vectors lie in one file each."""

    _stores: dict[str, Any]

    def encode(self, name: str) -> Any:
        """What turns texts into vectors of one of the models."""
        stores = self.__dict__.setdefault("_stores", {})
        if name not in stores:
            stores[name] = real_data.VectorStore(EmbeddingExtractor(self.models[name]), self.cache)
        return stores[name]


class Traffic:
    """A model, and texts as it sees them: those of the service, and others."""

    def __init__(self, case: RealCase, stores: Encoders, data: Any) -> None:
        task, rng = case.task, np.random.default_rng(0)
        order = rng.permutation(len(task.y))
        train, rest = order[: len(order) // 3], order[len(order) // 3 :]
        pairs = case.pairs(PAIRS)
        aligner = ReverseAligner(pairs, method="ridge", round_trip=True)
        self._model = make_pipeline(aligner, LogisticRegression(C=10, max_iter=1000))
        self._model.fit(case.english(train), task.y_english[train])
        self._case, self._reading = case, Reading(self._model)
        self._covers = covers_of([pairs], np.random.RandomState(0))
        self._encode = stores._encode(case.encoders.target, task, task.lang)
        self.y = task.y[rest]
        texts = [task.target[row] for row in rest]
        self.usual = self._seen(texts)
        (other,) = tasks(data, [task.name], [TASKS[task.name][1]])
        self.others = {
            "language": self._seen(other.target),
            "domain": self._seen(domain(data, task.name)),
            "garbage": self._seen(garbage(texts)),
        }

    def _seen(self, texts: list[str]) -> Seen:
        """Return texts as the model sees them, all taken for its own language."""
        vectors = self._encode(texts)
        before = self._case.X_english.shape[1]
        seen = self._reading.read(np.pad(vectors, ((0, 0), (before, 0))))
        seen = Seen(**{**vars(seen), "spoken": self._reading._spoken(texts, seen.langs)})
        seen = located(self._covers, self._reading, seen)
        # The other language's block is empty: nothing is lost without it but time.
        return Seen(**{**vars(seen), "vectors": seen.vectors[:, before:]})

    def measured(self, n_draws: int) -> dict[str, Any]:
        """Return how often each change is seen, and what abstaining comes to."""
        random_state, seen, by = np.random.RandomState(0), {}, {}
        for change in CHANGES:
            alarms, n_here = [], n_draws if change == "nothing" else -(-n_draws // 5)
            for reference, new in self._draws(change, n_here):
                found = judged(reference, new, false_alarms=RATE, random=random_state)
                alarms.append({name for name, one in found.items() if one.adjusted <= RATE})
            hits = sum(map(bool, alarms))
            low, high = wilson_interval(hits, n_here)
            seen[change] = {"share": hits / n_here, "low": low, "high": high, "draws": n_here}
            names = sorted(set().union(*alarms))
            by[change] = {name: sum(name in one for one in alarms) / n_here for name in names}
        right = float(np.mean(self.usual.classes == self.y.astype(str)))
        return {
            "accuracy": right,
            "traffic": len(self.y),
            "outside": float(np.mean(self.usual.far > 1)),
            "seen": seen,
            "by_check": by,
            "abstaining": self._abstaining(n_draws),
        }

    def _draws(self, change: str, n_draws: int) -> Iterator[tuple[Seen, Seen]]:
        """Draw references and batches."""
        rng = np.random.default_rng(CHANGES.index(change))
        for _ in range(n_draws):
            reference = self.usual.take(rng.integers(len(self.y), size=REFERENCE))
            if change in self.others:
                other, n_new = self.others[change], int(PART * BATCH)
                old = self.usual.take(rng.integers(len(self.y), size=BATCH - n_new))
                new = other.take(rng.integers(len(other), size=n_new))
                yield reference, Seen.joined([old, new])
            else:
                rows = rng.choice(len(self.y), size=BATCH, p=self._weights(change, rng))
                yield reference, self.usual.take(rows)

    def _weights(self, change: str, rng: np.random.Generator) -> Any:
        """Return the weight of each text of the traffic in a batch."""
        if change == "nothing":
            return None
        _, codes, counts = np.unique(self.y, return_inverse=True, return_counts=True)
        shares = counts / counts.sum()
        chosen = rng.choice(np.flatnonzero(shares >= 0.1))
        share = shares[chosen]
        weights = np.where(codes == chosen, 2.0, (1 - 2 * share) / (1 - share))
        return weights / weights.sum()

    def _abstaining(self, n_draws: int) -> list[dict[str, float]]:
        """Find a threshold on half of the traffic, and use it on the other half."""
        found = []
        right = self.usual.classes == self.y.astype(str)
        for risk in RISKS:
            rng, errors, answered = np.random.default_rng(0), [], []
            for _ in range(n_draws):
                order = rng.permutation(len(right))
                fit, test = order[: len(order) // 2], order[len(order) // 2 :]
                one = answer_above(_Said(self.usual, fit), fit, right[fit], risk=risk)
                above = self.usual.confidence[test] >= one.threshold
                answered.append(float(above.mean()))
                errors.append(float((~right[test][above]).mean()) if above.any() else 0.0)
            kept = float(np.mean(np.array(errors) <= risk))
            figures = {"error": float(np.mean(errors)), "answered": float(np.mean(answered))}
            found.append({"risk": risk, **figures, "kept": kept})
        return found


class _Said:
    """A model of two classes, right and wrong, that always says right, as sure as it was."""

    def __init__(self, seen: Seen, rows: Any) -> None:
        self.classes_ = np.array([True, False])
        self._sure = seen.confidence[rows]

    def predict_proba(self, X: Any) -> Any:
        """Return what was said; a confidence below one half is none of two classes, but goes."""
        sure = self._sure[:, None]
        return np.hstack([sure, np.zeros_like(sure)])


def domain(data: Any, task: str) -> list[str]:
    """Texts of another domain in the language of the task."""
    if task == "topics":
        return real_data.read_tsv(data / "nsmc_ko_train.tsv.gz")["text"][:1000]
    return real_data.sib200(data, "it").texts


def garbage(texts: list[str], n: int = 300) -> list[str]:
    """Random characters, letters of real texts in another order, pieces of logs and markup."""
    rng = random.Random(0)

    def noise() -> str:
        return "".join(rng.choice(_CHARACTERS) for _ in range(rng.randint(5, 60)))

    def shuffled() -> str:
        letters = list(rng.choice(texts))
        rng.shuffle(letters)
        return " ".join("".join(letters).split()) or "?"

    def pieces() -> str:
        return " ".join(rng.choice(_PIECES) for _ in range(rng.randint(2, 10)))

    kinds: tuple[Callable[[], str], ...] = (noise, shuffled, pieces)
    return [kinds[row % 3]() for row in range(n)]


def flat(cells: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return a row for each task and encoders: what was seen, and by which checks; answers."""
    found: dict[str, list[dict[str, Any]]] = {"alarms": [], "checks": [], "abstaining": []}
    for cell in cells:
        place = {"task": cell["task"], "encoders": cell["encoders"]}
        known = {name: cell[name] for name in ("accuracy", "outside", "traffic")}
        alarms = {**place, **known}
        for change, one in cell["seen"].items():
            alarms |= {change: one["share"]}
        nothing = cell["seen"]["nothing"]
        alarms |= {"nothing, from": nothing["low"], "nothing, to": nothing["high"]}
        found["alarms"].append(alarms)
        for change, by in cell["by_check"].items():
            every = {name: by.get(name, 0.0) for name in CHECKS}
            found["checks"].append({**place, "change": change, **every})
        for one in cell["abstaining"]:
            found["abstaining"].append({**place, "wrong": 1 - cell["accuracy"], **one})
    return found


def as_text(cells: list[dict[str, Any]]) -> str:
    """Return the figures as tables."""
    rows = [("task", "encoders", "false alarms", *CHANGES[1:])]
    for cell in cells:
        told = [cell["seen"][change] for change in CHANGES]
        shown = [f"{one['share']:.3f} ({one['low']:.3f}-{one['high']:.3f})" for one in told]
        rows.append((cell["task"], cell["encoders"], *shown))
    more = [("task", "encoders", "risk", "error of answers", "answered", "risk kept")]
    for cell in cells:
        for one in cell["abstaining"]:
            figures = [f"{one[name]:.3f}" for name in ("risk", "error", "answered", "kept")]
            more.append((cell["task"], cell["encoders"], *figures))
    return f"{text_table(rows)}\n\n{text_table(more)}"


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
