"""The transfer report: its figures are those of a plain loop, and nothing is embedded twice."""

from __future__ import annotations

import pickle
import time
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, recall_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TransferClassifier,
)
from langalign_sk.datasets import load_demo
from langalign_sk.report import transfer_report
from langalign_sk.report._advice import without_labels
from langalign_sk.report._candidates import Candidate
from tests.helpers import CountingEncoder


@pytest.fixture(scope="module")
def demo():
    return load_demo("ko", n_train=240, n_test=120, n_pairs=600, n_unlabeled=300)


@pytest.fixture(scope="module")
def embed(demo):
    return EmbeddingExtractor(
        {
            "en": NgramEncoder(48).fit([*demo.unlabeled_source.rows, *demo.pairs.source]),
            "ko": NgramEncoder(48).fit([*demo.unlabeled_target.rows, *demo.pairs.target]),
        }
    )


@pytest.fixture(scope="module")
def report(demo, embed):
    return transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        unlabeled=demo.unlabeled_target,
        X_target=demo.test_texts,
        y_target=demo.test_labels,
        embedder=embed,
        candidates={
            "my pipeline": Pipeline(
                [("embed", embed), ("align", LangAligner()), ("clf", LogisticRegression())]
            ),
            "recipe, own embedder": TransferClassifier(
                embed, ReverseAligner(), LogisticRegression(), random_state=0
            ),
            "recipe, no embedder": TransferClassifier(
                None, ReverseAligner(), LogisticRegression(), random_state=0
            ),
            "text aligner": Pipeline(
                [("align", TextAligner(embed, ReverseAligner())), ("clf", LogisticRegression(C=10))]
            ),
        },
    )


def head():
    return LogisticRegression(C=10, max_iter=2000)


def test_figures_are_those_of_a_plain_loop(report, demo, embed):
    pairs = demo.pairs.embed(embed)
    plain = {
        "forward, ridge": LangAligner(pairs),
        "reverse, ridge": ReverseAligner(pairs),
        "round trip, ridge": ReverseAligner(pairs, round_trip=True),
    }
    table = report.scores.set_index("candidate")
    for name, aligner in plain.items():
        pipe = Pipeline([("embed", embed), ("align", aligner), ("clf", head())])
        predicted = pipe.fit(demo.train_texts, demo.train_labels).predict(demo.test_texts)
        assert (report.predictions[name] == predicted).all()
        row = table.loc[name]
        assert row["accuracy"] == np.mean(predicted == demo.test_labels)
        assert row["macro_f1"] == pytest.approx(
            f1_score(demo.test_labels, predicted, average="macro")
        )
        classes = report.per_class[report.per_class["candidate"] == name]
        np.testing.assert_allclose(
            classes["recall"],
            recall_score(demo.test_labels, predicted, average=None, labels=classes["class"]),
        )
        assert classes["support"].sum() == len(demo.test_labels)


def test_native_is_cross_validated_on_the_target_rows(report, demo, embed):
    X = embed.embed_language(demo.test_texts, "ko")
    right = []
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for train, test in folds.split(X, demo.test_labels):
        model = head().fit(X[train], demo.test_labels[train])
        right.append(model.predict(X[test]) == demo.test_labels[test])
    native = report.references.set_index("candidate").loc["native"]
    assert native["accuracy"] == pytest.approx(np.concatenate(right).mean(), abs=1e-9)
    assert native["labels"] == 96


def test_pipelines_of_the_user_get_the_pairs(report, demo, embed):
    pairs = demo.pairs.embed(embed)
    pipe = Pipeline(
        [("embed", embed), ("align", LangAligner(pairs)), ("clf", LogisticRegression())]
    )
    predicted = pipe.fit(demo.train_texts, demo.train_labels).predict(demo.test_texts)
    assert (report.predictions["my pipeline"] == predicted).all()
    # The text aligner does the same as the reverse candidate on vectors.
    assert (report.predictions["text aligner"] == report.predictions["reverse, ridge"]).all()


