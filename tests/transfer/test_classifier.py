"""Labels in one language, predictions in another."""

from __future__ import annotations

import gc
import pickle
import weakref

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import (
    SKOPS_TRUSTED,
    BlockLayout,
    EmbeddingExtractor,
    LangAligner,
    ParallelCorpus,
    ReverseAligner,
    RidgeMap,
    TextPool,
    TransferClassifier,
    without_pairs,
)
from langalign_sk._numeric import mutual_nearest
from langalign_sk._numeric._linalg import oas_covariance
from langalign_sk.transfer import GaussianHead
from langalign_sk.transfer._adapting import Adaptation, matching_bias, with_mined_pairs
from langalign_sk.transfer._carrying import KernelFeatures, carrier_through, carrier_to_images
from langalign_sk.transfer._constants import FLOOR, TRUST, WITHIN
from langalign_sk.transfer._head import CarriedRows
from tests.align.planted import PlantedEncoder, affine, sentences

CLASSIFIERS = [
    TransferClassifier(pairs="self"),
    TransferClassifier(aligner=ReverseAligner(method="procrustes"), pairs="self"),
    TransferClassifier(aligner=ReverseAligner(gate=None), pairs="self", head=LogisticRegression()),
    TransferClassifier(aligner=LangAligner(method="procrustes", gate="soft"), pairs="self"),
]


@parametrize_with_checks(CLASSIFIERS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


LINEAR = GaussianHead(n_landmarks=0)
WIDTHS = {"en": 6, "ko": 5, "ja": 7}


class World:
    """Rows of three languages that share a meaning of five dimensions, told with noise."""

    def __init__(self, noise: float = 0.3) -> None:
        rng = np.random.default_rng(0)
        meaning = rng.normal(size=(900, 5))
        maps = {lang: affine(rng, 5, width) for lang, width in WIDTHS.items()}
        self.rows = {
            lang: meaning @ coef + noise * rng.normal(size=(900, coef.shape[1])) + 1.0
            for lang, coef in maps.items()
        }
        self.y = np.array(["a", "b", "c"])[np.argmax(meaning[:, :3], axis=1)]
        self.layout = BlockLayout(WIDTHS)

    def block(self, lang: str, rows: slice):
        out = np.zeros((len(range(*rows.indices(900))), self.layout.width))
        out[:, self.layout.columns(lang)] = self.rows[lang][rows]
        return out

    def pairs(self, lang: str, rows: slice = slice(0, 400)):
        return ParallelCorpus(
            self.rows["en"][rows],
            self.rows[lang][rows],
            source_lang="en",
            target_lang=lang,
            layout=self.layout,
        )

    def pool(self, lang: str, rows: slice = slice(400, 650)):
        return TextPool(self.rows[lang][rows], lang=lang, layout=self.layout)


TRAIN, TEST = slice(400, 650), slice(650, 900)


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"head": LINEAR},
        {"aligner": ReverseAligner(method="ridge")},
        {"aligner": ReverseAligner(method="ridge"), "head": LogisticRegression()},
    ],
    ids=["default", "linear", "reverse", "own head"],
)
def test_several_languages_in_one_batch(world, params):
    model = TransferClassifier(
        pairs=[world.pairs("ko"), world.pairs("ja")], random_state=0, **params
    )
    model.fit(world.block("en", TRAIN), world.y[TRAIN])
    X = np.vstack([world.block(lang, TEST) for lang in ("ko", "ja", "en")])
    right = (model.predict(X) == np.tile(world.y[TEST], 3)).reshape(3, -1).mean(axis=1)
    native = [
        LinearDiscriminantAnalysis()
        .fit(world.rows[lang][TRAIN], world.y[TRAIN])
        .score(world.rows[lang][TEST], world.y[TEST])
        for lang in ("ko", "ja", "en")
    ]
    assert (right > np.array(native) - 0.08).all()
    assert np.allclose(model.predict_proba(X).sum(axis=1), 1)


def test_an_aligner_into_the_target_space(world):
    model = TransferClassifier(aligner=LangAligner(), pairs=world.pairs("ko"))
    model.fit(world.block("en", TRAIN), world.y[TRAIN])
    assert model.score(world.block("ko", TEST), world.y[TEST]) > 0.75


