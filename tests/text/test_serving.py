"""A service and a search: warm models, fair turns, one pass for every pooling and layer."""

import copy
import dataclasses
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from langalign_sk._process import Turns
from langalign_sk.encoders import HubModel
from langalign_sk.store import MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import BareEncoder

TEXTS = [f"{'yes' if i % 2 else 'no'} number {i} {'and on ' * (i % 5)}" for i in range(24)]
LABELS = [i % 2 for i in range(24)]
GRID = {"pooling": ["mean", "cls", "max"], "layer": [-1, 0.5]}


@pytest.fixture
def forwards(monkeypatch):
    """Rows that went through the model, by call, with a row for each text."""
    from transformers import BertModel

    from langalign_sk.encoders._one_row import OneRow

    monkeypatch.setattr(OneRow, "takes", lambda *sizes: False)
    seen = []
    real = BertModel.forward

    def forward(self, input_ids, **kwargs):
        seen.append(len(input_ids))
        return real(self, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(BertModel, "forward", forward)
    return seen


@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_sentence_bert"])
def test_a_grid_over_poolings_and_layers_runs_each_text_once(kind, request, forwards):
    folder = request.getfixturevalue(kind)
    extractor = EmbeddingExtractor(folder, cache=MemoryCache())
    assert extractor.prefetch(TEXTS, GRID) is extractor
    assert sum(forwards) == len(TEXTS)
    assert extractor.prefetch([*TEXTS, "new"], GRID) is extractor
    assert sum(forwards) == len(TEXTS) + 1
    pipe = Pipeline([("embed", extractor), ("clf", LogisticRegression())])
    search = GridSearchCV(pipe, {f"embed__{k}": v for k, v in GRID.items()}, cv=3)
    search.fit(TEXTS, LABELS)
    assert sum(forwards) == len(TEXTS) + 1
    for params in ({"pooling": "cls", "layer": 0.5}, {"pooling": "max", "layer": -1}):
        alone = clone(extractor).set_params(cache=None, **params)
        shared = clone(extractor).set_params(**params)
        np.testing.assert_allclose(shared.transform(TEXTS), alone.transform(TEXTS), atol=1e-6)


def test_candidates_that_share_nothing_are_encoded_each(tiny_sentence_bert, forwards):
    extractor = EmbeddingExtractor(tiny_sentence_bert, cache=MemoryCache())
    extractor.prefetch(TEXTS, [{"prompt": [None, "query: "]}, {"pooling": [None, "mean"]}])
    assert sum(forwards) == 3 * len(TEXTS)
    clone(extractor).set_params(prompt="query: ").transform(TEXTS)
    assert sum(forwards) == 3 * len(TEXTS)


def test_prefetch_by_language_and_what_it_refuses(tiny_bert, forwards):
    extractor = EmbeddingExtractor({"en": tiny_bert, "ko": tiny_bert}, cache=MemoryCache())
    extractor.prefetch(["a", "택배", "b", "a"], {"pooling": ["mean", "cls"]})
    assert sum(forwards) == 3
    with pytest.raises(ValueError, match="'embed__pooling' is no parameter of EmbeddingExtractor"):
        extractor.prefetch(["a"], {"embed__pooling": ["mean"]})
    with pytest.raises(ValueError, match="prefetch needs a cache"):
        clone(extractor).set_params(cache=None).prefetch(["a"], {"pooling": ["mean"]})


def test_warm_up_leaves_nothing_to_load(tiny_sentence_bert, monkeypatch):
    from langalign_sk._process import _models as _registry
    from langalign_sk.encoders import _hub_encoder

    monkeypatch.setattr(_registry, "_models", {})
    extractor = EmbeddingExtractor(tiny_sentence_bert)
    assert extractor.warm_up() is extractor
    monkeypatch.setattr(_hub_encoder, "load", None)
    assert clone(extractor).transform(["a"]).shape == (1, 32)


def test_a_fitted_pipeline_predicts_from_many_threads(tiny_sentence_bert, monkeypatch):
    from langalign_sk._process import _models as _registry

    pipe = Pipeline(
        [
            ("embed", EmbeddingExtractor(tiny_sentence_bert, cache=None)),
            ("clf", LogisticRegression()),
        ]
    ).fit(TEXTS, LABELS)
    requests = [[f"request {n}", f"yes {n}", "no"][: n % 3 + 1] for n in range(64)]
    serial = [pipe.predict_proba(request) for request in requests]
    data = pickle.dumps(pipe)
    monkeypatch.setattr(_registry, "_models", {})
    loaded = pickle.loads(data)
    start = threading.Barrier(32)

    def use(thread):
        start.wait()
        for n in range(thread % 2, 64, 2):
            np.testing.assert_allclose(loaded.predict_proba(requests[n]), serial[n], atol=1e-5)
        return True

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(use, range(32)))
    assert len(_registry._models) == 1