def test_classifiers_that_align_by_themselves_share_the_vectors(report, demo, embed):
    pools = [demo.unlabeled_target]  # those of the report are handed on
    plain = TransferClassifier(
        embed, ReverseAligner(), LogisticRegression(), demo.pairs, pools, random_state=0
    )
    predicted = plain.fit(demo.train_texts, demo.train_labels).predict(demo.test_texts)
    for name in ("recipe, own embedder", "recipe, no embedder"):
        assert (report.predictions[name] == predicted).all()
        assert report.errors[report.errors["candidate"] == name]["near1"].notna().all()
        assert name in set(report.alignment["candidate"])
    assert "transfer classifier" in set(report.scores["candidate"])


def test_the_fitted_pipeline_predicts_as_in_the_report(report, demo):
    for name in ("round trip, ridge", "no map", "my pipeline", "recipe, no embedder"):
        pipe = pickle.loads(pickle.dumps(report.fitted(name)))
        assert (report.predictions[name] == pipe.predict(demo.test_texts)).all()
    assert report.fitted() is not None
    with pytest.raises(ValueError, match="no candidate 'nix'"):
        report.fitted("nix")


def test_held_out_pairs_share_no_text_with_the_others(report, demo):
    rows = report.disagreements
    named = rows[rows["candidate"] == "no map"]
    assert len(named) > 0
    for _, row in named.iterrows():
        assert demo.pairs.source[row["pair"]] == row["source"]
        assert demo.pairs.target[row["pair"]] == row["target"]
        assert row["source_class"] != row["target_class"]
    share = 1 - len(named) / report.setting["n_held_out"]
    table = report.scores.set_index("candidate")
    assert table.loc["no map", "agreement"] == pytest.approx(share)


def test_errors_show_the_nearest_training_texts(report, demo, embed):
    errors = report.errors[report.errors["candidate"] == "reverse, ridge"]
    wrong = np.flatnonzero(report.predictions["reverse, ridge"] != demo.test_labels)
    assert errors["row"].tolist() == wrong.tolist()
    aligner = ReverseAligner(demo.pairs.embed(embed)).fit(embed.transform(demo.train_texts))
    S = aligner.transform(embed.transform(demo.train_texts))
    T = aligner.transform(embed.transform([demo.test_texts[wrong[0]]]))
    cosines = (S @ T[0]) / np.linalg.norm(S, axis=1) / np.linalg.norm(T[0])
    first = errors.iloc[0]
    assert first["near1"] == demo.train_texts[int(cosines.argmax())]
    assert first["near1_cosine"] == pytest.approx(cosines.max(), abs=1e-5)


def test_words_and_frames(report):
    words = report.summary()
    assert report.advice.candidate in words
    assert "Korean labels instead, a model is right in" in words
    assert "pairs" in words
    assert (report.scores["seconds_per_1000"] > 0).all()
    assert (report.scores["size_bytes"] > 1000).all()
    own = report.scores.set_index("candidate")["encoder_parameters"]
    assert own["no map"] > 10_000
    assert report.alignment["p_at_1_mixed"].between(0, 1).all()
    # In language blocks nothing is aligned without a map; with one, translations find each other.
    alignment = report.alignment.set_index("candidate")
    assert alignment.loc["round trip, ridge", "gap"] > 5 * abs(alignment.loc["no map", "gap"])
    assert report.pair_curve["n_pairs"].tolist() == [75, 150, 300, 600]


