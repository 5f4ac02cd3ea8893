"""Objects as encoders: hashed once for each fit, and called from threads where they say so."""

import pickle
import threading

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_pipeline

from langalign_sk.encoders import _objects
from langalign_sk.store import MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.encoding import ENGLISH, KOREAN
from tests.helpers import CountingEncoder


@pytest.fixture
def hashes(monkeypatch):
    """Types of the objects that were pickled and hashed, in order."""
    seen = []
    real = _objects._StateHasher.hash

    def counted(self, obj, **kwargs):
        seen.append(type(obj).__name__)
        return real(self, obj, **kwargs)

    monkeypatch.setattr(_objects._StateHasher, "hash", counted)
    return seen


class Upper(BaseEstimator):
    """A transformer with attributes of its own, and a method of itself among them."""

    def __init__(self, power=1):
        self.power = power

    def fit(self, X, y=None):
        self.lengths_ = np.array([len(text) for text in X])
        self.count_ = self._count
        return self

    def _count(self, text):
        return len(text) ** self.power

    def transform(self, X):
        return np.array([[self.count_(text), self.lengths_.sum()] for text in X], float)


def vectorisers():
    yield TfidfVectorizer(stop_words=["the"])
    yield CountVectorizer(analyzer="char")
    yield make_pipeline(TfidfVectorizer(), TruncatedSVD(2, random_state=0))
    union = FeatureUnion([("a", TfidfVectorizer()), ("b", CountVectorizer())])
    yield make_pipeline(union, TruncatedSVD(2, random_state=0))
    yield Upper()


@pytest.mark.parametrize("vectoriser", list(vectorisers()), ids=lambda v: type(v).__name__)
def test_hashed_once_and_again_after_a_fit_or_another_parameter(vectoriser, hashes):
    vectoriser.fit(ENGLISH)
    extractor = EmbeddingExtractor(vectoriser, cache=MemoryCache())
    before = extractor.spec()
    for _ in range(5):
        extractor.transform(ENGLISH)
        clone(extractor).transform(ENGLISH[:2])
        extractor.get_feature_names_out() if not isinstance(vectoriser, Upper) else None
    assert len(hashes) == 1
    vectoriser.fit(KOREAN)
    after = extractor.spec()
    extractor.transform(ENGLISH)
    assert len(hashes) == 2
    assert after != before
    last = vectoriser.steps[-1][1] if hasattr(vectoriser, "steps") else vectoriser
    name, value = next(iter(last.get_params().items()))
    last.set_params(**{name: 7 if value != 7 else 8})
    assert extractor.spec() not in (before, after)


def test_a_step_exchanged_inside_a_pipeline_is_noticed(hashes):
    pipe = make_pipeline(TfidfVectorizer(), TruncatedSVD(2, random_state=0)).fit(ENGLISH)
    extractor = EmbeddingExtractor(pipe)
    spec = extractor.spec()
    other = TruncatedSVD(2, random_state=1).fit(pipe[0].transform(ENGLISH[::-1]))
    pipe.steps[1] = ("truncatedsvd", other)
    assert extractor.spec() != spec
    assert len(hashes) == 2


def test_states_go_with_their_object():
    import gc
    import weakref

    for make in (lambda: TfidfVectorizer().fit(ENGLISH), lambda: Upper().fit(ENGLISH)):
        vectoriser = make()
        EmbeddingExtractor(vectoriser).spec()
        ref = weakref.ref(vectoriser)
        del vectoriser
        gc.collect()
        assert ref() is None


class Unhashable(Upper):
    __hash__ = None

    def __eq__(self, other):
        return self is other


class Slotted:
    __slots__ = ("scale",)

    def transform(self, X):
        return np.ones((len(X), 2)) * self.scale


def test_objects_that_tell_nothing_are_hashed_every_time(hashes):
    slotted = Slotted()
    slotted.scale = 1.0
    for model in (Unhashable().fit(ENGLISH), slotted):
        hashes.clear()
        extractor = EmbeddingExtractor(model)
        assert extractor.spec() == extractor.spec()
        assert len(hashes) == 2
    before = extractor.spec()
    slotted.scale = 2.0
    assert extractor.spec() != before


class Parallel(CountingEncoder):
    """Says that it may be called from several threads, and waits until it is."""

    takes_threads = True

    def __init__(self, n_threads):
        super().__init__()
        self.together = threading.Barrier(n_threads, timeout=10)

    def encode(self, texts):
        if self.together is not None:
            self.together.wait()
        return super().encode(texts)


def in_threads(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("cache", [None, "memory", "disk"])
def test_an_encoder_that_takes_threads_is_not_held_to_one(cache, tmp_path):
    encoder = Parallel(4)
    store = {"memory": MemoryCache(), "disk": tmp_path / "cache"}.get(cache)
    extractor = EmbeddingExtractor(encoder, cache=store)
    extractor.embed_language([], None)
    in_threads([lambda n=n: extractor.transform([f"text {n}"]) for n in range(4)])
    assert encoder.n_texts == 4  # with a lock the barrier would have broken


def test_threads_with_the_same_texts_encode_them_once():
    encoder = Parallel(1)
    cache = MemoryCache()
    found = []
    start = threading.Barrier(8)

    def use():
        start.wait()
        found.append(EmbeddingExtractor(encoder, cache=cache).transform(TEXTS))

    in_threads([use] * 8)
    assert len(found) == 8
    assert sorted(encoder.texts) == sorted(TEXTS)
    for rows in found[1:]:
        np.testing.assert_array_equal(rows, found[0])


TEXTS = [f"text {n}" for n in range(600)]


class Embeds:
    """As in fastembed: a generator of vectors, and a width."""

    embedding_size = 3

    def embed(self, texts):
        for text in texts:
            yield np.array([len(text), 1, 0])


def test_an_object_that_embeds_one_by_one():
    extractor = EmbeddingExtractor(Embeds(), normalize=False)
    assert extractor.fit_transform(["a", "abc"]).tolist() == [[1, 1, 0], [3, 1, 0]]
    assert extractor.get_feature_names_out().tolist() == [f"embedding{i}" for i in range(3)]
    again = pickle.loads(pickle.dumps(extractor))
    assert again.transform(["ab"]).tolist() == [[2, 1, 0]]
    blocks = EmbeddingExtractor({"en": Embeds(), "ko": Embeds()})
    assert blocks.get_layout().width == 6
