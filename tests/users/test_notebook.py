"""What data scientists tried in a notebook: each works on the first try, or says what to do."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import DataConversionWarning, FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline

import langalign_sk
from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TransferClassifier,
    TransferRegressor,
    to_blocks,
)
from langalign_sk.datasets import load_demo
from langalign_sk.encoders import WordVectors
from langalign_sk.report import transfer_report
from langalign_sk.selection import estimate_target_accuracy

ENGLISH = [
    "I want a refund for this order", "please refund my money", "the refund has not arrived",
    "where is my parcel", "the parcel is late again", "my parcel has not been delivered",
]  # fmt: skip
GERMAN = [
    "ich möchte eine Erstattung für diese Bestellung", "bitte erstatten Sie mein Geld",
    "die Erstattung ist nicht angekommen", "wo ist mein Paket", "das Paket ist wieder zu spät",
    "mein Paket wurde nicht zugestellt",
]  # fmt: skip
LABELS = ["money", "money", "money", "parcel", "parcel", "parcel"]


@pytest.fixture(scope="module")
def demo():
    return load_demo("ko", n_train=96, n_test=60, n_pairs=200, n_unlabeled=120)


@pytest.fixture(scope="module")
def embed(demo):
    english = NgramEncoder(32).fit([*demo.unlabeled_source.rows, *demo.pairs.source])
    korean = NgramEncoder(24).fit([*demo.unlabeled_target.rows, *demo.pairs.target])
    return EmbeddingExtractor({"en": english, "ko": korean})


@pytest.fixture(scope="module")
def german():
    """Pairs in two languages of one script, and an encoder for each."""
    pairs = ParallelCorpus(ENGLISH * 3, GERMAN * 3, source_lang="en", target_lang="de")
    models = {"en": NgramEncoder(6).fit(ENGLISH), "de": NgramEncoder(6).fit(GERMAN)}
    return pairs, EmbeddingExtractor(models, detect=None)


def vectors_of(demo, embed):
    en, ko = (embed.embed_language(list(side), lang) for side, lang in zip(
        (demo.pairs.source, demo.pairs.target), ("en", "ko"), strict=True
    ))  # fmt: skip
    X = embed.embed_language(demo.train_texts, "en")
    return ParallelCorpus(en, ko, target_lang="ko"), X, embed.embed_language(demo.test_texts, "ko")


class TestWhatWorked:
    def test_grids_over_embedders(self, demo, embed):
        aligner = TextAligner(embed, LangAligner(), pairs=demo.pairs)
        pipe = Pipeline([("t", aligner), ("c", LogisticRegression())])
        grid = GridSearchCV(pipe, {"t__embedder__truncate_dim": [8, 16]}, cv=2, error_score="raise")
        assert grid.fit(demo.train_texts, demo.train_labels).best_params_

    def test_frames_out(self, demo, embed):
        pipe = make_pipeline(clone(embed), ReverseAligner(demo.pairs.embed(embed)))
        pipe.set_output(transform="pandas")
        frame = pipe.fit_transform(demo.train_texts)
        assert isinstance(frame, pd.DataFrame)
        assert frame.shape == (96, 32)

    def test_wrappers_of_scikit_learn(self, demo, embed):
        pairs = demo.pairs.embed(embed)
        front = make_pipeline(embed, ReverseAligner(pairs))
        for head in (
            OneVsRestClassifier(LogisticRegression()),
            CalibratedClassifierCV(LogisticRegression(), cv=2),
        ):
            pipe = make_pipeline(front, head).fit(demo.train_texts, demo.train_labels)
            assert len(pipe.predict(demo.test_texts)) == 60
        yes = np.array(demo.train_labels) == demo.train_labels[0]
        pipe = make_pipeline(front, FixedThresholdClassifier(LogisticRegression(), threshold=0.3))
        assert set(pipe.fit(demo.train_texts, yes).predict(demo.test_texts)) <= {True, False}


class TestLabels:
    def test_floats_are_no_classes(self, demo, embed):
        stars = np.random.default_rng(0).normal(size=96)
        for model, X in (
            (TransferClassifier(embed, pairs=demo.pairs), demo.train_texts),
            (TransferClassifier(pairs=vectors_of(demo, embed)[0]), vectors_of(demo, embed)[1]),
        ):
            with pytest.raises(ValueError, match="continuous.*TransferRegressor"):
                model.fit(X, stars)

    def test_several_labels_a_row(self, demo, embed):
        names = sorted(set(demo.train_labels))
        both = np.column_stack(
            [np.array(demo.train_labels) == names[0], np.array(demo.train_labels) == names[1]]
        )
        model = TransferClassifier(embed, pairs=demo.pairs).fit(demo.train_texts, both.astype(int))
        assert model.predict(demo.test_texts).shape == (60, 2)
        with pytest.raises(ValueError, match="by name: give zeros and ones.*MultiLabelBinarizer"):
            model.fit(demo.train_texts, [["a", "b"], ["a"]] * 48)

    def test_a_column(self, demo, embed):
        flat = TransferClassifier(embed, pairs=demo.pairs).fit(demo.train_texts, demo.train_labels)
        column = np.array(demo.train_labels, dtype=object)[:, None]
        with pytest.warns(DataConversionWarning):
            again = TransferClassifier(embed, pairs=demo.pairs).fit(demo.train_texts, column)
        assert (again.predict(demo.test_texts) == flat.predict(demo.test_texts)).all()
        frame = pd.DataFrame({"label": demo.train_labels})
        with pytest.warns(DataConversionWarning):
            TransferClassifier(embed, pairs=demo.pairs).fit(demo.train_texts, frame)

    def test_ratings_by_hand_and_by_the_recipe(self, demo, embed):
        stars = np.arange(96) % 5.0
        pairs = demo.pairs.embed(embed)
        hand = make_pipeline(embed, LangAligner(pairs), Ridge()).fit(demo.train_texts, stars)
        recipe = TransferRegressor(embed, pairs=demo.pairs).fit(demo.train_texts, stars)
        assert hand.predict(demo.test_texts).shape == recipe.predict(demo.test_texts).shape


class TestOneScript:
    """English and German in plain lists, the language known to whoever wrote them."""

    @pytest.mark.parametrize(("en", "de"), [("en", "de"), ("EN", "de-AT"), ("en-US", "DE")])
    def test_a_list_in_one_language(self, german, en, de):
        _, embed = german
        assert not embed.transform(ENGLISH, lang=en)[:, 6:].any()
        assert not embed.transform(GERMAN, lang=de)[:, :6].any()
        mixed = embed.transform(["refund", "Paket"], lang=[en, de])
        assert mixed[0, :6].any()
        assert mixed[1, 6:].any()

    def test_the_recipe(self, german):
        pairs, embed = german
        model = TransferClassifier(embed, pairs=pairs).fit(ENGLISH, LABELS, lang="en")
        assert model.predict(GERMAN, lang="de").tolist() == LABELS
        assert model.score(GERMAN, LABELS, lang="DE") == 1
        by_pairs = TransferClassifier(clone(embed).set_params(detect="script"), pairs=pairs)
        by_pairs.fit(ENGLISH, LABELS)
        assert len(by_pairs.predict(GERMAN)) == 6

    def test_a_pipeline_passes_the_language_on(self, german):
        pairs, embed = german
        with config_context(enable_metadata_routing=True):
            pipe = make_pipeline(embed, ReverseAligner(pairs.embed(embed)), LogisticRegression())
            pipe.fit(ENGLISH, LABELS, lang="en")
            assert pipe.predict(GERMAN, lang="de").tolist() == LABELS

    def test_a_column_of_languages_in_the_report(self, german):
        pairs, embed = german
        frame = pd.DataFrame({"text": ENGLISH, "lang": "en"})
        target = pd.DataFrame({"text": GERMAN, "lang": "de"})
        embed = EmbeddingExtractor(embed.model, column="text", lang_column="lang")
        pairs = ParallelCorpus(
            [f"{text} {i}" for i in range(3) for text in ENGLISH],
            [f"{text} {i}" for i in range(3) for text in GERMAN],
            target_lang="de",
        )
        report = transfer_report(
            frame, LABELS, pairs=pairs, embedder=embed, X_target=target, y_target=LABELS
        )
        assert report.scores["accuracy"].max() > 0.5
        assert len(report.fitted().predict(target)) == 6


class TestVectors:
    """Vectors already computed: English 32 wide, Korean 24."""

    def test_every_natural_call(self, demo, embed):
        pairs, X, X_target = vectors_of(demo, embed)
        y, y_target = demo.train_labels, demo.test_labels
        for model in (
            TransferClassifier(pairs=pairs, random_state=0),
            make_pipeline(LangAligner(pairs), LogisticRegression(C=10)),
            make_pipeline(ReverseAligner(pairs, round_trip=True), LogisticRegression(C=10)),
        ):
            model.fit(X, y)
            assert model.score(X_target, y_target) > 0.2
            assert model.score(X, y) > 0.4
            again = pickle.loads(pickle.dumps(model))
            assert (again.predict(X_target) == model.predict(X_target)).all()
        stars = np.arange(96.0)
        assert TransferRegressor(pairs=pairs).fit(X, stars).predict(X_target).shape == (60,)
        both, blocks = to_blocks({"en": X, "ko": X_target[:10]})
        mixed = TransferClassifier(pairs=pairs).fit(both, [*y, *y_target[:10]])
        assert blocks == {"en": 32, "ko": 24}
        assert len(mixed.predict(X_target)) == 60

    def test_errors_name_the_true_widths(self, demo, embed):
        pairs, X, _ = vectors_of(demo, embed)
        with pytest.raises(ValueError, match=r"20 columns.*32 \(en\) or 24 \(ko\)"):
            TransferClassifier(pairs=pairs).fit(X[:, :20], demo.train_labels)

    def test_the_report(self, demo, embed):
        pairs, X, X_target = vectors_of(demo, embed)
        report = transfer_report(X, demo.train_labels, pairs=pairs, X_target=X_target)
        assert report.advice.candidate in set(report.scores["candidate"])

    def test_vectors_without_an_embedder_and_texts(self, demo, embed):
        pairs, _, _ = vectors_of(demo, embed)
        with pytest.raises(ValueError, match="X holds texts.*embedder"):
            TransferClassifier(pairs=pairs).fit(demo.train_texts, demo.train_labels)


class Lengths:
    """An encoder somebody wrote in a cell."""

    def encode(self, texts):
        return np.array([[len(text), text.count(" "), 1.0] for text in texts])


class TestObjects:
    def test_without_a_fingerprint(self, demo):
        model = TransferClassifier(
            EmbeddingExtractor(Lengths(), languages=["en", "ko"]), pairs=demo.pairs
        ).fit(demo.train_texts, demo.train_labels)
        again = pickle.loads(pickle.dumps(model))
        assert (again.predict(demo.test_texts) == model.predict(demo.test_texts)).all()

    def test_what_cannot_be_saved_is_told_in_fit(self, demo):
        encoder = Lengths()
        encoder.session = (part for part in "an open session")
        model = TransferClassifier(
            EmbeddingExtractor(encoder, languages=["en", "ko"]), pairs=demo.pairs
        )
        with pytest.warns(UserWarning, match="holds a Lengths object.*generator.*__reduce__"):
            model.fit(demo.train_texts, demo.train_labels)

    def test_one_that_embeds_one_by_one(self, demo):
        class Fast:
            def embed(self, texts):
                yield from Lengths().encode(texts)

        vectors = EmbeddingExtractor(Fast()).transform(demo.test_texts)
        assert vectors.shape == (60, 3)

    def test_word_vectors(self, demo, tmp_path):
        words = {word for text in demo.pairs.source for word in text.lower().split()}
        lines = [f"{word} {len(word)} {ord(word[0]) / 100} 1" for word in sorted(words)]
        (tmp_path / "en.vec").write_text("\n".join(lines), encoding="utf-8")
        embed = EmbeddingExtractor(
            {
                "en": WordVectors(tmp_path / "en.vec"),
                "ko": NgramEncoder(16).fit(demo.pairs.target),
            }
        )
        model = TransferClassifier(embed, pairs=demo.pairs)
        model.fit(demo.train_texts, demo.train_labels)
        assert len(pickle.loads(pickle.dumps(model)).predict(demo.test_texts)) == 60


class TestChoosing:
    def test_a_frozen_head_is_no_cross_validation(self, demo, embed):
        from sklearn.frozen import FrozenEstimator

        pairs = demo.pairs.embed(embed)
        fit, held_out = pairs.split(0.6, random_state=0)
        X = embed.transform(demo.train_texts)
        front = ReverseAligner(fit).fit(X)
        head = LogisticRegression(C=100).fit(front.transform(X), demo.train_labels)
        pipe = make_pipeline(ReverseAligner(fit), FrozenEstimator(head))
        found = estimate_target_accuracy(pipe, X, demo.train_labels, held_out)
        assert not found.reliable
        assert "frozen" in found.reason

    @pytest.mark.filterwarnings("ignore:One or more of the test scores")
    def test_a_grid_over_the_encoder_with_embedded_pairs(self, demo, embed):
        pipe = Pipeline(
            [
                ("embed", embed),
                ("align", LangAligner(demo.pairs.embed(embed))),
                ("clf", LogisticRegression()),
            ]
        )
        grid = GridSearchCV(pipe, {"embed__normalize": [True, False]}, cv=2)
        with pytest.warns(FitFailedWarning, match="(?s)embedded with other settings .*TextAligner"):
            grid.fit(demo.train_texts, demo.train_labels)
        assert grid.best_params_ == {"embed__normalize": True}


def test_all_of_it_is_at_the_top():
    assert {"to_blocks", "TransferClassifier", "TextAligner"} <= set(langalign_sk.__all__)