def test_the_report_of_a_run(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder)
    assert extractor.last_run() is None
    before = dict(vars(extractor))
    extractor.transform(["a", "b", "a"])
    report = extractor.last_run()
    assert (report.n_texts, report.n_encoded, report.n_cached) == (3, 2, 0)
    extractor.transform(["a", "c"])
    report = extractor.last_run()
    assert (report.n_texts, report.n_encoded, report.n_cached, report.n_cut) == (2, 1, 1, 0)
    assert report.seconds > 0
    assert report.texts_per_second == pytest.approx(2 / report.seconds)
    assert vars(extractor) == before
    for other in (clone(extractor), copy.copy(extractor), pickle.loads(pickle.dumps(extractor))):
        assert other.last_run() is None


def test_padding_is_reported(tiny_bert, monkeypatch):
    from langalign_sk.encoders._one_row import OneRow

    extractor = EmbeddingExtractor(HubModel(tiny_bert, batch_size=1), cache=None)
    monkeypatch.setattr(OneRow, "takes", lambda *sizes: False)
    extractor.transform(["a b c", "a b d"])
    assert extractor.last_run().padding == 0
    extractor.transform(["a b c d e f", "a"])  # 8 and 3 tokens in a batch of 16
    assert extractor.last_run().padding == pytest.approx(5 / 16)


def test_turns_are_taken_in_order_of_asking():
    lock, order = Turns(), []

    def worker(name):
        with lock, lock:
            order.append(name)

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(5)]
    with lock:
        for thread in threads:
            thread.start()
            while len(lock._waiting) <= threads.index(thread):
                time.sleep(0.001)
    with lock:  # behind those who asked before
        order.append("last")
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4, "last"]


def test_a_small_request_waits_for_one_chunk_of_a_large_one():
    started = threading.Event()

    def encode(texts):
        started.set()
        time.sleep(0.02)
        return np.ones((len(texts), 2))

    extractor = EmbeddingExtractor(BareEncoder(encode), cache=None)
    large = threading.Thread(target=extractor.transform, args=([str(i) for i in range(256 * 40)],))
    large.start()
    started.wait()
    extractor.transform(["small"])
    assert large.is_alive()  # 40 chunks take 0.8 s
    large.join()


def test_ctrl_c_keeps_what_is_finished(counting_encoder):
    real, calls = counting_encoder.encode, []

    def encode(texts):
        calls.append(len(texts))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(texts)

    counting_encoder.encode = encode
    cache = MemoryCache()
    texts = [str(i) for i in range(1000)]
    with pytest.raises(KeyboardInterrupt):
        EmbeddingExtractor(counting_encoder, cache=cache).transform(texts)
    assert len(cache) == 512
    vectors = EmbeddingExtractor(counting_encoder, cache=cache, normalize=False).transform(texts)
    np.testing.assert_array_equal(vectors, [counting_encoder.vector(text) for text in texts])
    assert counting_encoder.n_texts == 1000


