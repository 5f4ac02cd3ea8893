"""The heads of the recipe, each against a reference that shares none of its code."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge

from langalign_sk._numeric import oas_covariance
from langalign_sk.transfer import GaussianHead, KernelHead, LinearHead, NoisyCopies
from langalign_sk.transfer._constants import FLOOR, HEARSAY, KEPT, TRUST
from langalign_sk.transfer._head import CarriedRows, Scatter
from langalign_sk.transfer._kernel_fit import all_of_them, on_landmarks
from langalign_sk.transfer._targets import Classes

CLASSES = np.array(["a", "b", "c"])


def rows_of_classes(seed: int = 0, n: int = 60, width: int = 4):
    """Rows about the centres of three classes, and which class each is of."""
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 3
    return rng.normal(size=(n, width)) + 1.5 * np.eye(3, width)[codes], codes


def part(rows, codes, weight=None, noise=None):
    weight = np.ones(len(codes)) if weight is None else np.asarray(weight, float)
    return CarriedRows(
        rows,
        np.eye(3)[codes],
        weight,
        float(weight.sum()),
        None if noise is None else Scatter(noise, 0.3 * np.trace(noise)),
        np.arange(len(rows)),
    )


def fitted(head, *parts, classes=CLASSES):
    wider = ((0, 0), (0, len(classes) - 3))
    parts = [replace(part, told=np.pad(part.told, wider)) for part in parts]
    return head._fit_carried(parts, Classes(classes))


ROWS, CODES = rows_of_classes()
PROBES, _ = rows_of_classes(1, 40)
INDICATORS = np.eye(3)[CODES]


# ------------------------------------------------------------------ the kernel head


def gamma_of(rows, sharpness=1.0):
    apart = np.square(rows[:, None] - rows).sum(axis=-1)
    return sharpness / np.median(apart[np.triu_indices(len(rows), 1)])


def scores_of(head, X):
    """What the head says ahead of the softmax: logarithms, less what they have in common."""
    logs = np.log(head.say(X)) / head.sureness_
    return logs - logs.mean(axis=1, keepdims=True)


def centred(scores):
    return scores - scores.mean(axis=1, keepdims=True)


@pytest.mark.parametrize(("sharpness", "penalty"), [(1.0, 0.1), (0.4, 0.5)])
def test_the_scores_are_the_mean_of_a_gaussian_process(sharpness, penalty):
    head = fitted(KernelHead(sharpness, penalty), part(ROWS, CODES))
    length = np.sqrt(0.5 / gamma_of(ROWS, sharpness))
    process = GaussianProcessRegressor(RBF(length), alpha=penalty, optimizer=None)
    share = INDICATORS.mean(axis=0)
    expected = process.fit(ROWS, INDICATORS - share).predict(PROBES) + share
    np.testing.assert_allclose(scores_of(head, PROBES), centred(expected), atol=1e-9)


def test_weights_are_those_of_kernel_ridge():
    weight = np.random.default_rng(2).integers(1, 4, len(CODES)).astype(float)
    head = fitted(KernelHead(1.0, 0.1), part(ROWS, CODES, weight))
    share = np.average(INDICATORS, axis=0, weights=weight)
    ridge = KernelRidge(alpha=0.1, kernel="rbf", gamma=gamma_of(ROWS))
    ridge.fit(ROWS, INDICATORS - share, sample_weight=weight)
    expected = ridge.predict(PROBES) + share
    np.testing.assert_allclose(scores_of(head, PROBES), centred(expected), atol=1e-9)


def test_it_is_as_sure_as_rows_left_out_one_by_one_allow():
    weight = np.random.default_rng(3).integers(1, 4, len(CODES)).astype(float)
    share = np.average(INDICATORS, axis=0, weights=weight)
    ridge = KernelRidge(alpha=0.1, kernel="rbf", gamma=gamma_of(ROWS))
    left_out = np.empty_like(INDICATORS)
    for i in range(len(ROWS)):
        others = np.arange(len(ROWS)) != i
        ridge.fit(ROWS[others], INDICATORS[others] - share, sample_weight=weight[others])
        left_out[i] = ridge.predict(ROWS[[i]])[0] + share

    def loss(sureness):
        proba = np.exp(sureness * left_out)
        proba /= proba.sum(axis=1, keepdims=True)
        return -weight @ np.log(proba[np.arange(len(CODES)), CODES])

    grid = np.geomspace(1.0, 30.0, 800)
    best = grid[np.argmin([loss(sureness) for sureness in grid])]
    head = fitted(KernelHead(1.0, 0.1), part(ROWS, CODES, weight))
    assert 1.5 < best < 29  # inside, so that the bounds do not tell
    assert head.sureness_ == pytest.approx(best, rel=0.01)


@pytest.mark.parametrize("apart", [0.0, 6.0])
def test_the_penalty_is_the_one_that_errs_least_on_rows_left_out(apart):
    rows, share = ROWS + apart * np.eye(3, 4)[CODES], INDICATORS.mean(axis=0)
    ridge, errors = KernelRidge(kernel="rbf", gamma=gamma_of(rows, 1.5)), []
    penalties = (0.2, 0.5, 1.0, 2.0, 5.0)
    for penalty in penalties:
        ridge.set_params(alpha=penalty)
        gone = []
        for i in range(len(rows)):
            others = np.arange(len(rows)) != i
            ridge.fit(rows[others], INDICATORS[others] - share)
            gone.append(ridge.predict(rows[[i]])[0] + share - INDICATORS[i])
        errors.append(np.square(gone).sum())
    expected = penalties[int(np.argmin(errors))]
    assert (expected > 0.2) == (apart == 0)  # classes that are clear need none
    assert fitted(KernelHead(), part(rows, CODES)).penalty_ == expected


def test_more_rows_than_landmarks_come_near_to_all_of_them():
    rows, codes = rows_of_classes(5, n=600, width=3)
    every = fitted(KernelHead(), part(rows, codes)).say(PROBES[:, :3])
    some = fitted(KernelHead(n_landmarks=200), part(rows, codes))
    assert len(some._kernel.landmarks_) == 200
    few = fitted(KernelHead(n_landmarks=2), part(rows, codes)).say(PROBES[:, :3])
    near, far = (np.abs(found - every).max() for found in (some.say(PROBES[:, :3]), few))
    assert near < 0.05 < far


@pytest.mark.parametrize("weight", [None, np.arange(60) % 3 + 1.0], ids=["even", "weighted"])
def test_the_linear_head_is_the_ridge_that_errs_least_on_rows_left_out(weight):
    own = np.ones(60) if weight is None else weight
    share = np.average(INDICATORS, axis=0, weights=own)
    centre = np.average(ROWS, axis=0, weights=own)
    unit = own @ np.square(ROWS - centre) / 4
    errors, candidates = [], (0.1, 0.3, 1.0, 3.0, 10.0)

    def ridge(penalty, kept):
        # The means of all rows stay, so that one row left out is that row's term alone.
        model = Ridge(alpha=penalty * unit.sum(), fit_intercept=False)
        return model.fit(ROWS[kept] - centre, INDICATORS[kept] - share, own[kept])

    for penalty in candidates:
        gone = [
            own[i] * np.square(
                ridge(penalty, np.arange(60) != i).predict(ROWS[[i]] - centre)
                + share - INDICATORS[i]
            ).sum()
            for i in range(60)
        ]  # fmt: skip
        errors.append(sum(gone))
    head = fitted(LinearHead(), part(ROWS, CODES, weight))
    assert head.penalty_ == candidates[int(np.argmin(errors))]
    expected = ridge(head.penalty_, np.ones(60, bool)).predict(PROBES - centre) + share
    np.testing.assert_allclose(scores_of(head, PROBES), centred(expected), atol=1e-9)


def test_hearsay_is_rows_of_less_weight():
    labelled, heard = slice(0, 30), slice(30, 60)
    proba = np.random.default_rng(4).dirichlet(np.ones(3), size=30)
    head = fitted(KernelHead(1.0, 0.1), part(ROWS[labelled], CODES[labelled]))
    sureness = head.sureness_
    head._hear(ROWS[heard], proba)
    weight = np.r_[np.ones(30), np.full(30, HEARSAY)]
    told = np.vstack([INDICATORS[labelled], proba])
    share = np.average(told, axis=0, weights=weight)
    ridge = KernelRidge(alpha=0.1, kernel="rbf", gamma=gamma_of(ROWS[labelled]))
    expected = ridge.fit(ROWS, told - share, sample_weight=weight).predict(PROBES) + share
    np.testing.assert_allclose(scores_of(head, PROBES), centred(expected), atol=1e-9)
    assert head.sureness_ == sureness  # hearsay is no evidence of being right


@pytest.mark.parametrize("rows", [np.zeros((6, 3)), np.tile([1e8, 0.0, 1.0], (6, 1))])
def test_rows_that_are_all_alike_tell_the_class_frequencies_at_most(rows):
    head = fitted(KernelHead(), part(rows, np.array([0, 0, 0, 0, 1, 2])))
    proba = head.say(rows)
    assert proba[0].argmax() == 0
    np.testing.assert_allclose(proba[:, 1], proba[:, 2])


# ------------------------------------------------------------------ the discriminant


def test_the_discriminant_has_the_scatter_of_translations_in_its_covariance():
    noise = np.diag([1.0, 4.0, 9.0, 0.0])
    head = fitted(GaussianHead(noise=2.0), part(ROWS, CODES, noise=noise))
    means = np.array([ROWS[k == CODES].mean(axis=0) for k in range(3)])
    apart = ROWS - means[CODES]
    within = oas_covariance(apart.T @ apart / 60, 60)
    covariance = within + 2.0 * (noise + 0.3 * 14.0 * np.eye(4))
    covariance += FLOOR * np.trace(covariance) / 4 * np.eye(4)
    inverse = np.linalg.inv(covariance)
    np.testing.assert_allclose(head.coef_, inverse @ means.T)
    distance = np.einsum(
        "nkd,de,nke->nk", *[PROBES[:, None] - means, inverse, PROBES[:, None] - means]
    )
    expected = np.exp(-0.5 * distance)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(head.say(PROBES), expected, atol=1e-9)


def test_frequent_classes_are_more_probable():
    weight = np.where(CODES == 0, 4.0, 1.0)
    even = fitted(GaussianHead(), part(ROWS, CODES))
    skewed = fitted(GaussianHead(), part(ROWS, CODES, weight))
    mean = ROWS.mean(axis=0, keepdims=True)
    assert skewed.say(mean)[0, 0] > even.say(mean)[0, 0] + 0.1


def test_rows_as_they_are_get_no_scatter_of_translations():
    noise = np.eye(4)
    both = fitted(GaussianHead(), part(ROWS, CODES, noise=noise), part(ROWS + 9.0, CODES))
    means = np.array([ROWS[k == CODES].mean(axis=0) for k in range(3)])
    apart = ROWS - means[CODES]
    within = oas_covariance(apart.T @ apart / 60, 60)
    covariance = within + 0.5 * (1 + 0.3 * 4.0) * np.eye(4)  # half of the rows were carried
    covariance += FLOOR * np.trace(covariance) / 4 * np.eye(4)
    # How far the means of two languages lie from each other is no scatter of the rows.
    np.testing.assert_allclose(both.coef_, np.linalg.solve(covariance, (means + 4.5).T))


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_means_move_all_alike_and_each_by_its_own_rows(offset):
    head = fitted(GaussianHead(), part(ROWS, CODES))
    means = head._means.copy()
    own = np.array([[0.0] * 4, [0.5, 0, 0, 0], [-0.5, 0, 0, 0]])
    rows = means[CODES] + own[CODES] + offset
    head._hear(rows, INDICATORS)
    rest = offset * KEPT / (60 + KEPT)  # what the rows as expected keep of the shift
    share = 20 / (20 + TRUST * 20)
    expected = means + offset - rest + share * (own + rest)
    np.testing.assert_allclose(
        head.coef_, np.linalg.solve(_covariance(head), expected.T), atol=1e-9
    )


def _covariance(head):
    """The covariance behind coefficients and means of a head that has both."""
    lower = np.tril(head._factor[0]) if head._factor[1] else np.triu(head._factor[0]).T
    return lower @ lower.T


# ------------------------------------------------------------------ any head

HEADS = {
    "gaussian": GaussianHead(),
    "kernel": KernelHead(),
    "landmarks": KernelHead(n_landmarks=9),
    "linear": LinearHead(),
}


@pytest.mark.parametrize("name", HEADS)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_neither_order_nor_repetition_of_rows_counts(name, seed):
    rng = np.random.default_rng(seed)
    times = rng.integers(0, 3, len(CODES))
    times[:3] = 1  # a row of each class at least
    index = rng.permutation(np.repeat(np.arange(len(CODES)), times))
    known, proba = rng.integers(0, 40, 25), rng.dirichlet(np.ones(3), size=25)
    weighed = fitted(clone(HEADS[name]), part(ROWS, CODES, times))
    repeated = fitted(clone(HEADS[name]), part(ROWS[index], CODES[index]))
    np.testing.assert_allclose(weighed.say(PROBES), repeated.say(PROBES), atol=1e-7)
    order = rng.permutation(25)
    weighed._hear(PROBES[known], proba)
    repeated._hear(PROBES[known][order], proba[order])
    np.testing.assert_allclose(weighed.say(PROBES), repeated.say(PROBES), atol=1e-7)


@pytest.mark.parametrize("name", HEADS)
def test_a_class_without_a_row_is_never_told(name):
    classes = np.array(["a", "b", "c", "none"])
    head = fitted(clone(HEADS[name]), part(ROWS, CODES), classes=classes)
    proba = head.say(PROBES)
    assert (proba[:, 3] == 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    some = CODES < 2  # a part may lack what another has
    both = fitted(
        clone(HEADS[name]), part(ROWS[some], CODES[some]), part(ROWS[~some], CODES[~some])
    )
    assert both.say(PROBES).argmax(axis=1).max() == 2


def test_class_means_that_move_no_more_than_by_chance_move_together_alone():
    rng = np.random.default_rng(0)
    known = fitted(GaussianHead(), part(ROWS, CODES))
    codes = np.arange(300) % 3
    rows = known._means[codes] + 2.0 + 3.0 * rng.normal(size=(300, 4))
    moved = copy.deepcopy(known)
    moved._hear(rows, np.eye(3)[codes])
    shift = (rows - known._means[codes]).sum(axis=0) / (300 + KEPT)
    np.testing.assert_allclose(moved.say(PROBES + shift), known.say(PROBES), atol=1e-9)
    apart = known._means[codes] + 4.0 * np.eye(3, 4)[codes] + 0.1 * (rows - 2.0)
    moved._hear(apart, np.eye(3)[codes])  # beyond chance
    assert moved.say(apart).argmax(axis=1).tolist() == codes.tolist()


@pytest.mark.parametrize("name", HEADS)
def test_what_is_forgotten_changes_no_prediction(name):
    head = fitted(clone(HEADS[name]), part(ROWS, CODES, noise=np.eye(4)))
    before = head.say(PROBES)
    names = set(vars(head))
    head._forget()
    assert names > set(vars(head))
    np.testing.assert_array_equal(head.say(PROBES), before)


@pytest.mark.parametrize("head", [KernelHead(), KernelHead(n_landmarks=30), LinearHead()])
def test_many_rows_are_met_in_blocks(head, monkeypatch):
    whole = fitted(clone(head), part(ROWS, CODES))
    for module in ("_least_squares", "_kernel_fit", "_linear_head"):
        monkeypatch.setattr(
            f"langalign_sk.transfer.{module}.row_blocks",
            lambda n, width: (slice(i, min(i + 7, n)) for i in range(0, n, 7)),
        )
    blocks = fitted(clone(head), part(ROWS, CODES))
    assert blocks.sureness_ == pytest.approx(whole.sureness_)
    np.testing.assert_allclose(blocks.say(PROBES), whole.say(PROBES))


def test_all_rows_as_landmarks_are_one_limit_of_some():
    weight = np.random.default_rng(6).uniform(0.2, 2.0, len(CODES))
    wanted, how = INDICATORS - 1 / 3, {"gamma": 0.2, "penalties": (0.1, 3.0)}
    one = all_of_them(ROWS, weight, wanted, **how)
    other = on_landmarks(ROWS, ROWS, weight, wanted, **how)
    values = [k.kernel.kernel(PROBES - k.kernel.mean_) @ k.dual for k in (one, other)]
    np.testing.assert_allclose(*values, atol=1e-3)
    np.testing.assert_allclose(one.left_out, other.left_out, atol=1e-3)
    assert one.penalty == other.penalty


def test_noisy_copies_are_the_discriminant_by_force():
    noise = np.diag([0.0, 0.0, 4.0, 4.0])
    copies = NoisyCopies(LogisticRegression(), n_copies=200, random_state=0)
    fitted(copies, part(ROWS, CODES, noise=noise))
    plain = fitted(NoisyCopies(LogisticRegression(), noise=0), part(ROWS, CODES, noise=noise))
    sizes = [np.abs(head.estimator_.coef_).mean(axis=0) for head in (copies, plain)]
    # What translations tell badly counts less, by about its share of noise; the rest as before.
    assert (sizes[0][2:] < 0.6 * sizes[1][2:]).all()
    np.testing.assert_allclose(sizes[0][:2], sizes[1][:2], rtol=0.2)
    same = LogisticRegression().fit(ROWS, CLASSES[CODES])
    np.testing.assert_allclose(plain.say(PROBES), same.predict_proba(PROBES))
