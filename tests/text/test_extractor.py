"""The extractor over objects: rows, blocks, languages, the cache. Nothing loads torch."""

import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfVectorizer,
)
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer

from langalign_sk.encoders import NgramEncoder
from langalign_sk.store import MemoryCache
from langalign_sk.text import BlockLayout, EmbeddingExtractor
from tests.encoding import ENGLISH, MIXED
from tests.helpers import BareEncoder, CountingEncoder


def test_one_encoder_gives_its_vectors_in_order_each_encoded_once(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder, normalize=False)
    texts = ["b", "a", "b", "", "a" * 500, "a"]
    vectors = extractor.transform(texts)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, np.stack([counting_encoder.vector(t) for t in texts]))
    assert sorted(counting_encoder.texts) == sorted(set(texts))
    extractor.transform(texts[::-1])
    clone(extractor).transform(["b", "new"])
    assert counting_encoder.n_texts == 5


def test_without_cache_duplicates_are_still_encoded_once(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder, cache=None)
    extractor.transform(["a", "a", "b"])
    assert counting_encoder.n_texts == 2
    extractor.transform(["a"])
    assert counting_encoder.n_texts == 3


def test_normalize_and_truncate_dim(counting_encoder):
    raw = EmbeddingExtractor(counting_encoder, normalize=False).transform(["a", "b"])
    unit = EmbeddingExtractor(counting_encoder).transform(["a", "b"])
    np.testing.assert_allclose(unit, raw / np.linalg.norm(raw, axis=1, keepdims=True), rtol=1e-6)
    cut = EmbeddingExtractor(counting_encoder, truncate_dim=np.int64(3)).transform(["a", "b"])
    np.testing.assert_allclose(
        cut, raw[:, :3] / np.linalg.norm(raw[:, :3], axis=1, keepdims=True), rtol=1e-6
    )
    assert counting_encoder.n_texts == 2  # both happen behind the cache
    for wrong, message in (
        (9, r"truncate_dim=9: .*vectors of width 8"),
        (0, r"'truncate_dim' .* must be an int in the range \[1, inf\).* Got 0"),
        (2.5, r"'truncate_dim' .* Got 2.5"),
        (True, r"'truncate_dim' .* must not be a bool. Got True"),
    ):
        with pytest.raises(ValueError, match=message):
            EmbeddingExtractor(counting_encoder, truncate_dim=wrong).transform(["a"])


def test_normalize_survives_extreme_lengths_and_zero():
    table = {"huge": [3e30, 4e30], "small": [3e-30, 4e-30], "zero": [0.0, 0.0]}
    extractor = EmbeddingExtractor(BareEncoder(lambda texts: [table[t] for t in texts]))
    expected = [[0.6, 0.8], [0.6, 0.8], [0, 0]]
    np.testing.assert_allclose(extractor.transform(["huge", "small", "zero"]), expected, rtol=1e-6)


def test_the_result_is_the_callers_own(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder)
    first = extractor.transform(["a"])
    expected = first.copy()
    first[:] = 7
    np.testing.assert_array_equal(extractor.transform(["a"]), expected)
    extractor.transform(["a", "b"])[:] = 7
    np.testing.assert_array_equal(extractor.transform(["a"]), expected)


def test_empty_input(counting_encoder, blocks):
    assert EmbeddingExtractor(counting_encoder).transform([]).shape == (0, 8)
    empty = blocks.transform([])
    assert (empty.shape, empty.dtype) == ((0, 5), np.float32)
    assert counting_encoder.n_texts == 0
    for method in ("fit", "fit_transform"):
        with pytest.raises(ValueError, match="X is empty"):
            getattr(blocks, method)([])
    with pytest.raises(TypeError, match="X must be a sequence of texts, got NoneType"):
        blocks.fit(None)
    assert EmbeddingExtractor(BareEncoder(lambda t: np.ones((len(t), 6)))).transform([]).shape == (
        0,
        6,
    )


def test_fit_transform_reads_a_generator_once(counting_encoder):
    vectors = EmbeddingExtractor(counting_encoder).fit_transform(t for t in ["a", "b"])
    assert vectors.shape == (2, 8)
    assert counting_encoder.n_texts == 2
    with pytest.raises(TypeError, match="sample_weight"):
        EmbeddingExtractor(counting_encoder).fit_transform(["a"], sample_weight=[1])


