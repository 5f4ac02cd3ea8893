"""The pictures show the figures they were given, and say what is missing."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, ParallelCorpus, ReverseAligner
from langalign_sk.plots import (
    AccuracyDisplay,
    GateDisplay,
    LanguageSimilarityDisplay,
    LayerPoolingDisplay,
    PairCurveDisplay,
    SpaceDisplay,
)
from tests.helpers import CountingEncoder


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    source = rng.normal(size=(300, 6))
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    pairs = ParallelCorpus(source, source @ rotation + 5, source_lang="en", target_lang="ko")
    X = rng.normal(size=(120, 6))
    y = (X[:, 0] > 0).astype(int)
    return pairs, X, y, X @ rotation + 5


def test_accuracy_bars(pyplot, rows):
    pairs, X, y, T = rows
    fitted = {
        "no map": LogisticRegression().fit(X, y),
        "map": make_pipeline(LangAligner(pairs), LogisticRegression()).fit(X, y),
    }
    display = AccuracyDisplay.from_estimator(fitted, T, y)
    assert [bar.get_width() for bar in display.ax_.patches] == pytest.approx(display.accuracy)
    assert display.accuracy[1] == np.mean(fitted["map"].predict(T) == y) > 0.9
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["no map", "map"]


def test_a_given_axes_is_drawn_on(pyplot):
    figure, ax = pyplot.subplots()
    display = AccuracyDisplay(["a"], [0.5], [0.4], [0.6]).plot(ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure


def test_curve_in_pairs(pyplot, rows):
    pairs, X, y, T = rows
    pipe = make_pipeline(LangAligner(method="procrustes"), LogisticRegression())
    display = PairCurveDisplay.from_estimator(
        pipe, X, y, pairs, T, y, sizes=[300, 8], parameter="langaligner__pairs"
    )
    x, drawn = display.ax_.lines[0].get_data()
    assert x.tolist() == [8, 300]
    assert drawn == pytest.approx(display.accuracy)
    assert drawn[1] > 0.9


def test_spaces_before_and_after(pyplot, rows):
    pairs, X, *_ = rows
    aligner = ReverseAligner(pairs, method="procrustes").fit(X)
    display = SpaceDisplay.from_estimator(aligner, pairs, n_pairs=40)
    before, after = display.axes_
    assert len(after.lines) == 40

    def length(ax):
        return np.mean([np.hypot(*np.diff(line.get_data(), axis=1)) for line in ax.lines])

    assert length(after) < 0.01 * length(before)
    with pytest.raises(ValueError, match="holds texts"):
        SpaceDisplay.from_estimator(aligner, ParallelCorpus(["a"], ["b"]))
    with pytest.raises(ValueError, match="two axes are needed"):
        display.plot(ax=np.array([before]))


class PicksLayer(ClassifierMixin, BaseEstimator):
    """Right as often as its settings say."""

    def __init__(self, embed=None):
        self.embed = embed

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return 0.1 * self.embed.layer + (0.05 if self.embed.pooling == "cls" else 0)


def test_heat_map_of_layers(pyplot):
    estimator = PicksLayer(EmbeddingExtractor("somewhere"))
    display = LayerPoolingDisplay.from_estimator(
        estimator, ["a"], [0], ["b"], [0], layers=[1, 2, 3]
    )
    np.testing.assert_allclose(display.scores, [[0.1, 0.15], [0.2, 0.25], [0.3, 0.35]])
    assert [text.get_text() for text in display.ax_.texts][:2] == ["0.10", "0.15"]
    with pytest.raises(ValueError, match=r"scores have shape \(1, 1\)"):
        LayerPoolingDisplay([[1]], [1, 2], ["mean"])


def test_gate_confidence(pyplot, rows):
    pairs, X, _, T = rows
    aligner = LangAligner(pairs).fit(X)
    display = GateDisplay.from_estimator(
        aligner, np.vstack([X, T]), lang=["en"] * len(X) + ["ko"] * len(T)
    )
    assert sum(bar.get_height() for bar in display.ax_.patches) >= len(X) + len(T)
    assert display.confidence.min() > 0.5
    with pytest.raises(ValueError, match="lang names 1 languages for 2 rows"):
        GateDisplay.from_predictions([[1, 0], [0, 1]], ["en", "ko"], lang=["en"])


def test_language_similarity(pyplot):
    embed = EmbeddingExtractor(CountingEncoder(4))
    texts = [f"text {i}" for i in range(60)]
    display = LanguageSimilarityDisplay.from_estimator(
        embed, {"en": texts, "ko": texts, "ja": [f"other {i}" for i in range(60)]}
    )
    assert display.similarity[0, 1] == pytest.approx(1)
    assert display.similarity[0, 2] < 0.5
    np.testing.assert_allclose(display.similarity, display.similarity.T)
    with pytest.raises(ValueError, match="row i must mean the same"):
        LanguageSimilarityDisplay.from_predictions({"en": np.ones((2, 2)), "ko": np.ones((3, 2))})


def test_without_matplotlib_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'langalign-sk\[plot\]'"):
        AccuracyDisplay(["a"], [0.5], [0.4], [0.6]).plot()
