"""The statements of `benchmarks.literature`: each a function from material to cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import pearsonr, spearmanr

from benchmarks.literature_data import LANGUAGES, ONE_SPACE, Material, Pairs, gain, stacked
from langalign_sk import LangAligner, ReverseAligner
from langalign_sk.corpus import shared_strings
from langalign_sk.maps import (
    AgreementMap,
    LanguageMaskMap,
    MeanShiftMap,
    MLPMap,
    MultiStepMap,
    ProcrustesMap,
    RidgeMap,
    SubspaceShiftMap,
)
from langalign_sk.measures import (
    alignment_drift,
    language_separability,
    neuron_overlap,
    retrieval,
)

#: Rows of pairs held out from those that a map is fitted to.
HELD = 500


class Case(NamedTuple):
    """One place where a statement is tried: its figures, in order, and whether it holds there."""

    where: str
    figures: tuple[float, ...]
    holds: bool


class Row(NamedTuple):
    """A system of the literature: its statement, the figures of a case, the cases."""

    system: str
    statement: str
    figures: str
    cases: Callable[[Material], Iterator[Case]]


def found(S: Any, T: Any, *, center: bool = False) -> float:
    """P@1 by cosine, mean of both directions."""
    return retrieval(S, T, method="cosine", center=center).mean.p_at_1


def spaces() -> Iterator[tuple[str, str]]:
    """Encoder and language of every case in which one encoder serves both sides."""
    for encoder, languages in ONE_SPACE.items():
        for lang in languages:
            yield encoder, lang


def _langalign(of: Material) -> Iterator[Case]:
    for encoder, lang in spaces():
        E, X = of.pairs("topics", lang, encoder)
        pairs = of.general(lang, encoder)
        plain = of.right(E, X, frozen=E)
        back = ReverseAligner(tuple(pairs)).fit(E)
        forward = LangAligner(tuple(pairs)).fit(E)
        reverse = gain(plain, of.right(E, back.maps_["target"].transform(X), frozen=E))
        there = gain(plain, of.right(forward.maps_["source"].transform(E), X))
        figures = (there.before, there.after, reverse.after)
        yield Case(f"{encoder} {lang}", figures, min(there.after, reverse.after) >= there.before)


def _tada(of: Material) -> Iterator[Case]:
    for encoder, lang in spaces():
        E, X = of.pairs("topics", lang, encoder)
        plain = of.right(E, X, frozen=E)
        moved = ReverseAligner(tuple(of.general(lang, encoder))).fit(E).maps_["target"].transform(X)
        change = gain(plain, of.right(E, moved, frozen=E))
        yield Case(f"{encoder} {lang}", change, change.after > change.before)


def _unseen(of: Material) -> Iterator[Case]:
    for encoder, lang, seen in unseen():
        E, X = of.pairs("topics", lang, encoder)
        pooled = stacked([of.general(other, encoder) for other in seen])
        moved = RidgeMap().fit(pooled.T, pooled.S).transform(X)
        change = gain(of.right(E, X, frozen=E), of.right(E, moved, frozen=E))
        where = f"{encoder} {'+'.join(seen)} > {lang}"
        yield Case(where, change, change.after > change.before)


def unseen() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Encoder, a language without pairs, languages with pairs."""
    for lang in LANGUAGES:
        yield "USE", lang, ("it", "tr") if lang in ("ja", "zh") else ("ja", "zh")
    for encoder in ("MiniLM", "n-gram"):
        yield encoder, "it", ("tr",)
        yield encoder, "tr", ("it",)


def _lexical(of: Material) -> Iterator[Case]:
    for encoder, lang, seen in unseen():
        before, after = [], []
        for seed in range(3):
            order = np.random.default_rng(seed).permutation(len(of.texts("words", lang)[0]))
            fit, test = np.array_split(order, 2)
            agreed = AgreementMap().fit(
                *stacked(
                    [
                        Pairs(*(side[fit] for side in of.pairs("words", other, encoder)))
                        for other in seen
                    ]
                )
            )
            S, T = (side[test] for side in of.pairs("words", lang, encoder))
            before.append(found(S, T))
            after.append(found(agreed.transform(S), agreed.transform(T)))
        figures = float(np.mean(before)), float(np.mean(after))
        yield Case(f"{encoder} {'+'.join(seen)} > {lang}", figures, figures[1] > figures[0])


def _normalise(of: Material) -> Iterator[Case]:
    for english, target in (("MiniLM", "USE"), ("USE", "USE")):
        for lang in ("ko", "ja"):
            fit, held = halves(of, lang, english, target)
            plain, centred, dictionary = (
                each.fit(*pairs).transform(held.S)
                for each, pairs in (
                    (MultiStepMap(center=False), fit),
                    (ProcrustesMap(), fit),
                    (ProcrustesMap(), of.pairs("words", lang, english, target)),
                )
            )
            sentences = fewer(fit, len(of.texts("words", lang)[0]))
            as_many = ProcrustesMap().fit(*sentences).transform(held.S)
            figures = (
                found(plain, held.T),
                found(centred, held.T, center=True),
                found(dictionary, held.T, center=True),
                found(as_many, held.T, center=True),
            )
            where = f"{english} > {target} {lang}"
            yield Case(where, figures, figures[1] > figures[0] and figures[3] >= figures[2])


