"""Word vectors: files of several makers, words of several scripts, means that can be told."""

import copy
import gzip
import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, ParallelCorpus, TransferClassifier
from langalign_sk.encoders import WordVectors

ENGLISH = {"the": [0.5, 0.5, 0], "refund": [1, 0, 0], "parcel": [0, 1, 0], "e-mail": [0, 0, 1]}
KOREAN = {"환불": [1, 0], "을": [0.1, 0.1], "택배": [0, 1], "해주세요": [0.2, 0.2]}


def write(path, words, *, header=False, end=""):
    lines = [f"{word} {' '.join(map(str, vector))}{end}" for word, vector in words.items()]
    if header:
        lines.insert(0, f"{len(words)} {len(next(iter(words.values())))}")
    content = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    return WordVectors(write(tmp_path_factory.mktemp("words") / "en.vec", ENGLISH, header=True))


@pytest.fixture(scope="module")
def korean(tmp_path_factory):
    return WordVectors(write(tmp_path_factory.mktemp("words") / "ko.txt", KOREAN))


def test_files_of_every_maker_are_one_encoder(tmp_path, english):
    for path in (
        write(tmp_path / "glove.txt", ENGLISH),
        write(tmp_path / "fasttext.vec", ENGLISH, header=True, end=" "),
        write(tmp_path / "windows.vec", ENGLISH, header=True, end="\r"),
        write(tmp_path / "packed.vec.gz", ENGLISH, header=True),
    ):
        found = WordVectors(path)
        assert found.words == list(ENGLISH)
        assert found.fingerprint() == english.fingerprint()
        np.testing.assert_array_equal(found.encode(["the parcel"]), english.encode(["the parcel"]))
    tabs = tmp_path / "tabs.txt"
    tabs.write_text((tmp_path / "glove.txt").read_text().replace(" ", "\t"))
    assert WordVectors(tabs).fingerprint() == english.fingerprint()


def test_a_mean_weighs_frequent_words_less(english):
    frequency = 1 / (np.arange(1, 5) * np.sum(1 / np.arange(1, 5)))
    weights = 1e-3 / (1e-3 + frequency)
    vectors = np.array(list(ENGLISH.values()))
    expected = weights[:2] @ vectors[:2] / weights[:2].sum()
    np.testing.assert_allclose(english.encode(["the refund"])[0], expected, rtol=1e-5)
    assert weights[0] < weights[1]
    assert not english.encode(["", "?!", "unheard of"]).any()
    assert english.encode([]).shape == (0, 3)
    assert english.get_embedding_dimension() == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The REFUND, the parcel!", ["the", "refund", "parcel"]),
        ("(e-mail)", ["e-mail"]),
        ("parcel/refund", ["parcel", "refund"]),
        ("the «parcel»…", ["the", "parcel"]),
    ],
)
def test_words_are_found_whatever_stands_around_them(english, text, words):
    found, wanted = english.encode([text]), english.encode([" ".join(words)])
    if text.lower().count("the") == 2:
        wanted = english.encode(["the " + " ".join(words)])
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert not english.unknown_words([text])


def test_words_in_scripts_without_blanks(tmp_path):
    words = {"我们": [1, 0], "想": [0, 1], "退款": [1, 1], "退": [9, 9], "ขอ": [2, 1]}
    words |= {"हिन्दी": [3, 1], "😀": [0, 3], "iphone": [4, 0], "cafe\u0301": [5, 5]}
    encoder = WordVectors(write(tmp_path / "zh.vec", words))
    for text, expected in [
        ("我们想退款。", ["我们", "想", "退款"]),
        ("iPhone退款", ["iphone", "退款"]),
        ("ขอ!", ["ขอ"]),
        ("हिन्दी।", ["हिन्दी"]),
        ("退款😀😎", ["退款", "😀"]),
        ("café", ["cafe\u0301"]),
    ]:
        np.testing.assert_allclose(
            encoder.encode([text]), encoder.encode([" ".join(expected)]), rtol=1e-6, err_msg=text
        )
        assert not encoder.unknown_words([text])
    assert encoder.unknown_words(["我们不要退款", "不要"]) == {"不要": 2}


def test_korean_words_give_up_their_endings(korean):
    np.testing.assert_allclose(
        korean.encode(["환불을 해주세요"]), korean.encode(["환불 을 해주세요"]), rtol=1e-6
    )
    assert korean.unknown_words(["환불이 급해요", "급해요"]) == {"급해요": 2, "이": 1}


def test_many_unknown_words_are_told(english):
    texts = ["völlig andere wörter stehen hier"] * 10
    with pytest.warns(UserWarning, match="50 of 50 words are unknown.*unknown_words"):
        english.encode(texts)
    english.encode(texts[:9])  # a few may be what they like


