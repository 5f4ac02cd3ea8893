"""Two vectors as columns for a head: what they hold, what changes nothing, what is refused."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.base import clone
from sklearn.metrics.pairwise import paired_cosine_distances
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import PairFeatures

RNG = np.random.default_rng(0)
U, V = (rows / np.linalg.norm(rows, axis=1)[:, None] for rows in RNG.normal(size=(2, 20, 3)))
X = np.hstack([U, V])
as_they_are = partial(PairFeatures, normalize=False)
PAIRS = hnp.arrays(np.float64, (4, 6), elements=st.floats(-1e6, 1e6))


@parametrize_with_checks([PairFeatures(None)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_columns_stand_in_the_order_asked_for():
    by_name = {
        "u": U, "v": V, "u+v": U + V, "u-v": U - V, "|u-v|": abs(U - V), "u*v": U * V
    }  # fmt: skip
    for name, expected in by_name.items():
        np.testing.assert_array_equal(as_they_are([name]).fit_transform(X), expected)
    usual = as_they_are().fit_transform(X)
    np.testing.assert_array_equal(usual, np.hstack([U, V, abs(U - V), U * V]))
    some = as_they_are(("u*v", "u")).fit_transform(X)
    np.testing.assert_array_equal(some, np.hstack([U * V, U]))
    np.testing.assert_array_equal(PairFeatures(None).fit_transform(X), X)


@given(PAIRS)
def test_both_have_unit_length_unless_told_otherwise(rows):
    u, v = np.hsplit(rows, 2)
    norms = [np.linalg.norm(side, axis=1, keepdims=True) for side in (u, v)]
    assume(all((norm > 1e-9).all() for norm in norms))
    units = np.hstack([u / norms[0], v / norms[1]])
    found = PairFeatures().fit_transform(rows)
    np.testing.assert_allclose(found, as_they_are().fit_transform(units), atol=1e-12)
    np.testing.assert_allclose(
        found, PairFeatures().fit_transform(np.hstack([3 * u, 0.1 * v])), atol=1e-12
    )
    zero = PairFeatures(["u", "|u-v|"]).fit_transform(np.array([[0.0, 0.0, 3.0, 4.0]]))
    np.testing.assert_array_equal(zero, [[0, 0, 0.6, 0.8]])


def test_the_cosine_is_that_of_scikit_learn():
    found = PairFeatures("cos").fit_transform(X)
    np.testing.assert_allclose(found[:, 0], 1 - paired_cosine_distances(U, V), rtol=1e-12)
    zero = np.array([[0.0, 0.0, 1.0, 2.0]])
    assert PairFeatures(["cos"]).fit_transform(zero) == 0
    large = np.array([[3e30, 4e30, 3e30, 4e30]], dtype=np.float32)
    assert PairFeatures(["cos"]).fit_transform(large) == 1


@given(PAIRS)
def test_symmetric_features_know_no_order(rows):
    swapped = np.hstack([rows[:, 3:], rows[:, :3]])
    for features in ("symmetric", ("cos", "|u-v|")):
        made = PairFeatures(features).fit(rows)
        np.testing.assert_array_equal(made.transform(rows), made.transform(swapped))
    plain = PairFeatures().fit(rows)
    (u, v, *both), (v_first, u_second, *same) = (
        np.hsplit(plain.transform(X), 4) for X in (rows, swapped)
    )
    np.testing.assert_array_equal(u, u_second)
    np.testing.assert_array_equal(v, v_first)
    np.testing.assert_array_equal(both, same)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("features", ["symmetric", ("u", "cos"), None])
def test_types_are_kept(dtype, features):
    made = PairFeatures(features).fit_transform(X.astype(dtype))
    assert made.dtype == dtype
    assert made.flags.writeable
    assert not np.shares_memory(made, X)


def test_names_and_frames():
    made = PairFeatures(["u", "|u-v|", "cos"]).fit(X)
    names = ["u0", "u1", "u2", "|u-v|0", "|u-v|1", "|u-v|2", "cos"]
    assert made.get_feature_names_out().tolist() == names
    frame = pd.DataFrame(X, columns=list("abcdef"))
    out = clone(made).set_output(transform="pandas").fit_transform(frame)
    assert out.columns.tolist() == names
    whole = PairFeatures(None).fit(frame)
    assert whole.get_feature_names_out().tolist() == list("abcdef")


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (("u", "w"), "there is no 'w'; choose some of u, v,"),
        ("v-u", "there is no 'v-u'"),
        ((), "there is none at all"),
    ],
)
def test_unknown_features(features, message):
    with pytest.raises(ValueError, match=message):
        PairFeatures(features).fit(X)


def test_odd_and_broken_rows():
    with pytest.raises(ValueError, match=r"5 columns, an odd number: .* side by side, \[u | v\]"):
        PairFeatures().fit(X[:, :5])
    with pytest.raises(ValueError, match="expecting 6 features"):
        PairFeatures().fit(X).transform(X[:, :4])
    broken = X.copy()
    broken[3, 4] = np.nan
    with pytest.raises(ValueError, match="row 3 holds NaN"):
        PairFeatures().fit(X).transform(broken)