@pytest.mark.parametrize(
    "vectoriser",
    [
        TfidfVectorizer(),
        CountVectorizer(analyzer="char"),
        make_pipeline(
            TfidfVectorizer(), TruncatedSVD(2, random_state=0).set_output(transform="pandas")
        ),
        FrozenEstimator(TfidfVectorizer().fit(ENGLISH)),
        HashingVectorizer(n_features=16),
        make_pipeline(CountVectorizer(), FunctionTransformer(lambda X: X)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_fitted_vectorisers(vectoriser):
    if not isinstance(vectoriser, FrozenEstimator):
        vectoriser.fit(ENGLISH)
    expected = vectoriser.transform(MIXED[:1])
    expected = np.asarray(expected.todense() if hasattr(expected, "todense") else expected)
    extractor = EmbeddingExtractor(vectoriser, normalize=False)
    vectors = extractor.transform(MIXED)
    assert isinstance(vectors, np.ndarray)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[:1], expected, rtol=1e-6)
    assert len(extractor.get_feature_names_out()) == vectors.shape[1]


def test_an_unfitted_vectoriser_names_the_way_out_of_a_grid(english):
    for model in (TfidfVectorizer(), NgramEncoder(3), FrozenEstimator(TfidfVectorizer())):
        with pytest.raises(NotFittedError, match=r"not fitted: .*FrozenEstimator\(fitted"):
            EmbeddingExtractor(model).transform(ENGLISH)


def test_a_vectoriser_fitted_again_in_place_is_noticed():
    vectoriser = TfidfVectorizer(max_features=2).fit(["aa bb"])
    extractor = EmbeddingExtractor(vectoriser)
    before, spec = extractor.transform(["aa cc"]), extractor.spec()
    vectoriser.fit(["cc bb"])
    assert extractor.spec() != spec
    assert not np.array_equal(extractor.transform(["aa cc"]), before)


def test_the_spec_of_a_vectoriser_is_stable_over_use_and_pickling():
    vectoriser = TfidfVectorizer(stop_words=["the"]).fit(ENGLISH)
    extractor = EmbeddingExtractor(vectoriser)
    spec = extractor.spec()
    loaded = pickle.loads(pickle.dumps(extractor))
    loaded.model._stop_words_id = 12345  # the address another process would have put there
    assert loaded.spec() == spec
    extractor.transform(ENGLISH)
    assert extractor.spec() == spec


def test_blocks_put_each_row_into_its_languages_columns(blocks, english, korean):
    vectors = blocks.transform(MIXED)
    assert vectors.shape == (5, 5)
    for row, (text, lang) in enumerate(zip(MIXED, ["en", "ko", "en", "ko", "ko"], strict=True)):
        own, model = (slice(0, 3), english) if lang == "en" else (slice(3, 5), korean)
        np.testing.assert_allclose(vectors[row, own], model.transform([text])[0], atol=1e-6)
        rest = np.delete(vectors[row], np.arange(5)[own])
        assert not rest.any()
    assert blocks.get_layout() == BlockLayout({"en": 3, "ko": 2})
    alone = np.concatenate([blocks.transform([text]) for text in MIXED])
    np.testing.assert_allclose(alone, vectors, atol=1e-6)


def test_one_encoder_for_several_languages(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder, languages=("en", "ko"), normalize=False)
    vectors = extractor.transform(["a", "가", "a"])
    assert vectors.shape == (3, 16)
    np.testing.assert_array_equal(vectors[0, :8], counting_encoder.vector("a"))
    np.testing.assert_array_equal(vectors[1, 8:], counting_encoder.vector("가"))
    assert not vectors[0, 8:].any()
    assert not vectors[1, :8].any()
    assert counting_encoder.n_texts == 2
    np.testing.assert_array_equal(
        extractor.embed_language(["a"], "ko")[0], counting_encoder.vector("a")
    )
    assert EmbeddingExtractor(counting_encoder).get_layout() is None


def test_a_dict_of_one_language_works(english):
    extractor = EmbeddingExtractor({"en": english})
    assert extractor.get_layout() == BlockLayout({"en": 3})
    np.testing.assert_allclose(
        extractor.transform(["카드", "my card"]), english.transform(["카드", "my card"]), atol=1e-6
    )


def test_another_language_appends_a_block_and_encodes_only_its_own_texts():
    encoders = {lang: CountingEncoder(4, seed) for seed, lang in enumerate(("en", "ko", "ja"))}
    two = EmbeddingExtractor({lang: encoders[lang] for lang in ("en", "ko")})
    before = two.transform(MIXED)
    counts = [encoder.n_texts for encoder in encoders.values()]
    three = EmbeddingExtractor(encoders)
    after = three.transform([*MIXED, "ありがとう"])
    np.testing.assert_array_equal(after[:-1, :8], before)
    assert not after[:-1, 8:].any()
    assert [encoder.n_texts for encoder in encoders.values()] == [*counts[:2], 1]


def test_a_zero_vector_keeps_its_language():
    def zero_for_x(texts):
        return np.array([[0.0, 0.0] if "x" in t or "없" in t else [3.0, 4.0] for t in texts])

    extractor = EmbeddingExtractor(BareEncoder(zero_for_x), languages=["en", "ko"])
    vectors = extractor.transform(["x", "없", "a"])
    tiny = np.finfo(np.float32).tiny
    expected = [[tiny, 0, 0, 0], [0, 0, tiny, 0], [0.6, 0.8, 0, 0]]
    np.testing.assert_allclose(vectors, expected, rtol=1e-6)
    assert (vectors[:2] != 0).sum() == 2
    again = Normalizer().fit_transform(vectors)
    assert (again != 0).sum(axis=1).tolist() == [1, 1, 2]
    assert not extractor.embed_language(["x"], "en").any()  # no block, no mark
    assert not EmbeddingExtractor(BareEncoder(zero_for_x)).transform(["x"]).any()


def test_the_language_column_rules(english, korean):
    models = {"en": english, "ko": korean}
    frame = pd.DataFrame({"text": ["my card", "my card"], "lang": ["ko", "en"]}, index=[7, 3])
    extractor = EmbeddingExtractor(models, column="text", lang_column="lang")
    vectors = extractor.transform(frame)
    assert not vectors[0, :3].any()
    assert not vectors[1, 3:].any()
    np.testing.assert_array_equal(extractor.transform(pl.DataFrame(frame.to_dict("list"))), vectors)
    frame.loc[3, "lang"] = "ja"
    with pytest.raises(ValueError, match=r"row 1 is in language 'ja'.*\['en', 'ko'\] \(1 such"):
        extractor.transform(frame)


def test_default_language_and_detect(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder, languages=["en", "ko"])
    assert not extractor.transform(["123"])[:, :8].any()  # the last language declared
    assert extractor.transform(["a", "123", "", "👍"]).shape == (4, 16)
    assert extractor.last_run().n_no_language == 3
    extractor.set_params(default_language="EN-us")
    assert not extractor.transform(["123"])[:, 8:].any()
    extractor.set_params(detect=lambda text: "en")
    assert not extractor.transform(["가"])[:, 8:].any()
    extractor.set_params(languages=["en", "de"], detect="script", default_language=None)
    with pytest.raises(ValueError, match="share the Latin script"):
        extractor.transform(["a"])


def test_embed_language(blocks, english, korean):
    np.testing.assert_allclose(
        blocks.embed_language(["카드", "a"], "en"), english.transform(["카드", "a"]), atol=1e-6
    )
    assert blocks.embed_language([], "ko").shape == (0, 2)
    with pytest.raises(ValueError, match=r"no model for language 'ja'.*\['en', 'ko'\]"):
        blocks.embed_language(["a"], "ja")
    with pytest.raises(ValueError, match="texts must be a sequence of texts, string object"):
        blocks.embed_language("a", "en")
    alone = EmbeddingExtractor(english)
    np.testing.assert_array_equal(alone.embed_language(["a"], "xx"), alone.transform(["a"]))


texts_strategy = st.lists(st.text(max_size=5) | st.sampled_from(["a", "b", "\ud800", "🙂", ""]))


@settings(max_examples=60, deadline=None)
@given(before=texts_strategy, texts=texts_strategy)
def test_rows_follow_the_input_whatever_was_cached(before, texts):
    encoder = CountingEncoder(dim=3)
    extractor = EmbeddingExtractor(encoder, cache=MemoryCache(), normalize=False)
    extractor.transform(before)
    vectors = extractor.transform(texts)
    expected = np.array([encoder.vector(text) for text in texts]).reshape(len(texts), 3)
    np.testing.assert_array_equal(vectors, expected)
    assert sorted(encoder.texts) == sorted({*before, *texts})


def test_a_cache_too_small_changes_nothing(counting_encoder):
    texts = [str(i) for i in range(700)]
    small = EmbeddingExtractor(counting_encoder, cache=MemoryCache(1000), normalize=False)
    for _ in range(2):
        np.testing.assert_array_equal(
            small.transform(texts), np.stack([counting_encoder.vector(t) for t in texts])
        )


def test_a_cache_of_ones_own_sees_digests_only(counting_encoder):
    seen = []

    class Own:
        def get_many(self, spec, keys):
            seen.extend(keys)
            return [None] * len(keys)

        def put_many(self, spec, keys, rows):
            seen.extend(keys)
            assert rows.dtype == np.float32

    EmbeddingExtractor(counting_encoder, cache=Own()).transform(["a", "secret"])
    assert seen
    assert all(isinstance(key, bytes) and len(key) == 16 for key in seen)


def test_many_threads_encode_each_text_once(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder)
    texts = [f"text {i}" for i in range(600)]
    expected = np.stack([counting_encoder.vector(text) for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    start = threading.Barrier(32)

    def use(seed):
        order = np.random.default_rng(seed).permutation(len(texts))
        start.wait()
        vectors = extractor.transform([texts[i] for i in order])
        np.testing.assert_allclose(vectors, expected[order], rtol=1e-6)
        return True

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(use, range(32)))
    assert counting_encoder.n_texts == len(texts)


def test_progress(counting_encoder, capsys, monkeypatch):
    for progress, shown in ((False, False), ("auto", False), (True, True)):
        counted = EmbeddingExtractor(counting_encoder, cache=None, progress=progress)
        counted.transform(["a", "b"])
        out, err = capsys.readouterr()
        assert out == ""
        assert ("Embedding" in err) is shown
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    slow = BareEncoder(lambda texts: time.sleep(0.11) or np.ones((len(texts), 2)))
    auto = EmbeddingExtractor(slow, cache=None)
    auto.transform(["a"])
    assert capsys.readouterr().err == ""  # quick work stays quiet on a terminal too
    monkeypatch.setattr("langalign_sk._progress.SECONDS_BEFORE_BAR", 1e-9)
    auto.transform([str(i) for i in range(600)])
    assert "Embedding" in capsys.readouterr().err