def halves(of: Material, lang: str, english: str, target: str | None = None) -> tuple[Pairs, Pairs]:
    """STS-B and half of Tatoeba to fit on; the other half."""
    fit, test = of.general(lang, english, target), of.pairs("tatoeba", lang, english, target)
    return Pairs(*(side[:-HELD] for side in fit)), Pairs(*(side[-HELD:] for side in test))


def fewer(pairs: Pairs, n: int) -> Pairs:
    """Some of the pairs, drawn at random."""
    drawn = np.random.default_rng(0).permutation(len(pairs.S))[:n]
    return Pairs(pairs.S[drawn], pairs.T[drawn])


def _anchors(of: Material) -> Iterator[Case]:
    for lang in ("it", "tr", "ko"):
        texts = [
            of.texts(kind, lang)
            for kind in (("topics", "tatoeba") if lang == "tr" else ("topics", "tatoeba", "sts"))
        ]
        sides = [list(chain.from_iterable(side)) for side in zip(*texts, strict=True)]
        shared = shared_strings(*sides, target_lang=lang)
        strings = list(shared.corpus.source)
        anchors = fewer(
            Pairs(of.encode(strings, "MiniLM"), of.encode(strings, "USE")), len(strings)
        )
        S, T = of.pairs("topics", lang, "MiniLM", "USE")
        rising = []
        for share in (0.1, 0.25, 0.5, 1.0):
            n = round(share * len(strings))
            mapped = MultiStepMap().fit(anchors.S[:n], anchors.T[:n]).transform(S)
            rising += [found(mapped, T, center=True)]
        figures = (shared.overlap, float(len(strings)), *rising)
        yield Case(f"MiniLM > USE {lang}", figures, rising == sorted(rising))


def _drift(of: Material) -> Iterator[Case]:
    for encoder, lang in (("USE", "ko"), ("USE", "it"), ("MiniLM", "it"), ("n-gram", "it")):
        E, X = of.pairs("topics", lang, encoder)
        pairs, figures = of.general(lang, encoder), []
        for loss in ("mse", {"mse": 1.0, "keep_source": 1.0}):
            net = MLPMap(loss=loss, hidden_width=256, max_iter=5, random_state=0).fit(*pairs)
            moved = net.transform(E)
            figures += [alignment_drift(E, moved).moved, float(of.right(moved, X).mean())]
        less = figures[2] < 0.9 * figures[0] and figures[3] >= figures[1] - 0.005
        yield Case(f"{encoder} {lang}", tuple(figures), less)


def _ranking(of: Material) -> Iterator[Case]:
    for english, target, lang in (
        ("MiniLM", "USE", "ko"),
        ("MiniLM", "USE", "it"),
        ("USE", "USE", "ko"),
        ("n-gram", "n-gram", "it"),
    ):
        fit, held = halves(of, lang, english, target)
        there = Pairs(fit.T, fit.S)
        figures = [_same_order(held.T, held.S)]
        for loss in ("mse", {"mse": 1.0, "relational": 1.0}):
            net = MLPMap(base="procrustes", loss=loss, hidden_width=256, max_iter=5, random_state=0)
            figures += [_same_order(net.fit(*there).transform(held.T), held.S)]
        figures += [_same_order(RidgeMap().fit(*there).transform(held.T), held.S)]
        yield Case(f"{target} {lang} > {english}", tuple(figures), figures[2] > max(figures[:2]))


def _same_order(rows: Any, partners: Any) -> float:
    """Rank correlation of the cosines among rows with those among their partners."""
    above = np.triu_indices(len(rows), 1)
    units = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (rows, partners))
    return float(spearmanr(*((unit @ unit.T)[above] for unit in units))[0])


def _shift(of: Material) -> Iterator[Case]:
    for encoder, lang in spaces():
        E, X = of.pairs("topics", lang, encoder)
        plain, figures = of.right(E, X, frozen=E), []
        for shift in (MeanShiftMap(), SubspaceShiftMap(32)):
            moved = shift.fit(unlabeled_source=X, unlabeled_target=E).transform(X)
            figures += [float(of.right(E, moved, frozen=E).mean())]
            lost = float(np.abs(shift.inverse_transform(moved) - X).max())
            exact = lost < 1e-6
        figures = [float(plain.mean()), *figures, lost]
        yield Case(f"{encoder} {lang}", tuple(figures), exact and figures[1] > figures[0])


def _neutral(of: Material) -> Iterator[Case]:
    for encoder, lang in spaces():
        S, T = of.pairs("tatoeba", lang, encoder)
        learn, test = Pairs(S[:HELD], T[:HELD]), Pairs(S[HELD:], T[HELD:])
        centred = Pairs(
            *(side - known.mean(axis=0) for side, known in zip(test, learn, strict=True))
        )
        known = Pairs(*(side - side.mean(axis=0) for side in learn))
        projected = Pairs(RidgeMap().fit(*known).transform(centred.S), centred.T)
        stages = (test, centred, projected)
        p = [found(*stage) for stage in stages]
        told = [_told(stage) for stage in stages]
        better = p[1] > p[0] and told[1] < told[0] and p[2] > p[1]
        yield Case(f"{encoder} {lang}", (*p, *told), better)


