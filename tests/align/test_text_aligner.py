"""Embedder and aligner in one step, so that nothing can go stale."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
)

COLOURS = {"red": "빨간", "blue": "파란", "green": "초록", "white": "하얀", "black": "검은"}
THINGS = {"car": "차", "boat": "배", "tree": "나무", "house": "집"}
ENGLISH = [f"the {c} {t} is here" for c in COLOURS for t in THINGS]
KOREAN = [f"{c} {t} 여기 있어요" for c in COLOURS.values() for t in THINGS.values()]
LABELS = [t for _ in COLOURS for t in THINGS]
PAIRS = ParallelCorpus(ENGLISH, KOREAN, source_lang="en", target_lang="ko")


def encoder(texts, width=8):
    return NgramEncoder(width, random_state=0).fit(texts)


@pytest.fixture
def embed():
    return EmbeddingExtractor({"en": encoder(ENGLISH), "ko": encoder(KOREAN)})


@pytest.mark.parametrize("aligner", [LangAligner(), ReverseAligner(round_trip=True)])
def test_equals_the_two_steps(embed, aligner):
    one = TextAligner(embed, aligner, PAIRS)
    two = Pipeline([("embed", embed), ("align", type(aligner)(PAIRS.embed(embed)))])
    two.set_params(**{f"align__{k}": v for k, v in aligner.get_params().items() if k != "pairs"})
    np.testing.assert_array_equal(one.fit_transform(ENGLISH), two.fit_transform(ENGLISH))
    np.testing.assert_array_equal(one.transform(KOREAN), two.transform(KOREAN))
    assert one.get_feature_names_out().tolist() == two.get_feature_names_out().tolist()


def test_a_grid_over_the_encoder_learns_from_fresh_vectors():
    choices = [{"en": encoder(ENGLISH, width), "ko": encoder(KOREAN, width)} for width in (4, 9)]
    pipe = Pipeline(
        [
            ("vec", TextAligner(EmbeddingExtractor(choices[0]), LangAligner(), PAIRS)),
            ("clf", LogisticRegression(max_iter=2000)),
        ]
    )
    for model, width in zip(choices, (4, 9), strict=True):
        pipe.set_params(vec__embedder__model=model).fit(ENGLISH, LABELS)
        assert pipe[:-1].transform(KOREAN).shape == (20, width)
        by_hand = LangAligner(PAIRS.embed(EmbeddingExtractor(model)))
        by_hand.fit(EmbeddingExtractor(model).transform(ENGLISH))
        np.testing.assert_array_equal(pipe[0].aligner_.maps_["en"].coef_, by_hand.maps_["en"].coef_)
    frozen = [{lang: FrozenEstimator(enc) for lang, enc in model.items()} for model in choices]
    search = GridSearchCV(
        pipe,
        {"vec__embedder__model": frozen, "vec__embedder__normalize": [True, False]},
        cv=2,
        error_score="raise",
    ).fit(ENGLISH, LABELS)
    assert len(set(search.cv_results_["mean_test_score"])) > 1


def test_languages_may_be_given_as_a_tuple_of_texts(embed):
    given = TextAligner(embed, LangAligner()).fit(ENGLISH, LABELS, pairs=(ENGLISH, KOREAN))
    known = TextAligner(embed, LangAligner(), PAIRS).fit(ENGLISH)
    np.testing.assert_array_equal(given.transform(KOREAN), known.transform(KOREAN))


def test_no_texts_give_no_rows(embed):
    fitted = TextAligner(embed, LangAligner(), PAIRS).fit(ENGLISH)
    assert fitted.transform([]).shape == (0, 8)
    with pytest.raises(ValueError, match="(?i)empty|no texts|at least one|0 sample"):
        fitted.fit([])


def test_set_output(embed):
    vec = TextAligner(embed, LangAligner(), PAIRS).set_output(transform="pandas")
    frame = vec.fit(ENGLISH).transform(KOREAN[:3])
    assert frame.columns[0] == "langaligner0"
    assert frame.shape == (3, 8)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda e: TextAligner(e, LangAligner()), "has no parallel pairs"),
        (lambda e: TextAligner(e, LangAligner(PAIRS), PAIRS), "the aligner inside .* has pairs"),
        (
            lambda e: TextAligner(e, LangAligner(unlabeled=TextPool(["a"], lang="en")), PAIRS),
            "the aligner inside .* has unlabeled",
        ),
        (lambda e: TextAligner(e, LangAligner(), PAIRS.embed(e)), "needs texts.*holds vectors"),
        (lambda e: TextAligner(e, LangAligner(), LABELS), "must be a ParallelCorpus of texts"),
        (lambda e: TextAligner(e, LangAligner(), (ENGLISH,)), "got 1 entries"),
    ],
)
def test_errors(embed, build, message):
    with pytest.raises(ValueError, match=message):
        build(embed).fit(ENGLISH, LABELS)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_any_text_vectoriser_will_do():
    vectoriser = FrozenEstimator(
        make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 2))).fit(ENGLISH + KOREAN)
    )
    embed = EmbeddingExtractor(vectoriser)
    vec = TextAligner(embed, LangAligner(), PAIRS).fit(ENGLISH)
    assert vec.transform(KOREAN).shape[0] == 20
