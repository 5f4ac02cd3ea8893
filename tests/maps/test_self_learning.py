import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neighbors import KNeighborsRegressor

from langalign_sk._numeric import mutual_nearest
from langalign_sk.maps import RidgeMap, SelfLearningMap


def make_rows(seed=0, n=600, d=10, noise=0.3):
    rng = np.random.default_rng(seed)
    english = rng.standard_normal((n, d))
    korean = english @ np.linalg.qr(rng.standard_normal((d, d)))[0] + 2.0
    return english, korean + noise * rng.standard_normal((n, d))


def learn(english, korean, n_true=25, **params):
    """Self-learning from the first pairs; the other rows are given in another order."""
    rng = np.random.default_rng(1)
    return SelfLearningMap(random_state=0, **params).fit(
        english[:n_true],
        korean[:n_true],
        unlabeled_source=english[n_true:],
        unlabeled_target=rng.permutation(korean[n_true:]),
    )


def error(fitted, english, korean):
    return np.square(fitted.transform(english) - korean).mean()


@pytest.mark.parametrize("method", ["ridge", "procrustes"])
def test_mined_pairs_help_where_translations_are_hidden(method):
    english, korean = make_rows()
    seed_only = RidgeMap().fit(english[:25], korean[:25])
    fitted = learn(english, korean, method=method)
    assert error(fitted, english, korean) < 0.7 * error(seed_only, english, korean)
    assert fitted.n_rounds_ >= 1
    assert fitted.n_mined_ > 300
    kept = fitted.agreement_[: fitted.n_rounds_ + 1]
    assert (np.diff(kept) > 0).all()
    assert len(fitted.agreement_) - 1 - fitted.n_rounds_ in (0, 1)  # at most one that was refused


def test_rounds_that_do_harm_are_not_kept():
    english, korean = make_rows(noise=0.05)
    rng = np.random.default_rng(5)
    noise = rng.standard_normal((200, 10)), 5 * rng.standard_normal((200, 10))
    fitted = SelfLearningMap(random_state=0, pseudo_weight=50.0).fit(
        english[:60], korean[:60], unlabeled_source=noise[0], unlabeled_target=noise[1]
    )
    assert (fitted.n_rounds_, fitted.n_mined_) == (0, 0)
    alone = RidgeMap().fit(english[:60], korean[:60])
    np.testing.assert_array_equal(fitted.transform(english), alone.transform(english))


def test_one_round_is_mining_once():
    english, korean = make_rows()
    fitted = learn(english, korean, n_rounds=1, pseudo_weight=0.25)
    order = np.random.default_rng(1).permutation(korean[25:])
    # By hand: the map of the pairs not held out, mutual neighbours, one weighted fit.
    held = np.random.default_rng(0).permutation(25)[:5]
    kept = np.setdiff1d(np.arange(25), held)
    first = RidgeMap().fit(english[kept], korean[kept])
    mapped = first.transform(english[25:])
    i, j = mutual_nearest(mapped - mapped.mean(axis=0), order - order.mean(axis=0))
    S = np.vstack([english[:25], english[25:][i]])
    T = np.vstack([korean[:25], order[j]])
    wanted = RidgeMap().fit(S, T, np.r_[np.ones(25), np.full(len(i), 0.25)])
    np.testing.assert_allclose(fitted.transform(english), wanted.transform(english), atol=1e-9)


def test_a_shift_is_a_start_in_one_space():
    rng = np.random.default_rng(0)
    english = rng.standard_normal((400, 10))
    korean = english + 3.0 + 0.2 * rng.standard_normal((400, 10))
    korean[:, 0] *= 1.5
    ridge = RidgeMap(towards="zero")  # which goes further than one that is shrunk to the shift
    fitted = SelfLearningMap(ridge, random_state=0).fit(
        unlabeled_source=english, unlabeled_target=rng.permutation(korean)
    )
    shift = english + korean.mean(axis=0) - english.mean(axis=0)
    assert error(fitted, english, korean) < 0.9 * np.square(shift - korean).mean()


def test_widths_may_differ_where_there_are_pairs():
    rng = np.random.default_rng(0)
    english = rng.standard_normal((300, 6))
    korean = english @ rng.standard_normal((6, 9))
    fitted = learn(english, korean)
    assert fitted.transform(english).shape == (300, 9)
    with pytest.raises(ValueError, match="no pairs to start from"):
        SelfLearningMap().fit(unlabeled_source=english, unlabeled_target=korean)


def test_same_seed_same_map_in_either_precision():
    english, korean = make_rows(n=200)
    one, two = learn(english, korean), learn(english, korean)
    np.testing.assert_array_equal(one.transform(english), two.transform(english))
    single = learn(np.float32(english), np.float32(korean))
    moved = single.transform(np.float32(english))
    assert moved.dtype == np.float32
    assert np.abs(moved - one.transform(english)).max() < 1e-4 * np.abs(moved).max()
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(one)).transform(english), one.transform(english)
    )


def test_a_true_pair_of_no_weight_is_not_there():
    english, korean = make_rows(n=40)
    korean[:20] = 100.0
    weights = np.repeat([0.0, 1.0], 20)
    fitted = SelfLearningMap(n_rounds=0, random_state=0).fit(english, korean, weights)
    wanted = RidgeMap().fit(english[20:], korean[20:])
    np.testing.assert_allclose(fitted.transform(english), wanted.transform(english), atol=1e-8)


def test_few_rows_stay_defined():
    for n in (1, 2, 3):
        S = np.arange(2.0 * n).reshape(n, 2)
        assert SelfLearningMap(random_state=0).fit(S, S).transform(S).shape == (n, 2)
        alone = SelfLearningMap(random_state=0).fit(unlabeled_source=S, unlabeled_target=S)
        assert np.isfinite(alone.transform(S)).all()


def test_bad_parameters():
    english, korean = make_rows(n=20)
    for params, message in (
        ({"holdout": 1.0}, "'holdout' parameter of .*Got 1.0"),
        ({"pseudo_weight": 0.0}, "'pseudo_weight' parameter of"),
        ({"n_rounds": -1}, "'n_rounds' parameter of"),
        ({"n_rows": 0}, "'n_rows' parameter of"),
        ({"method": "magic"}, "unknown method 'magic'"),
    ):
        with pytest.raises(ValueError, match=message):
            clone(SelfLearningMap(**params)).fit(english, korean)
    nearest = SelfLearningMap(KNeighborsRegressor(1), pseudo_weight=1.0, random_state=0)
    assert nearest.fit(english, korean).transform(english).shape == (20, 10)
