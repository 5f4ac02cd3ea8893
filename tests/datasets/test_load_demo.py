import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.datasets import DemoData, load_demo
from langalign_sk.datasets._split import Split, request_frames

ROOT = Path(__file__).parents[2]
TARGETS = ("ko", "ja", "zh")
PARTS = ("train", "target_train", "test", "pairs", "unlabeled_source", "unlabeled_target")
DIGESTS = {"ko": "19463c3e93f52bc5", "ja": "dcf125b258d52bd3", "zh": "63e77c0c77904877"}


@pytest.fixture(scope="module")
def demos():
    return {target: load_demo(target) for target in TARGETS}


def texts_of(data):
    """Part and language → texts."""
    return {
        ("train", "en"): data.train_texts,
        ("pairs", "en"): list(data.pairs.source),
        ("unlabeled_source", "en"): list(data.unlabeled_source.rows),
        ("test", data.target): data.test_texts,
        ("target_train", data.target): data.target_train_texts,
        ("pairs", data.target): list(data.pairs.target),
        ("unlabeled_target", data.target): list(data.unlabeled_target.rows),
    }


def digest(data):
    parts = [repr((key, texts)) for key, texts in texts_of(data).items()]
    parts += [repr(data.train_labels.tolist()), repr(data.test_labels.tolist())]
    return hashlib.blake2b("".join(parts).encode(), digest_size=8).hexdigest()


@pytest.mark.parametrize("target", TARGETS)
def test_the_bytes_stay(target):
    small = load_demo(target, n_train=64, n_test=64, n_pairs=100, n_unlabeled=100)
    assert digest(small) == DIGESTS[target]


