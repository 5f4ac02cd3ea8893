"""Rows on words that are aligned in pairs of texts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from benchmarks.real_data import minilm, read_tsv
from benchmarks.rows_base import HELD, Found, arrow, count, found, level, row
from benchmarks.rows_data import Material, Pairs, gain
from benchmarks.rows_networks import network
from langalign_sk import EmbeddingExtractor
from langalign_sk.maps import MLPMap
from langalign_sk.words import (
    GoldLinks,
    WordAligner,
    alignment_scores,
    contextual_word_retrieval,
    read_pharaoh,
    split_words,
    token_divergence,
)

#: Rows of Tatoeba and the links of their words, drawn by hand; p is a possible one.
LINKS = Path(__file__).with_name("links.tsv")
GOLD = "Tatoeba: words of 36 Italian and 21 Korean pairs, linked by hand"


def linked(of: Material, lang: str) -> tuple[list[tuple[str, str]], list[GoldLinks]]:
    """Pairs of Tatoeba, and the links of their words."""
    table, texts = read_tsv(LINKS), list(zip(*of.texts("tatoeba", lang), strict=True))
    own = [row for row, name in enumerate(table["lang"]) if name == lang]
    with TemporaryDirectory() as folder:
        file = Path(folder, "links.txt")
        file.write_text("".join(f"{table['links'][row]}\n" for row in own), "utf-8")
        gold = read_pharaoh(file)
    return [texts[int(table["row"][row])] for row in own], gold


def extractor(encoder: str) -> EmbeddingExtractor:
    """Gives vectors of words: MiniLM reads them in their texts, USE each alone."""
    return EmbeddingExtractor("use" if encoder == "USE" else minilm())


def aligner(encoder: str, method: str = "itermax", **settings: Any) -> WordAligner:
    """An aligner on the words of an encoder."""
    return WordAligner(extractor(encoder), method, **settings)


def scores(of: Material, methods: tuple[str, ...], measure: str) -> dict[str, dict[str, float]]:
    """One of the scores of each method, by encoder and language."""
    figures = {}
    for encoder, lang in CASES:
        texts, gold = linked(of, lang)
        figures[f"{encoder} {lang}"] = {
            method: getattr(
                alignment_scores(aligner(encoder, method).predict(texts), gold), measure
            )
            for method in methods
        }
    return figures


CASES = (("USE", "ko"), ("USE", "it"), ("MiniLM", "it"))


@row(
    "12", "C22", "Unbalanced OT for word alignment",
    claims="Transport that may leave words alone aligns better where words have no partner.",
    holds_when="F1 is higher with unbalanced than with balanced transport where half of another "
    "text is added to one side",
    data=GOLD, shows="words.WordAligner words.align_matrix",
)  # fmt: skip
def unbalanced(of: Material) -> Found:
    figures = {}
    for encoder, lang in CASES:
        texts, gold = linked(of, lang)
        # Each English text goes on with the first half of another one.
        more = [" ".join(split_words(text)[: len(split_words(text)) // 2]) for text, _ in texts]
        longer = [(f"{text} {more[at - 1]}", other) for at, (text, other) in enumerate(texts)]
        figures[f"{encoder} {lang}"] = {
            method: alignment_scores(aligner(encoder, method).predict(longer), gold).f1
            for method in ("transport", "partial", "unbalanced")
        } | {
            f"{method}, nothing added": alignment_scores(
                aligner(encoder, method).predict(texts), gold
            ).f1
            for method in ("transport", "unbalanced")
        }
    return _compared(figures, "F1", 0, 2)


@row(
    "14", "C22", "awesome-align",
    claims="Probabilities in both directions align words of a multilingual model.",
    holds_when="the error rate (AER) of the softmax is no higher than that of the argmax",
    data=GOLD, shows="words.WordAligner words.alignment_scores",
)  # fmt: skip
def both_ways(of: Material) -> Found:
    """The threshold is chosen on one half of the gold pairs and judged on the other."""
    figures = {}
    for encoder, lang in CASES:
        texts, gold = linked(of, lang)
        halves = np.array_split(np.random.default_rng(0).permutation(len(texts)), 2)
        by_threshold = {
            level: aligner(encoder, "softmax", threshold=level).predict(texts)
            for level in (0.03, 0.1, 0.2, 0.3, 0.4)
        }
        links: dict[int, Any] = {}
        for known, test in (halves, halves[::-1]):
            error = {
                level: alignment_scores([own[i] for i in known], [gold[i] for i in known]).aer
                for level, own in by_threshold.items()
            }
            best = by_threshold[min(error, key=error.__getitem__)]
            links |= {i: best[i] for i in test}
        mutual = aligner(encoder, "argmax").predict(texts)
        figures[f"{encoder} {lang}"] = {
            "softmax": alignment_scores([links[i] for i in range(len(texts))], gold).aer,
            "argmax": alignment_scores(mutual, gold).aer,
        }
    return _compared(figures, "AER", 0, 1)


def _compared(figures: dict[str, Any], name: str, low: int, high: int) -> Found:
    """Whether one method has a lower figure than another in the mean of the cases."""
    methods = list(next(iter(figures.values())))
    mean = {m: float(np.mean([cell[m] for cell in figures.values()])) for m in methods}
    below = {w: cell[methods[low]] <= cell[methods[high]] for w, cell in figures.items()}
    said = ", ".join(f"{method} {value:.3f}" for method, value in mean.items())
    return Found(
        mean[methods[low]] <= mean[methods[high]], figures | {"mean": mean},
        f"Mean {name}: {said}; so {count(below)}.",
    )  # fmt: skip


@row(
    "31", "C22", "Word alignment by span prediction",
    claims="Supervised alignment is judged by F1 and error rate against sure and possible links.",
    holds_when="precision, recall, F1 and error rate are those of the published definitions",
    data="an example worked by hand", shows="words.alignment_scores words.read_pharaoh",
)  # fmt: skip
def definitions(of: Material) -> Found:
    sure = frozenset({(0, 0), (1, 1), (2, 2)})
    links = [(0, 0), (1, 2), (2, 2), (2, 3)]
    given = alignment_scores([links], [GoldLinks(sure, sure | {(2, 3)})])
    # Of 4 links, 3 are possible ones; of 3 sure ones, 2 are found.
    by_hand = {"precision": 3 / 4, "recall": 2 / 3, "f1": 12 / 17, "aer": 1 - (2 + 3) / (4 + 3)}
    here = {name: getattr(given, name) for name in by_hand}
    return Found(
        all(abs(here[name] - value) < 1e-12 for name, value in by_hand.items()),
        {"here": here, "by hand": by_hand},
        "By hand and here: " + ", ".join(f"{name} {x:.3f}" for name, x in here.items()) + ".",
    )


@row(
    "35", "C22", "BinaryAlign",
    claims="A classifier of pairs of words, learned from gold links, beats unsupervised aligners.",
    holds_when="F1 of the classifier on the other half of the gold pairs is above that of itermax",
    data=GOLD, shows="words.WordAligner",
)  # fmt: skip
def classified(of: Material) -> Found:
    figures = {}
    for encoder, lang in CASES:
        texts, gold = linked(of, lang)
        rows = np.random.default_rng(0).permutation(len(texts))
        learned: dict[int, Any] = {}
        for fit, test in (np.array_split(rows, 2), np.array_split(rows, 2)[::-1]):
            model = aligner(encoder, "classifier")
            model.fit([texts[i] for i in fit], [gold[i] for i in fit])
            learned |= dict(zip(test, model.predict([texts[i] for i in test]), strict=True))
        links = [learned[i] for i in range(len(texts))]
        figures[f"{encoder} {lang}"] = {
            "itermax": alignment_scores(aligner(encoder).predict(texts), gold).f1,
            "classifier": alignment_scores(links, gold).f1,
        }
    return _compared(figures, "F1", 0, 1)


@row(
    "37", "C22", "Does mBERT understand Romansh?",
    claims="A language model aligns words of a language that it was not trained on.",
    holds_when="an English model aligns Italian words with a lower AER than the diagonal does",
    data=GOLD, shows="words.alignment_scores words.WordAligner",
)  # fmt: skip
def unseen_words(of: Material) -> Found:
    texts, gold = linked(of, "it")
    corpus = list(zip(*of.texts("tatoeba", "it"), strict=True))
    pairs = aligner("MiniLM", "argmax").align(texts)
    learned = aligner("MiniLM", "argmax", cooccurrence=1.0).fit(corpus)
    diagonal = [
        [(i, round(i * (len(p.target.words) - 1) / max(len(p.source.words) - 1, 1)))
         for i in range(len(p.source.words))]
        for p in pairs
    ]  # fmt: skip
    ways: dict[str, list[Any]] = {
        "diagonal": diagonal,
        "vectors alone": [pair.links for pair in pairs],
        "vectors and counts": learned.predict(texts),
    }
    figures = {name: alignment_scores(links, gold).aer for name, links in ways.items()}
    return Found(
        figures["vectors and counts"] < figures["diagonal"],
        {"MiniLM it": figures},
        "MiniLM, which has not learned Italian, AER: diagonal "
        + ", ".join(f"{name} {x:.3f}" for name, x in figures.items()).removeprefix("diagonal ")
        + " of which word stands with which in 1,000 pairs.",
    )


@row(
    "56", "C22", "SimAlign",
    claims="Mutual argmax on mBERT reaches F1 .81 for English and German, without training.",
    holds_when="mutual argmax reaches F1 .81 with a multilingual encoder",
    data=GOLD, shows="words.WordAligner words.align_words",
)  # fmt: skip
def simalign(of: Material) -> Found:
    figures = scores(of, ("argmax", "itermax", "match"), "f1")
    best = max(figures, key=lambda where: figures[where]["argmax"])
    said = "; ".join(
        f"{where} " + ", ".join(f"{m} {x:.3f}" for m, x in cell.items())
        for where, cell in figures.items()
    )
    return Found(
        figures[best]["argmax"] >= 0.81, figures,
        f"On other pairs than the paper's, and without mBERT, F1: {said}.",
    )  # fmt: skip


@row(
    "117", "C22", "MirrorAlign",
    claims="Agreement of both directions makes word alignment precise and symmetric.",
    holds_when="mutual links are at least as precise as those of either direction, and swapping "
    "the sides swaps them",
    data=GOLD, shows="words.WordAligner",
)  # fmt: skip
def mirrored(of: Material) -> Found:
    figures, holds = {}, {}
    for encoder, lang in CASES:
        texts, gold = linked(of, lang)
        pairs = aligner(encoder, "argmax").align(texts)
        there = [[(i, int(j)) for i, j in enumerate(p.similarity.argmax(axis=1))] for p in pairs]
        back = [[(int(i), j) for j, i in enumerate(p.similarity.argmax(axis=0))] for p in pairs]
        links = [pair.links for pair in pairs]
        swapped = aligner(encoder, "argmax").predict([(b, a) for a, b in texts])
        same = all(
            {(i, j) for j, i in other.tolist()} == {tuple(link) for link in own.tolist()}
            for own, other in zip(links, swapped, strict=True)
        )
        cell = {
            name: alignment_scores(which, gold).precision
            for name, which in (("mutual", links), ("there", there), ("back", back))
        }
        figures[where := f"{encoder} {lang}"] = cell
        holds[where] = same and cell["mutual"] >= max(cell["there"], cell["back"])
    said = [
        f"{w} {c['mutual']:.3f} ({c['there']:.3f}, {c['back']:.3f})" for w, c in figures.items()
    ]
    return Found(
        all(holds.values()), figures,
        f"Precision of mutual links (of either direction): {'; '.join(said)}. Symmetric.",
    )  # fmt: skip


@row(
    "96", "C12", "Recognition of Semantic Differences",
    claims="Words that the other text does not say are far from all of its words.",
    holds_when="words added to a text diverge more than its own (Spearman > 0), and those of "
    "unrelated pairs more than those of translations",
    data="Tatoeba", shows="words.token_divergence",
)  # fmt: skip
def differences(of: Material) -> Found:
    figures, holds = {}, {}
    for encoder, lang in (("USE", "ko"), ("USE", "ja"), ("USE", "it"), ("MiniLM", "it")):
        embed = extractor(encoder)
        english, target = (
            list(embed.embed_words(side[:100])) for side in of.texts("tatoeba", lang)
        )
        told, added, other = [], [], []
        for at, (one, translation) in enumerate(zip(english, target, strict=True)):
            more = english[at - 1]  # half of the words of another text are added
            rows = np.vstack([one.vectors, more.vectors[: len(more.vectors) // 2]])
            told += list(token_divergence(rows, translation.vectors)[0])
            added += [row >= len(one.vectors) for row in range(len(rows))]
            other += list(token_divergence(one.vectors, target[at - 1].vectors)[0])
        rho, p = spearmanr(told, added)
        own = np.mean(np.array(told)[~np.array(added)])
        figures[where := f"{encoder} {lang}"] = {
            "Spearman": rho, "p": p, "pairs": own, "unrelated": np.mean(other),
        }  # fmt: skip
        holds[where] = rho > 0 and p < 0.05 and np.mean(other) > own
    korean = figures["USE ko"]
    return Found(
        all(holds.values()), figures,
        "Spearman of divergence and having been added: "
        + ", ".join(f"{where} {cell['Spearman']:.2f}" for where, cell in figures.items())
        + f". Mean divergence, USE Korean: {korean['pairs']:.2f}, of unrelated pairs "
        f"{korean['unrelated']:.2f}. Holds {count(holds)}.",
    )  # fmt: skip


@row(
    "83", "C4", "Multilingual Alignment of Contextual Representations",
    claims="Words found in context tell how well a model transfers; a term keeps English.",
    holds_when="over layers and encoders, words found in context go with zero-shot accuracy; "
    "`keep_source` keeps accuracy on English",
    data=f"SIB-200, {GOLD}", shows="words.contextual_word_retrieval maps.MLPMap",
)  # fmt: skip
def in_context(of: Material) -> Found:
    cells: dict[str, dict[str, float]] = {}
    for name, lang, embed in (
        *((f"MiniLM layer {n}", "it", EmbeddingExtractor(minilm(), layer=n)) for n in (2, 4)),
        ("MiniLM", "it", extractor("MiniLM")),
        ("USE", "it", EmbeddingExtractor("use")),
        ("USE", "ko", EmbeddingExtractor("use")),
    ):
        texts, gold = linked(of, lang)
        own, other = (embed.embed_words([text[side] for text in texts]) for side in (0, 1))
        links = [sorted(one.sure) for one in gold]
        topics = (
            of.pairs("topics", lang, name)
            if name in ("USE", "MiniLM")
            else [embed.transform(side) for side in of.texts("topics", lang)]
        )
        cells[f"{name} {lang}"] = {
            "words found": contextual_word_retrieval(own, other, links).mean,
            "accuracy": of.right(*topics).mean(),
        }
    rho, p = spearmanr(*zip(*(cell.values() for cell in cells.values()), strict=True))
    E, _, pairs = of.task("USE", "ko")
    kept = {}
    for name, loss in (("mse", "mse"), ("kept", {"mse": 1.0, "keep_source": 1.0})):
        net = MLPMap(loss=loss, hidden_width=256, max_iter=5, random_state=0)
        kept[name] = gain(
            of.right(E, E), of.right(E, net.fit(pairs.source, pairs.target).transform(E))
        )
    return Found(
        bool(rho > 0 and level(kept["kept"])),
        cells | {"Spearman": {"rho": rho, "p": p}, "English accuracy": kept},
        f"{len(cells)} cells of layer, encoder and language: Spearman {rho:.2f} (p {p:.2f}). "
        "English accuracy of a head "
        f"that stays, with `keep_source`: {arrow(kept['kept'])}; without {kept['mse'].after:.3f}.",
    )


@row(
    "S3", "C9", "Dual-Alignment Pre-training, DAP",
    claims="A loss on sentences and one on their words align better than the first alone.",
    holds_when="held-out P@1 of a network is no lower with aligned words beside 500 sentences, in "
    "the mean of three trainings",
    data="Tatoeba", shows="words.WordAligner maps.MLPMap",
)  # fmt: skip
def two_levels(of: Material) -> Found:
    figures, safe = {}, {}
    for encoder, lang in (("MiniLM", "it"), ("USE", "ko")):
        sentences = of.pairs("tatoeba", lang, encoder)
        fit, held = sentences.rows(slice(HELD)), sentences.rows(slice(HELD, None))
        texts = list(zip(*of.texts("tatoeba", lang), strict=True))[:HELD]
        pairs = aligner(encoder, "argmax").align(texts)
        S = np.vstack([pair.source.vectors[pair.links[:, 0]] for pair in pairs])
        T = np.vstack([pair.target.vectors[pair.links[:, 1]] for pair in pairs])
        both = Pairs(np.vstack([fit.S, S]), np.vstack([fit.T, T]))
        weight = np.r_[np.ones(HELD), np.full(len(S), HELD / len(S))]  # the levels weigh the same
        cell: dict[str, list[float]] = {"sentences": [], "and words": []}
        for seed in range(3):
            alone = network("mse", seed, max_iter=10).fit(*fit)
            together = network("mse", seed, max_iter=10).fit(*both, sample_weight=weight)
            for name, net in zip(cell, (alone, together), strict=True):
                cell[name].append(found(net.transform(held.S), held.T))
        figures[where := f"{encoder} {lang}"] = cell | {"raw": found(*held)}
        safe[where] = np.mean(cell["and words"]) >= np.mean(cell["sentences"])
    said = [
        f"{where} {np.mean(c['sentences']):.3f} to {np.mean(c['and words']):.3f} (no map "
        f"{c['raw']:.3f})"
        for where, c in figures.items()
    ]
    return Found(all(safe.values()), figures, f"P@1 without and with words: {'; '.join(said)}.")
