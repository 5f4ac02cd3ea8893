"""The n-gram encoder: against a reference, at the edges, and as a scikit-learn estimator."""

import copy
import io
import itertools
import pickle
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks, get_tags

from langalign_sk.encoders import NgramEncoder, _grams, _ngram
from tests.helpers import TEXT_CHECKS, interrupted_at

NOUNS = [
    "환불",
    "배송",
    "결제",
    "쿠폰",
    "반품",
    "주문",
    "회원",
    "비밀번호",
    "refund",
    "返品",
    "退款",
]
ENDS = [
    "해 주세요",
    "언제 되나요?",
    "안 돼요 ㅠㅠ",
    "문의드립니다",
    "please",
    "してください",
    "怎么办",
]
TEXTS = [f"{noun} {end}" for noun in NOUNS for end in ENDS]


@pytest.fixture(scope="module")
def encoder():
    return NgramEncoder(16).fit(TEXTS)


def reference_weights(texts, fitted_on, ngram_range):
    """The same TF-IDF by scikit-learn's vectoriser."""
    vectorizer = TfidfVectorizer(
        analyzer=lambda text: [
            text[i : i + n]
            for n in range(ngram_range[0], ngram_range[1] + 1)
            for i in range(len(text) - n + 1)
            if text[i : i + n] != " "
        ],
        sublinear_tf=True,
    )
    padded = [f" {text} " for text in texts]
    vectorizer.fit([f" {text} " for text in fitted_on])
    return vectorizer.transform(padded).toarray()


@pytest.mark.parametrize("ngram_range", [(1, 3), (1, 1), (2, 2), (2, 3), (3, 3)])
def test_it_is_tfidf_and_svd(ngram_range):
    """Cosines are those of the textbook pipeline: projection onto the leading right vectors."""
    encoder = NgramEncoder(20, ngram_range=ngram_range).fit(TEXTS)
    new = ["환불 언제 되나요?", "쿠폰 결제 please", TEXTS[3]]
    weights = reference_weights(TEXTS, TEXTS, ngram_range)
    _, _, right = np.linalg.svd(weights, full_matrices=False)
    expected = reference_weights(new, TEXTS, ngram_range) @ right[:20].T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    vectors = encoder.transform(new)
    np.testing.assert_allclose(vectors @ vectors.T, expected @ expected.T, atol=5e-3)
    assert len(encoder.grams_) == weights.shape[1]


def test_all_components_keep_every_cosine():
    """At full rank nothing is lost, so the reference holds to rounding."""
    distinct = TEXTS[:30]
    encoder = NgramEncoder(30).fit(distinct)
    vectors = encoder.transform(distinct)
    weights = reference_weights(distinct, distinct, (1, 3))
    np.testing.assert_allclose(vectors @ vectors.T, weights @ weights.T, atol=1e-5)


def test_rows(encoder):
    vectors = encoder.transform(TEXTS)
    assert vectors.shape == (len(TEXTS), 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(encoder.encode(TEXTS), vectors)
    assert np.array_equal(NgramEncoder(16).fit_transform(TEXTS), vectors)


def test_a_row_depends_on_its_text_alone(encoder, monkeypatch):
    alone = np.concatenate([encoder.transform([text]) for text in TEXTS])
    assert np.array_equal(alone, encoder.transform(TEXTS))
    monkeypatch.setattr(_grams, "_BLOCK_CHARACTERS", 30)
    assert np.array_equal(alone, encoder.transform(TEXTS))


def test_blocks_and_merges_change_no_fit(encoder, monkeypatch):
    monkeypatch.setattr(_grams, "_BLOCK_CHARACTERS", 30)
    monkeypatch.setattr(_ngram, "_MERGE_AT", 10)
    again = NgramEncoder(16).fit(TEXTS)
    assert again.fingerprint() == encoder.fingerprint()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=30), min_size=1, max_size=5))
