"""Rows on choices and measures: similarity, consistency, curves, sources, even spaces, topics."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.real_data import Vectors, read_tsv
from benchmarks.rows_base import (
    Found,
    arrow,
    count,
    fewer,
    found,
    halves,
    level,
    row,
    spaces,
    span,
)
from benchmarks.rows_data import LANGUAGES, Material, Pairs, carried, gain, stacked
from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ParallelCorpus
from langalign_sk.align import (
    ClusterIsotropy,
    LanguageEraser,
    OutlierDimRemover,
    TopicFeatures,
    ZCAWhitening,
)
from langalign_sk.maps import RidgeMap, TransportMap
from langalign_sk.measures import (
    cosine_change,
    iso_score,
    language_separability,
)
from langalign_sk.report import transfer_report
from langalign_sk.selection import (
    consistency_by_language,
    fit_pair_curve,
    rank_sources,
    transfer_correlations,
)

#: English and the five languages, all of them topics in one space.
ALL = ("en", *LANGUAGES)
MEASURES = ("cosine", "gap", "cka", "retrieval", "neurons")


def side(of: Material, lang: str, encoder: str = "USE") -> Vectors:
    """Topic sentences of a language."""
    own = LANGUAGES[0] if lang == "en" else lang
    return of.pairs("topics", own, encoder)[int(lang != "en")]


def said(of: Material) -> dict[str, Any]:
    """Classes of the topic sentences in six languages, by heads of English."""
    found_ = {lang: np.empty(len(of.labels), dtype=of.labels.dtype) for lang in ALL}
    for learn, test in of.folds:
        head = LogisticRegression(C=10, max_iter=500).fit(side(of, "en")[learn], of.labels[learn])
        for lang, classes in found_.items():
            classes[test] = head.predict(side(of, lang)[test])
    return found_


@row(
    "4", "C4", "How Transliterations Improve Crosslingual Alignment",
    claims="A step may raise the cosines of translations and of all other pairs alike: no gain.",
    holds_when="the flag is up where a step only narrows the space and P@1 stays, and down where "
    "the gap grows",
    data="Tatoeba, STS-B", shows="measures.cosine_change measures.retrieval",
)  # fmt: skip
def rise_together(of: Material) -> Found:
    figures: dict[str, Any] = {}
    right: dict[str, bool] = {}
    for encoder, lang in spaces():
        fit, test = halves(of, lang, encoder)
        common = np.float32(2.0) * fit.S.mean(axis=0) / np.linalg.norm(fit.S.mean(axis=0))
        steps = {
            "common vector": Pairs(test.S + common, test.T + common),
            "ridge": Pairs(RidgeMap().fit(*fit).transform(test.S), test.T),
        }
        before = found(*test)
        cell: dict[str, Any] = {}
        for name, after in steps.items():
            change = cosine_change(test, after)
            cell[name] = {
                "matched": change.after.matched - change.before.matched,
                "random": change.after.random - change.before.random,
                "gain": change.gain,
                "flag": change.rise_together,
                "P@1": found(*after) - before,
            }
        figures[where := f"{encoder} {lang}"] = cell
        narrower, ridge = cell["common vector"], cell["ridge"]
        stays = bool(narrower["flag"]) and narrower["P@1"] < 0.01
        right[where] = stays and not (ridge["gain"] > 0.05 and bool(ridge["flag"]))
    italian = figures["MiniLM it"]["ridge"]
    moved = span([cell["common vector"]["P@1"] for cell in figures.values()], "+.3f")
    return Found(
        all(right.values()),
        figures,
        f"A vector added to all rows raises both and is flagged {count(right)}; P@1 {moved}. "
        f"A flag is no proof: ridge on MiniLM Italian changes the gap by {italian['gain']:+.3f}, "
        f"P@1 by {italian['P@1']:+.3f}.",
    )


@row(
    "87", "C3", "MuBench",
    claims="Consistency of answers over languages is a figure of its own beside accuracy.",
    holds_when="it is 1 for equal predictions, and other names of the classes do not change it",
    data="SIB-200", shows="selection.consistency_by_language",
)  # fmt: skip
def names_of_classes(of: Material) -> Found:
    own = said(of)
    plain = consistency_by_language(own, truth=of.labels)
    names = {name: f"class {number}" for number, name in enumerate(sorted(set(own["en"])))}
    other = consistency_by_language(
        {lang: np.array([names[name] for name in classes]) for lang, classes in own.items()}
    )
    same = consistency_by_language(dict.fromkeys(ALL, own["en"]))
    return Found(
        same.agreement == 1 and abs(other.agreement - plain.agreement) < 1e-12,
        {"agreement": plain.agreement, "all agree": plain.all_agree, "accuracy": plain.accuracy},
        f"English heads over six languages, USE: agreement {plain.agreement:.3f}, all six alike "
        f"{plain.all_agree:.3f}, accuracy {span(plain.accuracy.values())}.",
    )


@row(
    "118", "C3", "SeaEval",
    claims="A language on which a model breaks down shows in its consistency.",
    holds_when="consistency falls when one language is disturbed, and that language comes out last",
    data="SIB-200", shows="selection.consistency_by_language",
)  # fmt: skip
def disturbed(of: Material) -> Found:
    own = said(of)
    figures: dict[str, Any] = {}
    right: dict[str, bool] = {}
    before = consistency_by_language(own)
    rng = np.random.default_rng(0)
    for lang in ALL:
        mixed = own[lang].copy()
        hit = rng.permutation(len(mixed))[: len(mixed) // 4]
        mixed[hit] = rng.permutation(mixed[hit])
        after = consistency_by_language({**own, lang: mixed})
        last = min(after.by_language, key=lambda name: after.by_language[name])
        figures[lang] = {"before": before.by_language[lang], "after": after.by_language[lang]}
        right[lang] = after.agreement < before.agreement and last == lang
    return Found(
        all(right.values()),
        figures,
        f"A quarter of the predictions of one language shuffled: it falls from "
        f"{span([f['before'] for f in figures.values()])} to "
        f"{span([f['after'] for f in figures.values()])} and is last {count(right)}.",
    )


@row(
    "94", "C6", "Languages You Know",
    claims="Accuracy rises with the logarithm of the number of pairs, and can be foretold.",
    holds_when="a line through up to 200 pairs has the accuracy of more in its 95% interval",
    data="SIB-200, STS-B, Tatoeba", shows="selection.fit_pair_curve align.LangAligner",
)  # fmt: skip
def curve(of: Material) -> Found:
    figures: dict[str, Any] = {}
    held: dict[str, bool] = {}
    for lang in ("ko", "ja", "it"):
        E, X, pairs = of.task("MiniLM, USE", lang)
        sizes, scores = [], []
        for n, draws in ((25, 2), (50, 2), (100, 2), (200, 2), (400, 1), (800, 1)):
            for seed in range(draws):
                some = fewer(Pairs(pairs.source, pairs.target), n, seed)
                part = ParallelCorpus(*some, target_lang=lang)
                scores.append(float(of.right(*carried(LangAligner, E, X, part)).mean()))
                sizes.append(n)
        line = fit_pair_curve(sizes, scores, up_to=200)
        figures[lang] = {
            "sizes": sizes, "accuracy": scores, "covered": line.covered, "error": line.error,
            "foretold for 800": list(line.at(800)),
        }  # fmt: skip
        held[lang] = line.covered == 1
    return Found(
        all(held.values()),
        figures,
        f"Up to 200 pairs foretell 400 and 800 {count(held)}; error "
        f"{span([f['error'] for f in figures.values()])}.",
    )


def transfers(of: Material) -> dict[tuple[str, str], float]:
    """Accuracy of heads of each language on topics of each other."""
    return {
        (source, target): float(of.right(side(of, source), side(of, target)).mean())
        for source, target in permutations(ALL, 2)
    }


@row(
    "69", "C18", "mPLM-Sim",
    claims="The language most alike in the encoder's space is the one to take labels from.",
    holds_when="the chosen source is no worse than sources are on average",
    data="SIB-200", shows="selection.rank_sources",
)  # fmt: skip
def sources(of: Material) -> Found:
    accuracy = transfers(of)
    figures: dict[str, Any] = {}
    right: dict[str, bool] = {}
    for target in ALL:
        others = {lang: side(of, lang) for lang in ALL if lang != target}
        best = rank_sources(side(of, target), others).best
        chosen = accuracy[best, target]
        mean = float(np.mean([accuracy[lang, target] for lang in others]))
        figures[target] = {"best": best, "chosen": chosen, "mean": mean}
        right[target] = chosen >= mean
    gains = [f["chosen"] - f["mean"] for f in figures.values()]
    return Found(
        all(right.values()),
        figures,
        f"USE, six languages by the cosine of translations: {count(right)}, {span(gains, '+.3f')}.",
    )


@row(
    "88", "C18", "Effect of linguistic similarity on transfer",
    claims="Which measure of similarity goes with transfer depends on task and input.",
    holds_when="each measure has its rank correlation with transfer, by task and kind of text",
    data="SIB-200, STS-B", shows="selection.transfer_correlations selection.rank_sources",
)  # fmt: skip
def correlations(of: Material) -> Found:
    accuracy = transfers(of)
    cells = list(accuracy)
    similar = {
        name: [
            rank_sources(side(of, t), {s: side(of, s)}, measure=name).scores[0] for s, t in cells
        ]
        for name in MEASURES
    }
    tables = [transfer_correlations(similar, {"topics": list(accuracy.values())},
                                    input_type="sentences of news")]  # fmt: skip
    sides, reached = genres(of)
    similar = {
        name: [rank_sources(sides[t], {s: sides[s]}, measure=name).scores[0] for s, t in reached]
        for name in MEASURES
    }
    tables.append(transfer_correlations(similar, {"genres": list(reached.values())},
                                        input_type="captions, forum, headlines"))  # fmt: skip
    rows = [line for table in tables for line in table.to_dict("records")]
    return Found(
        all(np.isfinite(line["spearman"]) for line in rows),
        {"table": rows},
        "; ".join(
            f"{table['task'][0]}: " + ", ".join(
                f"{line['measure']} {line['spearman']:+.2f}" for line in table.to_dict("records")
            )
            for table in tables
        ) + ".",
    )  # fmt: skip


def genres(of: Material) -> tuple[dict[str, Vectors], dict[tuple[str, str], float]]:
    """Sentences of STS-B in five languages, and how well heads of each tell the others' genres."""
    kinds = np.array(read_tsv(of.data / "stsb" / "sources.tsv")["genre"][:4000])
    _, first = np.unique(of.texts("sts", "ko")[0], return_index=True)
    rows = np.sort(first)[::2]
    learn, test = rows[::2], rows[1::2]
    found = {lang: of.pairs("sts", lang, "USE").T for lang in LANGUAGES if lang != "tr"}
    found["en"] = of.pairs("sts", "ko", "USE").S
    heads = {
        lang: LogisticRegression(C=10, max_iter=500).fit(side[learn], kinds[learn])
        for lang, side in found.items()
    }
    reached = {
        (source, target): float(heads[source].score(found[target][test], kinds[test]))
        for source, target in permutations(found, 2)
    }
    return {lang: side[learn] for lang, side in found.items()}, reached


