import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from langalign_sk import SKOPS_TRUSTED
from langalign_sk.maps import GeneralizedProcrustes, ProcrustesMap

seeds = st.integers(0, 2**32 - 1)


def make_views(seed, widths, n=120, noise=0.3):
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, max(widths)))
    views = []
    for width in widths:
        turn = np.linalg.qr(rng.standard_normal((max(widths), width)))[0]
        views.append(common @ turn + noise * rng.standard_normal((n, width)) + 3.0)
    return views


@pytest.mark.parametrize("reference", [0, 1, 2])
def test_planted_rotations(reference):
    views = make_views(0, (4, 4, 4), noise=0.0)
    together = GeneralizedProcrustes((4, 4, 4), reference=reference).fit(np.hstack(views))
    for view, each in zip(views, together.maps_, strict=True):
        np.testing.assert_allclose(each.transform(view), views[reference], atol=1e-6)
    still = together.maps_[reference].transform(views[reference])
    np.testing.assert_array_equal(still, views[reference])


@pytest.mark.parametrize("scale", [False, True])
def test_two_views_are_procrustes(scale):
    S, T = make_views(1, (5, 5))
    together = GeneralizedProcrustes((5, 5), reference=1).fit(np.hstack([S, T]))
    wanted = ProcrustesMap().fit(S, T)
    np.testing.assert_allclose(together.maps_[0].coef_, wanted.coef_, atol=1e-8)
    np.testing.assert_allclose(together.maps_[0].transform(S), wanted.transform(S), atol=1e-8)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, widths=st.lists(st.integers(1, 6), min_size=2, max_size=4))
def test_agreement_never_falls_and_is_what_it_says(seed, widths):
    views = make_views(seed, widths, noise=1.0)
    together = GeneralizedProcrustes(widths).fit(np.hstack(views))
    steps = np.diff(together.agreement_)
    assert (steps >= -1e-9 * abs(together.agreement_[-1])).all()
    mapped = [each.transform(view) for view, each in zip(views, together.maps_, strict=True)]
    total = sum(np.sum(a * b) for i, a in enumerate(mapped) for b in mapped[:i])
    assert total == pytest.approx(together.agreement_[-1], rel=1e-6)
    for each in together.maps_:
        gram = each.coef_ @ each.coef_.T
        np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-8)


def test_more_than_pairwise():
    """Three noisy views agree better when all are turned at once than when two follow a pivot."""
    views = make_views(2, (6, 6, 6), noise=1.5)
    together = GeneralizedProcrustes((6, 6, 6)).fit(np.hstack(views))
    pivot = [views[0] - views[0].mean(axis=0)]
    for view in views[1:]:
        turn = ProcrustesMap().fit(view, views[0]).coef_
        pivot.append((view - view.mean(axis=0)) @ turn)
    by_pivot = sum(np.sum(a * b) for i, a in enumerate(pivot) for b in pivot[:i])
    assert together.agreement_[-1] > by_pivot


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_average_does_not_depend_on_the_axes_of_a_view(seed):
    views = make_views(seed, (4, 4, 4), noise=0.2)
    turn = ortho_group.rvs(4, random_state=np.random.default_rng(seed))
    one = GeneralizedProcrustes((4, 4, 4), reference=0, max_iter=1000, tol=1e-14)
    plain = clone(one).fit(np.hstack(views)).transform(np.hstack(views))
    views[2] = views[2] @ turn + 1.0
    turned = clone(one).fit(np.hstack(views)).transform(np.hstack(views))
    np.testing.assert_allclose(turned, plain, atol=1e-4)


def test_scale_gives_every_view_one_vote():
    views = make_views(3, (4, 4), noise=0.5)
    loud = [views[0], 100.0 * views[1]]
    fitted = GeneralizedProcrustes((4, 4), scale=True, reference=0).fit(np.hstack(loud))
    mapped = [each.transform(view) for view, each in zip(loud, fitted.maps_, strict=True)]
    np.testing.assert_allclose(mapped[1].var(axis=0).sum(), mapped[0].var(axis=0).sum())
    np.testing.assert_array_equal(mapped[0], loud[0])


def test_weights_are_repetition():
    X = np.hstack(make_views(4, (3, 5), n=30))
    times = np.random.default_rng(0).integers(1, 4, 30)
    weighted = GeneralizedProcrustes((3, 5)).fit(X, sample_weight=times)
    repeated = GeneralizedProcrustes((3, 5)).fit(np.repeat(X, times, axis=0))
    np.testing.assert_allclose(weighted.transform(X), repeated.transform(X), atol=1e-8)


def test_as_a_step_after_a_union():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 3))
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    both = FeatureUnion(
        [("a", FunctionTransformer()), ("b", FunctionTransformer(lambda rows: rows @ turn))]
    )
    pipe = Pipeline([("both", both), ("join", GeneralizedProcrustes((3, 3), reference=0))])
    np.testing.assert_allclose(pipe.fit_transform(X), X, atol=1e-8)
    pipe.set_params(join__combine="concatenate").fit(X)
    assert pipe.transform(X).shape == (50, 6)
    assert len(pipe[-1].get_feature_names_out()) == 6
    joined = np.hstack([X, X @ turn])
    single = pipe[-1].transform(joined.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, pipe.transform(X), rtol=1e-4, atol=1e-5)
    loaded = pickle.loads(pickle.dumps(pipe[-1]))
    np.testing.assert_array_equal(loaded.transform(joined), pipe.transform(X))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"widths": (3, 4)}, "X has 6 columns, but the widths .* add to 7"),
        ({"widths": (6,)}, "widths must be the numbers of columns of two"),
        ({"widths": (2.5, 3.5)}, r"two or more views, got \(2.5, 3.5\)"),
        ({"widths": (2, 4), "max_iter": -1}, "'max_iter' parameter of"),
        ({"widths": (2, 4), "tol": -1.0}, "'tol' parameter of"),
        ({"widths": (2, 4), "reference": 0}, "view 0 has 2 columns and cannot hold those of 4"),
        ({"widths": (2, 4), "reference": 2}, "reference must be a view 0 to 1"),
        ({"widths": (2, 4), "combine": "sum"}, "'combine' parameter of"),
    ],
)
def test_bad_parameters(params, message):
    with pytest.raises(ValueError, match=message):
        GeneralizedProcrustes(**params).fit(np.ones((5, 6)))


def test_skops_needs_only_our_own_types():
    skops_io = pytest.importorskip("skops.io")
    X = np.hstack(make_views(5, (3, 4)))
    fitted = GeneralizedProcrustes((3, 4)).fit(X)
    data = skops_io.dumps(fitted)
    trusted = skops_io.get_untrusted_types(data=data)
    assert set(trusted) <= set(SKOPS_TRUSTED)
    np.testing.assert_array_equal(
        skops_io.loads(data, trusted=trusted).transform(X), fitted.transform(X)
    )