def test_target_labels_are_rows(world):
    X = np.vstack([world.block("en", slice(400, 430)), world.block("ko", TRAIN)])
    y = np.r_[world.y[400:430], world.y[TRAIN]]
    make = TransferClassifier(pairs=world.pairs("ko"), random_state=0)
    few = make.fit(X[:30], y[:30]).predict_proba(world.block("ko", TEST))
    both = clone(make).fit(X, y)
    assert both.score(world.block("ko", TEST), world.y[TEST]) > np.mean(
        both.classes_[few.argmax(axis=1)] == world.y[TEST]
    )
    unweighted = clone(make).set_params(target_weight=0).fit(X, y)
    np.testing.assert_allclose(unweighted.predict_proba(world.block("ko", TEST)), few)
    weighted = clone(make).fit(X, y, sample_weight=np.r_[np.ones(30), np.zeros(250)])
    np.testing.assert_allclose(weighted.predict_proba(world.block("ko", TEST)), few)


def test_labels_in_a_third_language_count_too(world):
    pairs = [world.pairs("ko"), world.pairs("ja")]
    X = np.vstack([world.block("en", slice(400, 415)), world.block("ja", TRAIN)])
    y = np.r_[world.y[400:415], world.y[TRAIN]]
    alone = TransferClassifier(pairs=pairs, random_state=0).fit(X[:15], y[:15])
    both = TransferClassifier(pairs=pairs, random_state=0, target_weight=1.0).fit(X, y)
    test = world.block("ko", TEST), world.y[TEST]
    assert both.score(*test) > alone.score(*test)


def test_texts_are_embedded_and_pairs_with_them(world):
    latent = np.random.default_rng(1).normal(size=(300, 4))
    maps = {
        lang: (affine(np.random.default_rng(seed), 4, 4), 0.5)
        for seed, lang in ((2, "en"), (3, "ko"))
    }
    embedder = EmbeddingExtractor({lang: PlantedEncoder(latent, maps) for lang in maps})
    english, korean = sentences("en", range(200)), sentences("ko", range(200))
    pairs = ParallelCorpus(english, korean, source_lang="en", target_lang="ko")
    y = (latent[:, 0] > 0).astype(int)
    model = TransferClassifier(embedder, pairs=pairs, random_state=0).fit(english, y[:200])
    assert model.score(sentences("ko", range(200, 300)), y[200:]) > 0.9
    by_hand = TransferClassifier(pairs=pairs.embed(embedder), random_state=0)
    by_hand.fit(embedder.fit_transform(english), y[:200])
    probe = sentences("ko", range(200, 300))
    np.testing.assert_allclose(
        model.predict_proba(probe), by_hand.predict_proba(embedder.transform(probe)), atol=1e-6
    )
    assert model.predict_proba([]).shape == (0, 2)
    in_vectors = TransferClassifier(embedder, pairs=pairs.embed(embedder))
    with pytest.raises(ValueError, match="needs texts"):
        in_vectors.fit(english, y[:200])


@pytest.mark.filterwarnings("ignore:no row of X is in the source language")
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"pairs": None}, "no parallel pairs"),
        ({"aligner": RidgeMap()}, "The 'aligner' parameter of TransferClassifier must be"),
        ({"aligner": ReverseAligner("self")}, "pairs of its own"),
        ({"target_weight": 0.0}, "leaves no labelled row"),
        ({"unlabeled": ["text"]}, "must be a TextPool"),
    ],
)
def test_errors(world, params, message):
    params = {"pairs": world.pairs("ko"), **params}
    X = world.block("ko" if "target_weight" in params else "en", TRAIN)
    with pytest.raises((ValueError, TypeError), match=message):
        TransferClassifier(**params).fit(X, world.y[TRAIN])


