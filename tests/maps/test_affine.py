import copy
import pickle
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neighbors import KNeighborsRegressor

from langalign_sk.maps import (
    TRUSTED_MAPS,
    AffineMap,
    ProcrustesMap,
    RegressorMap,
    RidgeMap,
    average,
    blended,
    compose,
)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((50, 4))
    return S, S @ rng.standard_normal((4, 6)) + 1.0, S @ rng.standard_normal((4, 6)) - 2.0


def test_known_map_needs_nothing_to_fit(rows):
    coef, intercept = np.arange(8.0).reshape(4, 2), np.array([1.0, -1.0])
    for fitted in (
        AffineMap(coef, intercept).fit(),
        AffineMap(coef.tolist(), intercept.tolist()).fit(rows[0], rows[1]),
        clone(AffineMap(coef, intercept)).fit_moments(None),
    ):
        np.testing.assert_allclose(fitted.transform(rows[0]), rows[0] @ coef + intercept)
        assert (fitted.n_features_in_, fitted.n_features_out_) == (4, 2)
    np.testing.assert_array_equal(AffineMap(coef).fit().intercept_, [0.0, 0.0])
    as_float32 = AffineMap(coef.astype(np.float32)).fit()
    assert as_float32.coef_.dtype == np.float64


@pytest.mark.parametrize(
    ("coef", "intercept", "message"),
    [
        ([1.0, 2.0], None, "coef: a 2-D array"),
        ([[np.nan]], None, "coef: row 0 holds NaN"),
        ([[1.0, 2.0]], [1.0], "intercept must be 2 finite numbers"),
        ([[1.0, 2.0]], [1.0, np.inf], "intercept must be 2 finite numbers"),
    ],
)
def test_known_map_is_checked(coef, intercept, message):
    with pytest.raises(ValueError, match=message):
        AffineMap(coef, intercept).fit()


def test_transform_costs_one_product_and_no_copy(rows):
    fitted = AffineMap(np.eye(64), np.ones(64)).fit()
    X = np.ones((20_000, 64))
    fitted.transform(X)
    tracemalloc.start()
    fitted.transform(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.1 * X.nbytes  # the result


def test_affine_maps_fold_into_one(rows):
    S, T, _ = rows
    there, back = RidgeMap().fit(S, T), ProcrustesMap().fit(T, S)
    folded = compose(there, back)
    assert type(folded) is AffineMap
    np.testing.assert_allclose(
        folded.transform(S), back.transform(there.transform(S)), rtol=1e-12, atol=1e-12
    )
    assert (folded.n_features_in_, folded.n_features_out_) == (4, 4)
    again = compose(folded, there)
    assert type(again) is AffineMap


def test_average_folds_too(rows):
    S, T, U = rows
    maps = [RidgeMap().fit(S, T), ProcrustesMap(scale=True).fit(S, U), RidgeMap().fit(S, U)]
    mean = average(iter(maps))
    assert type(mean) is AffineMap
    wanted = np.mean([m.transform(S) for m in maps], axis=0)
    np.testing.assert_allclose(mean.transform(S), wanted, rtol=1e-12, atol=1e-12)
    assert average(maps[:1]) is maps[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_other_maps_chain(rows, dtype):
    S, T, _ = (each.astype(dtype) for each in rows)
    near = RegressorMap(KNeighborsRegressor(3)).fit(S, T)
    back = RidgeMap().fit(T, S)
    chain = compose(near, back)
    np.testing.assert_array_equal(chain.transform(S), back.transform(near.transform(S)))
    assert (chain.n_features_in_, chain.n_features_out_) == (4, 4)
    mean = average([chain, AffineMap(np.eye(4)).fit()])
    np.testing.assert_allclose(mean.transform(S), (chain.transform(S) + S) / 2, rtol=1e-5)
    for made in (chain, mean):
        assert made.transform(S).dtype == dtype
        assert isinstance(made, TRUSTED_MAPS)
        assert made.fit() is made
        assert not made.needs_pairs
        for same in (clone(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            np.testing.assert_array_equal(same.transform(S), made.transform(S))
        with pytest.raises(ValueError, match=r"X has 6 features, but .*Map is expecting 4"):
            made.transform(T)


def test_skops_reads_what_is_made(rows):
    skops_io = pytest.importorskip("skops.io")
    S, T, _ = rows
    near, back = RegressorMap(KNeighborsRegressor(3)).fit(S, T), RidgeMap().fit(T, S)
    ours = {f"{cls.__module__}.{cls.__qualname__}" for cls in TRUSTED_MAPS}
    for made in (compose(near, back), average([compose(near, back), compose(back, near)][:1])):
        data = skops_io.dumps(made)
        untrusted = set(skops_io.get_untrusted_types(data=data))
        assert {name for name in untrusted if name.startswith("langalign_sk")} <= ours
        loaded = skops_io.loads(data, trusted=sorted(untrusted))
        np.testing.assert_array_equal(loaded.transform(S), made.transform(S))


def test_widths_must_fit(rows):
    S, T, _ = rows
    there, back = RidgeMap().fit(S, T), RidgeMap().fit(T, S)
    with pytest.raises(ValueError, match="first map gives 6 columns, the second takes 4"):
        compose(there, there)
    with pytest.raises(ValueError, match=r"different widths .*\(4, 6\), \(6, 4\)"):
        average([there, back])
    with pytest.raises(ValueError, match="at least one map"):
        average([])


def test_blended_maps_go_a_share_of_the_way(rows):
    S, T = rows[0], rows[1][:, :4]
    for whole in (
        RidgeMap(towards="zero").fit(S, T),
        RegressorMap(KNeighborsRegressor(n_neighbors=2)).fit(S, T),
    ):
        part = blended(whole, 0.3)
        np.testing.assert_allclose(part.transform(S), 0.3 * whole.transform(S) + 0.7 * S)
        assert part.transform(S.astype(np.float32)).dtype == np.float32
        np.testing.assert_allclose(blended(whole, 0).transform(S), S, atol=1e-15)
        assert blended(whole, 1.0) is whole
        loaded = pickle.loads(pickle.dumps(part))
        np.testing.assert_array_equal(loaded.transform(S), part.transform(S))
        assert type(part) in TRUSTED_MAPS
    assert isinstance(blended(RidgeMap().fit(S, T), 0.3), AffineMap)
    with pytest.raises(ValueError, match="from 4 to 6 columns: only blend=1"):
        blended(RidgeMap().fit(S, rows[1]), 0.3)


def test_known_maps_are_undone_where_they_can_be(rows):
    S = rows[0]
    turn = AffineMap(np.diag([1.0, 2.0, -3.0, 0.5]) + 0.1, np.ones(4)).fit()
    np.testing.assert_allclose(turn.inverse_transform(turn.transform(S)), S)
    assert not hasattr(AffineMap(np.zeros((4, 4))).fit(), "inverse_transform")
    assert not hasattr(AffineMap(np.ones((4, 5))).fit(), "inverse_transform")
