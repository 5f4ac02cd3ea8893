"""Rows on what comes before the encoder: dialects, stress, other words, scripts, spans, names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from benchmarks.real_data import Vectors, read_tsv
from benchmarks.rows_base import Found, above, arrow, count, found, level, row
from benchmarks.rows_data import AsModel, Material, gain
from langalign_sk import EmbeddingExtractor, NgramEncoder, ParallelCorpus
from langalign_sk.maps import MLPMap, RidgeMap
from langalign_sk.measures import language_separability
from langalign_sk.prepare import (
    Augmented,
    CodeSwitcher,
    DialectNormalizer,
    EntityFeatures,
    TextPerturber,
    Transliterator,
    protect,
    restore,
    spelling_pairs,
    transliterated_pairs,
    word_generality,
)

NAMES, DIALECTS = (Path(__file__).with_name(f"{name}.tsv") for name in ("names", "dialects"))
#: Standard → its dialects in `dialects.tsv`.
VARIETIES = {"de": ("de-ba", "de-st", "gsw"), "it": ("nap",)}
#: Encoder and language of the rows on switched words.
SWITCHED = (("n-gram", "it"), ("n-gram", "tr"), ("MiniLM", "it"), ("USE", "it"), ("USE", "ko"))


@cache
def names(lang: str) -> dict[str, str]:
    """Names of territories and languages, English → another language."""
    table = read_tsv(NAMES)
    return dict(zip(table["en"], table[lang], strict=True))


def lexicon(of: Material, lang: str) -> dict[str, list[str]]:
    """Words and the word that stands most often in translations of them, by Dice's coefficient."""
    texts = [
        of.texts(kind, lang) for kind in (("tatoeba",) if lang == "tr" else ("sts", "tatoeba"))
    ]
    sides = [[text for pair in texts for text in pair[i]] for i in (0, 1)]
    counts = [CountVectorizer(binary=True, min_df=3, token_pattern=r"[^\W\d_]+") for _ in sides]
    S, T = (one.fit_transform(side).tocsc() for one, side in zip(counts, sides, strict=True))
    words = [one.get_feature_names_out() for one in counts]
    both, n, m = (S.T @ T).toarray(), S.sum(axis=0).A1, T.sum(axis=0).A1
    dice = 2 * both / (n[:, None] + m)
    best = dice.argmax(axis=1)
    return {
        str(word): [str(words[1][j])]
        for i, (word, j) in enumerate(zip(words[0], best, strict=True))
        if dice[i, j] >= 0.3
    }


def with_copies(
    of: Material,
    encoder: str,
    english: Sequence[str],
    step: Any,
    *asked: Sequence[str],
    n_copies: int,
    draws: int = 1,
) -> list[Any]:
    """Right answers on each list of texts of a head that learns from English texts and copies.

    Of several draws of the copies, the mean.
    """
    embed = EmbeddingExtractor(AsModel(partial(of.encode, encoder=encoder)), cache=None)
    pipe = make_pipeline(embed, LogisticRegression(C=10, max_iter=500))
    right = [np.zeros(len(english)) for _ in asked]
    for seed in range(draws):
        model = Augmented(pipe, step, n_copies=n_copies, random_state=seed)
        for learn, test in of.folds:
            model.fit([english[i] for i in learn], of.labels[learn])
            for own, texts in zip(right, asked, strict=True):
                hits = model.predict([texts[i] for i in test]) == of.labels[test]
                own[test] += hits / draws
    return right


@row(
    "S2", "C24", "DICT-MLM",
    claims="A bilingual dictionary alone teaches a model the other language.",
    holds_when="English training text with words put in from a dictionary gives at least the "
    "target accuracy of the text as it is",
    data="SIB-200; words out of Tatoeba, STS-B", shows="prepare.CodeSwitcher prepare.Augmented",
)  # fmt: skip
def dictionary(of: Material) -> Found:
    figures, good = {}, {}
    for encoder, lang in SWITCHED:
        E, X = of.pairs("topics", lang, encoder)
        step = CodeSwitcher(lexicon(of, lang), rate=0.5, random_state=0)
        copy = of.encode(step.fit_transform(of.texts("topics", lang)[0]).tolist(), encoder)
        change = gain(of.right(E, X), of.right(copy, X))
        figures[where := f"{encoder} {lang}"] = change
        good[where] = level(change)
    return Found(
        all(good.values()),
        figures,
        f"Half of the known words switched: nothing lost {count(good)}; n-gram Turkish "
        f"{arrow(figures['n-gram tr'])}, USE Italian {arrow(figures['USE it'])}.",
    )