def test_any_text_has_unit_length(encoder, texts):
    vectors = encoder.transform(texts)
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.sampled_from("ab가 \x00\U0010ffff\ud800"), max_size=8), max_size=6))
def test_grams_are_those_of_a_loop(texts):
    """Counts of every n-gram, none across texts, none mistaken for another."""
    found = {}
    start = 0
    for n_rows, rows, grams, counts in _grams.gram_blocks(texts, (1, 3)):
        for row, gram, count in zip(rows.tolist(), grams.tolist(), counts.tolist(), strict=True):
            points = []
            while gram:
                points.insert(0, chr((gram & (2**21 - 1)) - 1))
                gram >>= 21
            found[start + row, "".join(points)] = count
        start += n_rows
    expected = {}
    for row, text in enumerate(texts):
        clean = " ".join(text.lower().split())
        padded = f" {clean} " if clean else ""
        for n in (1, 2, 3):
            for i in range(len(padded) - n + 1):
                if padded[i : i + n] == " ":
                    continue
                key = row, padded[i : i + n]
                expected[key] = expected.get(key, 0) + 1
    assert found == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Refund PLEASE", "refund  please\n"),
        ("ＲＥＦＵＮＤ", "refund"),
        ("ｷｬﾝｾﾙ", "キャンセル"),
        ("환불", "\u1112\u116a\u11ab\u1107\u116e\u11af"),  # decomposed, as some file systems write
    ],
)
def test_spellings_that_are_one(one, other):
    encoder = NgramEncoder(4).fit([*TEXTS, "キャンセル", "refund"])
    assert np.array_equal(encoder.transform([one]), encoder.transform([other]))


def test_texts_without_a_known_ngram_point_to_the_mean():
    texts = ["aab", "abb", "bba", "baa"]
    encoder = NgramEncoder(2, ngram_range=(1, 1)).fit(texts)
    lost = encoder.transform(["xyz", "", " ", "\U0010ffff"])
    assert np.array_equal(lost, np.repeat(encoder.fallback_[None], 4, axis=0))
    mean = encoder.transform(texts).mean(axis=0)
    np.testing.assert_allclose(lost[0], mean / np.linalg.norm(mean), atol=1e-5)


def test_no_texts(encoder):
    vectors = encoder.transform([])
    assert vectors.shape == (0, 16)
    assert vectors.dtype == np.float32
    with pytest.raises(ValueError, match="got no texts"):
        NgramEncoder().fit([])
    with pytest.raises(ValueError, match="2 texts without any n-gram"):
        NgramEncoder().fit(["", " "])


def test_too_many_components_say_how_many_are_possible():
    with pytest.raises(
        ValueError, match=r"n_components=384 is too many for 3 texts with 5 n-grams.* 3 or less"
    ):
        NgramEncoder(ngram_range=(1, 1)).fit(["ab", "cd", "e"])
    with pytest.raises(ValueError, match="set n_components to 2 or less"):
        NgramEncoder(3, max_features=2).fit(TEXTS)


def test_repeated_texts_leave_no_noise():
    """Directions without data are zero, so that new texts are not projected on noise."""
    encoder = NgramEncoder(10).fit([*TEXTS[:3]] * 10)
    assert np.count_nonzero(np.linalg.norm(encoder.projection_, axis=0)) == 3
    np.testing.assert_allclose(np.linalg.norm(encoder.transform(TEXTS), axis=1), 1, atol=1e-6)


def test_max_features_keeps_the_most_frequent():
    encoder = NgramEncoder(2, ngram_range=(1, 1), max_features=3).fit(["ab", "abc", "bcd", "bd"])
    assert encoder.grams_.tolist() == [ord(char) + 1 for char in "abc"]  # of equals, the first
    assert encoder.projection_.shape == (3, 2)