def test_the_curve_is_that_of_parts_of_the_pairs(report, demo, embed):
    name = report.pair_curve["candidate"].iloc[0]
    table = report.scores.set_index("candidate")
    assert report.pair_curve["accuracy"].iloc[-1] == table.loc[name, "accuracy"]
    order = np.random.default_rng(0).permutation(600)
    tail = [("c", head())]
    part = ReverseAligner(demo.pairs.take(np.sort(order[:75])).embed(embed))
    again = transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        X_target=demo.test_texts,
        y_target=demo.test_labels,
        candidates={
            "part": Pipeline([("e", embed), ("a", part), *tail]),
            "reverse": Pipeline([("e", embed), ("a", ReverseAligner()), *tail]),
        },
    )
    assert again.pair_curve["n_pairs"].tolist() == [75, 150, 300, 600]
    brought = again.scores.set_index("candidate").loc["part"]
    assert not brought["uses_pairs"]
    assert any("part: brings pairs of its own" in note for note in again.notes)
    curve = again.pair_curve
    assert curve["candidate"].unique().tolist() == ["reverse"]
    assert curve["accuracy"].iloc[0] == brought["accuracy"]


def test_groups_keep_translations_of_training_texts_out(demo, embed):
    n = 100
    y = np.asarray(demo.train_labels)[:n]
    groups = np.arange(n)
    report = transfer_report(
        demo.train_texts[:n],
        y,
        pairs=demo.pairs,
        X_target=demo.target_train_texts[:n],
        y_target=np.asarray(demo.target_train_labels)[:n],
        groups=(groups, groups),
        embedder=embed,
    )
    X = embed.transform(demo.train_texts[:n])
    T = embed.transform(demo.target_train_texts[:n])
    pairs = demo.pairs.embed(embed)
    predicted = np.empty(n, dtype=object)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for train, test in folds.split(T, demo.target_train_labels[:n]):
        pipe = Pipeline([("align", LangAligner(pairs)), ("clf", head())]).fit(X[train], y[train])
        predicted[test] = pipe.predict(T[test])
    assert (report.predictions["forward, ridge"] == predicted).all()
    training = np.array(demo.train_texts[:n])
    for _, row in report.errors.iterrows():
        assert row["near1"] != training[row["row"]]


class Everything:
    """A text classifier that is no scikit-learn estimator: names what it saw first."""

    def fit(self, texts, labels):
        self.label = labels[0]
        return self

    def predict(self, texts):
        return np.array([self.label] * len(texts))


def test_every_text_is_embedded_once(demo):
    encoders = {"en": CountingEncoder(8, 1), "ko": CountingEncoder(8, 2)}
    embed = EmbeddingExtractor(encoders, cache=None)
    transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        unlabeled=[demo.unlabeled_source, demo.unlabeled_target],
        X_target=demo.test_texts,
        y_target=demo.test_labels,
        embedder=embed,
        candidates={
            "same": Pipeline([("e", embed), ("a", LangAligner()), ("c", LogisticRegression())]),
            "any": Everything(),
        },
    )
    for encoder in encoders.values():
        # But for those that time an encoder all of whose texts are known already.
        assert encoder.n_texts <= len(set(encoder.texts)) + 64


def test_without_target_labels_three_figures_decide(demo, embed):
    report = transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        unlabeled=demo.unlabeled_target,
        embedder=embed,
        candidates={"constant": Everything()},
    )
    table = report.scores.set_index("candidate")
    assert "accuracy" not in table
    assert table.loc["constant", "agreement"] == pytest.approx(1)
    assert table.loc["constant", "kappa"] == table.loc["constant", "score"] == 0
    assert report.advice.basis == "consistency"
    assert report.advice.best == table["score"].idxmax()
    assert report.advice.candidate == "transfer classifier"
    assert report.advice.no_map == "no map, the ko encoder for both" or (
        report.advice.no_map == "no map, the en encoder for both"
    )
    assert not report.advice.no_map_is_as_good
    assert report.advice.agreement < 0.3
    assert "A map is needed" in report.summary()
    assert report.estimate.n_pairs == report.setting["n_held_out"]
    assert report.estimate.reliable
    assert f"about {report.estimate.estimate:.0%} of Korean texts" in report.sentences["number"]
    assert "No Korean label was given, so this is a forecast" in report.sentences["verdict"]
    assert len(report.named) == demo.unlabeled_target.n_rows
    assert report.classes["n_given"].sum() == len(report.named)
    assert "agreement" in report.pair_curve
    for empty in (report.errors, report.per_class, report.references, report.predictions):
        assert empty.empty


