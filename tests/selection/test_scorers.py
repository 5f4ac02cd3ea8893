"""Scores for grid search that see no target label."""

import pickle

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    RidgeMap,
    TextPool,
    without_pairs,
)
from langalign_sk.datasets import load_demo
from langalign_sk.selection import PairScorer, TargetScorer, prediction_consistency


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(0)
    source = rng.normal(size=(500, 6))
    mix = rng.normal(size=(6, 6))
    target = source @ mix + 0.5 * rng.normal(size=(500, 6)) + 8
    pairs = ParallelCorpus(source, target, target_lang="ko")
    fit, held_out = pairs.split(300, random_state=0)
    X = rng.normal(size=(120, 6))
    return fit, held_out, X, (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


def pipe_of(fit, aligner=LangAligner, **more):
    return Pipeline([("align", aligner(fit, **more)), ("clf", LogisticRegression(max_iter=5000))])


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_vector_measures_are_those_of_their_formulas(world, aligner):
    fit, held_out, X, y = world
    pipe = pipe_of(fit, aligner).fit(X, y)
    sides = [pipe[:-1].transform(side) for side in (held_out.source, held_out.target)]
    a, b = sides if aligner is LangAligner else sides[::-1]
    cosines = cosine_similarity(a, b)
    assert PairScorer(held_out, "cosine")(pipe) == pytest.approx(np.diag(cosines).mean(), abs=1e-6)
    r2 = 1 - ((a - b) ** 2).sum() / ((b - b.mean(axis=0)) ** 2).sum()
    assert PairScorer(held_out, "r2")(pipe) == pytest.approx(r2, abs=1e-6)
    r_a, r_b = (np.sort(c, axis=1)[:, -10:].mean(axis=1) for c in (cosines, cosines.T))
    csls = 2 * cosines - r_a[:, None] - r_b
    hits = [np.mean(c.argmax(axis=1) == np.arange(len(c))) for c in (csls, csls.T)]
    assert PairScorer(held_out, "csls")(pipe) == pytest.approx(np.mean(hits), abs=0.006)
    assert 0 < r2 < 1


def test_a_scaler_behind_the_aligner_is_not_looked_through(world):
    fit, held_out, X, y = world
    long = make_pipeline(LangAligner(fit), StandardScaler(), LogisticRegression()).fit(X, y)
    short = pipe_of(fit).fit(X, y)
    assert PairScorer(held_out, "r2")(long) == PairScorer(held_out, "r2")(short)
    aligner = LangAligner(fit).fit(X)
    assert PairScorer(held_out, "r2")(aligner) == PairScorer(held_out, "r2")(short)


def test_prediction_measures_are_those_of_prediction_consistency(world):
    fit, held_out, X, y = world
    pipe = pipe_of(fit).fit(X, y)
    found = prediction_consistency(pipe, held_out)
    for measure in ("agreement", "kappa", "soft"):
        assert PairScorer(held_out, measure)(pipe, X, y) == getattr(found, measure)


def test_transfer_asks_for_right_and_the_same(world):
    fit, held_out, X, y = world
    pipe = pipe_of(fit).fit(X, y)
    soft = prediction_consistency(pipe, held_out).soft
    found = PairScorer(held_out, "transfer")(pipe, X[:50], y[:50])
    assert found == pytest.approx(pipe.score(X[:50], y[:50]) * soft)
    with pytest.raises(ValueError, match="needs labelled source rows"):
        PairScorer(held_out, "transfer")(pipe)


def test_target_measures_are_those_of_their_formulas(world):
    fit, held_out, X, y = world
    pipe = pipe_of(fit).fit(X, y)
    p = pipe.predict_proba(held_out.target)
    mean = entropy(p, axis=1).mean()
    assert TargetScorer(held_out.target, "confidence")(pipe) == pytest.approx(p.max(1).mean())
    assert TargetScorer(held_out.target, "entropy")(pipe) == pytest.approx(-mean)
    pool = TextPool(held_out.target, lang="ko")
    assert TargetScorer(pool, "information")(pipe) == pytest.approx(entropy(p.mean(0)) - mean)


# Not agreement: all rows in one class agree, which is what kappa is for.
@pytest.mark.parametrize("measure", ["kappa", "soft", "transfer", "cosine", "r2", "csls"])
def test_every_measure_prefers_a_map_that_fits_in_a_search(world, measure):
    fit, held_out, X, y = world
    pipe = pipe_of(fit, method=RidgeMap())
    scorer = PairScorer(held_out, measure)
    grid = {"align__method__alpha": [0.01, 1e6]}
    search = GridSearchCV(pipe, grid, scoring=scorer, cv=2, error_score="raise").fit(X, y)
    assert search.best_params_ == {"align__method__alpha": 0.01}


def test_one_class_for_all_pleases_agreement_but_not_kappa(world):
    _, held_out, X, y = world
    lazy = LogisticRegression(C=1e-9).fit(X, np.where(np.arange(len(y)) < 3, 0, 1))
    assert PairScorer(held_out, "agreement")(lazy) == 1
    assert PairScorer(held_out, "kappa")(lazy) == 0
    assert abs(PairScorer(held_out, "soft")(lazy)) < 0.01


def test_scorers_stay_small(world):
    _, held_out, _, _ = world
    many = ParallelCorpus(np.tile(held_out.source, (50, 1)), np.tile(held_out.target, (50, 1)))
    scorer = PairScorer(many, max_pairs=100)
    assert scorer.pairs.n_pairs == 100
    assert len(pickle.dumps(scorer)) < 20_000
    with without_pairs():
        assert len(pickle.dumps(scorer)) < 2000
    assert pickle.loads(pickle.dumps(scorer)).pairs.fingerprint == scorer.pairs.fingerprint
    again = clone(GridSearchCV(LogisticRegression(), {}, scoring=scorer)).scoring
    assert again.pairs is scorer.pairs
    assert len(repr(scorer)) < 120
    assert "private" not in repr(TargetScorer(["private text"]))


@pytest.fixture(scope="module")
def texts():
    data = load_demo("ko", n_train=120, n_test=8, n_pairs=300, n_unlabeled=8)
    english = NgramEncoder(24).fit(data.train_texts + list(data.pairs.source))
    embed = EmbeddingExtractor({"en": english, "ko": NgramEncoder(16).fit(data.pairs.target)})
    fit, held_out = data.pairs.split(0.7, random_state=0)
    aligner = ReverseAligner(fit.embed(embed), method=RidgeMap())
    head = LogisticRegression(C=100, max_iter=500)
    return data, held_out, Pipeline([("embed", embed), ("align", aligner), ("clf", head)])


@pytest.mark.parametrize("kind", ["texts", "vectors"])
def test_searches_run_in_parallel_and_give_the_same(texts, kind):
    data, held_out, pipe = texts
    X, y = data.train_texts, data.train_labels
    if kind == "vectors":
        embed = pipe[0]
        pipe, held_out, X = pipe[1:], held_out.embed(embed), embed.transform(X)
    grid = {"align__method__alpha": [0.01, 1.0]}
    scorer = PairScorer(held_out, "transfer")
    searches = [
        GridSearchCV(pipe, grid, scoring=scorer, cv=2, n_jobs=n, error_score="raise").fit(X, y)
        for n in (1, 2)
    ]
    one, two = (search.cv_results_["mean_test_score"] for search in searches)
    assert one == pytest.approx(two)
    assert one[0] != one[1]
    assert list(searches[0].predict(X)) == list(searches[1].predict(X))


def test_the_aligners_own_pairs_are_warned_of(world):
    fit, _, X, y = world
    pipe = pipe_of(fit).fit(X, y)
    for measure in ("kappa", "cosine"):
        with pytest.warns(UserWarning, match="fitted on"):
            PairScorer(fit, measure)(pipe)


def test_what_cannot_be_scored_is_said(world):
    fit, held_out, X, y = world
    with pytest.raises(ValueError, match="'measure' parameter of .*Scorer must be a str among"):
        PairScorer(held_out, "accuracy")
    with pytest.raises(ValueError, match="'measure' parameter of .*Scorer must be a str among"):
        TargetScorer(X, "kappa")
    with pytest.raises(ValueError, match="must be given"):
        PairScorer(measure="kappa")
    with pytest.raises(ValueError, match="'max_pairs' parameter of PairScorer must be an int"):
        PairScorer(held_out, max_pairs=0)
    with pytest.raises(TypeError, match="ParallelCorpus, got ndarray"):
        PairScorer(X)
    with pytest.raises(ValueError, match="source vectors, target vectors"):
        PairScorer(measure="cosine")(LangAligner(fit).fit(X), X, y)
    head = LogisticRegression().fit(X, y)
    with pytest.raises(ValueError, match="LogisticRegression has no transform; meas"):
        PairScorer(held_out, "cosine")(head)
    hard = make_pipeline(LangAligner(fit), LinearSVC()).fit(X, y)
    with pytest.raises(ValueError, match="predict_proba"):
        PairScorer(held_out, "soft")(hard)
    with pytest.raises(ValueError, match="predict_proba"):
        TargetScorer(X)(hard)
