"""Rows on shared spaces: shifts without pairs, what measures see, layers, mined and wrong pairs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.stats import kstest, pearsonr, special_ortho_group
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.real_data import minilm
from benchmarks.rows_base import HELD, Found, above, arrow, count, found, level, row, spaces, span
from benchmarks.rows_data import LANGUAGES, Material, Pairs, carried, gain
from langalign_sk import EmbeddingExtractor, HubModel, ParallelCorpus, ReverseAligner
from langalign_sk.align import pair_scores
from langalign_sk.maps import (
    LanguageMaskMap,
    MeanShiftMap,
    RidgeMap,
    SelfLearningMap,
    SubspaceShiftMap,
)
from langalign_sk.measures import (
    angular_similarity,
    concept_overlap,
    language_separability,
    linear_cka,
    neuron_correlation,
    neuron_overlap,
    paired_permutation_test,
    strong_alignment,
)


@row(
    "108", "C5", "ShifCon",
    claims="Rows shifted into the English subspace, and back, do better.",
    holds_when="the shift is undone exactly; an English head gains by it over the languages of "
    "weak encoders, and loses nothing over those of a strong one",
    data="SIB-200", shows="maps.MeanShiftMap maps.SubspaceShiftMap",
)  # fmt: skip
def shift(of: Material) -> Found:
    right: dict[str, Any] = {}
    exact = True
    for encoder, lang in spaces():
        E, X = of.pairs("topics", lang, encoder)
        right[where := f"{encoder} {lang}"] = {"no shift": of.right(E, X)}
        for name, way in (("means", MeanShiftMap()), ("subspaces", SubspaceShiftMap(32))):
            moved = way.fit(unlabeled_source=X, unlabeled_target=E).transform(X)
            right[where][name] = of.right(E, moved)
            exact &= bool(np.abs(way.inverse_transform(moved) - X).max() < 1e-6)
    over = {
        name: gain(*(np.concatenate([c[way] for c in some]) for way in ("no shift", "means")))
        for name, some in (
            ("strong", [c for where, c in right.items() if where.startswith("USE")]),
            ("weak", [c for where, c in right.items() if not where.startswith("USE")]),
        )
    }
    figures = {w: {way: r.mean() for way, r in c.items()} for w, c in right.items()}
    changes = [cell["means"] - cell["no shift"] for cell in figures.values()]
    turned = [cell["subspaces"] - cell["no shift"] for cell in figures.values()]
    return Found(
        exact and above(over["weak"]) and level(over["strong"]),
        figures | {"over languages": over},
        f"Undone {'exactly' if exact else 'NOT exactly'}. Means: MiniLM and n-grams "
        f"{arrow(over['weak'])}, USE {arrow(over['strong'])}, by case {span(changes, '+.3f')}. "
        f"Turning subspaces: {span(turned, '+.3f')}, so it helps weak encoders at most.",
    )


@row(
    "114", "C5", "Language Neutrality of Pre-trained Representations",
    claims="Centring each language, or a projection from few pairs, makes rows neutral.",
    holds_when="centring raises P@1 and hides the language; a projection from 500 pairs adds to it",
    data="Tatoeba", shows="maps.RidgeMap measures.language_separability measures.retrieval",
)  # fmt: skip
def neutral(of: Material) -> Found:
    figures, centring, adding = {}, {}, {}
    for encoder, lang in spaces():
        pairs = of.pairs("tatoeba", lang, encoder)
        learn, test = pairs.rows(slice(HELD)), pairs.rows(slice(HELD, None))
        centred = Pairs(*(s - known.mean(axis=0) for s, known in zip(test, learn, strict=True)))
        known = Pairs(*(side - side.mean(axis=0) for side in learn))
        projected = Pairs(RidgeMap().fit(*known).transform(centred.S), centred.T)
        stages = {"raw": test, "centred": centred, "projected": projected}
        cell = {name: {"P@1": found(*s), "told": told(s)} for name, s in stages.items()}
        figures[where := f"{encoder} {lang}"] = cell
        p, probe = ([stage[key] for stage in cell.values()] for key in ("P@1", "told"))
        centring[where] = p[1] >= p[0] and probe[1] < probe[0]
        adding[where] = p[2] > p[1]
    weak, strong = figures["MiniLM it"], figures["USE ko"]
    return Found(
        all(centring.values()) and all(adding.values()),
        figures,
        f"Centring {count(centring)}, a projection adds {count(adding)}. P@1 raw, centred, "
        f"projected: MiniLM Italian {_three(weak)}, USE Korean {_three(strong)}; a probe of the "
        f"language {strong['raw']['told']:.2f} to {strong['centred']['told']:.2f}.",
    )


def _three(cell: dict[str, Any]) -> str:
    return " ".join(f"{stage['P@1']:.3f}" for stage in cell.values())


def told(pairs: Pairs) -> float:
    """Accuracy of a probe of the language."""
    names = np.repeat(["en", "other"], len(pairs.S))
    return language_separability(np.vstack(pairs), names, cv=3).probe


@row(
    "15", "C5", "Language Surgery (ITLC)",
    claims="A language vector moves a row into another language and leaves its meaning.",
    holds_when="a probe takes shifted rows for the other language, and P@1 does not fall",
    data="Tatoeba", shows="maps.MeanShiftMap measures.retrieval",
)  # fmt: skip
def surgery(of: Material) -> Found:
    figures, holds = {}, {}
    for encoder, lang in spaces():
        pairs = of.pairs("tatoeba", lang, encoder)
        learn, test = pairs.rows(slice(HELD)), pairs.rows(slice(HELD, None))
        probe = LogisticRegression(C=10, max_iter=500)
        probe.fit(np.vstack(learn), np.repeat([0, 1], HELD))
        shift = MeanShiftMap().fit(unlabeled_source=learn.S, unlabeled_target=learn.T)
        moved = shift.transform(test.S)
        cell = {
            "taken for the target": [np.mean(probe.predict(rows)) for rows in (test.S, moved)],
            "P@1": [found(rows, test.T) for rows in (test.S, moved)],
        }
        figures[where := f"{encoder} {lang}"] = cell
        before, after = cell["P@1"]
        holds[where] = cell["taken for the target"][1] > 0.9 and after >= before - 0.005
    korean = figures["USE ko"]
    taken = [cell["taken for the target"][1] for cell in figures.values()]
    return Found(
        all(holds.values()),
        figures,
        f"Holds {count(holds)}: shifted English rows are taken for the other language in "
        f"{span(taken, '.0%')}; P@1 USE Korean {korean['P@1'][0]:.3f} to {korean['P@1'][1]:.3f}.",
    )


@row(
    "20", "C5", "Steering into New Embedding Spaces (finding experts)",
    claims="A few neurons carry the language; setting them to one value doubles retrieval.",
    holds_when="masking columns raises P@1 of sentences without any pair, where any are missed",
    data="SIB-200, 1,103 words", shows="maps.LanguageMaskMap measures.retrieval",
)  # fmt: skip
def mask(of: Material) -> Found:
    figures, up = {}, {}
    for encoder, lang in spaces():
        for kind in ("topics", "words"):
            S, T = of.pairs(kind, lang, encoder)
            cell = {"raw": found(S, T)}
            for share in (0.05, 0.2):
                ways = LanguageMaskMap(share).fit(unlabeled_source=S, unlabeled_target=T)
                cell[f"{share:.0%} masked"] = found(ways.transform(S), ways.transform(T))
            figures[where := f"{encoder} {lang} {kind}"] = cell
            if cell["raw"] < 0.98:  # else there is nothing to find
                up[where] = cell["20% masked"] > cell["raw"]
    sentences = [higher for where, higher in up.items() if where.endswith("topics")]
    grams = figures["n-gram it topics"]
    most = max(f["20% masked"] - f["raw"] for w, f in figures.items() if w.startswith("USE"))
    return Found(
        all(sentences),
        figures,
        f"A fifth of the columns masked: up {count(up)}; n-gram Italian sentences "
        f"{grams['raw']:.3f} to {grams['20% masked']:.3f}, USE at most {most:+.3f}. USE sentences "
        "are found nearly always, so nothing is left to gain.",
    )


@row(
    "98", "C13", "LAReQA",
    claims="Finding a translation among rows of all languages is harder than among the other's.",
    holds_when="P@1 in one pool is no higher than across; centring lowers the share that is lost",
    data="Tatoeba", shows="measures.strong_alignment maps.MeanShiftMap",
)  # fmt: skip
def one_pool(of: Material) -> Found:
    figures, holds = {}, {}
    for encoder, lang in spaces():
        S, T = of.pairs("tatoeba", lang, encoder)
        moved = MeanShiftMap().fit(unlabeled_source=S, unlabeled_target=T).transform(S)
        cell = {}
        for name, side in (("raw", S), ("centred", moved)):
            scores = strong_alignment(side, T)
            cell[name] = {"across": scores.weak.p_at_1, "one pool": scores.strong.p_at_1}
            cell[name] |= {"bias": scores.language_bias}
        figures[where := f"{encoder} {lang}"] = cell
        lost = [1 - stage["one pool"] / stage["across"] for stage in cell.values()]
        holds[where] = min(lost) >= 0 and lost[1] <= lost[0]
    weak = figures["MiniLM it"]
    said = [f"{s['across']:.3f} and {s['one pool']:.3f}" for s in weak.values()]
    return Found(
        all(holds.values()),
        figures,
        f"Holds {count(holds)}. MiniLM Italian, across and in one pool: {said[0]}; centred "
        f"{said[1]}.",
    )


@row(
    "58", "C15", "The Less the Merrier?",
    claims="Multilingual models keep languages and their families apart.",
    holds_when="a probe tells languages apart less well after centring, and by chance with "
    "shuffled names",
    data="SIB-200", shows="measures.language_separability",
)  # fmt: skip
def separable(of: Material) -> Found:
    figures = {}
    rng = np.random.default_rng(0)
    for encoder, languages in (("USE", LANGUAGES), ("MiniLM", ("it", "tr"))):
        sides = [of.pairs("topics", languages[0], encoder).S]
        sides += [of.pairs("topics", lang, encoder).T for lang in languages]
        # Other sentences in each language, and means of the first half: a probe that knows either
        # would be right less often than by chance.
        means = [side[:500].mean(axis=0) for side in sides]
        sides = [side[500 + place :: len(sides)][:80] for place, side in enumerate(sides)]
        names = np.repeat(["en", *languages], 80)
        rows = np.vstack(sides)
        centred = np.vstack([side - mean for side, mean in zip(sides, means, strict=True)])
        ask = partial(language_separability, cv=3)
        raw, after = ask(rows, names), ask(centred, names)
        shuffled = ask(rows, rng.permutation(names))
        figures[encoder] = {
            "raw": raw.probe, "centred": after.probe, "shuffled": shuffled.probe,
            "chance": raw.chance,
        }  # fmt: skip
    fine = [
        f["centred"] < f["raw"] and abs(f["shuffled"] - f["chance"]) < 0.05
        for f in figures.values()
    ]
    said = [
        f"{name} {f['raw']:.2f} to {f['centred']:.2f}, shuffled {f['shuffled']:.2f} (chance "
        f"{f['chance']:.2f})"
        for name, f in figures.items()
    ]
    return Found(all(fine), figures, f"Right answers of the probe: {'; '.join(said)}.")


@row(
    "16", "C4", "NeuronXA",
    claims="Overlap of active neurons in 100 translations predicts transfer.",
    holds_when="over encoders and languages it correlates above .8 with zero-shot accuracy",
    data="SIB-200", shows="measures.neuron_overlap",
)  # fmt: skip
def neurons(of: Material) -> Found:
    cells = {}
    for encoder, lang in spaces():
        E, X = of.pairs("topics", lang, encoder)
        cells[f"{encoder} {lang}"] = {
            "overlap": neuron_overlap(E[:100], X[:100]).alignment,
            "accuracy": of.right(E, X).mean(),
        }
    together, alone = (
        pearsonr(*zip(*((c["overlap"], c["accuracy"]) for c in some), strict=True))[0]
        for some in (cells.values(), [c for w, c in cells.items() if w.startswith("USE")])
    )
    return Found(
        together > 0.8,
        cells | {"Pearson": {"all cells": together, "USE alone": alone}},
        f"r = {together:.2f} over {len(cells)} cells of encoder and language; {alone:.2f} over the "
        "languages of USE alone, which differ little.",
    )


@row(
    "26", "C4", "PhiloBERTA",
    claims="Translations are closer by angle than control pairs (p = .012).",
    holds_when="p < .05 for translations against control pairs; p is even where both are random",
    data="Tatoeba", shows="measures.angular_similarity measures.paired_permutation_test",
)  # fmt: skip
def closer_than_control(of: Material) -> Found:
    rng = np.random.default_rng(0)
    p = {}
    for encoder, lang in spaces():
        S, T = of.pairs("tatoeba", lang, encoder).rows(slice(100))
        control = angular_similarity(S, np.roll(T, 1, axis=0))
        p[f"{encoder} {lang}"] = paired_permutation_test(angular_similarity(S, T), control)
    S, T = of.pairs("tatoeba", "ko", "USE")
    null = []
    for draw in range(200):
        rows, one, other = rng.permutation(1000)[:150].reshape(3, 50)
        sides = (angular_similarity(S[rows], T[which]) for which in (one, other))
        null.append(paired_permutation_test(*sides, n_permutations=499, random_state=draw))
    even = kstest(null, "uniform").pvalue
    return Found(
        max(p.values()) < 0.05 and even > 0.01,
        p | {"null": {"below .05": np.mean(np.array(null) < 0.05), "evenness": even}},
        f"p at most {max(p.values()):.4f} in {len(p)} cases of 100 pairs; of 200 random "
        f"comparisons {np.mean(np.array(null) < 0.05):.1%} below .05.",
    )


@row(
    "57", "C4", "Cross-lingual Similarity Revisited (ANC)",
    claims="Column by column correlation sees what CKA is blind to.",
    holds_when="ANC(X, X) = 1; a random rotation leaves linear CKA at 1 and lowers ANC",
    data="SIB-200", shows="measures.neuron_correlation measures.linear_cka",
)  # fmt: skip
def by_column(of: Material) -> Found:
    figures = {}
    for encoder in ("USE", "MiniLM", "n-gram"):
        E, X = of.pairs("topics", "it", encoder)
        turned = E @ special_ortho_group.rvs(E.shape[1], random_state=0)
        figures[encoder] = {
            "itself": neuron_correlation(E, E),
            "turned": neuron_correlation(E, turned),
            "turned, CKA": linear_cka(E, turned),
            "Italian": neuron_correlation(E, X),
        }
    holds = [
        abs(f["itself"] - 1) < 1e-6 and abs(f["turned, CKA"] - 1) < 1e-4 and f["turned"] < 0.5
        for f in figures.values()
    ]
    turned = [f["turned"] for f in figures.values()]
    return Found(
        all(holds),
        figures,
        f"Three encoders: ANC 1 with itself, {span(turned, '.2f')} turned, where CKA stays 1; "
        f"with Italian, USE {figures['USE']['Italian']:.2f}.",
    )


@row(
    "21", "C15", "Exploring Alignment in Shared Spaces",
    claims="Concepts are clusters; languages share them or do not.",
    holds_when="the overlap is 1 where both sides are equal, about 0 where rows are shuffled",
    data="SIB-200", shows="measures.concept_overlap",
)  # fmt: skip
def concepts(of: Material) -> Found:
    figures, rng = {}, np.random.default_rng(0)
    for encoder, lang in (("USE", "ko"), ("MiniLM", "it"), ("n-gram", "it")):
        E, X = of.pairs("topics", lang, encoder)
        figures[f"{encoder} {lang}"] = {
            "equal": concept_overlap(E, E),
            "translations": concept_overlap(E, X),
            "shuffled": concept_overlap(E, rng.permutation(X)),
        }
    holds = [f["equal"] > 0.999 and abs(f["shuffled"]) < 0.05 for f in figures.values()]
    said = [f"{where} {f['translations']:.2f}" for where, f in figures.items()]
    return Found(
        all(holds), figures, f"Equal 1, shuffled about 0; translations: {', '.join(said)}."
    )


@row(
    "28", "C8", "Middle-Layer Representation Alignment",
    claims="Middle layers are aligned best.",
    holds_when="the layer with the best P@1 on other pairs has a zero-shot accuracy no lower than "
    "the last one's",
    data="SIB-200, Tatoeba", shows="encoders.HubModel plots.LayerPoolingDisplay",
)  # fmt: skip
def best_layer(of: Material) -> Found:
    chosen, accuracy = {}, {}
    english, italian = of.texts("topics", "it")
    dev = [side[:200] for side in of.texts("tatoeba", "it")]
    for layer in (2, 4, 6):
        embed = EmbeddingExtractor(HubModel(minilm(), layer=layer))
        # The vectors of this encoder are those of its last layer, which are there already.
        encode = partial(of.encode, encoder="MiniLM") if layer == 6 else embed.transform
        chosen[layer] = found(*(encode(side) for side in dev))
        accuracy[layer] = of.right(encode(english), encode(italian)).mean()
    best = max(chosen, key=chosen.__getitem__)
    return Found(
        accuracy[best] >= accuracy[6],
        {"MiniLM it": {"P@1 on other pairs": chosen, "accuracy": accuracy}},
        f"MiniLM, Italian: layer {best} of 2, 4 and 6 is chosen on 200 pairs; accuracy "
        f"{accuracy[best]:.3f}, last layer {accuracy[6]:.3f}.",
    )


@row(
    "66", "C8", "Sentence representations, Baltic case",
    claims="Mean pooling is a better sentence vector than the first token, layer by layer.",
    holds_when="P@1 is higher with mean pooling than with CLS in every layer",
    data="Tatoeba", shows="encoders.HubModel text.EmbeddingExtractor",
)  # fmt: skip
def pooled(of: Material) -> Found:
    figures: dict[str, Any] = {}
    sides = [side[:200] for side in of.texts("tatoeba", "it")]
    for layer in (2, 4, 6):
        figures[f"layer {layer}"] = {
            pooling: found(
                *(
                    EmbeddingExtractor(minilm(), layer=layer, pooling=pooling).transform(side)
                    for side in sides
                )
            )
            for pooling in ("mean", "cls")
        }
    said = [f"{f['mean']:.3f} and {f['cls']:.3f}" for f in figures.values()]
    return Found(
        all(f["mean"] > f["cls"] for f in figures.values()),
        figures,
        f"MiniLM, Italian, mean and CLS: {', '.join(said)} in layers 2, 4 and 6.",
    )


@row(
    "3", "C11", "ERNIE-M",
    claims="Pairs made out of text of each language add to the true ones.",
    holds_when="true pairs and mined ones are no worse than the true ones alone, in P@1 and in "
    "accuracy",
    data="SIB-200; pairs from Tatoeba, texts from STS-B", shows="maps.SelfLearningMap",
)  # fmt: skip
def mined(of: Material) -> Found:
    figures, safe = {}, {}
    for english, target, lang in (
        ("MiniLM", "USE", "ko"),
        ("MiniLM", "USE", "ja"),
        ("MiniLM", "MiniLM", "it"),
    ):
        gold, pool = (
            of.pairs("tatoeba", lang, english, target),
            of.pairs("sts", lang, english, target),
        )
        pool = Pairs(pool.S[:1500], pool.T[750:2250])  # half of the rows have a translation
        E, X = of.pairs("topics", lang, english, target)
        cell = {}
        for name, rounds in (("true alone", 0), ("with mined", 5)):
            learned = SelfLearningMap(n_rounds=rounds, random_state=0)
            learned.fit(*gold.rows(slice(300)), unlabeled_source=pool.S, unlabeled_target=pool.T)
            held = gold.rows(slice(500, None))
            moved = learned.transform(E)
            cell[name] = [found(learned.transform(held.S), held.T), of.right(moved, X).mean()]
        figures[where := f"{english} to {target} {lang}"] = cell
        safe[where] = all(b >= a - 0.005 for a, b in zip(*cell.values(), strict=True))
    said = [
        f"{where} P@1 {c['true alone'][0]:.3f} to {c['with mined'][0]:.3f}, accuracy "
        f"{c['true alone'][1]:.3f} to {c['with mined'][1]:.3f}"
        for where, c in figures.items()
    ]
    return Found(all(safe.values()), figures, f"300 pairs: {'; '.join(said)}.")


@row(
    "101", "C12", "Fine-grained divergences by ranking",
    claims="Diverging pairs are found, and leaving them out helps.",
    holds_when="with half of the pairs shuffled these score lower (AUC > .9), and weighing by "
    "the score restores most of what they cost beside the right pairs alone",
    data="SIB-200; pairs from STS-B, Tatoeba", shows="align.pair_scores align.ReverseAligner",
)  # fmt: skip
def shuffled(of: Material) -> Found:
    figures, holds = {}, {}
    for lang in ("ko", "ja"):
        E, X, clean = of.task("MiniLM, USE", lang)
        right = of.right(*carried(ReverseAligner, E, X, clean, round_trip=True)).mean()
        for share in (0.3, 0.5):
            rng = np.random.default_rng(0)
            wrong = rng.permutation(clean.n_pairs)[: int(share * clean.n_pairs)]
            target = np.array(clean.target)
            target[wrong] = target[np.roll(wrong, 1)]
            noisy = ParallelCorpus(clean.source, target, target_lang=lang)
            fine = ~np.isin(np.arange(clean.n_pairs), wrong)
            cell = {"AUC": roc_auc_score(fine, pair_scores(noisy)), "clean": right}
            for name, pairs, robust in (
                ("right alone", clean.take(np.flatnonzero(fine)), None),
                ("all", noisy, None),
                ("trimmed", noisy, "trim"),
                ("weighed", noisy, "weight"),
            ):
                sides = carried(ReverseAligner, E, X, pairs, robust=robust, round_trip=True)
                cell[name] = of.right(*sides).mean()
            figures[where := f"{lang}, {share:.0%} shuffled"] = cell
            cost, back = (cell[name] - cell["all"] for name in ("right alone", "weighed"))
            holds[where] = cell["AUC"] > 0.9 and back > cost / 2
    said = [
        f"{where}, AUC {c['AUC']:.3f}: all {c['all']:.3f}, weighed {c['weighed']:.3f}, right alone "
        f"{c['right alone']:.3f}"
        for where, c in figures.items()
    ]
    return Found(
        all(fine for where, fine in holds.items() if "50%" in where),
        figures,
        f"MiniLM to USE, accuracy: {'; '.join(said)}.",
    )
