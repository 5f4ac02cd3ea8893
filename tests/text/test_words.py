"""Texts cut into words, and the vectors of these: their places, layers, caches."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk.encoders import HubModel, NgramEncoder
from langalign_sk.store import DiskCache, MemoryCache
from langalign_sk.text import EmbeddingExtractor, split_words
from tests.encoding import ENGLISH

TEXTS = [
    "Unbelievable words, here.",
    "",
    "日本のabc",
    "a-b 3.5 it's",
    " ",
    "Unbelievable words, here.",
]


@pytest.fixture(params=["tiny_bert", "tiny_sentence_bert"])
def folder(request):
    return str(request.getfixturevalue(request.param))


@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_words_stand_in_their_text(text):
    at = 0
    for word in split_words(text):
        assert word
        assert not word.isspace()
        at = text.index(word, at) + len(word)
    letters = [c for c in text if c.isalnum()]
    assert [c for word in split_words(text) for c in word if c.isalnum()] == letters


def test_scripts():
    assert split_words("저는 서울에서 커피를 마셨어요.") == [
        "저는",
        "서울에서",
        "커피를",
        "마셨어요",
        ".",
    ]
    assert split_words("3,000엔! don’t -- e-mail") == ["3,000엔", "!", "don’t", "-", "-", "e-mail"]
    assert split_words("らーめんとビール") == ["らーめんと", "ビール"]
    assert split_words("北京ab欢迎你") == ["北", "京", "ab", "欢", "迎", "你"]
    assert split_words("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]


def test_vectors_are_means_of_the_states_of_a_words_tokens(folder):
    from transformers import AutoModel, AutoTokenizer

    model, tokenizer = (
        AutoModel.from_pretrained(folder).eval(),
        AutoTokenizer.from_pretrained(folder),
    )
    embed = EmbeddingExtractor(HubModel(folder, layer=2), normalize=False)
    for text, found in zip(TEXTS, embed.embed_words(TEXTS), strict=True):
        assert found.words == split_words(text)
        assert [text[start:end] for start, end in found.offsets] == found.words
        tokens = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
        places = tokens.pop("offset_mapping")[0].tolist()
        states = model(**tokens, output_hidden_states=True).hidden_states[2][0].detach().numpy()
        for (start, end), vector in zip(found.offsets, found.vectors, strict=True):
            own = [i for i, (s, e) in enumerate(places) if s < end and e > start]
            np.testing.assert_allclose(vector, states[own].mean(axis=0), atol=1e-5)


def test_layers_prompts_and_long_texts(folder):
    embed = EmbeddingExtractor(folder, layer=1)
    long = " ".join(["word"] * 100)
    found = embed.embed_words([long])[0]
    assert len(found.words) == 100
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    other = EmbeddingExtractor(folder, layer=3).embed_words([long])[0]
    assert not np.allclose(found.vectors, other.vectors)
    prompted = EmbeddingExtractor(HubModel(folder, layer=1, prompt="query: ")).embed_words(
        ["a word"]
    )
    assert prompted.words == ["a", "word"]
    assert not np.allclose(prompted.vectors, embed.embed_words(["a word"]).vectors, atol=1e-3)
    narrow = EmbeddingExtractor(folder, layer=1, truncate_dim=4).embed_words(["a word"])
    assert narrow.vectors.shape == (2, 4)


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_words_are_remembered(tiny_bert, tmp_path, kind):
    cache = MemoryCache() if kind == "memory" else DiskCache(tmp_path / "cache")
    embed = EmbeddingExtractor(str(tiny_bert), cache=cache)
    sentences = embed.transform(TEXTS[:1])
    first = embed.embed_words(TEXTS)
    assert embed.last_run().n_encoded == 3
    again = EmbeddingExtractor(str(tiny_bert), cache=cache)
    np.testing.assert_array_equal(again.embed_words(TEXTS).vectors, first.vectors)
    assert again.last_run().n_encoded == 0
    np.testing.assert_array_equal(embed.transform(TEXTS[:1]), sentences)
    bare = EmbeddingExtractor(str(tiny_bert), cache=None).embed_words(TEXTS)
    np.testing.assert_allclose(bare.vectors, first.vectors, atol=1e-5)
    assert bare.in_context
    # The same word elsewhere in a text is another one.
    twice = embed.embed_words(["here here"])
    assert not np.array_equal(twice.vectors[0], twice.vectors[1])


def test_encoders_without_tokens_read_each_word_alone(english):
    embed = EmbeddingExtractor(english)
    found = embed.embed_words(["cancel my order", "my card"])
    assert not found.in_context
    assert len(found) == 2
    np.testing.assert_array_equal(found[0].vectors[1], found[-1].vectors[0])
    np.testing.assert_array_equal(found.vectors[0], embed.transform(["cancel"])[0])
    assert embed.embed_words([]).vectors.shape == (0, 3)
    assert [len(own.words) for own in embed.embed_words(["", "a b"])] == [0, 2]


def test_languages_and_splitters(english):
    korean = NgramEncoder(2).fit(["택배 어디 있어요", "주문 취소해 주세요", "카드 결제"])
    embed = EmbeddingExtractor({"en": english, "ko": korean})
    assert embed.embed_words(["카드 취소"], "ko").vectors.shape == (2, 2)
    with pytest.raises(ValueError, match="no model for language 'ja'"):
        embed.embed_words(ENGLISH, "ja")
    with pytest.raises(ValueError, match="no model for language None"):
        embed.embed_words(ENGLISH)
    only = EmbeddingExtractor(english)
    assert only.embed_words(["a.b c"], split=str.split).words == ["a.b", "c"]
    with pytest.raises(ValueError, match="does not come next"):
        only.embed_words(["a b"], split=lambda text: ["b", "a"])
    with pytest.raises(TypeError, match="split must give a list"):
        only.embed_words(["a b"], split=str.upper)
