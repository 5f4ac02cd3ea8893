"""Moments and models over partitions, with Dask's own schedulers in one process."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from langalign_sk import dask as many
from langalign_sk.corpus import Moments, PairMoments
from langalign_sk.encoders import NgramEncoder
from langalign_sk.maps import ProcrustesMap
from langalign_sk.text import EmbeddingExtractor

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
db = pytest.importorskip("dask.bag")
dd = pytest.importorskip("dask.dataframe")

TEXTS = [f"{word} my {thing}" for word in ("pay", "cancel", "find") for thing in ("order", "card")]
LABELS = ["pay", "pay", "cancel", "cancel", "find", "find"]


@pytest.fixture(autouse=True)
def in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def assert_same(found, wanted, tolerance=1e-12):
    """Compare moments, relative to the largest number of each matrix."""
    for name in ("source", "target", "cross"):
        one, two = getattr(found, name), getattr(wanted, name)
        arrays = (
            [(one, two)] if name == "cross" else [(one.mean, two.mean), (one.scatter, two.scatter)]
        )
        for a, b in arrays:
            np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * np.abs(b).max())
    assert (found.n, found.weight_sq) == (wanted.n, pytest.approx(wanted.weight_sq))


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 60),
    chunk=st.integers(1, 60),
    seed=st.integers(0, 2**16),
    offset=st.sampled_from([0.0, 1e3]),
    weighted=st.booleans(),
)
def test_moments_do_not_depend_on_the_partitions(n, chunk, seed, offset, weighted):
    rng = np.random.default_rng(seed)
    S, T = rng.normal(size=(n, 4)) + offset, rng.normal(size=(n, 3))
    weight = rng.integers(0, 3, n).astype(float) if weighted else None
    if weighted:
        weight[0] = 1.0
    with dask.config.set(scheduler="synchronous"):
        found = many.pair_moments(
            da.from_array(S, chunks=(chunk, 2)),
            da.from_array(T, chunks=7),
            None if weight is None else da.from_array(weight, chunks=5),
        )
    wanted = PairMoments.from_rows(S, T, weight)
    # Blocks without weight are passed over: they count no rows.
    assert found.weight == wanted.weight
    for a, b in ((found.cross, wanted.cross), (found.source.scatter, wanted.source.scatter)):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-9 * max(1.0, np.abs(b).max()))


def test_arrays_frames_series_and_bags_give_the_moments_of_memory():
    rng = np.random.default_rng(0)
    S, T = rng.normal(size=(500, 6)), rng.normal(size=(500, 5))
    wanted = PairMoments.from_rows(S, T)
    both = pd.DataFrame({"s": list(S), "t": list(T)})
    with dask.config.set({"dataframe.convert-string": False}):
        frame = dd.from_pandas(both, npartitions=4)
        assert_same(many.pair_moments(frame["s"], frame["t"]), wanted)
    with pytest.raises(ValueError, match="vectors are needed, got texts"):
        many.row_moments(dd.from_pandas(both, npartitions=4)["s"])
    bag = db.from_sequence(list(zip(S, T, strict=True)), npartitions=7)
    assert_same(many.pair_moments(bag.pluck(0), bag.pluck(1)), wanted)
    assert_same(many.pair_moments(da.from_array(S, chunks=(33, 2)), da.from_array(T)), wanted)
    numbers = dd.from_pandas(pd.DataFrame(S), npartitions=3)
    found, alone = many.row_moments(numbers), Moments.from_rows(S)
    np.testing.assert_allclose(found.scatter, alone.scatter, atol=1e-12 * alone.scatter.max())


def test_what_can_not_be_added_up_is_said():
    S = da.ones((10, 2), chunks=5)
    with pytest.raises(ValueError, match="2, 1 partitions"):
        many.pair_moments(S, db.from_sequence([[1.0]] * 10, npartitions=1))
    with pytest.raises(ValueError, match="no row has a weight"):
        many.row_moments(S, da.zeros(10, chunks=5))
    with pytest.raises(TypeError, match="got ndarray"):
        many.row_moments(np.ones((3, 2)))


@pytest.fixture(scope="module")
def pipe():
    encoder = NgramEncoder(4).fit(TEXTS)
    return make_pipeline(EmbeddingExtractor(encoder), LogisticRegression()).fit(TEXTS, LABELS)


def test_a_pipeline_reads_texts_of_every_kind(pipe):
    wanted = pipe.predict(TEXTS)
    series = pd.Series(TEXTS, index=[3, 5, 8, 13, 21, 34], name="text")
    frame = dd.from_pandas(series, npartitions=3)
    found = many.map_rows(pipe, frame, method="predict").compute()
    assert found.tolist() == wanted.tolist()
    assert found.index.tolist() == series.index.tolist()
    proba = many.map_rows(pipe, frame, method="predict_proba").compute()
    assert proba.columns.tolist() == pipe.classes_.tolist()
    np.testing.assert_allclose(proba.to_numpy(), pipe.predict_proba(TEXTS))
    array = many.map_rows(pipe, da.from_array(np.array(TEXTS, object), chunks=4), method="predict")
    assert array.compute().tolist() == wanted.tolist()
    bag = many.map_rows(pipe, db.from_sequence(TEXTS, npartitions=4), method="predict")
    assert bag.compute() == wanted.tolist()
    vectors = many.map_rows(pipe[0], frame)
    np.testing.assert_array_equal(vectors.compute().to_numpy(), pipe[0].transform(TEXTS))
    assert (vectors.dtypes == np.float32).all()


def test_maps_and_heads_read_vectors():
    rng = np.random.default_rng(0)
    S = rng.normal(size=(90, 5)).astype(np.float32)
    X = da.from_array(S, chunks=(40, 2))
    fitted = ProcrustesMap().fit(S, S[:, ::-1])
    moved = many.map_rows(fitted, X)
    assert (moved.shape, moved.dtype) == ((90, 5), np.float32)
    np.testing.assert_array_equal(moved.compute(), fitted.transform(S))
    head = LogisticRegression().fit(S, S[:, 0] > 0)
    values = many.map_rows(head, X, method="decision_function")
    np.testing.assert_allclose(values.compute(), head.decision_function(S))
    score = many.map_rows(Ridge().fit(S, S[:, 0]), X, method="predict")
    assert score.shape == (90,)
    with pytest.raises(TypeError, match="no method 'predict'"):
        many.map_rows(fitted, X, method="predict")
    with pytest.raises(TypeError, match="got list"):
        many.map_rows(fitted, [1.0])


class Unpickled:
    """A model that counts how often it is unpacked."""

    n_features_out_ = 2
    count = 0

    def transform(self, X):
        return X

    def __setstate__(self, state):
        type(self).count += 1

    def __getstate__(self):
        return {"a": 1}


def test_a_model_is_unpacked_once_in_a_process():
    moved = many.map_rows(Unpickled(), da.ones((40, 2), chunks=(5, 2)))
    again = many.map_rows(Unpickled(), da.ones((40, 2), chunks=(8, 2)))
    moved.compute()
    again.compute()
    assert Unpickled.count == 1