@row(
    "9", "C24", "PreAlign",
    claims="Code-switched input before training aligns languages early.",
    holds_when="code-switched copies of English training text raise target accuracy where an "
    "encoder is weakly aligned (MiniLM, n-grams), and cost nothing where it is not",
    data="SIB-200; words out of Tatoeba, STS-B", shows="prepare.CodeSwitcher prepare.Augmented",
)  # fmt: skip
def copies(of: Material) -> Found:
    figures = {}
    good: dict[int, dict[str, bool]] = {1: {}, 4: {}}
    for encoder, lang in SWITCHED:
        where = f"{encoder} {lang}"
        E, X = of.pairs("topics", lang, encoder)
        english, target = of.texts("topics", lang)
        step = CodeSwitcher(lexicon(of, lang), rate=0.5)
        plain = of.right(E, X)
        for n, own in good.items():
            change = gain(plain, *with_copies(of, encoder, english, step, target, n_copies=n))
            figures[where if n > 1 else f"{where}, one copy"] = change
            own[where] = level(change) if encoder == "USE" else above(change)
    return Found(
        all(good[4].values()),
        figures,
        f"Four copies of each text: as said {count(good[4])}; n-gram Turkish "
        f"{arrow(figures['n-gram tr'])}, MiniLM Italian {arrow(figures['MiniLM it'])}. One copy of "
        f"each: as said {count(good[1])}.",
    )


@row(
    "23", "C24", "EntityCS",
    claims="Switching names of entities teaches more than switching words at random.",
    holds_when="at an equal number of switches, names give at least the accuracy of random words",
    data="SIB-200; CLDR names; words out of Tatoeba, STS-B",
    shows="prepare.CodeSwitcher prepare.Augmented",
)  # fmt: skip
def entities_switched(of: Material) -> Found:
    figures, good = {}, {}
    for encoder, lang in SWITCHED:
        if encoder == "MiniLM":
            continue
        (english, target), words = of.texts("topics", lang), lexicon(of, lang)
        n_names, n_words = (_switches(english, entries) for entries in (names(lang), words))
        steps = (
            CodeSwitcher(words, rate=min(1.0, n_names / n_words)),
            CodeSwitcher(names(lang), rate=1.0),
        )
        change = gain(
            *(with_copies(of, encoder, english, s, target, n_copies=1, draws=3)[0] for s in steps)
        )
        figures[where := f"{encoder} {lang}"] = change
        good[where] = level(change)
    return Found(
        all(good.values()),
        figures,
        f"{n_names} names in {len(english)} texts switched, against as many words, in the mean of "
        f"three draws: at least level {count(good)}; USE Italian {arrow(figures['USE it'])}.",
    )


def _switches(texts: Sequence[str], entries: Any) -> int:
    """How many entries of a dictionary the texts hold."""
    step = CodeSwitcher(dict.fromkeys(entries, "\0"), rate=1.0).fit([])
    return sum(text.count("\0") for text in step.transform(texts))