@row(
    "92", "C7", "Anisotropy and Outliers",
    claims="Spaces of multilingual models are narrow; made even, they retrieve better.",
    holds_when="whitening gives the identity and a higher IsoScore, and P@1 rises on encoders that "
    "were not trained to compare these languages",
    data="STS-B, Tatoeba",
    shows="align.ZCAWhitening align.OutlierDimRemover align.ClusterIsotropy measures.iso_score",
)  # fmt: skip
def even(of: Material) -> Found:
    figures: dict[str, Any] = {}
    white: list[bool] = []
    higher: dict[str, bool] = {}
    for encoder, lang in spaces():
        fit, test = halves(of, lang, encoder)
        both = np.vstack(fit).astype(np.float64)
        cov = np.cov(ZCAWhitening().fit_transform(both).T, bias=True)
        steps = {
            "outlier columns removed": OutlierDimRemover(),
            "whitened": ZCAWhitening(0.5),
            "two clusters": ClusterIsotropy(2, random_state=0),
        }
        cell = {"raw": {"P@1": found(*test), "IsoScore": iso_score(np.vstack(test))}}
        for name, step in steps.items():
            step.fit(both)
            after = [step.transform(side) for side in test]
            cell[name] = {"P@1": found(*after), "IsoScore": iso_score(np.vstack(after))}
        figures[where := f"{encoder} {lang}"] = cell
        # Columns that do not vary stay zero.
        white.append(bool(np.allclose(cov, np.diag(np.round(np.diag(cov))), atol=1e-6)))
        white[-1] &= cell["whitened"]["IsoScore"] > cell["raw"]["IsoScore"]
        higher[where] = cell["whitened"]["P@1"] > cell["raw"]["P@1"]
    weak = {where: yes for where, yes in higher.items() if not where.startswith("USE")}
    change = {
        where: cell["whitened"]["P@1"] - cell["raw"]["P@1"] for where, cell in figures.items()
    }
    strong = [gained for where, gained in change.items() if where not in weak]
    return Found(
        all(white) and all(weak.values()),
        figures,
        f"Whitened, P@1 changes by {span([change[where] for where in weak], '+.3f')} on MiniLM and "
        f"n-grams, by {span(strong, '+.3f')} on USE, which has nothing to gain.",
    )


