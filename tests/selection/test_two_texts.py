"""What needs no target labels, for pipelines that read rows of two texts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from langalign_sk import (
    EmbeddingExtractor,
    PairFeatures,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
)
from langalign_sk.corpus import in_ones, in_twos
from langalign_sk.selection import (
    LanguageSplit,
    PairScorer,
    estimate_target_accuracy,
    prediction_consistency,
    suggest_labels,
)
from tests.align.test_two_texts import Bilingual, BilingualPairs

EN = [f"sentence {i}" for i in range(700)]
KO = [f"문장 {i}" for i in range(700)]
SINGLES = ParallelCorpus(EN, KO, target_lang="ko")
FIT, HELD_OUT = SINGLES.take(np.arange(300)), SINGLES.take(np.arange(300, 700))
RNG = np.random.default_rng(0)
ROWS = [(EN[i], EN[j]) for i, j in RNG.integers(700, size=(250, 2))]


def latent(row):
    u, v = (Bilingual(6).vector(text) for text in row)
    return u[0] * v[0] > 0


Y = np.array(["same" if latent(row) else "other" for row in ROWS])


@pytest.fixture(scope="module")
def model():
    embed = EmbeddingExtractor(Bilingual(6), normalize=False)
    steps = TextAligner(embed, ReverseAligner(), pairs=FIT), PairFeatures("u*v")
    return make_pipeline(*steps, LogisticRegression(C=100)).fit(ROWS, Y)


def test_texts_two_at_a_time():
    made = in_twos(HELD_OUT.with_weight(np.arange(400) + 1.0).take(np.arange(5)))
    assert made.source == ((EN[300], EN[301]), (EN[302], EN[303]))
    assert made.target == ((KO[300], KO[301]), (KO[302], KO[303]))
    np.testing.assert_array_equal(made.weight, [1.5, 3.5])
    assert in_ones(made) == HELD_OUT.take(np.arange(4)).with_weight([1.5, 1.5, 3.5, 3.5])
    assert in_ones(HELD_OUT) is HELD_OUT
    with pytest.raises(ValueError, match="too few to make rows of two"):
        in_twos(HELD_OUT.take([0]))


def test_agreement_on_single_sentences_two_at_a_time(model):
    singles = prediction_consistency(model, HELD_OUT, max_pairs=None)
    twos = prediction_consistency(model, in_twos(HELD_OUT), max_pairs=None)
    assert singles.n_pairs == 200
    assert singles.kappa == twos.kappa > 0.9
    assert PairScorer(HELD_OUT, "kappa", max_pairs=None)(model) == singles.kappa


def test_pairs_that_were_learned_from_are_known_again(model):
    with pytest.warns(UserWarning, match="100% of the 150 pairs are pairs that the map"):
        found = prediction_consistency(model, FIT, max_pairs=None)
    assert found.seen == 1


def test_an_estimate(model):
    pool = TextPool([(KO[i], KO[j]) for i, j in RNG.integers(700, size=(200, 2))], lang="ko")
    found = estimate_target_accuracy(model, ROWS, Y, HELD_OUT, pool)
    korean = [tuple(text.replace("sentence", "문장") for text in row) for row in ROWS]
    assert found.reliable, found.reason
    assert found.low <= model.score(korean, Y) <= found.high
    assert found.n_pairs == 200
    with pytest.raises(ValueError, match="one text a row.*fitted on rows of two"):
        estimate_target_accuracy(model, ROWS, Y, HELD_OUT, TextPool(KO, lang="ko"))


def test_read_together_pairs_must_hold_two():
    embed = EmbeddingExtractor(BilingualPairs(6), two_texts="together", normalize=False)
    aligner = TextAligner(embed, ReverseAligner(), pairs=in_twos(FIT))
    model = make_pipeline(aligner, LogisticRegression()).fit(ROWS, Y)
    with pytest.raises(ValueError, match="one text a row, but the Pipeline reads two together"):
        prediction_consistency(model, HELD_OUT)
    assert prediction_consistency(model, in_twos(HELD_OUT)).n_pairs == 200


@pytest.mark.parametrize("kind", ["list", "array", "frame", "pool"])
def test_suggestions_show_both_texts(model, kind):
    rows = [(KO[i], KO[i + 300]) for i in range(60)]
    if kind == "frame":
        embed = EmbeddingExtractor(Bilingual(6), normalize=False, column=("p", "h"))
        aligner = TextAligner(embed, ReverseAligner(), pairs=FIT)
        model = make_pipeline(aligner, PairFeatures("u*v"), LogisticRegression(C=100))
        model.fit(pd.DataFrame(ROWS, columns=["p", "h"]), Y)
        given = pd.DataFrame(rows, columns=["p", "h"])
    else:
        given = {"list": rows, "array": np.array(rows), "pool": TextPool(rows, lang="ko")}[kind]
    found = suggest_labels(model, given, 8)
    assert list(found.columns) == ["row", "text_1", "text_2", "score", "prediction"]
    for row, first, second in found[["row", "text_1", "text_2"]].itertuples(index=False):
        assert (first, second) == rows[row]


def test_suggestions_of_a_classifier_of_texts_alone():
    class Lengths:
        classes_ = np.array(["a", "b"])

        def predict_proba(self, rows):
            p = np.array([len("".join(row)) % 7 / 7 for row in rows])
            return np.stack([p, 1 - p], axis=1)

        def predict(self, rows):
            return self.classes_[self.predict_proba(rows).argmax(axis=1)]

    rows = [(f"text number {i}", "abcdefg"[: i % 7]) for i in range(40)]
    assert len(suggest_labels(Lengths(), rows, 5)) == 5


def test_grids_and_splits_by_language():
    rows = np.array([*ROWS[:60], *[(KO[i], "77") for i in range(30)]])
    y = np.array([*Y[:60], *Y[:30]])
    ((train, test),) = LanguageSplit("en", "ko").split(rows)
    assert len(train) == 60
    assert test.tolist() == list(range(60, 90))
    pipe = make_pipeline(
        TextAligner(EmbeddingExtractor(Bilingual(6)), ReverseAligner(), pairs=FIT),
        PairFeatures(),
        LogisticRegression(),
    )
    features = [None, "symmetric", ("u", "v")]
    search = GridSearchCV(pipe, {"pairfeatures__features": features}, cv=2, error_score="raise")
    assert search.fit(list(map(tuple, rows)), y).best_score_ > 0
