"""Batches by tokens: little padding, a bound on tokens, halves where memory runs out."""

import gc
import weakref
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from langalign_sk.encoders._batches import chunked, packed, within_memory
from langalign_sk.encoders._onnx_run import padded
from langalign_sk.encoders._run import Run
from langalign_sk.store import MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import BareEncoder


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(1, 2000))
def test_batches_hold_every_row_once_within_the_budget(sizes, budget):
    sizes = np.array(sizes, dtype=np.int64)
    batches = list(packed(sizes, budget))
    rows = np.concatenate([*batches, []]).astype(int)
    assert sorted(rows) == list(range(len(sizes)))
    assert (np.diff(sizes[rows]) <= 0).all()
    for batch in batches:
        assert len(batch) == 1 or len(batch) * sizes[batch].max() <= budget


@given(
    st.lists(st.integers(1, 90), min_size=1, max_size=8), st.integers(1, 300), st.integers(0, 60)
)
def test_batches_cost_the_least_there_is(sizes, budget, overhead):
    sizes = np.sort(np.array(sizes, dtype=np.int64))[::-1]

    def cost(stops):
        starts = (0, *stops[:-1])
        if any(
            b - a > 1 and (b - a) * sizes[a] > budget for a, b in zip(starts, stops, strict=True)
        ):
            return np.inf
        return sum(overhead + (b - a) * sizes[a] for a, b in zip(starts, stops, strict=True))

    batches = list(packed(sizes, budget, overhead))
    assert np.concatenate(batches).tolist() == list(range(len(sizes)))
    inner = range(1, len(sizes))
    ways = [(*cut, len(sizes)) for n in range(len(sizes)) for cut in combinations(inner, n)]
    assert cost(tuple(np.cumsum([len(b) for b in batches]))) == min(map(cost, ways))


@given(
    st.lists(st.integers(1, 300), max_size=200),
    st.none() | st.integers(1, 500),
    st.integers(1, 50),
)
def test_chunks_keep_the_order_and_their_bound(sizes, most, count):
    rows = sorted(range(len(sizes)), key=lambda row: -sizes[row])
    chunks = chunked(rows, sizes, most, count)
    assert [row for chunk in chunks for row in chunk] == rows
    for chunk in chunks:
        bound = len(chunk) <= count if most is None else sum(sizes[r] for r in chunk) <= most
        assert len(chunk) == 1 or bound


def test_padding_goes_to_the_right():
    matrix, mask = padded([np.array([5, 6]), np.array([7]), np.array([8, 9, 10])], 1)
    assert matrix.tolist() == [[5, 6, 1], [7, 1, 1], [8, 9, 10]]
    assert mask.sum(axis=1).tolist() == [2, 1, 3]


def test_memory_that_runs_out_halves_this_batch_and_the_following():
    tried, held = [], []

    class Tensor:
        pass

    def compute(rows):
        tried.append(len(rows))
        big = Tensor()
        held.append(weakref.ref(big))
        if len(rows) > 3:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        gc.collect()
        assert all(ref() is None for ref in held[:-1])  # the failed attempt is freed by now
        return rows * 10

    batches = iter([np.arange(10), np.arange(10, 20)])
    run = Run()
    with pytest.warns(RuntimeWarning, match=r"the model: out of memory; going on") as caught:
        done = list(within_memory(batches, len, compute, run, "the model"))
    assert len(caught) == 1
    rows = np.concatenate([rows for rows, _ in done])
    assert rows.tolist() == list(range(20))
    assert np.concatenate([result for _, result in done]).tolist() == (rows * 10).tolist()
    assert tried[:3] == [10, 5, 2]
    assert max(tried[2:]) <= 3  # the second batch is not tried whole again


@pytest.mark.parametrize("error", [ValueError("no"), RuntimeError("shape mismatch")])
def test_other_errors_pass(error):
    def compute(rows):
        raise error

    with pytest.raises(type(error), match=str(error)):
        list(within_memory(iter([np.arange(4)]), len, compute, Run(), "it"))


def test_an_encoder_that_runs_out_of_memory_finishes():
    sizes = []

    def encode(texts):
        sizes.append(len(texts))
        if len(texts) > 40:
            raise RuntimeError("CUDA error: out of memory")
        return np.array([[float(text), 1.0] for text in texts])

    cache = MemoryCache()
    extractor = EmbeddingExtractor(BareEncoder(encode), cache=cache, normalize=False)
    texts = [str(i) for i in range(600)]
    with pytest.warns(RuntimeWarning, match="BareEncoder object: out of memory") as caught:
        vectors = extractor.transform(texts)
    assert len(caught) == 1
    assert vectors[:, 0].tolist() == list(range(600))
    assert len(cache) == 600
    assert sizes[:4] == [256, 128, 64, 32]
    assert sum(size > 40 for size in sizes) == 3


def test_a_model_that_runs_out_of_memory_finishes(tiny_bert, monkeypatch):
    import torch
    from transformers import BertModel

    texts = [f"text number {i}" for i in range(100)]
    expected = EmbeddingExtractor(tiny_bert, cache=None).transform(texts)
    real = BertModel.forward

    def forward(self, input_ids, **kwargs):
        if input_ids.numel() > 200:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(self, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(BertModel, "forward", forward)
    with pytest.warns(RuntimeWarning, match="out of memory") as caught:
        vectors = EmbeddingExtractor(tiny_bert, cache=None).transform(texts)
    assert len(caught) == 1
    np.testing.assert_allclose(vectors, expected, atol=1e-6)

    def never(self, *args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(BertModel, "forward", never)
    with pytest.raises(torch.OutOfMemoryError):  # one text alone: nothing left to halve
        EmbeddingExtractor(tiny_bert, cache=None).transform(["a"])