def test_the_three_figures_are_those_of_a_plain_loop(demo, embed):
    report = transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        X_target=demo.test_texts,
        embedder=embed,
    )
    table = report.scores.set_index("candidate")
    y = np.asarray(demo.train_labels)
    X = embed.transform(demo.train_texts)
    held_out = np.unique(report.disagreements["pair"])  # not all of them: they share no text
    known = demo.pairs.take(np.setdiff1d(np.arange(600), held_out)).embed(embed)
    assert report.setting["n_held_out"] == 120
    for name, model in {
        "round trip, ridge": Pipeline(
            [("align", ReverseAligner(known, round_trip=True)), ("clf", head())]
        ),
        "transfer classifier": TransferClassifier(pairs=known, random_state=0),
    }.items():
        folds = StratifiedKFold(3, shuffle=True, random_state=0)
        accuracy = np.mean(cross_val_predict(model, X, y, cv=folds) == y)
        # Here the pairs that no candidate disagrees on are known to the map.
        assert table.loc[name, "source_accuracy"] == pytest.approx(accuracy, abs=0.03)
        named = report.predictions[name]
        overlap = sum(min(np.mean(named == k), np.mean(y == k)) for k in np.unique(y))
        assert table.loc[name, "class_overlap"] == pytest.approx(overlap)
        parts = ["source_accuracy", "kappa", "class_overlap"]
        assert table.loc[name, "score"] == pytest.approx(table.loc[name, parts].prod())


def test_without_target_texts_two_figures_decide(demo, embed):
    report = transfer_report(demo.train_texts, demo.train_labels, pairs=demo.pairs, embedder=embed)
    table = report.scores
    assert table["class_overlap"].isna().all()
    kappa = table["kappa"].clip(lower=0)
    np.testing.assert_allclose(table["score"], table["source_accuracy"] * kappa)
    assert any("give some, even without labels" in note for note in report.notes)


class OneSpace:
    """A multilingual encoder: a text and its translation get almost the same vector."""

    def __init__(self, english, by_text):
        self.english, self.by_text = english, by_text

    def transform(self, texts):
        rows = self.english.transform([self.by_text.get(text, text) for text in texts])
        foreign = np.array([text in self.by_text for text in texts], dtype=np.float32)
        return np.hstack([rows, 0.05 * foreign[:, None]])


def test_one_shared_encoder_needs_no_map(demo, embed):
    english = embed.model["en"]
    translations = dict(zip(demo.pairs.target, demo.pairs.source, strict=True))
    test = {f"ko {text}": text for text in demo.train_texts[:160]}
    shared = EmbeddingExtractor(OneSpace(english, {**translations, **test}))
    report = transfer_report(
        demo.train_texts[160:],
        demo.train_labels[160:],
        pairs=demo.pairs,
        X_target=list(test),
        y_target=demo.train_labels[:160],
        embedder=embed,
        candidates={"other": shared},
    )
    assert report.advice.candidate.startswith("other, ")
    assert report.advice.no_map == "other, no map"
    assert report.advice.no_map_is_as_good
    assert report.advice.candidate != report.advice.no_map
    assert report.sentences["map"].startswith("If it has to be simpler: 'other, no map', one")
    blind = transfer_report(
        demo.train_texts[160:],
        demo.train_labels[160:],
        pairs=demo.pairs,
        X_target=list(test),
        embedder=embed,
        candidates={"other": shared},
    )
    assert blind.advice.candidate == "other, transfer classifier"
    assert blind.advice.no_map == "other, no map"
    assert blind.advice.no_map_is_as_good
    assert blind.advice.agreement > 0.9
    # Another way is advised, so that this one is not said to be all that is needed.
    assert "If it has to be simpler: 'other, no map', one encoder for English and Korean" in (
        blind.summary()
    )
    assert "No map is needed" not in blind.summary()


