"""What is saved, what is left behind, and what still works elsewhere."""

from __future__ import annotations

import copy
import gc
import io
import os
import pickle
import subprocess
import sys
import time
import warnings
import weakref

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from langalign_sk import (
    SKOPS_TRUSTED,
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    RidgeMap,
    TextAligner,
    TransferClassifier,
    without_pairs,
)
from langalign_sk.transfer import GaussianHead

RNG = np.random.default_rng(0)
S = RNG.normal(size=(2000, 32)).astype(np.float32)
T = (S[:, ::-1] + 1).astype(np.float32)
Y = RNG.integers(0, 3, size=2000)
ENGLISH = [
    f"the {c} {n} number {i}" for i, (c, n) in enumerate([("red", "car"), ("blue", "boat")] * 20)
]
KOREAN = [f"{c} {n} 번호 {i}" for i, (c, n) in enumerate([("빨간", "차"), ("파란", "배")] * 20)]


@pytest.fixture
def corpus():
    return ParallelCorpus(S, T, target_lang="ko")


def size_of(obj) -> int:
    buffer = io.BytesIO()
    joblib.dump(obj, buffer)
    return buffer.tell()


def test_a_fitted_aligner_leaves_its_pairs_behind(corpus):
    aligner = LangAligner(corpus)
    assert size_of(aligner) > S.nbytes
    fitted = clone(aligner).fit(S)
    assert size_of(fitted) < 40_000
    assert fitted.pairs is corpus
    raw = LangAligner((S, T)).fit(S)
    assert size_of(raw) < 40_000


def test_search_objects_leave_them_behind_on_request(corpus):
    pipe = Pipeline([("align", LangAligner(corpus)), ("clf", LogisticRegression(max_iter=2000))])
    search = GridSearchCV(pipe, {"align__method": ["ridge", "procrustes"]}, cv=2).fit(S, Y)
    whole = size_of(search)
    with without_pairs():
        small = size_of(search)
        raw = size_of(clone(search).set_params(estimator__align__pairs=(S, T)))
    assert whole > S.nbytes
    assert max(small, raw) < 100_000
    assert size_of(search) == whole


def test_within_a_process_a_copy_finds_its_pairs_again(corpus):
    fitted = ReverseAligner([corpus]).fit(S)
    for other in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        assert other.pairs[0] is corpus
        np.testing.assert_array_equal(other.transform(T), fitted.transform(T))
        np.testing.assert_array_equal(other.fit(S).transform(T), fitted.transform(T))


def estimators_of_arrays():
    """Estimators whose pairs are two arrays or two lists of texts, and what they are fitted on."""
    embed = EmbeddingExtractor(
        {"en": NgramEncoder(8).fit(ENGLISH), "ko": NgramEncoder(8).fit(KOREAN)}
    )
    labels = ["car", "boat"] * 20
    yield LangAligner((S, T)), S, Y, "gate"
    yield ReverseAligner([S, T], round_trip=True), S, Y, "gate"
    yield TextAligner(embed, LangAligner(), (ENGLISH, KOREAN)), ENGLISH, labels, "unlabeled"
    recipe = TransferClassifier(pairs=(S, T), head=GaussianHead())
    yield recipe, S, Y, "target_weight"
    recipe = TransferClassifier(embed, pairs=(ENGLISH, KOREAN), head=GaussianHead())
    yield recipe, ENGLISH, labels, "robust"


@pytest.mark.parametrize(
    ("estimator", "X", "y", "parameter"),
    list(estimators_of_arrays()),
    ids=["forward", "reverse", "texts", "recipe", "recipe of texts"],
)
def test_copies_find_pairs_that_came_as_arrays(estimator, X, y, parameter):
    fitted = clone(estimator).fit(X, y)
    results = fitted.predict_proba if hasattr(fitted, "predict_proba") else fitted.transform
    expected = results(X)
    for other in (
        copy.copy(fitted),
        copy.deepcopy(fitted),
        pickle.loads(pickle.dumps(fitted)),
        pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(fitted)))),
        pickle.loads(pickle.dumps(clone(estimator))),
        clone(pickle.loads(pickle.dumps(fitted))),
    ):
        again = clone(other).set_params(**{parameter: estimator.get_params()[parameter]}).fit(X, y)
        results = again.predict_proba if hasattr(again, "predict_proba") else again.transform
        np.testing.assert_allclose(results(X), expected, atol=1e-6)
        other.fit(X, y)
    assert size_of(fitted) < 150_000
    # Other arrays set on a fitted estimator are those of its copies.
    if X is S:
        known = pickle.loads(pickle.dumps(fitted.set_params(pairs=(S, 2 * T)))).pairs
        np.testing.assert_array_equal(known.target, 2 * T)


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_a_pipeline_with_memory_can_be_fitted_again(aligner, tmp_path):
    def pipeline():
        # Arrays of its own, as those of another process would be.
        pairs = (S[:300].copy(), T[:300].copy())
        return Pipeline(
            [("align", aligner(pairs)), ("clf", LogisticRegression(max_iter=2000))],
            memory=str(tmp_path),
        )

    first = pipeline().fit(S, Y).predict_proba(T)
    warm = pipeline()
    for C in (1.0, 1.0, 0.1):
        warm.set_params(clf__C=C).fit(S, Y)
    np.testing.assert_array_equal(warm.set_params(clf__C=1.0).fit(S, Y).predict_proba(T), first)
    warm.set_params(align__gate=None).fit(S, Y)
    assert warm["align"].n_pairs_ == 300