@row(
    "42", "C17", "DAMP",
    claims="An adversary takes the language out of vectors, and transfer is the better for it.",
    holds_when="a probe of the language falls on rows not seen, and accuracy does not fall",
    data="SIB-200", shows="align.LanguageEraser measures.language_separability",
)  # fmt: skip
def erased(of: Material) -> Found:
    figures: dict[str, Any] = {}
    right: dict[str, bool] = {}
    for encoder, lang in spaces():
        E, X = of.pairs("topics", lang, encoder)
        # English of every other sentence, the other language of the rest: no translations.
        eraser = LanguageEraser([E[::2], X[1::2]]).fit(E)
        after = Pairs(eraser.transform(E), eraser.transform(X))
        names = np.repeat(["en", "other"], len(E) // 2)
        probes = [
            language_separability(np.vstack([side.S[1::2], side.T[::2]]), names, cv=3).probe
            for side in (Pairs(E, X), after)
        ]
        change = gain(of.right(E, X), of.right(*after))
        figures[where := f"{encoder} {lang}"] = {"probe": probes, "accuracy": change}
        right[where] = probes[1] < probes[0] and level(change)
    fallen = [cell["probe"] for cell in figures.values()]
    turkish = figures["MiniLM tr"]["accuracy"]
    return Found(
        all(right.values()),
        figures,
        f"A probe on rows not seen falls from {span([p[0] for p in fallen], '.2f')} to "
        f"{span([p[1] for p in fallen], '.2f')}, accuracy is level or better {count(right)}; "
        f"MiniLM Turkish {arrow(turkish)}.",
    )


@row(
    "72", "C17", "InfoCTM",
    claims="Topics that languages share are features; a mutual-information term keeps them apart.",
    holds_when="shares of topics learned in English classify three languages above chance, and the "
    "term makes their words repeat less",
    data="SIB-200", shows="align.TopicFeatures",
)  # fmt: skip
def topics(of: Material) -> Found:
    texts = of.texts("topics", "ko")[0]
    figures: dict[str, Any] = {}
    E = side(of, "en")
    for weight in (0.0, 1.0, 3.0):
        found_ = TopicFeatures(50, mutual_information=weight, random_state=0).fit(E)
        head = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
        figures[f"mutual information {weight:g}"] = {
            "accuracy": {
                lang: float(
                    of.right(
                        found_.transform(E), found_.transform(side(of, lang)), head=head
                    ).mean()
                )
                for lang in ("ko", "ja", "zh")
            },
            "unique": unique(found_.topic_words(texts, E)),
        }
    chance = float(np.unique(of.labels, return_counts=True)[1].max() / len(of.labels))
    plain, apart, _ = figures.values()
    least = min(min(cell["accuracy"].values()) for cell in figures.values())
    return Found(
        least > chance + 0.1 and apart["unique"] > plain["unique"],
        figures,
        f"50 topics of English sentences, USE: {span(plain['accuracy'].values())} in ko, ja, zh "
        f"(largest class {chance:.3f}); with the term {span(apart['accuracy'].values())}, and the "
        f"share of unique words goes from {plain['unique']:.3f} to {apart['unique']:.3f}.",
    )


def unique(words: list[list[str]]) -> float:
    """Topic uniqueness: the mean of 1 / the number of topics that a word stands for."""
    every = [word for topic in words for word in topic]
    return float(np.mean([1 / every.count(word) for word in every]))


@row(
    "116", "C21", "Multilingual models in code-switching",
    claims="Of models that do as well, the smaller and faster one is to be preferred.",
    holds_when="the report has seconds per 1,000 texts and the number of weights beside accuracy",
    data="SIB-200, Tatoeba", shows="report.transfer_report text.EmbeddingExtractor",
)  # fmt: skip
def costs(of: Material) -> Found:
    english, italian = of.texts("topics", "it")
    pairs = ParallelCorpus(*(side[:200] for side in of.texts("tatoeba", "it")), target_lang="it")
    ngrams = NgramEncoder(64).fit([*english[:300], *italian[:300]])
    report = transfer_report(
        english[:120],
        of.labels[:120],
        X_target=italian[120:200],
        y_target=of.labels[120:200],
        pairs=pairs,
        candidates={
            name: EmbeddingExtractor(model, languages=["en", "it"], cache=None)
            for name, model in (("USE", "use"), ("n-gram", ngrams))
        },
    )
    columns = ["candidate", "accuracy", "seconds_per_1000", "encoder_parameters"]
    rows = report.scores[columns].to_dict("records")
    said_ = [
        f"{line['candidate']} {line['accuracy']:.2f} right, {line['seconds_per_1000']:.1f} s per "
        f"1,000 texts, {line['encoder_parameters'] / 1e6:.2f} M weights"
        for line in rows
        if line["candidate"] in ("USE, no map", "n-gram, no map")
    ]
    there = all(line["seconds_per_1000"] > 0 and line["encoder_parameters"] > 0 for line in rows)
    return Found(there and len(said_) == 2, {"rows": rows}, "; ".join(said_) + ".")


@row(
    "30", "C17", "OT posterior alignment, semantic parsing",
    claims="Optimal transport between texts that are no pairs aligns two languages.",
    holds_when="a map learned from transport beats no map where both texts are about the same, and "
    "loses nothing from other sentences",
    data="SIB-200", shows="maps.TransportMap",
)  # fmt: skip
def transported(of: Material) -> Found:
    figures: dict[str, Any] = {}
    for encoder, lang in spaces():
        E, X = of.pairs("topics", lang, encoder)
        before = of.right(E, X)
        clouds = {"the same": (X, E), "other sentences": (X[1::2], E[::2])}
        cell = {}
        for name, (target, english) in clouds.items():
            way = TransportMap("ridge", reg=0.0, n_steps=2, random_state=0)
            way.fit(unlabeled_source=target, unlabeled_target=english)
            cell[name] = gain(before, of.right(E, way.transform(X)))
        figures[f"{encoder} {lang}"] = cell
    same = {where: cell["the same"] for where, cell in figures.items()}
    other = {where: cell["other sentences"] for where, cell in figures.items()}
    higher = {where: change.after > change.before for where, change in same.items()}
    return Found(
        all(higher.values()) and all(level(change) for change in other.values()),
        figures,
        f"The same texts in unknown order: higher {count(higher)}, MiniLM Turkish "
        f"{arrow(same['MiniLM tr'])}, USE Korean {arrow(same['USE ko'])}. Other sentences: "
        f"{span([change.after - change.before for change in other.values()], '+.3f')}.",
    )


@row(
    "41", "C3", "Aligning LLMs for Multilingual Consistency",
    claims="Translations of a sentence in one batch make answers consistent over languages.",
    holds_when="a map from sentences in three languages is as consistent and as right as one from "
    "as many pairs of different sentences",
    data="SIB-200, STS-B", shows="selection.consistency_by_language maps.RidgeMap",
)  # fmt: skip
def grouped(of: Material) -> Found:
    languages, n = ("ko", "ja", "zh"), 1200
    sides = {lang: of.pairs("sts", lang, "USE") for lang in languages}
    heads = [
        (LogisticRegression(C=10, max_iter=500).fit(side(of, "en")[learn], of.labels[learn]), test)
        for learn, test in of.folds
    ]
    figures: dict[str, Any] = {"no map": [], "grouped": [], "random": []}
    for seed in range(3):
        drawn = np.random.default_rng(seed).permutation(len(sides["ko"].S))[: 3 * n]
        taken = {
            "grouped": [drawn[:n]] * 3,
            "random": [drawn[:n], drawn[n : 2 * n], drawn[2 * n :]],
        }
        for name in figures:
            way = None
            if name in taken:
                chosen = zip(languages, taken[name], strict=True)
                S, T = stacked([sides[lang].rows(rows) for lang, rows in chosen])
                way = RidgeMap().fit(T, S)
            classes = {"en": np.empty(len(of.labels), dtype=of.labels.dtype)}
            classes |= {lang: classes["en"].copy() for lang in languages}
            for lang, rows in classes.items():
                X = side(of, lang)
                moved = X if way is None or lang == "en" else way.transform(X)
                for head, test in heads:
                    rows[test] = head.predict(moved[test])
            told = consistency_by_language(classes, truth=of.labels)
            figures[name].append(
                [told.agreement, np.mean([told.accuracy[lang] for lang in languages])]
            )
    means = {name: np.mean(rows, axis=0) for name, rows in figures.items()}
    return Found(
        bool((means["grouped"] >= means["random"] - 0.005).all()),
        figures,
        "Agreement over four languages and accuracy, USE, 3,600 pairs: "
        + ", ".join(f"{name} {a:.3f} and {b:.3f}" for name, (a, b) in means.items())
        + ".",
    )