class Bilingual:
    """The target's encoder of `OneSpace`; texts of the source language it takes as they are."""

    def __init__(self, inner, wide):
        self.inner, self.wide = inner, wide

    def transform(self, texts):
        rows = self.inner.transform(texts)
        return np.hstack([rows, np.zeros((len(rows), self.wide), dtype=np.float32)])


def test_the_targets_encoder_is_tried_on_both_languages(demo, embed):
    english = embed.model["en"]
    translations = dict(zip(demo.pairs.target, demo.pairs.source, strict=True))
    test = {f"번역 {i} 가": text for i, text in enumerate(demo.train_texts[:160])}
    korean = Bilingual(OneSpace(english, {**translations, **test}), 3)
    given = {
        "pairs": demo.pairs,
        "X_target": list(test),
        "embedder": EmbeddingExtractor(
            {"en": NgramEncoder(16).fit(demo.train_texts), "ko": korean}
        ),
    }
    report = transfer_report(
        demo.train_texts[160:], demo.train_labels[160:], y_target=demo.train_labels[:160], **given
    )
    assert report.advice.no_map == "no map, the ko encoder for both"
    assert report.advice.no_map_is_as_good
    blind = transfer_report(demo.train_texts[160:], demo.train_labels[160:], **given)
    assert "If it has to be simpler: 'no map, the ko encoder for both'" in blind.summary()
    assert blind.advice.candidate == "transfer classifier"
    # What is reported is what the classifier does with these texts by itself.
    own = TransferClassifier(given["embedder"], pairs=demo.pairs, random_state=0)
    own.fit(demo.train_texts[160:], demo.train_labels[160:], lang="en")
    assert own.embedder_.model["en"] is korean
    named = own.predict(list(test), lang="ko")
    np.testing.assert_array_equal(blind.predictions["transfer classifier"], named)
    np.testing.assert_array_equal(blind.fitted().predict(list(test)), named)


def test_without_labels_another_way_has_to_be_clearly_better():
    apart, shared = SimpleNamespace(one_space=False), SimpleNamespace(one_space=True)

    def of(kind, family="one", space=apart):
        return Candidate("", kind, space, None, uses_pairs=True, family=family)

    ways = [of("no map"), of("round trip"), of("recipe")]

    def chosen(candidates, *scores):
        return without_labels(candidates, np.array(scores))

    assert chosen(ways, 0.1, 0.5, 0.4) == 2
    assert chosen(ways, 0.1, 0.7, 0.2) == 1
    alone = [of(kind, space=shared) for kind in ("no map", "round trip", "recipe")]
    assert chosen(alone, 0.1, 0.5, 0.4) == 2
    assert chosen(alone, 0.1, 0.5, 0.3) == 1
    assert chosen([*ways[:2], alone[2]], 0.1, 0.5, 0.3) == 2  # not in its space
    # Encoders are chosen between by the recipe's score; what brings none competes with its own.
    other = [*ways, of("recipe", "two"), of("given", "")]
    assert chosen(other, 0.1, 0.5, 0.4, 0.45, 0.3) == 3
    assert chosen(other, 0.1, 0.5, 0.4, 0.35, 0.3) == 2
    assert chosen(other, 0.1, 0.5, 0.4, 0.35, 0.6) == 4
    assert chosen(ways[:2], 0.2, 0.1) == 0