def _told(pairs: Pairs) -> float:
    """Accuracy of a probe of the language."""
    names = np.repeat(["en", "other"], len(pairs.S))
    return language_separability(np.vstack(pairs), names, cv=3).probe


def _neurons(of: Material) -> Iterator[Case]:
    overlap, accuracy = [], []
    for encoder in ("USE", "MiniLM"):
        for lang in LANGUAGES if encoder == "USE" else ("it", "tr"):
            E, X = of.pairs("topics", lang, encoder)
            overlap.append(neuron_overlap(E[:100], X[:100]).alignment)
            accuracy.append(float(of.right(E, X, frozen=E).mean()))
    for where, part in (
        ("USE alone, 5 languages", slice(0, 5)),
        ("USE and MiniLM, 7 cells", slice(0, 7)),
    ):
        r = float(pearsonr(overlap[part], accuracy[part])[0])
        yield Case(where, (r,), r > 0.8)


def _mask(of: Material) -> Iterator[Case]:
    for encoder, lang in spaces():
        for kind in ("topics", "words"):
            S, T = of.pairs(kind, lang, encoder)
            figures = [found(S, T)]
            for share in (0.05, 0.2):
                mask = LanguageMaskMap(share).fit(unlabeled_source=S, unlabeled_target=T)
                figures += [
                    found(S, mask.transform(T)),
                    found(mask.transform(S), mask.transform(T)),
                ]
            yield Case(
                f"{encoder} {lang} {kind}", tuple(figures), max(figures[2], figures[4]) > figures[0]
            )


def _negatives(of: Material) -> Iterator[Case]:
    for english, target, lang in (
        ("MiniLM", "USE", "ko"),
        ("USE", "USE", "ko"),
        ("MiniLM", "MiniLM", "it"),
    ):
        fit, held = halves(of, lang, english, target)
        figures = []
        for size in (32, 128, 512):
            net = MLPMap(
                loss="infonce", batch_size=size, hidden_width=256, max_iter=5, random_state=0
            )
            figures += [found(net.fit(*fit).transform(held.S), held.T)]
        rising = all(b >= a - 0.01 for a, b in pairwise(figures))
        yield Case(f"{english} > {target} {lang}", tuple(figures), rising)


ROWS = {
    "S0": Row(
        "LANGALIGN",
        "a head on A(English) and an English head on R(target) are no worse than no map",
        "accuracy: no map, forward, reverse",
        _langalign,
    ),
    "16": Row(
        "NeuronXA", "neuron overlap of 100 pairs correlates above .8 with accuracy", "r", _neurons
    ),
    "19": Row(
        "MAML-Align",
        "a map learned from other languages beats none on a language without pairs",
        "accuracy: no map, mapped; 95% interval of the difference",
        _unseen,
    ),
    "20": Row(
        "Finding experts",
        "masking columns on both sides raises P@1 without pairs",
        "P@1: raw; 5% masked on one side, both; 20% on one side, both",
        _mask,
    ),
    "22": Row(
        "Alignment methods for mBERT",
        "normalising raises held-out P@1 of a rotation; sentences teach no less than words",
        "P@1: rotation as it is, centred; from words, from as many sentences",
        _normalise,
    ),
    "24": Row(
        "TADA",
        "a map learned without task labels raises the accuracy of a frozen head",
        "accuracy: no map, mapped; 95% interval of the difference",
        _tada,
    ),
    "29": Row(
        "CADE",
        "P@1 rises with the number of shared strings",
        "overlap, strings; P@1 of 10%, 25%, 50%, all of them",
        _anchors,
    ),
    "34": Row(
        "Cross-lingual adjustment",
        "keep_source lowers drift by more than a tenth at equal accuracy",
        "drift and accuracy without, drift and accuracy with",
        _drift,
    ),
    "50": Row(
        "Lexical specialization",
        "a map from word pairs raises P@1 of words of a language without pairs",
        "P@1: before, after",
        _lexical,
    ),
    "89": Row(
        "CLiTSSA",
        "relational keeps the order of the cosines of the English partners",
        "Spearman: raw, mse, mse and relational; ridge",
        _ranking,
    ),
    "105": Row("InfoXLM", "more negatives do not lower P@1", "P@1: 32, 128, 512", _negatives),
    "108": Row(
        "ShifCon",
        "the shift is undone exactly, and an English head gains by it",
        "accuracy: no shift, means, subspaces; largest error of the way back",
        _shift,
    ),
    "114": Row(
        "Language neutrality",
        "centring raises P@1 and hides the language; a projection adds to it",
        "P@1: raw, centred, projected; accuracy of a probe of the language: the same",
        _neutral,
    ),
}
