"""The pictures show the figures they were given, and say what is missing."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
)
from langalign_sk.datasets import load_demo
from langalign_sk.plots import (
    AccuracyDisplay,
    BlendDisplay,
    ConfusionDisplay,
    CoverageDisplay,
    GateDisplay,
    LanguageSimilarityDisplay,
    LayerPoolingDisplay,
    PairCurveDisplay,
    ReliabilityDisplay,
    SpaceDisplay,
    WordAlignmentDisplay,
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
    bars = [bar.get_width() for bar in display.ax_.patches]
    assert bars == sorted(bars) == pytest.approx(sorted(display.accuracy))
    assert display.accuracy[1] == np.mean(fitted["map"].predict(T) == y) > 0.9
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["no map", "map"]  # from below: the best is on top
    again = AccuracyDisplay.from_estimator(dict(reversed(fitted.items())), T, y)
    assert [label.get_text() for label in again.ax_.get_yticklabels()] == labels
    alone = AccuracyDisplay.from_estimator(fitted["map"], T, y)
    assert alone.names == ["LogisticRegression"]


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


@pytest.fixture(scope="module")
def texts():
    data = load_demo("ko", n_train=120, n_test=40, n_pairs=300, n_unlabeled=8)
    embed = EmbeddingExtractor(
        {
            "en": NgramEncoder(16).fit(data.train_texts),
            "ko": NgramEncoder(12).fit(data.pairs.target),
        }
    )
    aligner = ReverseAligner(data.pairs.embed(embed))
    pipe = Pipeline([("embed", embed), ("align", aligner), ("clf", LogisticRegression())])
    return data, pipe.fit(data.train_texts, data.train_labels)


def test_pipelines_from_texts_are_drawn_as_they_are(pyplot, texts):
    data, pipe = texts
    accuracy = AccuracyDisplay.from_estimator(pipe, data.test_texts, data.test_labels)
    assert accuracy.names == ["LogisticRegression"]
    assert accuracy.accuracy[0] == pipe.score(data.test_texts, data.test_labels)
    gate = GateDisplay.from_estimator(pipe, [*data.train_texts[:5], *data.test_texts[:5]])
    assert gate.lang == ["en"] * 5 + ["ko"] * 5
    space = SpaceDisplay.from_estimator(pipe, data.pairs, n_pairs=20)
    assert [side.shape for side in space.before] == [(20, 16), (20, 12)]
    assert [side.shape for side in space.after] == [(20, 16), (20, 16)]


def test_a_report_is_drawn_the_best_first(pyplot):
    scores = pd.DataFrame(
        {
            "candidate": ["worse", "best", "untold"],
            "agreement": [0.5, 0.75, np.nan],
            "agreement_low": [0.25, 0.5, np.nan],
            "agreement_high": [0.75, 1.0, np.nan],
        }
    )
    curve = scores.iloc[:2].assign(n_pairs=[100, 200])
    report = SimpleNamespace(scores=scores, pair_curve=curve)
    display = AccuracyDisplay.from_report(report)
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["worse", "best"]
    assert [bar.get_width() for bar in display.ax_.patches] == [0.5, 0.75]
    assert "agreement" in display.ax_.get_xlabel()
    _, ax = pyplot.subplots()
    drawn = PairCurveDisplay.from_report(report, ax=ax).ax_.lines[0]
    assert drawn.axes is ax
    assert drawn.get_ydata().tolist() == [0.5, 0.75]
    with pytest.raises(ValueError, match="no curve"):
        PairCurveDisplay.from_report(SimpleNamespace(pair_curve=pd.DataFrame()))


def test_spaces_before_and_after(pyplot, rows):
    pairs, X, *_ = rows
    aligner = ReverseAligner(pairs, method="procrustes").fit(X)
    display = SpaceDisplay.from_estimator(aligner, pairs, n_pairs=40)
    before, after = display.ax_
    assert len(after.lines) == 40

    def length(ax):
        return np.mean([np.hypot(*np.diff(line.get_data(), axis=1)) for line in ax.lines])

    assert length(after) < 0.01 * length(before)
    with pytest.raises(ValueError, match="holds texts"):
        SpaceDisplay.from_estimator(aligner, ParallelCorpus(["a"], ["b"]))
    with pytest.raises(ValueError, match="axes: 2 needed, got 1"):
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
        GateDisplay([[1, 0], [0, 1]], ["en", "ko"], lang=["en"])


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


@pytest.mark.parametrize("kind", [LangAligner, ReverseAligner])
def test_a_blend_trades_neighbours_for_translations(pyplot, kind):
    rng = np.random.default_rng(0)
    S = rng.normal(size=(300, 40))
    pairs = ParallelCorpus(S, S + 0.8 * rng.normal(size=S.shape) + 2, target_lang="ko")
    learn, held_out = pairs.take(np.arange(200)), pairs.take(np.arange(200, 300))
    fitted = kind(learn).fit(S)
    display = BlendDisplay.from_estimator(fitted, held_out, blend=[0, 0.5, 1])
    assert display.kept[0] == 1
    assert display.found[2] > display.found[0]
    assert display.ax_.lines[0].get_xdata().tolist() == display.kept.tolist()
    assert [text.get_text() for text in display.ax_.texts] == ["0", "0.5", "1"]
    with pytest.raises(ValueError, match="blends already"):
        BlendDisplay.from_estimator(kind(learn, blend=0.5).fit(S), held_out)
    with pytest.raises(ValueError, match="holds texts"):
        BlendDisplay.from_estimator(fitted, ParallelCorpus(["a"], ["b"]))


def boxes(artists, figure):
    """Where texts lie, in points of the picture."""
    renderer = figure.canvas.get_renderer()
    return [one.get_window_extent(renderer) for one in artists if one.get_text().strip()]


def assert_apart(artists, figure):
    found = boxes(artists, figure)
    for at, one in enumerate(found):
        assert not any(one.overlaps(other) for other in found[at + 1 :])


def test_labels_do_not_overlap(pyplot):
    names = [f"a way with a name that is far too long for one line, number {i}" for i in range(9)]
    values = np.linspace(0.2, 1, 9)
    bars = AccuracyDisplay(names, values, values - 0.1, np.minimum(values + 0.1, 1)).plot()
    bars.figure_.canvas.draw()
    assert_apart([*bars.ax_.get_yticklabels(), *bars.ax_.texts], bars.figure_)
    sizes = [1000, 1010, 1020, 2040, 4080]
    curve = PairCurveDisplay(sizes, values[:5], values[:5], values[:5]).plot()
    curve.figure_.canvas.draw()
    assert_apart(curve.ax_.get_xticklabels(), curve.figure_)
    close = [0.5, 0.5001, 0.5002, 0.9]
    blend = BlendDisplay([0, 0.1, 0.2, 1], close, close).plot()
    blend.figure_.canvas.draw()
    assert_apart(blend.ax_.texts, blend.figure_)
    assert [text.get_text() for text in blend.ax_.texts] == ["0", "1"]
    classes = [f"a class with a long name {i}" for i in range(12)]
    matrix = ConfusionDisplay({"ko": np.full((12, 12), 1234)}, classes).plot()
    matrix.figure_.canvas.draw()
    assert_apart([*matrix.ax_.get_yticklabels(), *matrix.ax_.get_xticklabels()], matrix.figure_)
    assert_apart(matrix.ax_.texts, matrix.figure_)


def test_confusions_by_language(pyplot, rows):
    _, X, y, T = rows
    model = LogisticRegression().fit(X, y)
    lang = ["en"] * len(X) + ["ko"] * len(T)
    both = np.vstack([X, T])
    display = ConfusionDisplay.from_estimator(model, both, [*y, *y], lang=lang)
    for name, part in {"en": X, "ko": T}.items():
        given = model.predict(part)
        for true in (0, 1):
            for said in (0, 1):
                expected = np.sum((y == true) & (given == said))
                assert display.matrices[name][true, said] == expected
    assert [ax.get_title() for ax in display.ax_] == ["en", "ko"]
    alone = ConfusionDisplay.from_predictions(y, y, ax=pyplot.subplots()[1])
    assert alone.matrices[""].tolist() == np.diag(np.bincount(y)).tolist()
    with pytest.raises(ValueError, match="axes: 2 needed, got 1"):
        display.plot(ax=alone.ax_)
    with pytest.raises(ValueError, match="rows differ: 2 true classes, 1 given ones"):
        ConfusionDisplay.from_predictions([1, 2], [1])
    with pytest.raises(ValueError, match=r"shape \(1, 1\) for 2 classes"):
        ConfusionDisplay({"en": [[1]]}, ["a", "b"])


def test_reliability_is_what_the_probabilities_say(pyplot):
    proba = np.array([[0.9, 0.1]] * 10 + [[0.6, 0.4]] * 10)
    true = np.array(["a"] * 9 + ["b"] + ["a"] * 2 + ["b"] * 8)
    display = ReliabilityDisplay.from_predictions(true, proba, classes=["a", "b"], n_bins=2)
    assert display.error["model"] == pytest.approx(0.5 * 0 + 0.5 * (0.6 - 0.2))
    x, y = display.ax_.lines[1].get_data()
    np.testing.assert_allclose(x, [0.6, 0.9])
    np.testing.assert_allclose(y, [0.2, 0.9])
    order = np.random.default_rng(0).permutation(20)
    again = ReliabilityDisplay.from_predictions(
        true[order], {"m": proba[order][:, ::-1]}, classes=["b", "a"], n_bins=2
    )
    assert again.error["m"] == pytest.approx(display.error["model"])
    with pytest.raises(ValueError, match=r"shape \(20, 2\) for 20 rows and 3 classes"):
        ReliabilityDisplay.from_predictions(true, proba, classes=["a", "b", "c"])
    with pytest.raises(ValueError, match="PicksLayer does not say how sure it is"):
        ReliabilityDisplay.from_estimator(PicksLayer(), [["a"]], ["a"])


def test_coverage_counts_what_is_outside(pyplot):
    rng = np.random.default_rng(0)
    target = rng.normal(size=(300, 6)) + np.r_[3, np.zeros(5)]
    pairs = ParallelCorpus(target, target, target_lang="ko")
    display = CoverageDisplay.from_predictions(pairs, np.vstack([target[:60], np.zeros((4, 6))]))
    outside = display.ax_.containers[1]
    heights = sum(bar.get_height() for bar in outside)
    assert heights == round(display.coverage.outside * 64) >= 4
    with pytest.raises(ValueError, match="nothing in LogisticRegression reads texts"):
        CoverageDisplay.from_estimator(LogisticRegression(), pairs, None)


def test_displays_of_a_report(pyplot):
    table = pd.DataFrame({"true": list("aabb"), "way": list("abbb"), "other": list("aaaa")})
    named = pd.DataFrame({"given": list("abbb"), "true": list("aabb"), "sure": [0.9, 0.6, 0.8, 1]})
    report = SimpleNamespace(
        predictions=table,
        named=named,
        coverage=None,
        advice=SimpleNamespace(candidate="way"),
        setting={"target_lang": "ko"},
    )
    assert ConfusionDisplay.from_report(report).matrices["ko"].tolist() == [[1, 1], [0, 2]]
    other = ConfusionDisplay.from_report(report, candidate="other")
    assert other.matrices["ko"].tolist() == [[2, 0], [2, 0]]
    assert ReliabilityDisplay.from_report(report, n_bins=1).error["way"] == pytest.approx(0.075)
    with pytest.raises(ValueError, match="no target texts"):
        CoverageDisplay.from_report(report)
    unlabelled = SimpleNamespace(
        predictions=table[["way"]], named=named[["given"]], advice=report.advice
    )
    for display in (ConfusionDisplay, ReliabilityDisplay):
        with pytest.raises(ValueError, match="target labels"):
            display.from_report(unlabelled)


def test_links_of_words_are_framed(pyplot):
    shape = ["the", "dog"], ["il", "cane"]
    display = WordAlignmentDisplay(*shape, np.eye(2), np.array([[0, 0], [1, 1]]), [(1, 1)]).plot()
    corners = [patch.get_xy() for patch in display.ax_.patches]
    np.testing.assert_allclose(corners, [(-0.45, -0.45), (0.55, 0.55)])
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == ["il", "cane"]
    assert display.ax_.lines[0].get_xydata().tolist() == [[1, 1]]
    with pytest.raises(ValueError, match=r"shape \(2, 3\) for 2 source words and 2 target"):
        WordAlignmentDisplay(*shape, np.ones((2, 3)), [])