def test_the_pickle_is_bounded_and_exact(tmp_path):
    encoder = NgramEncoder(16, max_features=200).fit(TEXTS)
    joblib.dump(encoder, tmp_path / "encoder.joblib")
    loaded = joblib.load(tmp_path / "encoder.joblib")
    assert np.array_equal(loaded.transform(TEXTS), encoder.transform(TEXTS))
    assert loaded.fingerprint() == encoder.fingerprint()
    assert len(pickle.dumps(encoder)) < 4 * 200 * 16 + 200 * 12 + 4000


def damaged(encoder, name, bit):
    """The bytes of a saved encoder with one bit of an array flipped."""
    buffer = io.BytesIO()
    joblib.dump(encoder, buffer)
    data = bytearray(buffer.getvalue())
    array = np.ascontiguousarray(getattr(encoder, name)).tobytes()
    assert data.count(array) == 1
    at = data.find(array) + bit % len(array)
    data[at] ^= 1 << bit % 8
    return io.BytesIO(bytes(data))


@pytest.mark.parametrize("name", ["grams_", "idf_", "projection_", "fallback_"])
@pytest.mark.parametrize("bit", [0, 13, 9_999_991])
def test_a_flipped_bit_in_a_saved_encoder_is_an_error(encoder, name, bit):
    with pytest.raises(ValueError, match="this saved NgramEncoder is damaged"):
        joblib.load(damaged(encoder, name, bit))


def test_other_damage_of_what_was_fitted_is_an_error_too(encoder):
    for change in (
        {"_digest": "0" * 64},
        {"n_features_out_": 7},
        {"ngram_range_": (1, 2)},
        {"grams_": encoder.grams_[1:]},
        {"idf_": None},
    ):
        state = encoder.__getstate__() | change
        with pytest.raises(ValueError, match="is damaged: .* Load another copy of the file"):
            NgramEncoder().__setstate__(state)
    for missing in ("_digest", "projection_", "ngram_range_"):
        state = encoder.__getstate__()
        del state[missing]
        with pytest.raises(ValueError, match="is damaged"):
            NgramEncoder().__setstate__(state)
    unfitted = pickle.loads(pickle.dumps(NgramEncoder(3)))
    assert unfitted.n_components == 3
    assert not hasattr(unfitted, "projection_")


def test_an_interrupted_fit_leaves_the_one_before_or_is_done():
    first, second = TEXTS[:40], TEXTS[20:]
    kept, done = (NgramEncoder(4).fit(texts) for texts in (first, second))
    for number in itertools.count(1, 5):
        encoder = NgramEncoder(4).fit(first)
        with interrupted_at(number) as state:
            encoder.fit(second)
        wanted = kept if encoder.fingerprint() == kept.fingerprint() else done
        assert encoder.fingerprint() == wanted.fingerprint()
        np.testing.assert_array_equal(encoder.transform(TEXTS), wanted.transform(TEXTS))
        pickle.loads(pickle.dumps(encoder))  # whole, or it would not load
        if not state["came"]:
            break
    assert number > 100


def test_fingerprint_follows_the_vectors():
    first = NgramEncoder(4).fit(TEXTS)
    same = NgramEncoder(4).fit(tuple(TEXTS))
    assert first.fingerprint() == same.fingerprint()
    others = [
        NgramEncoder(4).fit(TEXTS[1:]),
        NgramEncoder(5).fit(TEXTS),
        NgramEncoder(4, ngram_range=(1, 2)).fit(TEXTS),
        NgramEncoder(4, max_features=50).fit(TEXTS),
    ]
    digests = {first.fingerprint(), *(other.fingerprint() for other in others)}
    assert len(digests) == 5
    before = first.fingerprint()
    first.fit(TEXTS[5:])
    assert first.fingerprint() != before


def test_set_params_waits_for_the_next_fit(encoder):
    changed = copy.deepcopy(encoder).set_params(n_components=3, ngram_range=(2, 2))
    assert np.array_equal(changed.transform(TEXTS), encoder.transform(TEXTS))
    assert changed.fingerprint() == encoder.fingerprint()
    assert changed.fit(TEXTS).transform(TEXTS).shape == (len(TEXTS), 3)