def test_a_translator_adds_two_candidates(demo, embed):
    n = 60
    here = dict(zip(demo.pairs.source[:n], demo.pairs.target[:n], strict=True))
    there = {target: source for source, target in here.items()}
    asked = []
    pause = 0.02

    def translate(texts, from_lang, to_lang):
        asked.append((from_lang, to_lang))
        time.sleep(n * pause)
        return [(here if from_lang == "en" else there)[text] for text in texts]

    y = np.arange(n) % 2
    report = transfer_report(
        demo.pairs.source[:n],
        y,
        pairs=demo.pairs,
        X_target=demo.pairs.target[:n],
        y_target=y,
        embedder=embed,
        candidates={"translate": translate},
    )
    assert asked == [("en", "ko"), ("ko", "en")]
    native = head().fit(embed.embed_language(list(here.values()), "ko"), y)
    expected = native.predict(embed.embed_language(list(here.values()), "ko"))
    assert (report.predictions["translate-train"] == expected).all()
    table = report.scores.set_index("candidate")
    # What every text to predict costs: the translator is asked again each time.
    assert table.loc["translate-test", "seconds_per_1000"] > 1000 * pause
    assert table.loc["translate-train", "seconds_per_1000"] < 1000 * pause
    assert any("translate-test: the translator's time is in the seconds" in x for x in report.notes)
    assert any("translations of training texts" in said for said in report.warnings)
    assert any("also among the pairs" in said for said in report.warnings)
    with pytest.raises(ValueError, match="candidate 'translate' translated 60 texts of X into 1"):
        transfer_report(
            demo.pairs.source[:n],
            y,
            pairs=demo.pairs,
            embedder=embed,
            candidates={"translate": lambda *_: ["one"]},
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pairs": None}, "pairs must be one ParallelCorpus of texts, got NoneType"),
        ({"pairs": ParallelCorpus(["a"], ["b"])}, "do not say their languages"),
        (
            {"pairs": ParallelCorpus(np.ones((3, 2)), np.ones((3, 2)), target_lang="ko")},
            "vectors already",
        ),
        ({"y": ["a"] * 240}, "y holds the one class"),
        ({"y": ["a", "b"]}, r"y has shape \(2,\) for 240 texts"),
        ({"X_target": None}, "y_target without X_target"),
        ({"X_target": [], "y_target": None}, "X_target is empty"),
        ({"y_target": range(120)}, "y_target has one row of each class"),
        (
            {"y": ["a"] * 239 + ["b"]},
            r"y: but for one, each class has 1 row;.*two classes of 2 rows",
        ),
        ({"groups": [1, 2]}, "groups must be a tuple"),
        ({"embedder": None, "candidates": {"r": "ridge"}}, "candidate 'r' is the method 'ridge'"),
        ({"candidates": {"x": 7}}, "candidate 'x' is a int"),
        ({"candidates": {"x": EmbeddingExtractor}}, "candidate 'x' is a type"),
        ({"candidates": {"no map": Everything()}}, "two candidates are called 'no map'"),
        ({"embedder": None}, "nothing to compare"),
        ({"embedder": "a/model"}, "'embedder' parameter of transfer_report must be an instance of"),
        ({"candidates": ["ridge"]}, "'candidates' parameter of transfer_report must be"),
        ({"embedder": None, "candidates": {"t": str.upper}}, "is a method_descriptor and needs"),
        ({"pairs": ParallelCorpus(["a"] * 8, ["b"] * 8, target_lang="ko")}, "ten pairs that share"),
        ({"unlabeled": ["text"]}, "unlabeled must be a TextPool of texts"),
    ],
)
def test_errors_say_what_to_do(change, message, demo, embed):
    given = {
        "X": demo.train_texts,
        "y": demo.train_labels,
        "pairs": demo.pairs,
        "X_target": demo.test_texts,
        "y_target": demo.test_labels,
        "embedder": embed,
    } | change
    with pytest.raises((ValueError, TypeError), match=message):
        transfer_report(**given)


def test_a_class_of_one_row_is_learned_and_left_out_of_cross_validation(demo, embed):
    labels = np.array(demo.train_labels, dtype=object)
    labels[[3, 40, 41]] = "rare", "few", "few"
    report = transfer_report(
        demo.train_texts, labels.astype(str), pairs=demo.pairs, embedder=embed, unlabeled=None
    )
    assert {"rare", "few"} <= set(report.fitted().classes_)
    assert report.scores["source_accuracy"].between(0.2, 1).all()
