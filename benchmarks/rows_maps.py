"""Rows on linear maps and on networks: what they do to held-out pairs."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from benchmarks.real_data import read_tsv
from benchmarks.rows_base import Found, count, fewer, found, halves, row, span
from benchmarks.rows_data import Material, Pairs
from langalign_sk import LangAligner
from langalign_sk.corpus import shared_strings
from langalign_sk.maps import MultiStepMap, ProcrustesMap, RidgeMap
from langalign_sk.measures import (
    alignment_tradeoff,
    cosine_gap,
    language_separability,
    orthogonality_deviation,
)

PAIRS = "Tatoeba, STS-B"


@row(
    "6", "C2", "Linear Cross-Lingual Mapping of Sentence Embeddings",
    claims="A least-squares map draws translations together, and is nearly a rotation.",
    holds_when="held-out distance falls and cosine rises under the map; the deviation from a "
    "rotation is 0 for one, more for a scaled one",
    data=PAIRS, shows="maps.RidgeMap measures.orthogonality_deviation measures.cosine_gap",
)  # fmt: skip
def least_squares(of: Material) -> Found:
    figures: dict[str, Any] = {}
    for encoder, lang in (("USE", "ko"), ("USE", "ja"), ("MiniLM", "it"), ("n-gram", "it")):
        fit, held = halves(of, lang, encoder)
        ridge = RidgeMap().fit(*fit)
        sides = held.S, ridge.transform(held.S)
        figures[f"{encoder} {lang}"] = {
            "distance": [np.linalg.norm(side - held.T, axis=1).mean() for side in sides],
            "cosine": [cosine_gap(side, held.T).matched for side in sides],
            "deviation": orthogonality_deviation(ridge),
        }
    rotation = ProcrustesMap().fit(*fit).coef_
    deviation = [orthogonality_deviation(scale * rotation) for scale in (1, 2)]
    closer = {
        where: f["distance"][1] < f["distance"][0] and f["cosine"][1] > f["cosine"][0]
        for where, f in figures.items()
    }
    figures["deviation"] = {"rotation": deviation[0], "twice a rotation": deviation[1]}
    korean = figures["USE ko"]
    return Found(
        all(closer.values()) and deviation[0] < 1e-6 < deviation[1],
        figures,
        f"Closer {count(closer)}; USE Korean: distance {korean['distance'][0]:.3f} to "
        f"{korean['distance'][1]:.3f}, cosine {korean['cosine'][0]:.3f} to "
        f"{korean['cosine'][1]:.3f}. Deviation {deviation[0]:.0e} for a rotation, "
        f"{deviation[1]:.1f} for twice a rotation.",
    )


@row(
    "22", "C2", "Alignment methods for mBERT",
    claims="Rotations gain by normalising first, and by sentences instead of a dictionary.",
    holds_when="centring raises held-out P@1 of a rotation; as many sentences teach no less than "
    "words",
    data=f"{PAIRS}; 1,103 words", shows="maps.ProcrustesMap maps.NormalizedMap measures.retrieval",
)  # fmt: skip
def normalised(of: Material) -> Found:
    figures, up, taught = {}, {}, {}
    for english, target in (("MiniLM", "USE"), ("USE", "USE")):
        for lang in ("ko", "ja"):
            fit, held = halves(of, lang, english, target)
            words = of.pairs("words", lang, english, target)
            plain = MultiStepMap(center=False).fit(*fit).transform(held.S)
            centred, dictionary, as_many = (
                ProcrustesMap().fit(*pairs).transform(held.S)
                for pairs in (fit, words, fewer(fit, len(words.S)))
            )
            p = [found(plain, held.T)]
            p += [found(rows, held.T, center=True) for rows in (centred, dictionary, as_many)]
            figures[where := f"{english} to {target} {lang}"] = dict(
                zip(("rotation", "centred", "words", "sentences"), p, strict=True)
            )
            up[where], taught[where] = p[1] > p[0], p[3] >= p[2] - 0.01
    apart = figures["MiniLM to USE ko"]
    return Found(
        all(up.values()) and all(taught.values()),
        figures,
        f"Centring: up {count(up)}, MiniLM to USE Korean {apart['rotation']:.3f} to "
        f"{apart['centred']:.3f}. Sentences no worse than words {count(taught)}: there "
        f"{apart['sentences']:.3f} against {apart['words']:.3f}.",
    )


@row(
    "29", "C2", "CADE (compass)",
    claims="Spaces trained apart are aligned by the words that they share.",
    holds_when="P@1 rises with the number of shared strings; few of them raise a warning",
    data=f"SIB-200, {PAIRS}", shows="corpus.shared_strings maps.MultiStepMap",
)  # fmt: skip
def anchors(of: Material) -> Found:
    figures: dict[str, Any] = {}
    rising = {}
    for lang in ("it", "tr", "ko"):
        kinds = ("topics", "tatoeba") if lang == "tr" else ("topics", "tatoeba", "sts")
        texts = [of.texts(kind, lang) for kind in kinds]
        sides = [list(chain.from_iterable(side)) for side in zip(*texts, strict=True)]
        shared = shared_strings(*sides, target_lang=lang)
        strings = list(shared.corpus.source)
        points = Pairs(of.encode(strings, "MiniLM"), of.encode(strings, "USE"))
        points = fewer(points, len(strings))
        S, T = of.pairs("topics", lang, "MiniLM", "USE")
        curve: dict[int, float] = {}
        for share in (0.1, 0.25, 0.5, 1.0):
            n = round(share * len(strings))
            some = points.rows(slice(n))
            curve[n] = found(MultiStepMap().fit(*some).transform(S), T, center=True)
        figures[lang] = {"overlap": shared.overlap, "P@1": curve}
        rising[lang] = list(curve.values()) == sorted(curve.values())
    said = [
        f"{lang} {span(found['P@1'].values(), '.2f')} with {span(found['P@1'], ',')} strings"
        for lang, found in figures.items()
    ]
    return Found(all(rising.values()), figures, f"MiniLM to USE, rising {count(rising)}: "
                 + "; ".join(said) + ".")  # fmt: skip


def dictionary(of: Material, cases: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """P@1 of held-out words, raw and under a map from the other half, over ten halvings."""
    figures = {}
    for encoder, lang in cases:
        words, before, after = of.pairs("words", lang, encoder), [], []
        for seed in range(10):
            order = np.random.default_rng(seed).permutation(len(words.S))
            fit, test = (words.rows(part) for part in np.array_split(order, 2))
            before.append(found(*test))
            after.append(found(ProcrustesMap().fit(*fit).transform(test.S), test.T))
        figures[f"{encoder} {lang}"] = {"raw": before, "mapped": after}
    return figures


@row(
    "47", "C2", "Sinhala-English embedding alignment",
    claims="A dictionary aligns the words of a small language, worse than those of a large one.",
    holds_when="P@1 of held-out words rises under the map, beside that of a larger language",
    data="1,103 words", shows="maps.ProcrustesMap measures.retrieval",
)  # fmt: skip
def small_language(of: Material) -> Found:
    figures = dictionary(of, (("MiniLM", "tr"), ("MiniLM", "it"), ("USE", "tr"), ("USE", "it")))
    return _mapped(figures, "small beside large: ")


@row(
    "74", "C2", "PidginUNMT",
    claims="Word spaces of a close variety are aligned, and neighbours become translations.",
    holds_when="mapped nearest neighbours are right more often than unmapped ones",
    data="1,103 words", shows="maps.ProcrustesMap measures.retrieval",
)  # fmt: skip
def close_variety(of: Material) -> Found:
    figures = dictionary(of, (("n-gram", "it"), ("MiniLM", "it"), ("USE", "ko"), ("USE", "zh")))
    return _mapped(figures, "P@1 ")


def _mapped(figures: dict[str, Any], head: str) -> Found:
    gains = {where: np.subtract(f["mapped"], f["raw"]) for where, f in figures.items()}
    up = {where: gain.mean() > 0 for where, gain in gains.items()}
    said = [
        f"{where} {np.mean(f['raw']):.3f} to {np.mean(f['mapped']):.3f} "
        f"(in {(gains[where] > 0).sum()} of 10 halvings)"
        for where, f in figures.items()
    ]
    return Found(all(up.values()), figures, f"{head}{', '.join(said)}.")


@row(
    "82", "C2", "SAVA (Italian vocabulary)",
    claims="Two models' spaces of different width are joined by the tokens that they share.",
    holds_when="a map from 384 to 512 columns, fitted on words both encoders read, has a held-out "
    "cosine above that of the mean vector",
    data="1,103 words", shows="maps.RidgeMap measures.cosine_gap",
)  # fmt: skip
def two_widths(of: Material) -> Found:
    words = of.texts("words", "ko")[0]
    both = Pairs(of.encode(words, "MiniLM"), of.encode(words, "USE"))
    order = np.random.default_rng(0).permutation(len(words))
    fit, test = (both.rows(part) for part in np.array_split(order, 2))
    guess = np.tile(fit.T.mean(axis=0), (len(test.T), 1))
    mapped, mean = (
        cosine_gap(rows, test.T).matched for rows in (RidgeMap().fit(*fit).transform(test.S), guess)
    )
    return Found(
        mapped > mean,
        {"MiniLM to USE": {"mapped": mapped, "mean vector": mean}},
        f"MiniLM to USE: held-out cosine {mapped:.3f}, of the mean vector {mean:.3f}.",
    )


@row(
    "2", "C3", "Understanding Cross-Lingual Alignment, survey",
    claims="Alignment means similar rows, or heads that carry over; language left out is lost.",
    holds_when="both kinds are reported for a map, and going part of the way traces the price of "
    "finding translations: neighbours of the own language that are lost",
    data=f"SIB-200; {PAIRS}", shows="align.LangAligner measures.alignment_tradeoff",
)  # fmt: skip
def both_kinds(of: Material) -> Found:
    figures, traded = {}, {}
    for encoder, lang in (("USE", "ko"), ("MiniLM", "it"), ("n-gram", "it")):
        E, X, pairs = of.task(encoder, lang)
        curve = {}
        for share in (0.0, 0.5, 1.0):
            moved = LangAligner(pairs, gate=None, blend=share).fit(E).transform(E)
            trade = alignment_tradeoff(E, moved, X)
            told = language_separability(np.vstack([moved, X]), ["en"] * len(E) + [lang] * len(X))
            curve[share] = {
                "found": trade.found,
                "kept": trade.kept,
                "told apart": told.probe,
                "accuracy": of.right(moved, X).mean(),
            }
        figures[where := f"{encoder} {lang}"] = curve
        kept = [point["kept"] for point in curve.values()]
        traded[where] = kept == sorted(kept, reverse=True)
    said = [
        f"{where} found {span([p['found'] for p in c.values()])}, kept "
        f"{span([p['kept'] for p in c.values()])}, accuracy {c[0.0]['accuracy']:.3f} to "
        f"{c[1.0]['accuracy']:.3f}"
        for where, c in figures.items()
    ]
    return Found(
        all(traded.values()),
        figures,
        "No map, half of the way, all of it: " + "; ".join(said) + ".",
    )


@row(
    "91", "C6", "Historical Luxembourgish embeddings",
    claims="Some thousand noisy pairs of the own domain are enough to adapt.",
    holds_when="retrieval of noisy news rises with the number of news pairs, above as many others",
    data="Korean news, STS-B", shows="maps.RidgeMap measures.retrieval",
)  # fmt: skip
def own_domain(of: Material) -> Found:
    columns = [read_tsv(of.data / "koen_news" / f"{name}.tsv") for name in ("dev", "test")]
    fit, test = (
        Pairs(of.encode(c["en"][:800], "MiniLM"), of.encode(c["ko"][:800], "USE")) for c in columns
    )
    others = of.pairs("sts", "ko", "MiniLM", "USE")
    figures: dict[str, Any] = {"news": {}, "other": {}}
    for n in (100, 200, 400, 800):
        for name, pairs in (("news", fit), ("other", others)):
            draws = [fewer(pairs, n, seed) for seed in range(5)]
            figures[name][n] = [
                found(RidgeMap().fit(*some).transform(test.S), test.T) for some in draws
            ]
    means = {name: [np.mean(p) for p in cell.values()] for name, cell in figures.items()}
    news, other = means["news"], means["other"]
    return Found(
        news == sorted(news) and all(np.subtract(news, other) > 0),
        figures,
        "MiniLM to USE, P@1 among 800 news sentences with 100, 200, 400, 800 news pairs: "
        f"{', '.join(f'{p:.3f}' for p in news)}; with as many others: "
        f"{', '.join(f'{p:.3f}' for p in other)}.",
    )
