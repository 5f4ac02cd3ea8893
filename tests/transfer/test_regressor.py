"""Values told in one language, predicted in another."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVR
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import (
    SKOPS_TRUSTED,
    EmbeddingExtractor,
    LangAligner,
    ParallelCorpus,
    ReverseAligner,
    TransferRegressor,
    without_pairs,
)
from langalign_sk._numeric import oas_covariance
from langalign_sk.transfer import GaussianHead, KernelHead, NoisyCopies
from langalign_sk.transfer._constants import FLOOR
from langalign_sk.transfer._head import CarriedRows, Scatter
from langalign_sk.transfer._kernel_fit import all_of_them, on_landmarks
from langalign_sk.transfer._targets import Values
from tests.align.planted import PlantedEncoder, affine, sentences
from tests.transfer.world import two_languages

S, T, _, PAIRS = two_languages(n=700)
#: What is told: a linear value and one that is not.
Y = np.column_stack([S[:, 0] + S[:, 1], np.tanh(S[:, 2]) * 10 + 100])
TRAIN, TEST = slice(300, 500), slice(500, 700)


@parametrize_with_checks(
    [
        TransferRegressor(pairs="self"),
        TransferRegressor(aligner=ReverseAligner(gate=None), pairs="self", head=Ridge()),
        TransferRegressor(aligner=LangAligner(method="procrustes", gate="soft"), pairs="self"),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"head": GaussianHead()},
        {"head": KernelHead()},
        {"head": Ridge()},
        {"head": NoisyCopies(SVR(C=10), n_copies=2)},
        {"aligner": ReverseAligner(method="ridge")},
        {"aligner": LangAligner(method="ridge")},
        {"robust": "trim"},
    ],
    ids=["recipe", "linear", "kernel", "ridge", "svr", "reverse", "forward", "robust"],
)
def test_values_are_told_in_the_other_language(params):
    model = TransferRegressor(pairs=PAIRS, random_state=0, **params).fit(S[TRAIN], Y[TRAIN, 0])
    found = model.predict(T[TEST], lang="ko")
    assert found.shape == (200,)
    native = Ridge().fit(T[TRAIN], Y[TRAIN, 0]).score(T[TEST], Y[TEST, 0])
    assert model.score(T[TEST], Y[TEST, 0], lang="ko") > native - 0.2
    assert model.score(S[TEST], Y[TEST, 0], lang="en") > 0.5


def test_several_columns_are_problems_of_their_own():
    model = TransferRegressor(pairs=PAIRS)
    both = clone(model).fit(S[TRAIN], Y[TRAIN]).predict(T[TEST])
    assert both.shape == (200, 2)
    for j in range(2):
        alone = clone(model).fit(S[TRAIN], Y[TRAIN, j]).predict(T[TEST])
        np.testing.assert_allclose(both[:, j], alone, atol=1e-9)
    column = clone(model).fit(S[TRAIN], Y[TRAIN, :1]).predict(T[TEST])
    np.testing.assert_allclose(column, both[:, :1], atol=1e-9)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_unit_of_the_values_does_not_matter(scale):
    model = TransferRegressor(pairs=PAIRS)
    plain = clone(model).fit(S[TRAIN], Y[TRAIN]).predict(T[TEST])
    scaled = clone(model).fit(S[TRAIN], scale * Y[TRAIN] - 3 * scale).predict(T[TEST])
    np.testing.assert_allclose(scaled / scale + 3, plain, rtol=1e-7)


def test_two_spaces_are_looked_at_twice_and_averaged():
    model = TransferRegressor(pairs=PAIRS).fit(S[TRAIN], Y[TRAIN], lang="en")
    linear, kernel = model.heads_["ko"].looks
    assert [type(look.head) for look in (linear, kernel)] == [GaussianHead, KernelHead]
    said = [look.head.say(look.of(T[TEST])) for look in (linear, kernel)]
    np.testing.assert_allclose(model.predict(T[TEST], lang="ko"), np.mean(said, axis=0))


def test_rated_rows_of_the_target_language_are_rows():
    X, y = np.vstack([S[300:320], T[320:500]]), Y[300:500, 0]
    langs = ["en"] * 20 + ["ko"] * 180
    few = TransferRegressor(pairs=PAIRS).fit(X[:20], y[:20], lang="en")
    more = TransferRegressor(pairs=PAIRS).fit(X, y, lang=langs)
    test = T[TEST], Y[TEST, 0]
    assert more.score(*test, lang="ko") > few.score(*test, lang="ko") + 0.1
    weighted = TransferRegressor(pairs=PAIRS).fit(X, y, [1.0] * 20 + [0.0] * 180, lang=langs)
    np.testing.assert_allclose(
        weighted.predict(T[TEST], lang="ko"), few.predict(T[TEST], lang="ko"), atol=1e-9
    )


# ------------------------------------------------------------------ the heads, by references


def fitted(head, told, weight=None, noise=None):
    weight = np.ones(60) if weight is None else weight
    scatter = None if noise is None else Scatter(noise, 1.5)
    part = CarriedRows(S[:60], told, weight, float(weight.sum()), scatter, np.arange(60))
    return head._fit_carried([part], Values(told.shape[1]))


def test_the_kernel_head_is_kernel_ridge_with_a_penalty_for_each_column():
    rng = np.random.default_rng(0)
    told = np.column_stack([Y[:60, 0], rng.normal(size=60)])
    weight = rng.integers(1, 4, 60).astype(float)
    head = fitted(KernelHead(), told, weight)
    apart = np.square(S[:60, None] - S[:60]).sum(axis=-1)
    gamma = 1.5 / np.median(apart[np.triu_indices(60, 1)])
    said = head.say(S[100:140])
    for j, (own, penalty) in enumerate(zip(told.T, head.penalty_, strict=True)):
        mean = np.average(own, weights=weight)
        errors = {}
        for one in (0.2, 0.5, 1.0, 2.0, 5.0):
            ridge = KernelRidge(alpha=one, kernel="rbf", gamma=gamma)
            gone = []
            for i in range(60):
                others = np.arange(60) != i
                ridge.fit(S[:60][others], (own - mean)[others], weight[others])
                gone.append(weight[i] * (ridge.predict(S[i : i + 1])[0] + mean - own[i]) ** 2)
            errors[one] = np.sum(gone)
        assert penalty == min(errors, key=errors.get)
        ridge.set_params(alpha=penalty).fit(S[:60], own - mean, weight)
        np.testing.assert_allclose(said[:, j], ridge.predict(S[100:140]) + mean, atol=1e-9)
    assert head.penalty_[0] < head.penalty_[1]  # there is nothing to tell of the other column


def test_landmarks_have_a_penalty_for_each_column_too():
    rng = np.random.default_rng(0)
    told = np.column_stack([Y[:60, 0] - Y[:60, 0].mean(), rng.normal(size=60)])
    how = {"gamma": 0.05, "penalties": (0.1, 5.0), "apart": True}
    one = all_of_them(S[:60], np.ones(60), told, **how)
    other = on_landmarks(S[:60], S[:60], np.ones(60), told, **how)
    np.testing.assert_array_equal(one.penalty, [0.1, 5.0])
    np.testing.assert_array_equal(other.penalty, [0.1, 5.0])
    values = [k.kernel.kernel(S[60:] - k.kernel.mean_) @ k.dual for k in (one, other)]
    np.testing.assert_allclose(*values, atol=1e-3)


def test_the_linear_head_has_the_scatter_of_translations_in_its_covariance():
    noise = np.diag(np.linspace(0, 3, 16))
    head = fitted(GaussianHead(noise=2.0), Y[:60], noise=noise)
    X, y = S[:60] - S[:60].mean(axis=0), Y[:60] - Y[:60].mean(axis=0)
    scatter = X.T @ X / 60
    covariance = oas_covariance(scatter, 60) + 2.0 * (noise + 1.5 * np.eye(16))
    covariance += FLOOR * np.trace(covariance) / 16 * np.eye(16)
    direction = np.linalg.solve(covariance, X.T @ y / 60)
    np.testing.assert_allclose(head.coef_ / head.coef_[0], direction / direction[0])
    np.testing.assert_allclose(head.say(S[:60]).mean(axis=0), Y[:60].mean(axis=0))
    # As good as any other slope on rows that scatter like translations.
    rng = np.random.default_rng(0)
    many = np.repeat(S[:60], 4000, axis=0)
    many = many + rng.normal(size=many.shape) * np.sqrt(2.0 * noise.diagonal())
    slope = [
        np.polyfit(*column, 1)[0]
        for column in zip(head.say(many).T, np.repeat(y, 4000, axis=0).T, strict=True)
    ]
    np.testing.assert_allclose(slope, 1.0, rtol=0.02)


def test_without_noise_and_with_many_rows_the_linear_head_is_least_squares():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20_000, 4))
    told = rows @ rng.normal(size=(4, 2)) + rng.normal(size=(20_000, 2))
    part = CarriedRows(rows, told, np.ones(20_000), 20_000.0, None, np.arange(20_000))
    head = GaussianHead()._fit_carried([part], Values(2))
    np.testing.assert_allclose(head.coef_, LinearRegression().fit(rows, told).coef_.T, atol=0.05)


# ------------------------------------------------------------------ as an estimator


def test_texts_are_embedded_and_pairs_with_them():
    latent = np.random.default_rng(1).normal(size=(300, 4))
    maps = {
        lang: (affine(np.random.default_rng(seed), 4, 4), 0.5)
        for seed, lang in ((2, "en"), (3, "ko"))
    }
    embedder = EmbeddingExtractor({lang: PlantedEncoder(latent, maps) for lang in maps})
    english, korean = sentences("en", range(200)), sentences("ko", range(200))
    pairs = ParallelCorpus(english, korean, source_lang="en", target_lang="ko")
    model = TransferRegressor(embedder, pairs=pairs).fit(english, latent[:200, 0])
    assert model.score(sentences("ko", range(200, 300)), latent[200:, 0]) > 0.8
    assert model.predict([]).shape == (0,)
    with pytest.raises(ValueError, match="200 texts and y 100 targets"):
        model.fit(english, latent[:100, 0])
    with pytest.raises(ValueError, match="y contains NaN"):
        model.fit(english, np.r_[np.nan, latent[1:200, 0]])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_must_be_numbers(bad):
    y = Y[TRAIN].copy()
    y[3, 1] = bad
    with pytest.raises(ValueError, match="Input y contains (NaN|infinity)"):
        TransferRegressor(pairs=PAIRS).fit(S[TRAIN], y)
    with pytest.raises(ValueError, match="could not convert string to float"):
        TransferRegressor(pairs=PAIRS).fit(S[TRAIN], ["good"] * 200)


def test_heads_that_tell_classes_are_refused():
    model = TransferRegressor(pairs=PAIRS, head=LogisticRegression())
    with pytest.raises(ValueError, match=r"head LogisticRegression is no regressor.*Ridge\(\)"):
        model.fit(S[TRAIN], Y[TRAIN, 0])


def test_pairs_stay_behind_when_saved():
    model = TransferRegressor(pairs=PAIRS, head=Ridge(), random_state=0).fit(S[TRAIN], Y[TRAIN])
    with without_pairs():
        saved = pickle.dumps(model)
    assert T[:5].tobytes() not in saved
    np.testing.assert_array_equal(pickle.loads(saved).predict(T[TEST]), model.predict(T[TEST]))


def test_skops_loads_it_with_our_types_trusted():
    io = pytest.importorskip("skops.io")
    model = TransferRegressor(pairs=PAIRS).fit(S[TRAIN], Y[TRAIN, 0])
    loaded = io.loads(io.dumps(model), trusted=SKOPS_TRUSTED)
    np.testing.assert_array_equal(loaded.predict(T[TEST]), model.predict(T[TEST]))


def test_a_grid_reaches_the_head():
    model = TransferRegressor(pairs=PAIRS, head=KernelHead())
    grid = GridSearchCV(model, {"head__penalty": [0.1, 100.0]}, cv=2).fit(S[TRAIN], Y[TRAIN, 0])
    assert grid.best_params_ == {"head__penalty": 0.1}