def test_in_a_pipeline_saved_and_cloned(english, korean):
    embed = EmbeddingExtractor({"en": english, "ko": korean})
    assert embed.transform(["a refund", "택배"]).shape == (2, 5)
    pairs = ParallelCorpus(
        ["refund", "the parcel", "parcel", "e-mail refund"] * 5,
        ["환불", "택배", "택배를", "환불 해주세요"] * 5,
        target_lang="ko",
    )
    model = TransferClassifier(embed, pairs=pairs, self_training=0)
    model.fit(["refund", "the refund", "parcel", "the parcel"] * 3, list("rrpp") * 3)
    again = pickle.loads(pickle.dumps(model))
    asked = ["환불을 해주세요", "택배"]
    assert again.predict(asked).tolist() == ["r", "p"]
    np.testing.assert_array_equal(again.predict_proba(asked), model.predict_proba(asked))
    encoder = pickle.loads(pickle.dumps(english))
    assert encoder.words == english.words
    assert encoder.fingerprint() == english.fingerprint()
    assert EmbeddingExtractor(encoder).spec() == EmbeddingExtractor(english).spec()
    assert copy.deepcopy(english) is english
    pipe = make_pipeline(EmbeddingExtractor(english), LogisticRegression())
    assert clone(pipe).fit(["refund", "parcel"], [0, 1]).predict(["refund"]) == [0]


def test_a_damaged_save_is_noticed(english):
    state = english.__getstate__()
    state["_vectors"] = state["_vectors"] + 1
    with pytest.raises(ValueError, match="damaged"):
        object.__new__(WordVectors).__setstate__(state)


def test_only_the_first_words_are_read(tmp_path):
    path = write(tmp_path / "w.vec", {**ENGLISH, "the ": [9, 9, 9]}, header=True)
    with path.open("ab") as file:
        file.write(b"broken line\n")
    found = WordVectors(path, max_words=4)
    assert found.words == list(ENGLISH)
    assert WordVectors(path, max_words=2).words == list(ENGLISH)[:2]
    assert found.fingerprint() != WordVectors(path, max_words=2).fingerprint()
    other = WordVectors(path, max_words=4, smoothing=0.1)
    assert found.fingerprint() != other.fingerprint()
    with pytest.raises(
        ValueError, match=r"w.vec, line 7 \('broken line' ...\): 1 numbers.* have 3"
    ):
        WordVectors(path, max_words=None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1 2\nb 1 x\n", r"line 2 \('b 1 x' ...\): 'x' is no number"),
        (b"a 1 2\nb 1\n", "line 2 .*1 numbers, where others have 2"),
        (b"a 1 2\nb 1 2 3\n", "line 2 .*3 numbers, where others have 2"),
        (b"2 2\na 1 2\n", "promises 2 words, but it ends after line 2"),
        (b"a 1 nan\n", "line 1: NaN"),
        (b"a 1 2\nb 1e99 2\n", "line 2: NaN, infinity"),
        (b"2 2\na\0\0\0\0\0\0\0\0\n", "line 2 .*binary"),
        (b"\xba\x16\x4f\x2f\x0c", "binary fastText model"),
        (b"PK\x03\x04", "zip archive"),
        (gzip.compress(b"a 1 2\nb 1 2\n" * 50)[:-12], "damaged, or only part"),
        (b"", "holds no word vectors"),
        (b"word\n", "line 1 .*a word and its numbers"),
    ],
)
def test_says_where_a_file_is_wrong(tmp_path, content, message):
    path = tmp_path / "words.vec"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        WordVectors(path)


def test_words_may_hold_blanks_and_stand_twice(tmp_path):
    path = tmp_path / "glove.840B.txt"
    path.write_bytes(b", 1 2\n. . . 3 4\n, 5 6\nna\xefve 7 8\n\nat \xc2\xa0 7 8\n")
    found = WordVectors(path)
    assert found.words == [",", ". . .", "na\ufffdve", "at \xa0"]


@pytest.mark.parametrize("options", [{"max_words": 0}, {"max_words": True}, {"smoothing": 0}])
def test_options(tmp_path, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        WordVectors(write(tmp_path / "w.vec", ENGLISH), **options)


@given(st.lists(st.text(max_size=8), max_size=4))
def test_a_row_depends_on_its_own_text(texts):
    words = {word: [i, 1.0] for i, word in enumerate(["a", "b", "환불", "退款", "é"])}
    encoder = object.__new__(WordVectors)
    encoder.words, encoder._smoothing = list(words), 1e-3
    encoder._vectors = np.array(list(words.values()), dtype=np.float32)
    encoder._prepare()
    together = encoder.encode(texts)
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], row)