def test_the_seed_decides_and_the_global_state_stays():
    np.random.seed(3)  # noqa: NPY002  # the global state is what must stay
    before = np.random.get_state()[1].copy()  # noqa: NPY002  # must not move
    first, second = NgramEncoder(8, random_state=1), NgramEncoder(8, random_state=1)
    assert np.array_equal(first.fit_transform(TEXTS), second.fit_transform(TEXTS))
    NgramEncoder(8, random_state=None).fit(TEXTS)
    state = np.random.RandomState(0)  # scikit-learn's own kind
    NgramEncoder(8, random_state=state).fit(TEXTS)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002  # must not move


def test_not_fitted():
    for ask in (
        lambda x: x.transform(TEXTS),
        lambda x: x.encode(TEXTS),
        lambda x: x.fingerprint(),
        lambda x: x.get_feature_names_out(),
    ):
        with pytest.raises(NotFittedError):
            ask(NgramEncoder())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": 0}, r"'n_components' .* must be an int in the range \[1, inf\). Got 0"),
        ({"n_components": 2.5}, "'n_components' .* Got 2.5"),
        ({"max_features": True}, "'max_features' .* must not be a bool. Got True"),
        ({"random_state": "x"}, "'random_state' .* Got 'x'"),
        ({"ngram_range": (0, 2)}, "1 <= low <= high <= 3"),
        ({"ngram_range": (2, 1)}, "1 <= low <= high <= 3"),
        ({"ngram_range": (1, 4)}, r"high <= 3, got \(1, 4\)"),
        ({"ngram_range": 3}, "'ngram_range' .* Got 3"),
    ],
)
def test_impossible_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        NgramEncoder(**parameters).fit(TEXTS)


def test_inputs_are_read_as_everywhere(encoder):
    expected = encoder.transform(TEXTS)
    assert np.array_equal(encoder.transform(pd.Series(TEXTS, index=TEXTS[::-1])), expected)
    assert np.array_equal(encoder.transform(pd.DataFrame({"t": TEXTS})), expected)
    assert np.array_equal(encoder.transform(iter(TEXTS)), expected)
    with pytest.raises(ValueError, match="string object received"):
        encoder.transform("환불")
    with pytest.raises(ValueError, match="row 1 is None"):
        encoder.fit(["환불", None])


def test_it_works_in_a_pipeline_with_frames_out():
    y = [text.startswith("환불") for text in TEXTS]
    pipe = make_pipeline(NgramEncoder(16), LogisticRegression(C=100)).fit(TEXTS, y)
    assert pipe.score(TEXTS, y) > 0.95
    frame = NgramEncoder(2).set_output(transform="pandas").fit(TEXTS).transform(TEXTS)
    assert list(frame.columns) == ["ngramencoder0", "ngramencoder1"]
    assert frame.dtypes.tolist() == [np.float32] * 2


def test_names_and_width(encoder):
    assert encoder.n_features_out_ == 16
    assert encoder.get_feature_names_out().tolist() == [f"ngramencoder{i}" for i in range(16)]


def test_tags():
    tags = get_tags(NgramEncoder())
    assert tags.input_tags.string
    assert not tags.input_tags.two_d_array
    assert tags.requires_fit
    assert tags.transformer_tags.preserves_dtype == []


@pytest.mark.parametrize("check", TEXT_CHECKS, ids=lambda check: check.__name__)
def test_checks_of_scikit_learn(check):
    check("NgramEncoder", NgramEncoder())


def test_the_check_suite_stops_where_that_of_count_vectorizer_does():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Can't test estimator which requires input of type ..."
        results = estimator_checks.check_estimator(NgramEncoder(), on_fail=None)
    assert all(result["status"] != "failed" for result in results)


def test_clone_forgets_the_fit(encoder):
    other = clone(encoder)
    assert other.get_params() == encoder.get_params()
    assert not hasattr(other, "projection_")
