"""Rows on dictionaries: scores, maps, lexicons out of texts, vectors of unknown words."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.stats import spearmanr

from benchmarks.rows_base import Found, count, found, row, spaces
from benchmarks.rows_data import AsModel, Material, stacked
from benchmarks.rows_transfer import unseen
from benchmarks.rows_words import aligner
from langalign_sk import EmbeddingExtractor, LangAligner, TextPool
from langalign_sk.corpus import mine_pairs
from langalign_sk.maps import AgreementMap
from langalign_sk.words import (
    Lexicon,
    induce_lexicon,
    lexicon_precision,
    vectors_of_unknown,
    word_alignment_score,
)


@row(
    "S1", "C19", "ALIGN-MLM",
    claims="How well words are aligned tells how well labels transfer (rho = .727).",
    holds_when="over eight or more cells of encoder, language and map, Spearman of the score and "
    "zero-shot accuracy is positive, with its p-value",
    data="SIB-200, 1,103 words; pairs from STS-B, Tatoeba", shows="words.word_alignment_score",
)  # fmt: skip
def word_score(of: Material) -> Found:
    cells = {}
    for encoder, lang in spaces():
        E, X, pairs = of.task(encoder, lang)
        words = of.pairs("words", lang, encoder)
        lexicon = Lexicon(zip(*of.texts("words", lang), strict=True))
        fitted = LangAligner(pairs, gate=None).fit(E)
        for name, move in (("raw", np.asarray), ("ridge", fitted.transform)):
            cells[f"{encoder} {lang} {name}"] = {
                "score": word_alignment_score(lexicon, move(words.S), words.T).mean,
                "accuracy": of.right(move(E), X).mean(),
            }
    rho, p = spearmanr(*zip(*(cell.values() for cell in cells.values()), strict=True))
    return Found(
        len(cells) >= 8 and rho > 0 and p < 0.05,
        cells | {"Spearman": {"rho": rho, "p": p}},
        f"Spearman {rho:.2f} (p {p:.4f}) over {len(cells)} cells.",
    )


@row(
    "50", "C19", "Massively multilingual lexical specialization",
    claims="A projection learned from word pairs of some languages serves the others.",
    holds_when="a map from word pairs raises P@1 of words of a language outside the dictionary",
    data="1,103 words", shows="maps.AgreementMap words.induce_lexicon words.lexicon_precision",
)  # fmt: skip
def lexical(of: Material) -> Found:
    figures, up = {}, {}
    for encoder, lang, seen in unseen():
        texts, words = of.texts("words", lang), of.pairs("words", lang, encoder)
        cell: dict[str, list[float]] = {"raw": [], "mapped": []}
        for seed in range(3):
            order = np.random.default_rng(seed).permutation(len(words.S))
            fit, test = np.array_split(order, 2)
            agreed = AgreementMap().fit(
                *stacked([of.pairs("words", other, encoder).rows(fit) for other in seen])
            )
            names = [[side[i] for i in test] for side in texts]
            gold, (S, T) = Lexicon(zip(*names, strict=True)), words.rows(test)
            for name, move in (("raw", np.asarray), ("mapped", agreed.transform)):
                lexicon = induce_lexicon(names[0], move(S), names[1], move(T), method="cosine")
                cell[name].append(lexicon_precision(lexicon, gold).precision)
        figures[where := f"{encoder} {'+'.join(seen)} to {lang}"] = cell
        up[where] = np.mean(cell["mapped"]) > np.mean(cell["raw"])
    korean = figures["USE ja+zh to ko"]
    return Found(
        all(holds for where, holds in up.items() if not where.startswith("n-gram")),
        figures,
        f"Up {count(up)}. Korean from Japanese and Chinese, USE: P@1 {np.mean(korean['raw']):.3f} "
        f"to {np.mean(korean['mapped']):.3f}.",
    )


@row(
    "70", "C11", "Dialect lexicon induction",
    claims="Mine sentences, align their words, count: a lexicon of a language without resources.",
    holds_when="a lexicon from mined pairs has a higher P@1 than equal spelling",
    data="STS-B, 1,103 words", shows="corpus.mine_pairs words.WordAligner words.Lexicon",
)  # fmt: skip
def induced(of: Material) -> Found:
    english, italian = (list(dict.fromkeys(side[:2000])) for side in of.texts("sts", "it"))
    embed = EmbeddingExtractor(AsModel(partial(of.encode, encoder="USE")))
    pools = TextPool(english, lang="en"), TextPool(sorted(italian), lang="it")
    corpus = mine_pairs(*pools, embedder=embed).corpus
    pairs = aligner("MiniLM", "itermax", cooccurrence=1.0).fit(corpus).align(corpus)
    lexicon = Lexicon.from_alignments(
        [p.source.words for p in pairs], [p.target.words for p in pairs], [p.links for p in pairs]
    )
    known = {word for side in english for word in side.lower().split()}
    gold = Lexicon(
        (en.lower(), it.lower())
        for en, it in zip(*of.texts("words", "it"), strict=True)
        if en.lower() in known and " " not in it
    )
    p = lexicon_precision(lexicon, gold)
    same = lexicon_precision(Lexicon((word, word) for word in gold), gold)
    return Found(
        p.precision > same.precision,
        {"it": {"lexicon": p.precision, "equal spelling": same.precision, "words": p.n_words,
                "mined": len(pairs)}},
        f"Italian: P@1 of {p.n_words} words {p.precision:.3f}, equal spelling "
        f"{same.precision:.3f}; {len(pairs)} mined pairs.",
    )  # fmt: skip


@row(
    "103", "C19", "UniBridge",
    claims="Vectors of unknown words are made of those of neighbours that another space knows.",
    holds_when="made-up vectors are found better than random ones and than the mean",
    data="1,103 words", shows="words.vectors_of_unknown",
)  # fmt: skip
def unknown(of: Material) -> Found:
    figures = {}
    rng = np.random.default_rng(0)
    for lang in ("it", "tr", "ko"):
        words = of.pairs("words", lang, "USE")
        known = of.pairs("words", lang, "MiniLM", "USE").S
        fit, test = np.array_split(rng.permutation(len(known)), 2)
        made = vectors_of_unknown(words.T[test], words.S[fit], known[fit])
        mean = np.tile(known[fit].mean(axis=0), (len(test), 1)) + 1e-6 * rng.normal(size=made.shape)
        figures[lang] = {
            name: found(rows, known[test])
            for name, rows in (
                ("made", made),
                ("mean", mean),
                ("random", rng.normal(size=made.shape)),
            )
        }
    said = [
        f"{w} {c['made']:.3f} (mean {c['mean']:.3f}, random {c['random']:.3f})"
        for w, c in figures.items()
    ]
    return Found(
        all(c["made"] > max(c["mean"], c["random"]) for c in figures.values()),
        figures,
        f"Words unknown to MiniLM out of its words that are near in USE; P@1 of their English "
        f"translations: {'; '.join(said)}.",
    )
