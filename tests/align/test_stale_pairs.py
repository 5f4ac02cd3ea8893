"""Pairs that were embedded before a grid changes the encoder are noticed."""

import numpy as np
import pytest
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    ParallelCorpus,
    TextAligner,
    TransferClassifier,
)
from tests.helpers import CountingEncoder

ENGLISH = [f"sentence number {i}" for i in range(40)]
KOREAN = [f"문장 번호 {i}" for i in range(40)]
TEXTS = ParallelCorpus(ENGLISH, KOREAN, target_lang="ko")
Y = np.arange(40) % 2


def extractor():
    return EmbeddingExtractor({"en": CountingEncoder(6), "ko": CountingEncoder(6, seed=1)})


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_a_grid_over_the_encoder_cannot_win_with_pairs_of_another():
    embed = extractor()
    aligner = LangAligner(TEXTS.embed(embed))
    pipe = Pipeline([("embed", embed), ("align", aligner), ("clf", LogisticRegression())])
    grid = GridSearchCV(pipe, {"embed__normalize": [True, False]}, cv=2, refit=False)
    with pytest.warns(FitFailedWarning, match="(?s)other settings .*TextAligner"):
        grid.fit(ENGLISH, Y)
    assert np.isnan(grid.cv_results_["mean_test_score"]).tolist() == [False, True]
    with pytest.raises(ValueError, match="other settings"):
        pipe.set_params(embed__normalize=False).fit(ENGLISH, Y)


@pytest.mark.parametrize("step", [LangAligner, lambda pairs: TransferClassifier(pairs=pairs)])
def test_what_is_embedded_alike_passes(step):
    embed = extractor()
    pairs = TEXTS.embed(embed)
    last = [] if step is not LangAligner else [LogisticRegression()]
    make_pipeline(extractor(), step(pairs), *last).fit(ENGLISH, Y)
    stale = make_pipeline(extractor().set_params(normalize=False), step(pairs), *last)
    with pytest.raises(ValueError, match="other settings"):
        stale.fit(ENGLISH, Y)
    # Raw vectors say nothing of their origin.
    raw = ParallelCorpus(pairs.source, pairs.target, target_lang="ko", layout=pairs.layout)
    make_pipeline(extractor(), step(raw), *last).fit(ENGLISH, Y)


def test_texts_are_embedded_anew():
    pipe = make_pipeline(TextAligner(extractor(), LangAligner(), pairs=TEXTS), LogisticRegression())
    grid = GridSearchCV(
        pipe, {"textaligner__embedder__normalize": [True, False]}, cv=2, error_score="raise"
    )
    assert grid.fit(ENGLISH, Y).predict(KOREAN[:2]).shape == (2,)
