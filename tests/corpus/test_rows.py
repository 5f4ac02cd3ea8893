"""What may be rows; take, split, embed."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import given, settings, strategies as st

from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.corpus._content import tied_rows
from langalign_sk.text._layout import BlockLayout

RNG = np.random.default_rng(0)
S, T = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 2))
EN, KO = ["a cat", "a dog", "an owl"], ["고양이", "개", "부엉이"]


@pytest.mark.parametrize(
    "kind",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda texts: np.array(texts, object)[:, None],
        pd.Series,
        pd.Index,
        pl.Series,
        lambda texts: pd.DataFrame({"text": texts}),
        lambda texts: pl.DataFrame({"text": texts}),
    ],
)
def test_texts_of_any_kind(kind):
    corpus = ParallelCorpus(kind(EN), kind(KO), target_lang="ko")
    assert corpus == ParallelCorpus(EN, KO, target_lang="ko")
    assert corpus.is_text
    assert corpus.widths is None
    assert corpus.source == tuple(EN)
    assert (corpus.source_lang, corpus.target_lang) == ("en", "ko")


@pytest.mark.parametrize(
    "kind",
    [
        np.array,
        list,
        np.ndarray.tolist,
        torch.tensor,
        pd.DataFrame,
        pl.DataFrame,
        np.asfortranarray,
    ],
)
def test_vectors_of_any_kind(kind):
    corpus = ParallelCorpus(kind(S), kind(T))
    assert corpus == ParallelCorpus(S, T)
    assert corpus.widths == (3, 2)
    assert not corpus.is_text


def test_vectors_are_not_copied():
    for dtype in (np.float32, np.float64):
        source, target = S.astype(dtype), T.astype(dtype)
        corpus = ParallelCorpus(source, target)
        assert np.shares_memory(corpus.source, source)
        assert np.shares_memory(corpus.target, target)
        assert source.flags.writeable
    both = ParallelCorpus(S, S)
    assert both.source is both.target


NAN = np.where(np.arange(18).reshape(6, 3) == 12, np.nan, 1.0)
ERRORS = [
    (("a cat", KO), {}, ValueError, "source must be a sequence of texts.*wrap it in a list"),
    ((EN, None), {}, TypeError, "target must be a sequence of texts"),
    ((EN, ["고양이", None, "개"]), {}, ValueError, "target has missing values: row 1 is None"),
    ((["a", 3, "b"], KO), {}, TypeError, "source must hold texts only: row 1"),
    ((EN, KO[:2]), {}, ValueError, "source has 3 rows, target 2"),
    ((S, T[:5]), {}, ValueError, "source has 6 rows, target 5"),
    ((EN * 2, T), {}, ValueError, "source holds texts, target vectors"),
    ((S, [0, 1, 0, 1, 1, 0]), {}, ValueError, "target is a 1-D sequence of numbers"),
    ((S, np.arange(6)), {}, ValueError, "target is a 1-D sequence of numbers, as class labels"),
    ((S, pd.Series(range(6))), {}, ValueError, "target is a 1-D sequence of numbers"),
    ((NAN, T), {}, ValueError, "source: row 4 holds NaN"),
    ((S, np.full((6, 2), np.inf)), {}, ValueError, "target: row 0 holds infinity"),
    ((np.empty((0, 3)), np.empty((0, 2))), {}, ValueError, "source: at least one row"),
    (([], []), {}, ValueError, "source holds no rows"),
    ((S[None], T), {}, ValueError, "source: a 2-D array"),
    ((EN, KO), {"target_lang": "en"}, ValueError, "both in 'en'"),
    ((EN, KO), {"target_lang": 3}, ValueError, "target_lang must be a language code"),
    ((EN, KO), {"weight": [1, 2]}, ValueError, r"weight: one weight per row.*\(2,\)"),
    ((EN, KO), {"weight": [1, -2, 1]}, ValueError, "weight: row 1 has weight -2"),
    ((EN, KO), {"weight": [1, 1, np.nan]}, ValueError, "weight: row 2"),
    ((EN, KO), {"weight": [0, 0, 0]}, ValueError, "weight: all weights are zero"),
    ((EN, KO), {"weight": "abc"}, TypeError, "weight: one number per row"),
    ((EN, KO), {"layout": BlockLayout({"en": 3})}, ValueError, "texts have none"),
    ((S, T), {"layout": [("en", 3)]}, TypeError, "must be a BlockLayout or a dict"),
    ((S, T), {"layout": BlockLayout({"en": 3, "ko": 2})}, ValueError, "target side is not set"),
    (
        (S, T),
        {"layout": BlockLayout({"en": 3, "ko": 4}), "target_lang": "ko"},
        ValueError,
        "target vectors have 2 columns, but the block of 'ko' has 4",
    ),
]


@pytest.mark.parametrize(("rows", "options", "error", "message"), ERRORS)
def test_errors(rows, options, error, message):
    with pytest.raises(error, match=message) as raised:
        ParallelCorpus(*rows, **options)
    assert not str(raised.value).startswith("sample_")


def test_sparse_rows_are_refused():
    import scipy.sparse

    with pytest.raises(TypeError, match="source: a dense array"):
        ParallelCorpus(scipy.sparse.csr_array(S), T)


def test_a_pool_needs_a_language():
    with pytest.raises(ValueError, match="lang is needed"):
        TextPool(EN, lang=None)
    with pytest.raises(TypeError):
        TextPool(EN)
    with pytest.raises(ValueError, match="rows is a 1-D sequence of numbers"):
        TextPool([1, 2], lang="en")
    pool = TextPool(S, lang="en")
    assert (pool.width, pool.n_rows, pool.lang) == (3, 6, "en")


def test_weights_are_an_own_read_only_copy():
    weight = np.array([1.0, 2.0, 3.0])
    corpus = ParallelCorpus(EN, KO, weight=weight)
    weight[0] = 9
    assert corpus.weight.tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="read-only"):
        corpus.weight[0] = 9


def test_other_weights():
    corpus = ParallelCorpus(S, T, target_lang="ko")
    weighted = corpus.with_weight(np.arange(1.0, 7))
    assert weighted == ParallelCorpus(S, T, target_lang="ko", weight=np.arange(1.0, 7))
    assert np.shares_memory(weighted.source, corpus.source)
    assert weighted.with_weight(None) == corpus
    with pytest.raises(ValueError, match="weight: one weight per row"):
        corpus.with_weight([1.0])


def test_take():
    corpus = ParallelCorpus(S, T, weight=np.arange(1.0, 7))
    some = corpus.take([4, -6, 4])
    np.testing.assert_array_equal(some.source, S[[4, 0, 4]])
    np.testing.assert_array_equal(some.target, T[[4, 0, 4]])
    assert some.weight.tolist() == [5, 1, 5]
    assert corpus.take(np.arange(6) > 3) == corpus.take([4, 5])
    assert ParallelCorpus(EN, KO).take((2, 0)).target == ("부엉이", "고양이")
    drawn = corpus.take(n=3, random_state=0)
    assert drawn == corpus.take(n=3, random_state=0)
    assert drawn != corpus.take(n=3, random_state=1)
    assert corpus.take(n=6) == corpus
    assert np.all(np.diff(drawn.weight) > 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either indices or n="),
        ({"indices": [0], "n": 1}, "either indices or n="),
        ({"indices": [7]}, "row 7 is outside of the 6 rows"),
        ({"indices": []}, "non-empty 1-D"),
        ({"indices": [0.5]}, "row numbers or a mask"),
        ({"indices": [True]}, "the mask has 1 entries for 6 rows"),
        ({"indices": [False] * 6}, "selects no row"),
        ({"n": 7}, "between 1 and the 6 rows"),
        ({"n": 0}, "between 1 and the 6 rows"),
        ({"n": True}, "between 1 and the 6 rows"),
    ],
)
def test_take_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ParallelCorpus(S, T).take(**arguments)


def test_random_numbers_are_nobody_elses():
    expected = np.random.get_state()[1:3]  # noqa: NPY002  # the state that must not move
    corpus = ParallelCorpus(RNG.normal(size=(100, 2)), RNG.normal(size=(100, 2)))
    a, b = (corpus.take(n=50) for _ in range(2))
    corpus.split(0.5)
    assert a != b
    found = np.random.get_state()[1:3]  # noqa: NPY002  # must not move
    np.testing.assert_array_equal(found[0], expected[0])
    assert found[1] == expected[1]


rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=40)


@given(rows, st.floats(0.1, 0.9), st.integers(0, 99), st.booleans())
@settings(max_examples=80, deadline=None)
def test_split_shares_no_text(pairs, fraction, seed, as_vectors):
    source, target = zip(*pairs, strict=True)
    if as_vectors:
        left, right = (np.array(side, float)[:, None] for side in (source, target))
    else:
        left, right = ([str(i) for i in side] for side in (source, target))
    corpus = ParallelCorpus(left, right, weight=np.arange(1.0, len(source) + 1))
    groups = tied_rows((source, target))
    size = min(max(round(fraction * len(source)), 1), len(source) - 1)
    if np.bincount(groups).min() > size:
        with pytest.raises(ValueError, match="hang together"):
            corpus.split(fraction, random_state=seed)
        return
    parts = corpus.split(fraction, random_state=seed)
    assert parts[0].n_pairs <= size
    indices = [(part.weight - 1).astype(int) for part in parts]
    assert sorted(np.concatenate(indices)) == list(range(len(source)))
    assert all(np.all(np.diff(index) > 0) for index in indices)
    for side in (source, target):
        first, second = ({side[i] for i in index} for index in indices)
        assert not first & second
    assert parts == corpus.split(fraction, random_state=seed)


def test_split_is_exact_where_rows_are_distinct():
    corpus = ParallelCorpus(RNG.normal(size=(101, 2)), RNG.normal(size=(101, 2)))
    assert [part.n_pairs for part in corpus.split(30, random_state=0)] == [30, 71]
    assert [part.n_pairs for part in corpus.split(0.2, random_state=0)] == [20, 81]
    pool = TextPool(["a", "a", "b", "b"], lang="en")
    assert {part.rows for part in pool.split(0.5, random_state=0)} == {("a", "a"), ("b", "b")}


@pytest.mark.parametrize("size", [0, 6, 1.0, 0.0, True, "half", -1, None])
def test_split_sizes(size):
    with pytest.raises(ValueError, match="fraction between 0 and 1"):
        ParallelCorpus(S, T).split(size)


def test_split_impossible():
    with pytest.raises(ValueError, match="one row cannot be split"):
        TextPool(["a"], lang="en").split(0.5)
    with pytest.raises(ValueError, match="hang together"):
        ParallelCorpus(["a", "a", "b"], ["가", "나", "나"]).split(2)


LAYOUT = BlockLayout({"en": 3, "ko": 2})


class Extractor:
    """Two languages, widths 3 and 2; vectors tell the language and the length of the text."""

    def __init__(self, spec="one", layout=LAYOUT, off=0):
        self.name, self.layout, self.off, self.calls = spec, layout, off, []

    def spec(self):
        return self.name

    def get_layout(self):
        return self.layout

    def embed_language(self, texts, lang):
        assert isinstance(texts, list)
        self.calls.append((lang, len(texts)))
        width = 3 if self.layout is None else self.layout.width_of(lang)
        rows = [[len(t)] * (width + self.off) for t in texts]
        return np.array(rows, np.float32)


def test_embed():
    extractor = Extractor()
    corpus = ParallelCorpus(EN, KO, target_lang="ko", weight=[1, 2, 3])
    vectors = corpus.embed(extractor)
    assert extractor.calls == [("en", 3), ("ko", 3)]
    assert vectors.widths == (3, 2)
    assert vectors.source[:, 0].tolist() == [5, 5, 6]
    assert vectors.target[:, 1].tolist() == [3, 1, 3]
    assert vectors.source.dtype == np.float32
    assert (vectors.source_lang, vectors.target_lang) == ("en", "ko")
    assert vectors.weight.tolist() == [1, 2, 3]
    assert vectors.layout == BlockLayout({"en": 3, "ko": 2})
    assert vectors.spec == "one"
    assert corpus.embed(Extractor()) is vectors  # by specification
    assert len(extractor.calls) == 2
    assert corpus.embed(Extractor("two")) is not vectors
    with pytest.raises(ValueError, match="holds vectors already"):
        vectors.embed(extractor)
    with pytest.raises(ValueError, match="layouts differ"):
        vectors + ParallelCorpus(
            *(vectors.source, vectors.target), target_lang="ko", weight=[1] * 3
        )
    with pytest.raises(ValueError, match=r"specifications differ, one and two"):
        vectors + corpus.embed(Extractor("two"))


def test_embed_one_shared_model():
    vectors = ParallelCorpus(EN, KO).embed(Extractor(layout=None))
    assert vectors.layout is None
    assert vectors.spec == "one"
    pool = TextPool(KO, lang="ko").embed(Extractor())
    assert (pool.width, pool.layout.languages, pool.spec) == (2, ("en", "ko"), "one")


class Lengths:
    calls = 0

    def transform(self, texts):
        self.calls += 1
        return np.array([[len(text), 1.0] for text in texts])


def test_embed_with_any_transformer():
    corpus, lengths = ParallelCorpus(EN, KO), Lengths()
    vectors = corpus.embed(lengths)
    assert vectors.widths == (2, 2)
    assert vectors.layout is vectors.spec is None
    assert corpus.embed(lengths) is not vectors
    assert lengths.calls == 4


@pytest.mark.parametrize(
    ("target_lang", "extractor", "error", "message"),
    [
        (None, Extractor(), ValueError, "language of the target side is not set"),
        ("ja", Extractor(), ValueError, r"target side is in 'ja'.*no model.*\['en', 'ko'\]"),
        ("ko", Extractor(off=1), ValueError, "source vectors of width 4.*'en' has 3"),
        ("ko", object(), TypeError, "an object with transform"),
    ],
)
def test_embed_errors(target_lang, extractor, error, message):
    with pytest.raises(error, match=message):
        ParallelCorpus(EN, KO, target_lang=target_lang).embed(extractor)


def test_embed_checks_what_it_gets():
    class Wrong:
        def __init__(self, result):
            self.transform = lambda texts: result

    for result, error, message in [
        (np.ones((2, 2)), ValueError, "gave 2 vectors for 3 source texts"),
        (np.full((3, 2), np.nan), ValueError, "source vectors: row 0 holds NaN"),
        (np.ones(3), ValueError, "source vectors: a 2-D array"),
    ]:
        with pytest.raises(error, match=message):
            ParallelCorpus(EN, KO).embed(Wrong(result))
    from sklearn.feature_extraction.text import TfidfVectorizer

    with pytest.raises(TypeError, match="sparse vectors; put a TruncatedSVD"):
        ParallelCorpus(EN, KO).embed(TfidfVectorizer().fit(EN + KO))