@row(
    "11", "C25", "Multi-VALUE",
    claims="Rules of English dialects show what a model loses, and training on them repairs it.",
    holds_when="accuracy on changed text is below that on clean text, and training on changed "
    "copies narrows the gap",
    data="SIB-200, English", shows="prepare.TextPerturber prepare.Augmented selection.stress_gap",
)  # fmt: skip
def stress(of: Material) -> Found:
    figures, good = {}, {}
    english = of.texts("topics", "it")[0]
    kinds = "typos", "informal"
    for encoder, kind in ((encoder, kind) for encoder in ("n-gram", "USE") for kind in kinds):
        E = of.pairs("topics", "it", encoder).S
        step = TextPerturber(kind, rate=0.5, random_state=0)
        changed = step.fit_transform(english).tolist()
        plain = [of.right(E, side).mean() for side in (E, of.encode(changed, encoder))]
        both = with_copies(of, encoder, english, step, english, changed, n_copies=2, draws=3)
        trained = [own.mean() for own in both]
        gaps = [clean - changed for clean, changed in (plain, trained)]
        figures[f"{encoder} {kind}"] = {"plain": plain, "trained on copies": trained, "gap": gaps}
        # Shares of draws are summed: a tie is no gain.
        good[f"{encoder} {kind}"] = gaps[0] > 0 and gaps[1] < gaps[0] - 1e-9
    before, after = figures["USE typos"]["gap"]
    typed = [figures["USE typos"][how][1] for how in ("plain", "trained on copies")]
    return Found(
        all(good.values()),
        figures,
        f"The gap is there, narrower with two copies (mean of three draws), {count(good)}; USE, "
        f"typing errors in half of the words: {before:.3f} to {after:.3f}, right {typed[0]:.3f} to "
        f"{typed[1]:.3f}. Informal words cost USE next to nothing, which copies leave: "
        f"{_of(figures, 'USE informal')}; n-grams {_of(figures, 'n-gram informal')}.",
    )


def _of(figures: Any, where: str) -> str:
    """The gap without copies and with them."""
    return " to ".join(f"{gap:.3f}" for gap in figures[where]["gap"])


@row(
    "13", "C25", "DialUp!",
    claims="Dialect words written as the standard are understood better.",
    holds_when="normalised dialect text is nearer to its standard form than the text as it is",
    data="xSID: Bavarian, South Tyrolean, Swiss German, Neapolitan",
    shows="prepare.DialectNormalizer prepare.spelling_pairs",
)  # fmt: skip
def dialects(of: Material) -> Found:
    figures, good = {}, {}
    table = read_tsv(DIALECTS)
    for standard, varieties in VARIETIES.items():
        for variety in varieties:
            known, asked = ([table[name][i::2] for name in (variety, standard)] for i in (0, 1))
            pairs = ParallelCorpus(*known, source_lang=variety, target_lang="x")
            step = DialectNormalizer(spelling_pairs(pairs)).fit([])
            new = step.transform(asked[0]).tolist()
            for encoder in ("USE", "n-gram"):
                wanted, raw, now = (
                    of.encode(texts, encoder) for texts in (asked[1], asked[0], new)
                )
                change = gain(*(_cosines(side, wanted) for side in (raw, now)))
                figures[f"{encoder} {variety}"] = change
                good[f"{encoder} {variety}"] = above(change)
    return Found(
        all(good.values()),
        figures,
        f"Mean cosine with the standard rises {count(good)}; USE, Bavarian "
        f"{arrow(figures['USE de-ba'])}, Swiss German {arrow(figures['USE gsw'])}. Words learned "
        "from 400 other sentences.",
    )


def _cosines(one: Vectors, other: Vectors) -> Any:
    """Cosine of each row with its partner."""
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / np.maximum(norms, 1e-12)


