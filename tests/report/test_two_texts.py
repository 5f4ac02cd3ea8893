"""A report about rows of two texts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import (
    EmbeddingExtractor,
    PairFeatures,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
)
from langalign_sk.corpus import in_twos
from langalign_sk.report import transfer_report
from tests.helpers import CountingEncoder

EN = [f"sentence {i}" for i in range(400)]
KO = [f"문장 {i}" for i in range(400)]
SINGLES = ParallelCorpus(EN[:200], KO[:200], target_lang="ko")
RNG = np.random.default_rng(0)
ROWS = [(EN[i], EN[j]) for i, j in RNG.integers(400, size=(120, 2))]
TARGET = [(KO[i], KO[j]) for i, j in RNG.integers(200, 400, size=(60, 2))]


class Turned(CountingEncoder):
    """Korean vectors are the English ones, the other way round."""

    def vector(self, text):
        vector = CountingEncoder(self.dim).vector(text.split()[-1])
        return vector[::-1] if text.startswith("문장") else vector

    def fingerprint(self):
        return f"turned-{self.dim}"


class TurnedPairs(Turned):
    """Reads two texts together."""

    takes_pairs = True

    def vector(self, text):
        if isinstance(text, str):
            return super().vector(text)
        u, v = map(super().vector, text)
        return u * 0.7 + v * 0.3

    def fingerprint(self):
        return f"turned-pairs-{self.dim}"


def label(row):
    u, v = (Turned(6).vector(f"sentence {text.split()[-1]}") for text in row)
    return "same" if u[0] * v[0] > 0 else "other"


Y, Y_TARGET = np.array(list(map(label, ROWS))), np.array(list(map(label, TARGET)))


def embedder(kind=Turned, **settings):
    return EmbeddingExtractor({"en": kind(6), "ko": kind(6)}, normalize=False, **settings)


def translator(texts, here, there):
    word = {"en": "sentence", "ko": "문장"}[there]
    return [f"{word} {text.split()[-1]}" for text in texts]


@pytest.fixture(scope="module")
def report():
    given = TextAligner(embedder(), ReverseAligner()), PairFeatures("u*v")
    return transfer_report(
        ROWS,
        Y,
        pairs=SINGLES,
        embedder=embedder(),
        X_target=TARGET,
        y_target=Y_TARGET,
        candidates={
            "own": make_pipeline(*given, LogisticRegression(C=100)),
            "machine": translator,
            "plain": ReverseAligner(method="procrustes"),
        },
        unlabeled=TextPool(KO[200:], lang="ko"),
    )


def test_every_way_moves_both_texts(report):
    scores = report.scores.set_index("candidate")["accuracy"]
    ways = ["forward, ridge", "reverse, ridge", "round trip, ridge", "plain", "machine-test"]
    assert (scores[ways] > 0.75).all()
    assert scores["own"] > 0.8
    assert scores["no map"] < scores[ways].min() - 0.1
    assert scores["transfer classifier"] > 0.7
    for name in ("reverse, ridge", "no map", "own", "transfer classifier"):
        fitted = report.fitted(name)
        np.testing.assert_array_equal(fitted.predict(TARGET), report.predictions[name])


def test_pairs_are_counted_as_they_were_given(report):
    assert report.setting["n_pairs"] == 200
    assert report.setting["n_held_out"] <= 40
    assert any("taken two at a time" in note for note in report.notes)
    assert report.pair_curve["n_pairs"].max() == 200


def test_tables_show_both_texts(report, tmp_path):
    first, second = (list(side) for side in zip(*TARGET, strict=True))
    assert report.predictions["text_1"].tolist() == first
    assert report.predictions["text_2"].tolist() == second
    shown = report.errors["text"].iloc[0].split(" ‖ ")
    assert tuple(shown) in TARGET
    report.to_html(tmp_path / "report.html")
    assert report.errors["text"].iloc[0] in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_single_pairs_and_rows_of_two_of_them_are_one(report):
    twos = transfer_report(
        ROWS, Y, pairs=in_twos(SINGLES), embedder=embedder(), X_target=TARGET, y_target=Y_TARGET
    )
    same = report.scores.set_index("candidate").loc[twos.scores["candidate"], "accuracy"]
    np.testing.assert_array_equal(twos.scores["accuracy"], same)
    assert twos.setting["n_pairs"] == 100


def test_without_target_labels_it_judges_and_estimates():
    frames = [pd.DataFrame(rows, columns=["p", "h"]) for rows in (ROWS, TARGET)]
    found = transfer_report(
        frames[0],
        Y,
        pairs=SINGLES,
        embedder=embedder(column=("p", "h")),
        X_target=frames[1],
        unlabeled=TextPool(TARGET, lang="ko"),
    )
    assert found.advice.candidate != "no map"
    assert found.estimate is not None
    assert found.coverage is not None
    predicted = found.fitted().predict(frames[1])
    assert np.mean(predicted == Y_TARGET) > 0.6


def test_read_together_a_row_is_one_vector():
    pairs = in_twos(SINGLES)
    both = embedder(TurnedPairs, two_texts="together")
    found = transfer_report(ROWS, Y, pairs=pairs, embedder=both, X_target=TARGET)
    assert "transfer classifier" in found.scores["candidate"].tolist()
    assert found.setting["n_pairs"] == 100
    with pytest.raises(ValueError, match='"together": the pairs hold one text a row'):
        transfer_report(ROWS, Y, pairs=SINGLES, embedder=both)
    pool = TextPool(KO, lang="ko")
    with pytest.raises(ValueError, match="the unlabeled texts are one text a row"):
        transfer_report(ROWS, Y, pairs=pairs, embedder=both, unlabeled=pool)


def test_rows_that_do_not_go_together():
    with pytest.raises(ValueError, match="X holds two texts a row, X_target one"):
        transfer_report(ROWS, Y, pairs=SINGLES, embedder=embedder(), X_target=KO)
    with pytest.raises(ValueError, match="pairs holds two texts a row, X one"):
        transfer_report(EN[:120], Y, pairs=in_twos(SINGLES), embedder=embedder())
