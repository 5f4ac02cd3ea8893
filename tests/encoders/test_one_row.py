"""Few short texts go through a model in one row, and see nothing of each other."""

import numpy as np
import pytest

from langalign_sk.encoders import HubModel
from langalign_sk.encoders._one_row import OneRow
from langalign_sk.text import EmbeddingExtractor

TEXTS = ["a", "a b c d e f g h", "", "where is it", "zz top", "a"]


@pytest.fixture
def shapes(monkeypatch):
    """Shapes of what goes through the model."""
    from transformers import BertModel

    seen, real = [], BertModel.forward

    def forward(self, input_ids, **kwargs):
        seen.append(tuple(input_ids.shape))
        return real(self, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(BertModel, "forward", forward)
    return seen


def takes_masks():
    """Whether this version of transformers takes a mask of which token sees which."""
    import transformers

    return int(transformers.__version__.split(".")[0]) >= 5


def alone(model, **settings):
    extractor = EmbeddingExtractor(model, cache=None, **settings)
    return np.concatenate([extractor.transform([text]) for text in TEXTS])


@pytest.mark.parametrize(
    "settings",
    [{}, *({"pooling": mode} for mode in ("cls", "max", "last", "weighted-mean")), {"layer": 1}],
    ids=str,
)
def test_vectors_are_those_of_each_text_alone(tiny_bert, settings):
    extractor = EmbeddingExtractor(tiny_bert, cache=None, **settings)
    for _ in range(2):  # the first time both ways are compared
        found = extractor.transform(TEXTS)
        np.testing.assert_allclose(found, alone(tiny_bert, **settings), atol=1e-5)


def test_a_row_holds_the_tokens_and_no_padding(tiny_sentence_bert, shapes):
    from langalign_sk.encoders import release_models

    release_models()
    extractor = EmbeddingExtractor(tiny_sentence_bert, cache=None)
    extractor.transform(TEXTS)
    shapes.clear()
    extractor.transform(TEXTS)
    lengths = [len(text.replace(" ", "")) + 2 for text in dict.fromkeys(TEXTS)]
    assert shapes == ([(1, sum(lengths))] if takes_masks() else [(5, max(lengths))])
    shapes.clear()
    extractor.transform([f"text number {number}" for number in range(40)])
    if takes_masks():  # too many for one row
        assert len(shapes) > 1
        assert all(rows == 1 and 200 < tokens <= 256 for rows, tokens in shapes[:-1])
    shapes.clear()
    extractor.transform([f"some text number {number}" for number in range(200)])
    assert all(rows > 1 for rows, _ in shapes)  # enough to find others of their length


def test_a_version_that_reads_the_mask_otherwise_gets_none(tiny_bert, monkeypatch, shapes):
    from langalign_sk.encoders import release_models

    release_models()
    real = OneRow.states

    def blurred(self, inputs, mask, *, every_layer):
        states = real(self, inputs, mask, every_layer=every_layer)
        return states._replace(last_hidden_state=states.last_hidden_state + 0.1)

    monkeypatch.setattr(OneRow, "states", blurred)
    extractor = EmbeddingExtractor(tiny_bert, cache=None)
    np.testing.assert_allclose(extractor.transform(TEXTS), alone(tiny_bert), atol=1e-5)
    shapes.clear()
    np.testing.assert_allclose(extractor.transform(TEXTS), alone(tiny_bert), atol=1e-5)
    assert shapes[0][0] > 1
    release_models()


def test_other_types_go_as_they_went(tiny_bert, monkeypatch):
    monkeypatch.setattr(OneRow, "states", None)
    for dtype in ("bfloat16", "int8"):
        model = HubModel(tiny_bert, dtype=dtype, device="cpu")
        assert EmbeddingExtractor(model, cache=None).transform(TEXTS).shape == (6, 32)


def test_positions_of_roberta_begin_behind_that_of_padding():
    import torch
    from transformers import RobertaConfig, RobertaModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
    config = RobertaConfig(vocab_size=50, num_hidden_layers=2, initializer_range=0.5, **sizes)
    model = RobertaModel(config).eval()
    row = OneRow(model)
    ids = torch.tensor([[5, 6, 7, 8], [9, 10, 1, 1]])
    mask = np.array([[True] * 4, [True, True, False, False]])
    inputs = {"input_ids": ids, "attention_mask": torch.tensor(mask).long()}
    assert row.takes(2, 6) == takes_masks()
    if takes_masks():
        with torch.inference_mode():
            usual = model(**inputs).last_hidden_state.numpy()
            found = row.states(inputs, mask, every_layer=False).last_hidden_state.numpy()
        np.testing.assert_allclose(found[mask], usual[mask], atol=1e-5)