def test_pairs_stay_behind_when_saved(world):
    model = TransferClassifier(  # landmarks are rows that it cannot leave behind
        pairs=world.pairs("ko"), unlabeled=world.pool("ko"), head=LINEAR, random_state=0
    ).fit(world.block("en", TRAIN), world.y[TRAIN])
    with without_pairs():
        saved = pickle.dumps(model)
    assert world.rows["ko"][:5].tobytes() not in saved
    X = world.block("ko", TEST)
    np.testing.assert_array_equal(pickle.loads(saved).predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("aligner", [None, ReverseAligner(method="ridge"), LangAligner()])
def test_one_head_judges_rows_carried_to_it(world, aligner):
    model = TransferClassifier(aligner=aligner, pairs=world.pairs("ko"), random_state=0)
    X = world.block("en", TRAIN)
    model.fit(X, world.y[TRAIN])
    saved = pickle.loads(pickle.dumps(model))
    carried = saved.predict_carried(X, "ko")
    np.testing.assert_array_equal(carried, model.predict_carried(X, "ko"))
    # The head was fitted on these very rows, carried alike; its own language's stay as they are.
    assert np.mean(carried == world.y[TRAIN]) > 0.85
    own = world.block("ko", TEST)
    np.testing.assert_array_equal(model.predict_carried(own, "ko"), model.predict(own))
    with pytest.raises(ValueError, match="no head for 'fr'"):
        model.predict_carried(X, "fr")


def test_a_grid_reaches_its_parameters(world):
    model = TransferClassifier(
        aligner=ReverseAligner(method=RidgeMap()), head=GaussianHead(), pairs=world.pairs("ko")
    )
    grid = GridSearchCV(
        model, {"head__noise": [0.0, 1.0], "aligner__method__alpha": [0.01, "gcv"]}, cv=2
    )
    grid.fit(world.block("en", TRAIN), world.y[TRAIN])
    assert grid.score(world.block("ko", TEST), world.y[TEST]) > 0.7


def test_wrong_pairs_are_passed_over(world):
    pairs = world.pairs("ko")
    target = pairs.target.copy()
    target[:120] = np.roll(target[:120], 1, axis=0)
    broken = ParallelCorpus(
        pairs.source, target, source_lang="en", target_lang="ko", layout=world.layout
    )
    X, test = world.block("en", TRAIN), (world.block("ko", TEST), world.y[TEST])
    scores = [
        TransferClassifier(pairs=p, robust=robust, random_state=0)
        .fit(X, world.y[TRAIN])
        .score(*test)
        for p, robust in ((pairs, None), (broken, "trim"))
    ]
    assert scores[1] > scores[0] - 0.05


@pytest.mark.parametrize("robust", [None, "trim", "weight"])
def test_rows_of_a_corpus_that_is_gone_are_gone(world, robust):
    source = world.rows["en"][:400].copy()
    pairs = ParallelCorpus(
        source, world.rows["ko"][:400].copy(), target_lang="ko", layout=world.layout
    )
    model = TransferClassifier(pairs=pairs, robust=robust, head=LINEAR, random_state=0)
    aligner = LangAligner(pairs, robust=robust, method="ridge")
    X = world.block("en", TRAIN)
    held = [weakref.ref(rows) for rows in (source, pairs.target.base)]
    model.fit(X, world.y[TRAIN])
    aligner.fit(X)
    del pairs, source, model, aligner
    gc.collect()
    assert [rows() is None for rows in held] == [True, True]


# ---------------------------------------------------------------------- parts


def test_unlabelled_rows_set_class_frequencies_right(world):
    shifted = {"unlabeled": world.pool("ko")}
    model = TransferClassifier(pairs=world.pairs("ko"), random_state=0, self_training=0, **shifted)
    model.fit(world.block("en", TRAIN), world.y[TRAIN])
    share = model.predict_proba(world.block("ko", TRAIN)).mean(axis=0)
    expected = np.unique(world.y[TRAIN], return_counts=True)[1] / 250
    np.testing.assert_allclose(share, expected, atol=1e-6)


def test_matching_bias_has_a_fixed_point():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([1, 2, 3], size=200)
    assert np.allclose(matching_bias(proba, proba.mean(axis=0)), 0)
    prior = np.array([0.5, 0.0, 0.5])
    assert np.isfinite(matching_bias(proba, prior)).all()


class Says:
    """A head that has made up its mind."""

    def __init__(self, proba):
        self.proba = proba

    def predict_proba(self, X):
        return np.tile(self.proba, (len(X), 1))


def test_a_student_needs_two_classes():
    rows = np.random.default_rng(0).normal(size=(20, 3))
    adapted = Adaptation(Says([0.9, 0.1])).fit(rows, rows, [], None, n_pairs=20, rounds=2)
    assert adapted.student_ is None
    np.testing.assert_allclose(adapted.predict_proba(rows, rows), np.tile([0.9, 0.1], (20, 1)))


def test_the_head_is_a_discriminant_with_the_noise_in_its_covariance():
    rng = np.random.default_rng(0)
    Z, codes, weight = rng.normal(size=(60, 3)), np.repeat([0, 1], 30), np.ones(60)
    Z[codes == 1] += 1.0
    noise = np.diag([1.0, 4.0, 9.0])
    part = CarriedRows(Z, codes, weight, 60, noise)
    head = GaussianHead(noise=2.0)._fit_carried([part], np.array(["a", "b"]))
    means = np.array([Z[codes == k].mean(axis=0) for k in (0, 1)])
    apart = Z - means[codes]
    covariance = WITHIN * oas_covariance(apart.T @ apart / 60, 60) + 2.0 * noise
    covariance += FLOOR * np.trace(covariance) / 3 * np.eye(3)
    np.testing.assert_allclose(head.coef_, np.linalg.solve(covariance, means.T))


def test_carriers_hold_the_residual_covariance(world):
    pairs = world.pairs("ko")
    features = KernelFeatures(pairs.target, 20, 0)
    carrier = carrier_to_images(pairs, features)
    left = features.transform(pairs.target) - carrier.carry(pairs.source)
    assert abs(left.mean()) < 1e-9
    expected = oas_covariance(np.cov(left.T, bias=True), 400)
    np.testing.assert_allclose(carrier.noise, expected, atol=1e-9)
    forward = RidgeMap().fit(pairs.source, pairs.target)
    staying = carrier_through(pairs, forward)
    left = pairs.target - forward.transform(pairs.source)
    np.testing.assert_allclose(staying.noise, oas_covariance(left.T @ left / 400, 400), atol=1e-9)


def mined(world, n_pairs, rounds):
    """The carrier from `n_pairs`, and what rows and a pool with other sentences make of it."""
    pairs = world.pairs("ko", slice(0, n_pairs))
    features = KernelFeatures(pairs.target, 0, 0)
    carrier = carrier_to_images(pairs, features)
    X, pool = world.rows["en"][400:550], world.rows["ko"][550:700]
    return carrier, with_mined_pairs(carrier, X, pool, features.transform(pool), rounds), X, pool


def test_mined_pairs_are_pairs_of_less_weight(world):
    n = 30
    carrier, fuller, X, pool = mined(world, n, 1)
    S, T = world.rows["en"][:n], world.rows["ko"][:n]
    carried = carrier.carry(X)
    i, j = mutual_nearest(carried - carried.mean(axis=0), pool - pool.mean(axis=0))
    A = np.vstack([S, X[i] - X.mean(axis=0) + S.mean(axis=0)])
    B = np.vstack([T, pool[j] - pool.mean(axis=0) + T.mean(axis=0)])
    weight = np.r_[np.ones(n), np.full(len(i), n / TRUST)]
    A0, B0 = (M - np.average(M, axis=0, weights=weight) for M in (A, B))
    penalty = carrier.map.alpha_ * np.trace(np.cov(S.T, bias=True)) * n / A.shape[1]
    gram = A0.T @ (weight[:, None] * A0) + penalty * np.eye(A.shape[1])
    expected = np.linalg.solve(gram, A0.T @ (weight[:, None] * B0))
    np.testing.assert_allclose(fuller.map.coef_, expected, atol=1e-8)
    left = B0 - A0 @ expected
    covariance = (left * weight[:, None]).T @ left / weight.sum()
    kish = weight.sum() ** 2 / (weight**2).sum()
    np.testing.assert_allclose(fuller.noise, oas_covariance(covariance, kish), atol=1e-8)


def test_nothing_is_mined_without_rounds(world):
    carrier, same, _, _ = mined(world, 30, 0)
    assert same is carrier


def test_rows_of_no_weight_and_other_frequencies_mine_nothing(world):
    X, y = world.block("en", TRAIN), world.y[TRAIN]
    shared = {"pairs": world.pairs("ko", slice(0, 30)), "random_state": 0}
    test = world.block("ko", TEST)
    model = TransferClassifier(unlabeled=world.pool("ko"), **shared)
    half = model.fit(X[:120], y[:120]).predict_proba(test)
    weighted = model.fit(X, y, sample_weight=np.r_[np.ones(120), np.zeros(130)])
    np.testing.assert_allclose(weighted.predict_proba(test), half, atol=1e-10)
    apart = TransferClassifier(
        unlabeled=world.pool("ko"), match_classes=False, self_training=0, **shared
    )
    np.testing.assert_allclose(
        apart.fit(X, y).predict_proba(test),
        TransferClassifier(**shared).fit(X, y).predict_proba(test),
    )


def test_features_without_landmarks_are_the_rows():
    rows = np.random.default_rng(0).normal(size=(10, 3))
    np.testing.assert_array_equal(KernelFeatures(rows, 0, 0).transform(rows), rows)
    assert KernelFeatures(rows, 5, 0).transform(rows).shape == (10, 8)


def test_skops_loads_it_with_our_types_trusted(world):
    io = pytest.importorskip("skops.io")
    model = TransferClassifier(
        pairs=world.pairs("ko"), unlabeled=world.pool("ko"), random_state=0
    ).fit(world.block("en", TRAIN), world.y[TRAIN])
    loaded = io.loads(io.dumps(model), trusted=SKOPS_TRUSTED)
    X = world.block("ko", TEST)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
