"""Old vectors mapped to a new encoder, beside isotrieve: ``python -m benchmarks.migration``.

One language, English; encoders MiniLM, USE and an n-gram encoder of 384 columns, all six ways. Maps
are fitted on 500 to 4,000 texts drawn from the train split of STS-B, Tatoeba and a half of SIB-200;
a search then has queries of the new encoder and documents of the old one, mapped. Its nDCG@10 over
that of the new encoder alone is what is kept, of three searches whose texts no map has seen: STS-B
(the other sentence of a pair rated 3 or more, among 2,776), SIB-200 (sentences of the same topic,
among 302), Tatoeba (the new encoder's own ten nearest among 1,000); "mean" is over the three.
"langalign" is the map that `migrate` chooses. isotrieve 0.4.0 fits a ridge, a ridge cut to rank 64
or 128 and, for equal widths, a rotation, alone and with a factor per column; its network is fitted
where it is asked for (``--peers mlp``), its contrastive adapter would need more memory than a
machine has. "ahead" is langalign less the best of
these, with a 95% paired bootstrap interval over queries. "classifier kept": accuracy on topics of a
logistic regression of old vectors, five folds of 502 rows, on new vectors mapped back, over that on
old ones. "classifiers" has the same for 4,000 texts: as drawn, of which 3 or 4% are sentences of
SIB-200; with all 502 of its other half among them; and with the 400 that the classifier was trained
on as well.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks import real_data
from benchmarks.real_data import RESULTS, Vectors, VectorStore, read_tsv, say
from langalign_sk import EmbeddingExtractor, NgramEncoder
from langalign_sk._io import text_table
from langalign_sk.measures import PairedBootstrap, interval
from langalign_sk.migrate import (
    Fitter,
    best,
    named_maps,
    native_neighbours,
    neighbour_scores,
    relevance_scores,
    tried,
)

SIZES = (500, 1000, 2000, 4000)
ENCODERS = ("MiniLM", "USE", "n-gram")
LANGS = ("ko", "ja", "zh", "it", "tr")
_TATOEBA, _TOPICS, _QUERIES = 1000, 502, 200

Scores = dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Texts:
    """Texts to fit on, and those of the three searches."""

    pool: list[str]
    queries: list[str]
    documents: list[str]
    relevance: csr_array
    tatoeba: list[str]
    topics: list[str]
    labels: npt.NDArray[Any]
    more_topics: list[str]

    @property
    def of_topic(self) -> csr_array:
        """Documents of the same topic."""
        same = self.labels[:_QUERIES, None] == self.labels[None, _QUERIES:]
        return csr_array(same.astype(np.float32))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.migration", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--size", type=int, action="append", help="texts; default: all four")
    parser.add_argument("--way", action="append", metavar="A>B", help="default: all six")
    parser.add_argument("--peers", default="linear", help="linear, mlp, both or none")
    parser.add_argument("--small", action="store_true", help="no kernel, no result")
    parser.add_argument("--classifiers", action="store_true", help="these alone")
    parser.add_argument("--again", action="store_true", help="measure cells that there are, too")
    args = parser.parse_args(argv)
    texts = read_texts(args.data)
    vectors = embedded(texts, args)
    if args.classifiers:
        found = classifiers(texts, vectors)
        print(text_table([["classifier", "old", "mapped", "kept", "low", "high"], *(
            [name, *(f"{figure:.3f}" for figure in row.values())] for name, row in found.items()
        )]))  # fmt: skip
        return write(None, found)
    path = RESULTS / "migration.json"
    cells: dict[str, Any] = {}
    if path.exists() and not args.again and not args.small:
        cells = json.loads(path.read_text("utf-8"))["cells"]
    ways = [f"{old}>{new}" for old, new in permutations(ENCODERS, 2)]
    for size in args.size or SIZES:
        for way in args.way or ways:
            old, new = way.split(">")
            name = f"{old} to {new}, {size}"
            cell = cells.setdefault(name, {})
            measure(cell, texts, vectors[old], vectors[new], size, args)
            say(f"{name}: {json.dumps(cell)}")
            if not args.small:
                write(cells, None)
    if not args.small and not (args.size or args.way):
        write(None, classifiers(texts, vectors))
    rows = [["", *SHOWN], *([name, *shown(cell)] for name, cell in cells.items())]
    print(text_table(rows))


#: Figures of a cell, as they are printed.
SHOWN = ("mean", "sts", "topics", "tatoeba", "map", "best peer", "ahead", "classifier kept")


def shown(cell: dict[str, Any]) -> list[str]:
    """Return the figures of a cell as they are printed."""
    ours = [f"{cell['langalign'][task]:.3f}" for task in SHOWN[:4]]
    low, high = cell.get("ahead_interval", (np.nan, np.nan))
    ahead = f"{cell.get('ahead', np.nan):+.3f} [{low:+.3f}, {high:+.3f}]"
    return [
        *ours, cell["map"], cell.get("best_peer", ""), ahead, f"{cell['classifier_kept']:.3f}",
    ]  # fmt: skip


def write(cells: dict[str, Any] | None, found: dict[str, Any] | None) -> None:
    """Write the result file; what is None stays as it was measured before."""
    path = RESULTS / "migration.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    cells = before.get("cells", {}) if cells is None else cells
    order = [f"{old} to {new}, {size}" for old, new in permutations(ENCODERS, 2) for size in SIZES]
    real_data.write_result(
        "migration",
        {
            "command": "python -m benchmarks.migration",
            "versions": real_data.versions(),
            "cells": {name: cells[name] for name in order if name in cells},
            "classifiers": before.get("classifiers", {}) if found is None else found,
        },
    )


def read_texts(data: Path) -> Texts:
    """Deal the texts: none of a search is among those to fit on."""
    rng = np.random.default_rng(0)
    sts = read_tsv(data / "stsb" / f"{LANGS[0]}-en.tsv.gz")
    held = np.array(sts["split"]) != "train"
    columns = [read_tsv(data / "tatoeba" / f"{lang}-en.tsv")["en"] for lang in LANGS]
    tatoeba = list(dict.fromkeys(text for column in columns for text in column))
    tatoeba = [tatoeba[row] for row in rng.permutation(len(tatoeba))]
    sib = real_data.sib200(data, "en")
    order = rng.permutation(len(sib.texts))
    topics = [sib.texts[row] for row in order]
    rated = [
        (one, other, float(score) - 2)
        for one, other, score in zip(
            *(np.array(sts[name])[held] for name in ("en1", "en2", "score")), strict=True
        )
    ]
    documents = list(dict.fromkeys(str(other) for _, other, _ in rated))
    queries = list(dict.fromkeys(str(one) for one, _, gain in rated if gain >= 1))
    of_query, of_document = ({t: row for row, t in enumerate(s)} for s in (queries, documents))
    relevance = np.zeros((len(queries), len(documents)), dtype=np.float32)
    for one, other, gain in rated:
        if gain >= 1:
            place = of_query[one], of_document[other]
            relevance[place] = max(relevance[place], gain)
    unseen = {*(one for one, _, _ in rated), *documents, *tatoeba[:_TATOEBA], *topics[:_TOPICS]}
    train = [t for column in ("en1", "en2") for t in np.array(sts[column])[~held].tolist()]
    pool = [*train, *tatoeba[_TATOEBA:], *topics[_TOPICS:]]
    pool = [text for text in dict.fromkeys(pool) if text not in unseen]
    return Texts(
        [pool[row] for row in rng.permutation(len(pool))],
        queries,
        documents,
        csr_array(relevance),
        tatoeba[:_TATOEBA],
        topics[:_TOPICS],
        np.array(sib.labels)[order[:_TOPICS]],
        topics[_TOPICS:],
    )


def embedded(texts: Texts, args: argparse.Namespace) -> dict[str, dict[str, Vectors]]:
    """Return the vectors of each encoder; the n-gram one is fitted on texts to fit on."""
    grams = NgramEncoder(384).fit(texts.pool)
    stores: dict[str, Callable[[list[str]], Vectors]] = {
        "MiniLM": VectorStore(real_data.english_encoder(args.encoder), args.cache),
        "USE": VectorStore(EmbeddingExtractor("use"), args.cache),
        "n-gram": grams.transform,
    }
    parts = {
        "pool": texts.pool[: max(SIZES)],
        "queries": texts.queries,
        "documents": texts.documents,
        "tatoeba": texts.tatoeba,
        "topics": texts.topics,
        "more": texts.more_topics,
    }
    return {
        name: {part: np.asarray(store(rows), dtype=np.float32) for part, rows in parts.items()}
        for name, store in stores.items()
    }


def measure(
    cell: dict[str, Any],
    texts: Texts,
    old: dict[str, Vectors],
    new: dict[str, Vectors],
    size: int,
    args: argparse.Namespace,
) -> None:
    """Fill in what a cell lacks."""
    S, T = old["pool"][:size], new["pool"][:size]
    native = {
        "sts": relevance_scores(new["queries"], new["documents"], texts.relevance, 10)["ndcg"],
        "topics": relevance_scores(*_apart(new["topics"]), texts.of_topic, 10)["ndcg"],
    }
    nearest = native_neighbours(new["tatoeba"], 10)

    def scored(transform: Callable[[Vectors], Vectors]) -> tuple[dict[str, float], Any]:
        topics = _apart(new["topics"])[0], transform(_apart(old["topics"])[1])
        there = neighbour_scores(new["tatoeba"], transform(old["tatoeba"]), nearest)
        documents = transform(old["documents"])
        sts = relevance_scores(new["queries"], documents, texts.relevance, 10)
        values = {
            "sts": sts["ndcg"] / native["sts"].mean(),
            "topics": relevance_scores(*topics, texts.of_topic, 10)["ndcg"]
            / native["topics"].mean(),
            "tatoeba": there["ndcg"],
        }
        kept = {task: float(each.mean()) for task, each in values.items()}
        return {"mean": float(np.mean(list(kept.values()))), **kept}, values

    maps = named_maps(["ridge", "procrustes"] if args.small else None)
    draws = None
    if "langalign" not in cell:
        begin = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # few texts
            scores = tried(maps, S, T, n_neighbors=10, random_state=0)
            ways = best(scores, "forward"), best(scores, "back")
            forward = Fitter(S, T, 0)(maps[ways[0]])
            back = Fitter(T, S, 0)(maps[ways[1]])
        cell["langalign"], values = scored(forward.transform)
        draws = _draws(values)
        low, high = interval(draws)
        cell["interval"] = [float(low), float(high)]
        cell["map"] = ways[0]
        accuracy = _carried(texts, old["topics"], new["topics"], back.transform)
        cell["classifier_kept"] = accuracy["mapped"] / accuracy["old"]
        cell["accuracy"] = accuracy
        cell["seconds"] = round(time.perf_counter() - begin, 1)
    peers = cell.setdefault("peers", {})
    for name, transform in _peers(S, T, args.peers, peers):
        peers[name], others = scored(transform)
        if draws is not None:
            gap = draws - _draws(others)
            peers[name]["behind"] = [float(gap.mean()), *map(float, interval(gap))]
    if peers:
        cell["best_peer"] = max(peers, key=lambda name: peers[name]["mean"])
        cell["ahead"] = cell["langalign"]["mean"] - peers[cell["best_peer"]]["mean"]
        cell["ahead_interval"] = peers[cell["best_peer"]].get("behind", [np.nan] * 3)[1:]


def _draws(values: Scores) -> npt.NDArray[np.float64]:
    """Return draws of the mean over searches, the same texts for whatever is compared."""
    drawn = [PairedBootstrap(len(each)).mean(each[None])[0] for each in values.values()]
    return np.asarray(np.mean(drawn, axis=0))


def _carried(
    texts: Texts, old: Vectors, new: Vectors, back: Callable[[Vectors], Vectors]
) -> dict[str, float]:
    """Return accuracies of a classifier of old vectors on these, and on new ones mapped back."""
    right: dict[str, list[npt.NDArray[np.bool_]]] = {"old": [], "mapped": []}
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for train, test in folds.split(old, texts.labels):
        head = LogisticRegression(C=10, max_iter=1000).fit(old[train], texts.labels[train])
        for name, rows in (("old", old[test]), ("mapped", back(new[test]))):
            right[name].append(head.predict(rows) == texts.labels[test])
    return {name: float(np.concatenate(parts).mean()) for name, parts in right.items()}


def classifiers(texts: Texts, vectors: dict[str, dict[str, Vectors]]) -> dict[str, Any]:
    """Carry classifiers over with 4,000 texts, of which more and more are of their kind."""
    heads: dict[str, Any] = {
        "logistic regression": LogisticRegression(C=10, max_iter=1000),
        "discriminant": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    }
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(texts.labels, texts.labels))
    known = set(texts.more_topics)
    others = np.flatnonzero([text not in known for text in texts.pool[: max(SIZES)]])
    found: dict[str, Any] = {}
    for old, new in permutations(ENCODERS[:2]):
        right: dict[tuple[str, str], Any] = {}
        for kind in ("as drawn", "its kind among them", "its own texts as well"):
            back = None
            for train, test in folds:
                if back is None or kind == "its own texts as well":
                    sides = []
                    for name in (new, old):
                        of = vectors[name]
                        rows = [of["pool"]]
                        if kind != "as drawn":
                            rows = [of["more"], of["pool"][others]]
                        if kind == "its own texts as well":
                            rows = [of["topics"][train], *rows]
                        sides.append(np.concatenate(rows)[: max(SIZES)])
                    back = Fitter(sides[0], sides[1], 0)("kernel")
                rows_of = {
                    "old": vectors[old]["topics"][test],
                    "mapped": back.transform(vectors[new]["topics"][test]),
                }
                for head, classifier in heads.items():
                    classifier.fit(vectors[old]["topics"][train], texts.labels[train])
                    part = right.setdefault((head, kind), {"old": [], "mapped": []})
                    for which, rows_ in rows_of.items():
                        part[which].append(classifier.predict(rows_) == texts.labels[test])
        for (head, kind), part in right.items():
            hits = np.stack([np.concatenate(part[which]) for which in ("old", "mapped")])
            draws = PairedBootstrap(hits.shape[1]).mean(hits)
            low, high = interval(draws[1] / draws[0])
            of_old, of_mapped = map(float, hits.mean(axis=1))
            found[f"{old} to {new}, {head}, {kind}"] = {
                "old": of_old,
                "mapped": of_mapped,
                "kept": of_mapped / of_old,
                "low": float(low),
                "high": float(high),
            }
            say(f"{old} to {new}, {head}, {kind}: {of_mapped / of_old:.3f}")
    return found


def _apart(topics: Vectors) -> tuple[Vectors, Vectors]:
    """Part the sentences of topics into queries and documents."""
    return topics[:_QUERIES], topics[_QUERIES:]


def _peers(
    S: Vectors, T: Vectors, asked: str, known: dict[str, Any]
) -> Iterator[tuple[str, Callable[[Vectors], Vectors]]]:
    """Give isotrieve's adapters that were not measured yet, where it is installed."""
    try:
        from isotrieve import mapping
    except ImportError:
        say("isotrieve is not installed: left out")
        return

    def fitted(made: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that texts are few
            return made.fit(S.astype(np.float64), T.astype(np.float64))

    def transform_of(adapter: Any) -> Callable[[Vectors], Vectors]:
        return lambda X: adapter.transform(X.astype(np.float64)).astype(np.float32)

    if "linear" in asked and "ridge" not in known:
        ridge = fitted(mapping.RidgeMapping())
        yield "ridge", transform_of(ridge)
        U, values, Vt = np.linalg.svd(ridge._W, full_matrices=False)
        for rank in (64, 128):  # as its LowRankAffineMapping does, without fitting the ridge again
            ridge._W = (U[:, :rank] * values[:rank]) @ Vt[:rank]
            yield f"ridge, rank {rank}", transform_of(ridge)
        if S.shape[1] == T.shape[1]:
            yield "rotation", transform_of(fitted(mapping.OrthogonalProcrustesMapping()))
            yield "rotation and factors", transform_of(fitted(mapping.ProcrustesDiagMapping()))
    if "mlp" in asked and "network" not in known:
        from isotrieve.mapping.mlp import ResidualMLPMapping

        yield "network", transform_of(fitted(ResidualMLPMapping()))


if __name__ == "__main__":
    main()
