"""How many weights an encoder has."""

from __future__ import annotations

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor, NgramEncoder
from tests.helpers import CountingEncoder


class Bytes(CountingEncoder):
    """Holds weights as bytes, in a list, and again under another name."""

    def __init__(self, n):
        super().__init__(4)
        self.layers = [np.zeros((n, 2), dtype=np.int8), {"bias": np.zeros(3)}]
        self.same = self.layers
        self.names = np.array(["a", "b"])


def test_each_weight_counts_once():
    embed = EmbeddingExtractor({"en": Bytes(10), "ko": Bytes(5)})
    assert embed.n_parameters() == 20 + 3 + 10 + 3


def test_what_is_out_of_reach_is_not_a_number():
    assert np.isnan(EmbeddingExtractor(CountingEncoder(4)).n_parameters())


def test_ngrams_weigh_their_grams_and_directions():
    encoder = NgramEncoder(8).fit([f"text {i}" for i in range(40)])
    counted = EmbeddingExtractor(encoder, languages=["en"]).n_parameters()
    arrays = [value for value in vars(encoder).values() if isinstance(value, np.ndarray)]
    assert counted >= max(array.size for array in arrays if array.dtype.kind == "f")


def test_a_torch_module_says_how_many():
    torch = pytest.importorskip("torch")
    from langalign_sk.encoders._counting import _count

    module = torch.nn.Linear(3, 2)
    assert _count({"model": module, "again": module}, set()) == 8
