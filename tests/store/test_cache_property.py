"""Whatever comes in, in any order, whatever was cached before: the rows are those of the input."""

import tempfile

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk.store import DiskCache, MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import CountingEncoder
from tests.store.stores import forget

ODD = [
    "",
    " ",
    "a",
    "A",
    "\u00e1",
    "a\u0301",
    "🙂",
    "👩‍👩‍👧",
    "\ud800",
    "x\udfff",
    "a\0b",
    "a\nb",
    "שלום עולם",
    "\u202eمرحبا",
    "택배 어디",
    "x" * 2**20,
    "x" * (2**20 - 1) + "y",
    "é" * 2**19,
]
MISSING = [None, float("nan"), np.float64("nan")]

rows = st.lists(
    st.one_of(st.sampled_from(ODD), st.sampled_from(MISSING), st.text(max_size=6)), max_size=25
)
ENCODER = CountingEncoder(dim=3)


def expected(X):
    """The definition: one row after the other, no cache in sight."""
    table = [ENCODER.vector(x if isinstance(x, str) else "") for x in X]
    return np.array(table, np.float32).reshape(-1, 3)


@pytest.mark.parametrize("kind", ["memory", "disk", "small disk"])
@settings(max_examples=25, deadline=None)
@given(before=st.lists(rows, max_size=3), X=rows, chunk=st.integers(1, 12), data=st.data())
def test_rows_are_those_of_the_input_whatever_was_cached(kind, before, X, chunk, data):
    with tempfile.TemporaryDirectory() as folder:
        cache = {
            "memory": MemoryCache,
            "disk": lambda: DiskCache(folder + "/c"),
            "small disk": lambda: DiskCache(folder + "/c", max_bytes=500),
        }[kind]()
        extractor = EmbeddingExtractor(ENCODER, cache=cache, missing="empty", normalize=False)
        for earlier in before:
            extractor.transform(earlier)
            if data.draw(st.booleans()):
                forget()  # as a new process
        np.testing.assert_array_equal(extractor.transform(X), expected(X))
        order = data.draw(st.permutations(range(len(X))))
        shuffled = [X[row] for row in order]
        parts = [np.zeros((0, 3), np.float32), *extractor.iter_transform(shuffled, chunk=chunk)]
        np.testing.assert_array_equal(np.concatenate(parts), expected(shuffled))
        found = extractor.transform_to(folder + "/o.npy", iter(X), chunk=chunk)
        np.testing.assert_array_equal(found, expected(X))
        del found
        forget()
