"""Vectors in fewer bytes: how far off they come back, and that nothing else changes."""

import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from langalign_sk.store import DiskCache, MemoryCache, parts
from langalign_sk.store._rounding import packed_rows, rounded_rows
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import CountingEncoder
from tests.store.stores import forget

FLOATS = st.floats(-1000, 1000, width=32)
ROWS = st.tuples(st.integers(1, 4), st.integers(1, 9)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=FLOATS)
)


@given(ROWS)
def test_float16_is_within_its_precision(rows):
    found = rounded_rows(rows, "float16")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, rows, rtol=2**-11, atol=6e-8)
    np.testing.assert_array_equal(rounded_rows(found, "float16"), found)


@given(ROWS)
def test_int8_is_within_half_a_step_of_each_vector(rows):
    found = rounded_rows(rows, "int8")
    step = np.abs(rows).max(axis=1, keepdims=True) / 127
    assert (np.abs(found - rows) <= 0.501 * step + 1e-30).all()


@pytest.mark.parametrize(("dtype", "most"), [("float16", 0.52), ("int8", 0.28)])
def test_they_take_fewer_bytes(dtype, most):
    rows = np.random.default_rng(0).normal(size=(3, 384)).astype(np.float32)
    assert packed_rows(rows, dtype).nbytes <= most * rows.nbytes


@pytest.mark.parametrize("dtype", ["float16", "int8"])
@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_the_first_answer_is_that_of_the_cache(kind, dtype, tmp_path):
    encoder = CountingEncoder(dim=7)
    folder = tmp_path / "cache"
    cache = MemoryCache(dtype=dtype) if kind == "memory" else DiskCache(folder, dtype=dtype)
    extractor = EmbeddingExtractor(encoder, cache=cache, normalize=False)
    texts = ["a", "b", "a", "c"]
    first = extractor.transform(texts)
    assert encoder.n_texts == 3
    forget()
    np.testing.assert_array_equal(extractor.transform(texts), first)
    assert encoder.n_texts == 3
    exact = np.array([encoder.vector(text) for text in texts])
    assert not np.array_equal(first, exact)
    np.testing.assert_allclose(first, exact, atol=np.abs(exact).max() / 127)
    if kind == "disk":
        plain = EmbeddingExtractor(encoder, cache=DiskCache(folder), normalize=False)
        np.testing.assert_array_equal(plain.transform(texts), exact)  # never taken for each other
        assert len(parts(folder)) == 2
        forget()


@pytest.mark.parametrize("make", [MemoryCache, lambda **kept: DiskCache("./c", **kept)])
def test_the_type_is_part_of_the_cache(make):
    assert "dtype='int8'" in repr(pickle.loads(pickle.dumps(make(dtype="int8"))))
    assert "dtype" not in repr(make())
    with pytest.raises(ValueError, match="dtype must be one of"):
        make(dtype="float64")
