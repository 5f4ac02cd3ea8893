"""The protocol carries a network, a reduced rank, a shift and a transport without change."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from langalign_sk._numeric import Moments, PairMoments
from langalign_sk.maps import AffineMap, BaseMap, MomentMap, RidgeMap, average, compose, resolve_map
from tests.maps.throwaway import DuckMap, MeanShiftMap, ReducedRankMap, TorchMap, TransportMap


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((60, 4))
    T = S @ rng.standard_normal((4, 4)) + 2.0 + 0.01 * rng.standard_normal((60, 4))
    return S, T


ALL = [TorchMap(random_state=0), ReducedRankMap(), MeanShiftMap(), TransportMap(), DuckMap()]


@pytest.mark.parametrize("method", ALL, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_call_fits_them_all(method, dtype, rows):
    S, T = (side.astype(dtype) for side in rows)
    found = resolve_map(method)
    assert found is not method
    if found.needs_pairs:
        found.fit(S, T, unlabeled_source=S, unlabeled_target=T)
    else:
        found.fit(None, None, unlabeled_source=S, unlabeled_target=T)
    assert (found.n_features_in_, found.n_features_out_) == (4, 4)
    mapped = found.transform(S)
    assert mapped.shape == T.shape
    assert mapped.dtype == dtype
    assert np.linalg.norm(mapped - T) < np.linalg.norm(S - T)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(found)).transform(S), mapped)


@pytest.mark.parametrize("method", ALL, ids=lambda m: type(m).__name__)
def test_they_chain_and_average_with_the_others(method, rows):
    S, T = rows
    one = resolve_map(method).fit(S, T, unlabeled_source=S, unlabeled_target=T)
    back = RidgeMap().fit(T, S)
    trip = compose(one, back)
    np.testing.assert_allclose(trip.transform(S), back.transform(one.transform(S)), atol=1e-9)
    mean = average([trip, AffineMap(np.eye(4)).fit()])
    np.testing.assert_allclose(mean.transform(S), (trip.transform(S) + S) / 2, atol=1e-9)


def test_torch_map_learns_weighs_and_is_seeded(rows):
    S, T = rows
    first = TorchMap(steps=50, random_state=3).fit(S, T).transform(S)
    again = resolve_map(TorchMap(steps=50), random_state=3).fit(S, T).transform(S)
    np.testing.assert_array_equal(first, again)
    other = TorchMap(steps=50, random_state=4).fit(S, T).transform(S)
    assert not np.allclose(first, other)
    times = np.random.default_rng(0).integers(1, 4, len(S))
    weighted = TorchMap(steps=50, random_state=3).fit(S, T, times)
    repeated = TorchMap(steps=50, random_state=3)
    repeated.fit(np.repeat(S, times, axis=0), np.repeat(T, times, axis=0))
    np.testing.assert_allclose(weighted.transform(S), repeated.transform(S), atol=1e-6)
    assert all(type(each) is np.ndarray for each in weighted.weights_)


def test_reduced_rank_has_the_rank_and_fits_from_moments(rows):
    S, T = rows
    fitted = ReducedRankMap(rank=2).fit_moments(PairMoments.from_rows(S, T))
    assert np.linalg.matrix_rank(fitted.coef_) == 2
    np.testing.assert_allclose(fitted.coef_, ReducedRankMap(rank=2).fit(S, T).coef_)
    full = ReducedRankMap(rank=4).fit(S, T)
    np.testing.assert_allclose(full.coef_, RidgeMap(alpha=0.0).fit(S, T).coef_, atol=1e-9)


def test_shift_from_moments_of_unlabeled_rows(rows):
    S, T = rows
    shift = MeanShiftMap().fit_moments(
        None,
        unlabeled_source=Moments.from_rows(S[:40]),
        unlabeled_target=Moments.from_rows(T[10:]),
    )
    np.testing.assert_allclose(shift.transform(S[:40]).mean(axis=0), T[10:].mean(axis=0))


def test_transport_recovers_clusters_without_pairs():
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 6.0]])
    labels = np.repeat([0, 1, 2], 30)
    S = centres[labels] + 0.2 * rng.standard_normal((90, 2))
    T = centres[rng.permutation(labels)] + [1.0, 1.0] + 0.2 * rng.standard_normal((90, 2))
    mapped = TransportMap().fit(unlabeled_source=S, unlabeled_target=T).transform(S)
    assert np.abs(mapped - (centres[labels] + 1.0)).max() < 0.8


def test_missing_rows_are_named(rows):
    S, T = rows
    for method in (TorchMap(), ReducedRankMap()):
        with pytest.raises(ValueError, match=f"{type(method).__name__} needs pairs"):
            method.fit(None, None)
    with pytest.raises(ValueError, match="together, or both be None"):
        ReducedRankMap().fit(S, None)
    bad = T.copy()
    bad[2] = np.nan
    with pytest.raises(ValueError, match="unlabeled_target: row 2 holds NaN"):
        MeanShiftMap().fit(None, None, unlabeled_source=S, unlabeled_target=bad)
    # What a map does not use is not even read.
    RidgeMap().fit(S, T, unlabeled_source="ignored")


def test_bases_alone_are_no_maps(rows):
    for base in (BaseMap(), MomentMap()):
        with pytest.raises(NotImplementedError, match="does not define fit"):
            base.fit(*rows)

    class Half(BaseMap):
        def _fit(self, S, T, weights, *unlabeled):
            self.n_pairs_ = len(S)

    with pytest.raises(NotFittedError):
        Half().transform(rows[0])
    with pytest.raises(NotImplementedError, match="Half does not define transform"):
        Half().fit(*rows).transform(rows[0])


def test_clone_and_params():
    method = TorchMap(hidden=3)
    assert clone(method).get_params() == method.get_params()


def test_closed_forms_need_no_torch():
    code = """
import sys, numpy as np, sklearn.pipeline
already = set(sys.modules)  # scikit-learn itself may import pandas
from langalign_sk.maps import ProcrustesMap, RidgeMap
rng = np.random.default_rng(0)
S = rng.standard_normal((20, 3))
for each in (ProcrustesMap(), RidgeMap()):
    each.fit(S, S + 1).transform(S)
heavy = {"torch", "sentence_transformers", "transformers", "pandas", "polars",
         "sklearn.decomposition", "sklearn.feature_extraction"} & (set(sys.modules) - already)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)