KINDS = st.sampled_from(
    [
        None,
        float("nan"),
        "",
        "🙂",
        "\ud800",
        "a\udfff",
        "שלום עולם",
        "مرحبا",
        "東京",
        "a b",
        "x" * 99,
    ]
)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(KINDS | st.text(max_size=8), min_size=1, max_size=12), data=st.data())
def test_rows_follow_the_input_of_a_language_model(tiny_bert, texts, data):
    model = HubModel(tiny_bert, batch_size=1, long_texts="cut")
    extractor = EmbeddingExtractor(model, missing="empty", cache=MemoryCache())
    order = data.draw(st.permutations(range(len(texts))))
    extractor.transform([texts[i] for i in order][: len(texts) // 2])
    alone = clone(extractor).set_params(cache=None)
    expected = np.concatenate([alone.transform([text]) for text in texts])
    np.testing.assert_allclose(extractor.transform(texts), expected, atol=1e-5)
    np.testing.assert_allclose(
        extractor.transform([texts[i] for i in order]), expected[list(order)], atol=1e-5
    )


def test_a_megabyte_of_text_keeps_its_row(tiny_bert):
    texts = ["a", "word " * 200_000, "b"]
    extractor = EmbeddingExtractor(HubModel(tiny_bert, long_texts="cut"))
    vectors = extractor.transform(texts)
    np.testing.assert_allclose(vectors[2], extractor.transform(["b"])[0], atol=1e-6)


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    """Encoding seems to leave the processor free; threads that tokenised, by part of the texts."""
    from langalign_sk.encoders._transformers import Transformer
    from langalign_sk.text import _encode

    threads, real = [], Transformer.prepare

    def prepare(self, texts, settings):
        threads.append(threading.current_thread())
        return dataclasses.replace(real(self, texts, settings), elsewhere=True)

    monkeypatch.setattr(Transformer, "prepare", prepare)
    monkeypatch.setattr(_encode, "_TOKENISED", 5)
    return threads


@pytest.mark.parametrize("cache", [None, "memory"])
def test_the_next_texts_are_tokenised_while_a_gpu_encodes(cache, tiny_bert, as_on_a_gpu):
    wanted = EmbeddingExtractor(tiny_bert, cache=None).transform(TEXTS)
    as_on_a_gpu.clear()
    found = EmbeddingExtractor(tiny_bert, cache=cache).transform(TEXTS)
    np.testing.assert_array_equal(found, wanted)
    assert [thread is threading.current_thread() for thread in as_on_a_gpu] == [True, *[False] * 4]
    assert len(set(as_on_a_gpu)) == 2


def test_tokens_do_not_wait_for_the_model(tiny_bert, as_on_a_gpu, monkeypatch):
    from transformers import BertModel

    encoding, real = threading.Event(), BertModel.forward

    def forward(self, input_ids, **kwargs):
        if not encoding.is_set():
            encoding.set()
            deadline = time.monotonic() + 30
            while len(as_on_a_gpu) < 2 and time.monotonic() < deadline:
                time.sleep(0.001)
            assert len(as_on_a_gpu) == 2  # the next part, while this one is under way
        return real(self, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(BertModel, "forward", forward)
    assert len(EmbeddingExtractor(tiny_bert, cache=None).transform(TEXTS)) == len(TEXTS)


def test_an_error_of_the_thread_that_tokenises_is_the_callers(tiny_bert, as_on_a_gpu, monkeypatch):
    from langalign_sk.encoders._transformers import Transformer

    before = Transformer.prepare

    def prepare(self, texts, settings):
        if len(as_on_a_gpu) == 2:
            raise ValueError("no tokens today")
        return before(self, texts, settings)

    monkeypatch.setattr(Transformer, "prepare", prepare)
    cache = MemoryCache()
    with pytest.raises(ValueError, match="no tokens today"):
        EmbeddingExtractor(tiny_bert, cache=cache).transform(TEXTS)
    assert len(cache) == 10  # what was encoded before is kept
