"""Texts longer than the model takes: cut and counted, or averaged over windows."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone

from langalign_sk.encoders import HubModel
from langalign_sk.text import EmbeddingExtractor
from tests.encoders.test_extractor_models import hidden_states

LONG = "the parcel was lost and nobody knows where it is " * 4


@pytest.fixture(params=["tiny_bert", "tiny_sentence_bert"])
def folder(request):
    return str(request.getfixturevalue(request.param))


def test_one_warning_counts_what_was_cut(folder):
    extractor = EmbeddingExtractor(HubModel(folder, max_length=10), cache=None)
    with pytest.warns(UserWarning, match="2 of 4 encoded texts are longer .* were cut") as caught:
        vectors = extractor.transform(["a", LONG, "b", LONG + "x", LONG])
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert extractor.last_run().n_cut == 2
    silent = clone(extractor).set_params(model__long_texts="cut")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(silent.transform(["a", LONG, "b", LONG + "x", LONG]), vectors)
    assert silent.spec() == extractor.spec()
    assert silent.last_run().n_cut == 2


def test_many_chunks_are_one_call(folder, tmp_path):
    texts = ["a", LONG, "b", LONG + "x", LONG, "c"]
    extractor = EmbeddingExtractor(HubModel(folder, max_length=10), cache="memory")
    with pytest.warns(UserWarning, match="2 of 5 encoded texts") as caught:
        vectors = np.concatenate(list(extractor.iter_transform(texts, chunk=2)))
    assert [w.filename for w in caught] == [__file__]
    report = extractor.last_run()
    assert (report.n_texts, report.n_encoded, report.n_cached, report.n_cut) == (6, 5, 1, 2)
    again = EmbeddingExtractor(HubModel(folder, max_length=10), cache=None)
    with pytest.warns(UserWarning, match="3 of 6 encoded texts") as caught:
        found = again.transform_to(tmp_path / "rows.npy", texts, chunk=2)
    assert [w.filename for w in caught] == [__file__]
    assert again.last_run().n_encoded == 6
    assert again.last_run().seconds > 0
    np.testing.assert_allclose(found, vectors, atol=1e-6)
    assert list(again.iter_transform([])) == []
    assert again.last_run().n_texts == 0


def test_a_text_that_just_fits_is_not_counted(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EmbeddingExtractor(HubModel(folder, max_length=6)).transform(["a b c d"])


def test_the_mean_over_windows_by_hand(folder):
    from transformers import AutoTokenizer

    model = HubModel(folder, long_texts="mean", max_length=12)
    extractor = EmbeddingExtractor(model, normalize=False, cache=None)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    words = tokenizer.tokenize(LONG)
    windows = [words[i : i + 10] for i in range(0, len(words), 10)]
    assert len(windows) > 3
    states = []
    for window in windows:
        ids = (
            tokenizer.build_inputs_with_special_tokens(tokenizer.convert_tokens_to_ids(window))
            if hasattr(tokenizer, "build_inputs_with_special_tokens")
            else [
                tokenizer.cls_token_id,
                *tokenizer.convert_tokens_to_ids(window),
                tokenizer.sep_token_id,
            ]
        )
        states.append(states_of(folder, ids))
    expected = np.concatenate(states).mean(axis=0)  # by tokens: of all windows together
    vectors = extractor.transform(["short", LONG, "b"])
    np.testing.assert_allclose(vectors[1], expected, atol=1e-5)
    np.testing.assert_allclose(
        vectors[0], hidden_states(folder, "short")[-1].mean(axis=0), atol=1e-5
    )
    cut = clone(extractor).set_params(model__long_texts="cut")
    assert cut.spec() != extractor.spec()
    assert not np.allclose(cut.transform([LONG])[0], vectors[1], atol=1e-3)


def states_of(folder, ids):
    import torch

    from tests.encoders.test_extractor_models import reference

    with torch.no_grad():
        return reference(folder)[0](torch.tensor([ids])).last_hidden_state[0].numpy()


def test_windows_by_language(tiny_bert):
    mean = HubModel(tiny_bert, long_texts="mean", max_length=10)
    extractor = EmbeddingExtractor({"en": mean, "ko": HubModel(tiny_bert, max_length=10)})
    with pytest.warns(UserWarning, match="1 of 2 encoded texts"):
        extractor.transform([LONG, "배송이 너무 늦어요 " * 5])