@row(
    "55", "C25", "Arabic Generality Score",
    claims="How general a word is over dialects can be told from its vector.",
    holds_when="a regressor on vectors of words has R2 > 0 on words that it has not seen",
    data="xSID: German and three varieties", shows="prepare.word_generality",
)  # fmt: skip
def generality(of: Material) -> Found:
    table, figures = read_tsv(DIALECTS), {}
    scores = word_generality(
        [
            ParallelCorpus(table[name], table["de"], source_lang=name, target_lang="de")
            for name in VARIETIES["de"]
        ]
    )
    words, y = list(scores), np.array(list(scores.values()))
    vectors = {
        "USE": of.encode(words, "USE"),
        "n-gram": NgramEncoder(128, ngram_range=(1, 3)).fit(words).transform(words),
    }
    for encoder, X in vectors.items():
        told = cross_val_predict(
            RidgeCV(np.logspace(-2, 3, 11)), X, y, cv=KFold(5, shuffle=True, random_state=0)
        )
        figures[encoder] = 1 - ((y - told) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    return Found(
        min(figures.values()) > 0,
        figures,
        f"R2 on held-out words, {len(words)} of them: USE {figures['USE']:.2f}, n-gram "
        f"{figures['n-gram']:.2f}.",
    )


@row(
    "110", "C14", "Selective translation",
    claims="Code, formulas and JSON are kept out of a translator's way.",
    holds_when="spans survive a translator byte for byte, in every text",
    data="SIB-200 with spans put in", shows="prepare.ProtectedTranslator prepare.protect",
)  # fmt: skip
def spans(of: Material) -> Found:
    rng, right, n = np.random.default_rng(0), 0, 0
    for text in of.texts("topics", "ko")[0]:
        words = text.split()
        kept = [SPANS[i] for i in rng.permutation(len(SPANS))[:4]]
        for span in kept:
            words.insert(int(rng.integers(len(words) + 1)), span)
        found_spans = protect(" ".join(words))
        # As translators do: other letters, another order, blanks inside the marks.
        came = " ".join(reversed(found_spans.text.upper().split())).replace("⟦", "⟦ ")
        back = restore(came, found_spans.spans)
        right += sum(span in back for span in kept)
        n += len(kept)
    return Found(right == n, {"spans": n, "kept": right}, f"{right:,} of {n:,} spans came back.")


SPANS = (
    "{name}", "%s", "%(count)d", "`rm -rf x`", "```py\nx=1\n```", "$x^2+y$", "\\(a_1\\)",
    '{"a": [1, {"b": null}]}', "https://example.org/a?b=c#d", "me@example.org", "<b class='x'>",
    "${HOME}", "{{ user.name }}", "&nbsp;",
)  # fmt: skip


@row(
    "73", "C21", "mLUKE",
    claims="Entities beside text carry over to other languages.",
    holds_when="entity columns beside text vectors give at least the zero-shot accuracy of the "
    "vectors on texts that name an entity",
    data="SIB-200; CLDR names", shows="prepare.EntityFeatures",
)  # fmt: skip
def entities(of: Material) -> Found:
    figures, good = {}, {}
    table = read_tsv(NAMES)
    ids = {
        name: key
        for lang in ("en", "ko", "ja", "zh", "it", "tr")
        for name, key in zip(table[lang], table["id"], strict=True)
        if len(name) > 1
    }
    for encoder, lang in (
        *(("USE", lang) for lang in ("ko", "ja", "zh")),
        ("MiniLM", "it"),
        ("n-gram", "tr"),
    ):
        E, X = of.pairs("topics", lang, encoder)
        english, target = of.texts("topics", lang)
        step = EntityFeatures(ids).fit(english)
        one, other = (0.5 * step.transform(texts) for texts in (english, target))
        rich = other.any(axis=1)
        text = of.right(E, X)
        both = of.right(np.hstack([E, one]), np.hstack([X, other]))
        change = gain(text[rich], both[rich])
        figures[where := f"{encoder} {lang}"] = change
        good[where] = level(change)
    return Found(
        all(good.values()),
        figures,
        f"On texts with a name, at least level {count(good)}: USE Korean "
        f"{arrow(figures['USE ko'])}, n-gram Turkish {arrow(figures['n-gram tr'])}.",
    )


def shared_grams(*sides: Sequence[str]) -> Any:
    """An n-gram encoder of several languages and scripts at once."""
    return NgramEncoder(384).fit(list(dict.fromkeys(text for side in sides for text in side)))


@row(
    "62", "C23", "Maltese as code-switching",
    claims="Writing the fitting words alone in the other script helps more than writing all.",
    holds_when="loanwords (katakana) in Latin letters give at least the accuracy of all words in "
    "Latin letters, and these at least that of none",
    data="SIB-200, Japanese", shows="prepare.Transliterator",
)  # fmt: skip
def conditional(of: Material) -> Found:
    english, japanese = of.texts("topics", "ja")
    ways = {
        "none": japanese,
        "all": Transliterator().transform(japanese).tolist(),
        "katakana": Transliterator(only="katakana").transform(japanese).tolist(),
    }
    figures, right = {}, {}
    grams = shared_grams(english, *ways.values())
    for encoder in ("n-gram", "MiniLM", "USE"):
        for way, texts in ways.items():
            E, X = (
                grams.transform(side) if encoder == "n-gram" else of.encode(side, encoder)
                for side in (english, texts)
            )
            right[encoder, way] = of.right(E, X)
            figures[f"{encoder}, {way}"] = float(right[encoder, way].mean())
    good = {
        encoder: level(gain(right[encoder, "all"], right[encoder, "katakana"]))
        and level(gain(right[encoder, "none"], right[encoder, "all"]))
        for encoder in ("n-gram", "MiniLM", "USE")
    }
    return Found(
        good["n-gram"] and good["MiniLM"],
        figures,
        "None, all, katakana: "
        + "; ".join(
            f"{encoder} " + ", ".join(f"{figures[f'{encoder}, {way}']:.3f}" for way in ways)
            for encoder in good
        )
        + ". An encoder that knows the script needs none.",
    )


@row(
    "60", "C23", "Transliteration post-training alignment (PPA)",
    claims="Texts and their transliterations are pairs that align scripts for free.",
    holds_when="beside few parallel pairs they give at least the held-out P@1 of these alone",
    data="Tatoeba, SIB-200", shows="prepare.transliterated_pairs prepare.Transliterator",
)  # fmt: skip
def with_transliterations(of: Material) -> Found:
    figures, good = {}, {}
    for lang in ("ko", "ja"):
        english, target = of.texts("tatoeba", lang)
        free = transliterated_pairs(of.texts("topics", lang)[1], target_lang=lang)
        grams = shared_grams(english, target, free.source, free.target)
        for encoder in ("n-gram", "USE"):
            S, T, A, B = (
                grams.transform(side) if encoder == "n-gram" else of.encode(side, encoder)
                for side in (english, target, free.source, free.target)
            )
            for n in (100, 300):
                weight = np.repeat([1.0, 0.1], [n, len(A)])
                alone = RidgeMap().fit(S[:n], T[:n])
                more = RidgeMap().fit(np.vstack([S[:n], A]), np.vstack([T[:n], B]), weight)
                cell = [found(one.transform(S[500:]), T[500:]) for one in (alone, more)]
                figures[where := f"{encoder} {lang}, {n} pairs"] = cell
                good[where] = cell[1] >= cell[0] - 0.005
    return Found(
        all(good.values()),
        figures,
        f"P@1 level or higher {count(good)}; n-gram Korean, 100 pairs: "
        + " to ".join(f"{value:.3f}" for value in figures["n-gram ko, 100 pairs"])
        + ".",
    )


@row(
    "86", "C23", "TransliCo, Furina",
    claims="A contrastive loss on texts and their transliterations brings scripts together.",
    holds_when="a network with InfoNCE on such pairs lowers the separability of scripts and raises "
    "retrieval between them, and from one script to the English of the other",
    data="SIB-200, STS-B, Tatoeba", shows="prepare.transliterated_pairs maps.MLPMap",
)  # fmt: skip
def scripts_together(of: Material) -> Found:
    figures, good = {}, {}
    for lang in ("ko", "ja"):
        texts = [text for kind in ("topics", "sts") for text in of.texts(kind, lang)[1]]
        fit = transliterated_pairs(texts, target_lang=lang)
        english, target = of.texts("tatoeba", lang)
        written = Transliterator().transform(target).tolist()
        for encoder in ("USE",):
            A, B, E, T, W = (
                of.encode(side, encoder)
                for side in (fit.source, fit.target, english, target, written)
            )
            network = MLPMap(loss="infonce", hidden_width=256, max_iter=10, random_state=0)
            moved = network.fit(A, B).transform(W)
            script = np.repeat([0, 1], len(T))
            cell = {
                "separability": [
                    language_separability(np.vstack([T, side]), script).probe for side in (W, moved)
                ],
                "P@1 between scripts": [found(side, T) for side in (W, moved)],
                "P@1 with English": [found(side, E) for side in (W, moved)],
            }
            figures[where := f"{encoder} {lang}"] = cell
            lower, *higher = cell.values()
            good[where] = lower[1] < lower[0] and all(after > before for before, after in higher)
    korean = figures["USE ko"]
    return Found(
        all(good.values()),
        figures,
        f"All three {count(good)}; Korean in Latin letters with English: P@1 "
        + " to ".join(f"{value:.3f}" for value in korean["P@1 with English"])
        + ".",
    )
