"""Rows on labels that are carried by a map, from one encoder, several, or several languages."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from benchmarks.real_data import Vectors, read_tsv
from benchmarks.rows_base import Found, above, arrow, count, level, row, span
from benchmarks.rows_data import LANGUAGES, AsModel, Material, carried, gain, stacked
from langalign_sk import EmbeddingExtractor, LangAligner, ParallelCorpus, ReverseAligner
from langalign_sk.maps import GeneralizedProcrustes, RidgeMap
from langalign_sk.measures import retrieval
from langalign_sk.report import transfer_report

TOPICS = "SIB-200; pairs from STS-B, Tatoeba"
#: Two strong encoders, one strong one, two weak ones.
CASES = (
    *((encoder, lang) for encoder in ("MiniLM, USE", "USE") for lang in ("ko", "ja", "zh")),
    *((encoder, lang) for encoder in ("MiniLM", "n-gram") for lang in ("it", "tr")),
)


@row(
    "S0", "C1", "LANGALIGN",
    claims="A small map between a frozen language model and the task head carries English labels.",
    holds_when="a head on A(English), and an English head on R(target), beat those without a map",
    data=TOPICS, shows="align.LangAligner align.ReverseAligner",
)  # fmt: skip
def langalign(of: Material) -> Found:
    figures, better, safe = {}, {}, {}
    for encoder, lang in CASES:
        E, X, pairs = of.task(encoder, lang)
        plain = of.right(E, X)
        reverse = gain(plain, of.right(*carried(ReverseAligner, E, X, pairs)))
        forward = gain(plain, of.right(*carried(LangAligner, E, X, pairs)))
        figures[where := f"{encoder} {lang}"] = {"forward": forward, "reverse": reverse}
        better[where] = above(forward) and above(reverse)
        safe[where] = level(forward) and level(reverse)
    apart = {where: found for where, found in better.items() if "," in where}
    weak = figures["n-gram it"]["forward"]
    strong = [g.after - g.before for w, f in figures.items() if w[:4] == "USE " for g in f.values()]
    return Found(
        all(apart.values()) and better["n-gram it"] and better["n-gram tr"],
        figures,
        f"An encoder per language: both ways {count(apart)}. One weak encoder: n-gram Italian "
        f"{arrow(weak)}. One strong encoder has nothing to gain: USE {span(strong, '+.3f')}. "
        f"No loss beyond chance {count(safe)}.",
    )


@row(
    "24", "C1", "TADA",
    claims="An adapter that has seen no task helps a head that was trained without it.",
    holds_when="a map fitted without labels raises the accuracy of an unchanged English head",
    data=TOPICS, shows="align.ReverseAligner",
)  # fmt: skip
def tada(of: Material) -> Found:
    figures = {}
    for encoder, lang in CASES:
        E, X, pairs = of.task(encoder, lang)
        moved = carried(ReverseAligner, E, X, pairs)
        figures[f"{encoder} {lang}"] = gain(of.right(E, X), of.right(*moved))
    apart = {where: above(found) for where, found in figures.items() if "," in where}
    grams = {where: above(found) for where, found in figures.items() if where[0] == "n"}
    strong = [found.after - found.before for w, found in figures.items() if w.startswith("USE")]
    return Found(
        all(apart.values()) and all(grams.values()),
        figures,
        f"An encoder per language: {count(apart)}, Korean to {figures['MiniLM, USE ko'].after:.3f}."
        f" n-gram Italian {arrow(figures['n-gram it'])}. Not where one strong encoder reads both: "
        f"USE {span(strong, '+.3f')}.",
    )


@row(
    "64", "C1", "LASER",
    claims="A classifier on a multilingual encoder, trained on English, runs on 93 languages.",
    holds_when="a pipeline fitted on English predicts the target language, within five points of "
    "target labels; the error on Tatoeba is computed as LASER does",
    data="SIB-200, Tatoeba", shows="text.EmbeddingExtractor measures.retrieval",
)  # fmt: skip
def laser(of: Material) -> Found:
    figures = {}
    learn, test = of.folds[0]
    embed = EmbeddingExtractor(AsModel(partial(of.encode, encoder="USE")))
    pipe = Pipeline([("embed", embed), ("clf", LogisticRegression(C=10, max_iter=500))])
    english = of.texts("topics", "ko")[0]
    pipe.fit([english[i] for i in learn], of.labels[learn])
    for lang in LANGUAGES:
        texts = of.texts("topics", lang)[1]
        E, X = of.pairs("topics", lang, "USE")
        S, T = of.pairs("tatoeba", lang, "USE")
        error = retrieval(S, T, method="cosine").backward.error
        figures[lang] = {
            "first fold, as texts": np.mean(
                pipe.predict([texts[i] for i in test]) == of.labels[test]
            ),
            "no map, target labels": gain(of.right(X, X), of.right(E, X)),
            "Tatoeba error": error,
        }
    gaps = [f["no map, target labels"].after - f["no map, target labels"].before
            for f in figures.values()]  # fmt: skip
    return Found(
        min(gaps) > -0.05,
        figures,
        f"USE, five languages: {span([f['no map, target labels'].after for f in figures.values()])}"
        f", {span(gaps, '+.3f')} against target labels. Tatoeba error "
        f"{span([f['Tatoeba error'] for f in figures.values()])}.",
    )


@row(
    "19", "C20", "MAML-Align",
    claims="Alignment that is learned on some languages helps others.",
    holds_when="a map learned from two languages beats no map on a language without pairs",
    data=TOPICS, shows="maps.RidgeMap",
)  # fmt: skip
def unseen_language(of: Material) -> Found:
    figures = {}
    for encoder, lang, seen in unseen():
        E, X = of.pairs("topics", lang, encoder)
        pooled = stacked([of.general(other, encoder) for other in seen])
        moved = RidgeMap().fit(pooled.T, pooled.S).transform(X)
        figures[f"{encoder} {'+'.join(seen)} to {lang}"] = gain(of.right(E, X), of.right(E, moved))
    higher = {where: found.after > found.before for where, found in figures.items()}
    korean = figures["USE ja+zh to ko"]
    return Found(
        all(higher.values()),
        figures,
        f"Korean from Japanese and Chinese, USE: {arrow(korean)}. Higher {count(higher)}; changes "
        f"{span([f.after - f.before for f in figures.values()], '+.3f')}.",
    )


def unseen() -> list[tuple[str, str, tuple[str, ...]]]:
    """Encoder, a language without pairs, languages with pairs."""
    found: list[tuple[str, str, tuple[str, ...]]] = [
        ("USE", lang, ("it", "tr") if lang in ("ja", "zh") else ("ja", "zh")) for lang in LANGUAGES
    ]
    for encoder in ("MiniLM", "n-gram"):
        found += [(encoder, "it", ("tr",)), (encoder, "tr", ("it",))]
    return found


@row(
    "77", "C13", "MINERS",
    claims="Nearest neighbours of frozen vectors classify other languages without any training.",
    holds_when="five nearest English rows come within ten points of a linear head",
    data="SIB-200", shows="text.EmbeddingExtractor measures.retrieval",
)  # fmt: skip
def neighbours(of: Material) -> Found:
    figures = {}
    for lang in LANGUAGES:
        E, X = of.pairs("topics", lang, "USE")
        near = KNeighborsClassifier(15, metric="cosine", weights="distance")
        figures[lang] = gain(of.right(E, X), of.right(E, X, head=near))
    gaps = [found.after - found.before for found in figures.values()]
    return Found(
        min(gaps) > -0.1,
        figures,
        f"USE, five languages: neighbours {span([f.after for f in figures.values()])}, "
        f"{span(gaps, '+.3f')} against the linear head.",
    )


@row(
    "79", "C18", "Faroese via close relatives",
    claims="Related languages that have labels help a language that has none.",
    holds_when="training on English and related languages is no worse than on English alone",
    data="SIB-200", shows="text.EmbeddingExtractor",
)  # fmt: skip
def relatives(of: Material) -> Found:
    near = {"ko": ("ja",), "ja": ("ko", "zh"), "zh": ("ja", "ko")}
    far = {"it": ("tr",), "tr": ("it",)}
    figures = {}
    for lang, others in (near | far).items():
        E, X = of.pairs("topics", lang, "USE")
        more = [of.pairs("topics", name, "USE").T for name in others]
        figures[f"{'+'.join(others)} for {lang}"] = gain(of.right(E, X), of.right(E, X, more=more))
    related = list(figures)[: len(near)]
    return Found(
        all(level(figures[where]) for where in related),
        figures,
        "USE, added to English: " + "; ".join(f"{w} {arrow(figures[w])}" for w in related)
        + ". Unrelated ones: " + "; ".join(f"{w} {arrow(figures[w])}" for w in figures
                                            if w not in related) + ".",
    )  # fmt: skip


@row(
    "107", "C21", "Common space meta-embeddings",
    claims="Several encoders, mapped into one space and averaged, are better than each.",
    holds_when="encoders turned onto each other on other text and averaged are no worse than the "
    "best one, in similarity (Spearman) or in accuracy",
    data="STS-B (test), SIB-200", shows="maps.GeneralizedProcrustes",
)  # fmt: skip
def together(of: Material) -> Found:
    names, lang = ("USE", "MiniLM"), "ko"  # its English side is read
    table = read_tsv(of.data / "stsb" / f"{lang}-en.tsv.gz")
    test = [row for row, split in enumerate(table["split"]) if split == "test"]
    sides = [[table[column][row] for row in test] for column in ("en1", "en2")]
    score = [float(table["score"][row]) for row in test]
    join = GeneralizedProcrustes([512, 384], scale=True)
    join.fit(np.hstack([of.encode(of.texts("sts", lang)[0], name) for name in names]))
    views = {name: [of.encode(side, name) for side in sides] for name in names}
    views["averaged"] = [
        join.transform(np.hstack(side)) for side in zip(*views.values(), strict=True)
    ]
    similar = {name: spearmanr(_cosines(*view), score)[0] for name, view in views.items()}
    topics = {name: of.pairs("topics", "it", name) for name in names}
    right = {name: of.right(*pair) for name, pair in topics.items()}
    right["averaged"] = of.right(
        *(join.transform(np.hstack(side)) for side in zip(*topics.values(), strict=True))
    )
    figures = {
        "English similarity": similar,
        "Italian accuracy": {name: found.mean() for name, found in right.items()},
    }
    change = gain(right["USE"], right["averaged"])
    return Found(
        similar["averaged"] >= max(similar[name] for name in names) or level(change),
        figures,
        "English similarity: "
        + ", ".join(f"{name} {x:.3f}" for name, x in similar.items())
        + f". Italian accuracy falls where one of the two reads no Italian: {arrow(change)}.",
    )


def _cosines(one: Vectors, other: Vectors) -> Vectors:
    """Cosine of row i and row i."""
    product = np.sum(one * other, axis=1)
    return np.asarray(product / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1))


@row(
    "75", "C14", "UMBCLU (STR)",
    claims="Translate, then embed: a strong baseline.",
    holds_when="a translator, given as a function, is a row of the comparison like the others",
    data="SIB-200 (its human translations); pairs from Tatoeba", shows="report.transfer_report",
)  # fmt: skip
def translator(of: Material) -> Found:
    english, korean = of.texts("topics", "ko")
    known = dict(zip(korean, english, strict=True)) | dict(zip(english, korean, strict=True))
    learn, test = of.folds[0]
    pairs = ParallelCorpus(*of.texts("tatoeba", "ko"), target_lang="ko")
    report = transfer_report(
        [english[row] for row in learn], of.labels[learn],
        pairs=pairs,
        embedder=EmbeddingExtractor(AsModel(partial(of.encode, encoder="USE"))),
        candidates={"MT": lambda texts, source, target: [known[text] for text in texts]},
        X_target=[korean[row] for row in test], y_target=of.labels[test],
    )  # fmt: skip
    accuracy: Any = report.scores.set_index("candidate")["accuracy"]
    ways = [name for name in accuracy.index if name.startswith("MT")]
    best = accuracy.drop(ways).idxmax()
    return Found(
        len(ways) == 2,
        {"USE ko": accuracy.to_dict()},
        f"USE, Korean, rows {' and '.join(ways)}: {accuracy[ways[0]]:.3f} and "
        f"{accuracy[ways[1]]:.3f} with people's translations; the best without a translator, "
        f"{best}: {accuracy[best]:.3f}.",
    )
