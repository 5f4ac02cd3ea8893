import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.kernel_approximation import Nystroem as Reference
from sklearn.metrics.pairwise import rbf_kernel

from langalign_sk._numeric import Nystroem, median_squared_distance


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), m=st.integers(1, 25), d=st.integers(2, 8))
def test_dot_products_are_those_of_scikit_learn(seed, m, d):
    rng = np.random.default_rng(seed)
    rows, X = rng.normal(size=(m, d)) + 3, rng.normal(size=(30, d)) + 3
    features = Nystroem(rows, cut=1e-13)
    reference = Reference(gamma=features.gamma_, n_components=m).fit(rows)
    ours, theirs = features.transform(X), reference.transform(X)
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-6)
    of_landmarks = features.transform(rows)
    kernel = rbf_kernel(rows, gamma=features.gamma_)
    np.testing.assert_allclose(of_landmarks @ of_landmarks.T, kernel, atol=1e-9)


def test_the_sharpness_comes_from_the_median_of_the_first_thousand():
    rows = np.random.default_rng(0).normal(size=(1100, 3))
    first = np.square(rows[:1000, None] - rows[:1000]).sum(axis=-1)
    middle = np.median(first[np.triu_indices(1000, 1)])
    assert median_squared_distance(rows) == pytest.approx(middle)
    assert Nystroem(rows[:1000]).gamma_ == pytest.approx(0.5 / middle)
    assert Nystroem(rows[:5], gamma=0.3).gamma_ == 0.3


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), offset=st.sampled_from([1e4, 1e6, 1e8]))
def test_rows_far_from_the_origin_are_as_good(seed, offset):
    rng = np.random.default_rng(seed)
    # Whole numbers, which no offset rounds: what changes is the arithmetic, not the rows.
    rows, X = rng.integers(-50, 50, (20, 4)), rng.integers(-50, 50, (10, 4))
    near, far = Nystroem(rows), Nystroem(rows + offset)
    a, b = near.transform(X), far.transform(X + offset)
    np.testing.assert_allclose(b @ b.T, a @ a.T, atol=1e-6)


def test_repeated_landmarks_add_no_features():
    rows = np.random.default_rng(0).normal(size=(6, 3))
    assert Nystroem(np.vstack([rows, rows])).n_features_out_ == 6
    assert Nystroem(np.ones((5, 3))).n_features_out_ == 1


def test_no_landmarks_give_no_features():
    assert Nystroem(np.empty((0, 3))).transform(np.ones((4, 3))).shape == (4, 0)


def test_float32_rows_give_float64_features():
    rows = np.random.default_rng(0).normal(size=(6, 3))
    single = Nystroem(np.float32(rows)).transform(np.float32(rows))
    assert single.dtype == np.float64
    np.testing.assert_allclose(single, Nystroem(rows).transform(rows), atol=1e-5)


def test_pickles_to_the_same_features():
    rows = np.random.default_rng(0).normal(size=(6, 3))
    features = Nystroem(rows)
    loaded = pickle.loads(pickle.dumps(features))
    np.testing.assert_array_equal(loaded.transform(rows), features.transform(rows))