def test_pairs_that_came_as_arrays_go_with_their_estimator(tmp_path):
    source = S[:50].copy()
    aligner = LangAligner((source, T[:50])).fit(S)
    saved = pickle.dumps(aligner)
    held = weakref.ref(source)
    del aligner, source
    gc.collect()
    assert held() is None
    loaded = pickle.loads(saved)
    assert loaded.transform(S).shape == S.shape
    with pytest.raises(ValueError, match=r"was saved without its rows.*set_params\(pairs=...\)"):
        loaded.fit(S)


@pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning")
def test_deepcopy_goes_on_streaming(corpus):
    fitted = LangAligner(corpus).fit(S)
    more = copy.deepcopy(fitted).partial_fit(S, pairs=(T, S))
    assert more.n_pairs_ == 4000
    assert fitted.n_pairs_ == 2000


def test_a_fresh_process_predicts_and_says_why_it_can_not_refit(tmp_path):
    embed = EmbeddingExtractor(
        {"en": NgramEncoder(8).fit(ENGLISH), "ko": NgramEncoder(8).fit(KOREAN)}
    )
    texts = ParallelCorpus(ENGLISH, KOREAN, source_lang="en", target_lang="ko")
    labels = ["car", "boat"] * 20
    two_steps = Pipeline(
        [
            ("embed", embed),
            ("align", ReverseAligner(texts.embed(embed), round_trip=True)),
            ("clf", LogisticRegression(max_iter=2000)),
        ]
    ).fit(ENGLISH, labels)
    one_step = Pipeline(
        [
            ("vec", TextAligner(embed, LangAligner(), texts)),
            ("clf", LogisticRegression(max_iter=2000)),
        ]
    ).fit(ENGLISH, labels)
    joblib.dump((two_steps, one_step), tmp_path / "pipes.joblib")
    (tmp_path / "home").mkdir()
    code = f"""
import joblib, sys
for pipe in joblib.load({str(tmp_path / "pipes.joblib")!r}):
    print(pipe.predict(["빨간 차", "파란 배", "the red car"]).tolist())
    print(pipe.predict_proba(["빨간 차"]).round(6).tolist())
    try:
        pipe.fit({ENGLISH!r}, {labels!r})
    except ValueError as error:
        print(error)
print("torch" in sys.modules)
"""
    env = {**os.environ, "HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    for pipe, at in ((two_steps, 0), (one_step, 3)):
        assert lines[at] == str(pipe.predict(["빨간 차", "파란 배", "the red car"]).tolist())
        assert lines[at + 1] == str(pipe.predict_proba(["빨간 차"]).round(6).tolist())
        assert "was saved without its" in lines[at + 2]
        assert "set_params(pairs=...)" in lines[at + 2]
    assert lines[-1] == "False"
    text_bytes = (tmp_path / "pipes.joblib").read_bytes()
    assert "번호 3".encode() not in text_bytes


@pytest.mark.parametrize(
    "make",
    [
        lambda c: LangAligner(c),
        lambda c: ReverseAligner(c, round_trip=True, keep_moments=True),
        lambda c: LangAligner(c, method="procrustes", blocks={"en": 32, "ko": 32}),
        lambda c: ReverseAligner(c, method=RidgeMap(0.1), round_trip=LinearRegression()),
    ],
    ids=["ridge", "round trip", "blocks", "chain"],
)
def test_skops_loads_with_only_our_types_trusted(corpus, make):
    aligner = make(corpus)
    X = S if aligner.blocks is None else np.hstack([S, 0 * S])
    fitted = aligner.fit(X)
    data = skops.io.dumps(fitted)
    assert len(data) < 1_000_000
    loaded = skops.io.loads(data, trusted=SKOPS_TRUSTED)
    np.testing.assert_array_equal(loaded.transform(X), fitted.transform(X))


def test_skops_round_trip_of_a_whole_pipeline():
    embed = EmbeddingExtractor(
        {"en": NgramEncoder(8).fit(ENGLISH), "ko": NgramEncoder(8).fit(KOREAN)}
    )
    texts = ParallelCorpus(ENGLISH, KOREAN, source_lang="en", target_lang="ko")
    pipe = Pipeline(
        [
            ("vec", TextAligner(embed, ReverseAligner(), texts)),
            ("clf", LogisticRegression(max_iter=2000)),
        ]
    ).fit(ENGLISH, ["car", "boat"] * 20)
    data = skops.io.dumps(pipe)
    loaded = skops.io.loads(data, trusted=SKOPS_TRUSTED)
    np.testing.assert_array_equal(
        loaded.predict_proba(ENGLISH + KOREAN), pipe.predict_proba(ENGLISH + KOREAN)
    )


def test_another_version_is_reported(corpus):
    data = pickle.dumps(LangAligner(corpus).fit(S))
    older = data.replace(b"0.1.0", b"0.0.9")
    assert older != data
    with pytest.warns(UserWarning, match=r"saved by langalign_sk 0\.0\.9"):
        pickle.loads(older)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pickle.loads(data)


def test_big_pairs_cost_nothing_to_clone_and_little_to_save():
    rng = np.random.default_rng(0)
    # Large next to the limits below: one copy would take ten times as long.
    source = rng.standard_normal((30_000, 768), dtype=np.float32)
    corpus = ParallelCorpus(source, source[:, ::-1], target_lang="ko")
    aligner = LangAligner(corpus, gate=None)
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        clone(aligner)
        seconds.append(time.perf_counter() - start)
    assert sorted(seconds)[10] < 1e-3
    assert len(repr(aligner)) < 5_000
    assert len(aligner._repr_html_()) - len(LangAligner()._repr_html_()) < 5_000
    aligner.fit(source[:100])
    assert size_of(aligner) < 10_000_000
    search = GridSearchCV(aligner, {"method": ["ridge"]})
    search.best_estimator_ = aligner
    with without_pairs():
        assert size_of(search) < 10_000_000