def test_same_seed_same_text_in_another_process():
    code = (
        "from tests.datasets.test_load_demo import *\n"
        "print(digest(load_demo('ja', n_train=64, n_test=64, n_pairs=100, n_unlabeled=100)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.strip() == DIGESTS["ja"]


def test_seeds_differ():
    sizes = {"n_train": 64, "n_test": 64, "n_pairs": 50, "n_unlabeled": 50}
    one, two = (load_demo("ko", random_state=seed, **sizes) for seed in (1, 2))
    assert not set(one.test_texts) & set(two.test_texts)
    assert digest(one) == digest(load_demo("ko", random_state=np.int64(1), **sizes))
    again = [load_demo("ko", random_state=np.random.default_rng(5), **sizes) for _ in range(2)]
    assert digest(again[0]) == digest(again[1])


def test_counts_and_types(demos):
    for target, data in demos.items():
        assert isinstance(data, DemoData)
        assert data.target == target
        assert len(data.train_texts) == len(data.target_train_texts) == 1200
        assert len(data.test_texts) == 800
        assert isinstance(data.pairs, ParallelCorpus)
        assert data.pairs.n_pairs == 4000
        assert (data.pairs.source_lang, data.pairs.target_lang) == ("en", target)
        assert isinstance(data.unlabeled_source, TextPool)
        assert (data.unlabeled_source.lang, data.unlabeled_target.lang) == ("en", target)
        assert data.unlabeled_source.n_rows == data.unlabeled_target.n_rows == 4000
        assert len(repr(data)) < 1000


def test_classes_are_balanced(demos):
    data = demos["ko"]
    assert len(data.intents) == 8
    for labels in (data.train_labels, data.target_train_labels, data.test_labels):
        names, counts = np.unique(labels, return_counts=True)
        assert tuple(names) == data.intents
        assert set(counts) == {len(labels) // 8}
        assert labels.dtype.kind == "U"
        # At every length: each run of eight rows has all eight.
        assert all(len(set(labels[i : i + 8])) == 8 for i in range(0, len(labels), 8))


def test_no_meaning_is_in_two_parts(demos):
    for data in demos.values():
        assert tuple(data.meanings) == PARTS
        everywhere = [meaning for part in PARTS for meaning in data.meanings[part]]
        assert len(set(everywhere)) == len(everywhere)


@pytest.mark.parametrize("target", TARGETS)
def test_labels_follow_from_meanings(demos, target):
    data = demos[target]
    for part, labels in [("train", data.train_labels), ("test", data.test_labels)]:
        assert [meaning.split(".")[0] for meaning in data.meanings[part]] == labels.tolist()


@pytest.mark.parametrize("target", TARGETS)
def test_no_text_twice(demos, target):
    for lang in ("en", target):
        texts = [
            text for (_, of), part in texts_of(demos[target]).items() if of == lang for text in part
        ]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("target", TARGETS)
def test_some_test_texts_are_worded_as_nothing_else_is(target):
    """A phrase that only a held-out wording of that language has appears in the test part alone."""
    marks = {"ko": "감감무소식", "ja": "がいまだに", "zh": "不见影子"}
    data = load_demo(target, n_train=2400, n_test=2400)
    found = {
        part: sum(marks[target] in text for text in texts) for part, texts in texts_of(data).items()
    }
    assert found.pop(("test", target)) > 3
    assert not any(found.values())


def test_the_english_side_is_the_same_for_every_target(demos):
    korean = demos["ko"]
    for data in demos.values():
        assert data.train_texts == korean.train_texts
        assert data.train_labels.tolist() == korean.train_labels.tolist()
        assert data.pairs.source == korean.pairs.source


def test_smaller_parts_begin_larger_ones(demos):
    small = load_demo("ko", n_train=80, n_test=80, n_pairs=300, n_unlabeled=200)
    assert small.train_texts == demos["ko"].train_texts[:80]
    assert small.test_texts == demos["ko"].test_texts[:80]
    assert small.target_train_texts == demos["ko"].target_train_texts[:80]


def test_pairs_are_requests_and_other_talk(demos):
    requests = {frame.name for frame in request_frames()}
    of_pairs = [meaning.split("/")[0] in requests for meaning in demos["ko"].meanings["pairs"]]
    assert np.mean(of_pairs) == pytest.approx(0.4)


def test_there_is_room():
    split = Split(0)
    assert split.mixed_capacity("pairs") >= 8000
    assert sum(frame.n_meanings for frame in request_frames()) >= 10000
    assert split.labelled_capacity("train") >= 4000
    largest = load_demo("zh", n_train=4000, n_test=4000, n_pairs=8000, n_unlabeled=8000)
    assert largest.pairs.n_pairs == 8000


@pytest.mark.parametrize("target", ["fr", "en", None])
def test_unknown_target(target):
    with pytest.raises(ValueError, match=r"no demo text in .*; choose one of \['ja', 'ko', 'zh'\]"):
        load_demo(target)


@pytest.mark.parametrize("name", ["n_train", "n_test", "n_pairs", "n_unlabeled"])
def test_counts_are_checked(name):
    with pytest.raises(ValueError, match=rf"{name} must be between 1 and \d+ .* got 1000000"):
        load_demo("ko", **{name: 1_000_000})
    with pytest.raises(ValueError, match=rf"{name} must be between 1 and \d+ .* got 0"):
        load_demo("ko", **{name: 0})
    for wrong in (10.0, True, "10"):
        with pytest.raises(TypeError, match=f"{name} must be an int"):
            load_demo("ko", **{name: wrong})


def test_what_the_maximum_says_can_be_had():
    with pytest.raises(ValueError, match="n_test") as caught:
        load_demo("ko", n_test=10**6)
    maximum = int(str(caught.value).split()[6])
    data = load_demo("ko", n_train=8, n_test=maximum, n_pairs=1, n_unlabeled=1)
    assert len(data.test_texts) == maximum


def encoder(texts):
    """A stand-in for an n-gram encoder."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), max_features=6000)
    return make_pipeline(vectors, TruncatedSVD(96, random_state=0), Normalizer()).fit(texts)


def test_it_can_be_learned_but_not_perfectly():
    data = load_demo("ko", n_train=800, n_test=400, n_pairs=1500, n_unlabeled=300)
    english = encoder([*data.pairs.source, *data.unlabeled_source.rows])
    korean = encoder([*data.pairs.target, *data.unlabeled_target.rows])
    S, T = english.transform(data.pairs.source), korean.transform(data.pairs.target)
    there, back = Ridge().fit(S, T), Ridge().fit(T, S)
    train, test = english.transform(data.train_texts), korean.transform(data.test_texts)

    def accuracy(X, y, X_test):
        return LogisticRegression(C=10, max_iter=1000).fit(X, y).score(X_test, data.test_labels)

    unaligned = accuracy(train, data.train_labels, test)
    aligned = accuracy(back.predict(there.predict(train)), data.train_labels, back.predict(test))
    native = accuracy(korean.transform(data.target_train_texts), data.target_train_labels, test)
    assert unaligned < 0.3
    assert 0.55 < aligned < native < 0.97
