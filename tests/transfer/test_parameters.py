"""Parameters are checked by name, and random numbers have one source."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
    TransferClassifier,
)
from langalign_sk.maps import MeanShiftMap
from langalign_sk.transfer import GaussianHead, KernelHead, LinearHead, NoisyCopies
from tests.transfer.world import two_languages

S, T, Y, PAIRS = two_languages(n=400)
SMALL = NoisyCopies(LogisticRegression())


def only_head(model, lang="ko"):
    """The fitted head of a language that is looked at once."""
    (look,) = model.heads_[lang].looks
    return look.head


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("self_training", -1),
        ("self_training", 1.5),
        ("target_weight", np.nan),
        ("target_weight", -0.5),
        ("target_weight", np.inf),
        ("robust", "huber"),
        ("aligner", "ridge"),
        ("embedder", 3),
        ("random_state", "seed"),
        ("head", "logistic"),
    ],
)
def test_a_wrong_parameter_is_named(name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TransferClassifier must be"):
        TransferClassifier(pairs=PAIRS, **{name: value}).fit(S, Y)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (KernelHead(sharpness=0.0), "sharpness"),
        (KernelHead(penalty=0.0), "penalty"),
        (KernelHead(penalty=np.nan), "penalty"),
        (LinearHead(penalty=0.0), "penalty"),
        (KernelHead(n_landmarks=0), "n_landmarks"),
        (KernelHead(n_landmarks=2.5), "n_landmarks"),
        (GaussianHead(noise=-1.0), "noise"),
        (GaussianHead(noise=np.nan), "noise"),
        (GaussianHead(noise=np.inf), "noise"),
        (NoisyCopies(LogisticRegression(), n_copies=0), "n_copies"),
        (NoisyCopies(LogisticRegression(), noise=np.nan), "noise"),
        (NoisyCopies(3), "estimator"),
    ],
)
def test_a_wrong_parameter_of_a_head_is_named(head, name):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of {type(head).__name__} must"):
        TransferClassifier(head=head, pairs=PAIRS).fit(S, Y)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: LangAligner(PAIRS, gate="sotf"), "gate"),
        (lambda: LangAligner(PAIRS, keep_moments="no"), "keep_moments"),
        (lambda: ReverseAligner(PAIRS, robust="huber"), "robust"),
        (lambda: ReverseAligner(PAIRS, random_state="seed"), "random_state"),
        (lambda: TextAligner("minilm", LangAligner(), PAIRS), "embedder"),
        (lambda: TextAligner(EmbeddingExtractor(NgramEncoder(2)), "ridge", PAIRS), "aligner"),
    ],
)
def test_a_wrong_parameter_of_an_aligner_is_named(make, name):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of .*Aligner must be"):
        make().fit(S)


def test_few_enough_to_remember():
    assert len(inspect.signature(TransferClassifier).parameters) <= 12


@pytest.mark.parametrize("head", [LinearSVC(), SVC(), Ridge(), make_pipeline(LinearSVC())])
def test_heads_without_probabilities_are_refused_before_anything_is_fitted(head):
    model = TransferClassifier(head=head, pairs=PAIRS)
    with pytest.raises(ValueError, match=r"has no predict_proba.*CalibratedClassifierCV"):
        model.fit(S, Y)
    assert not hasattr(model, "aligner_")


def test_the_seed_reaches_the_head():
    forest = make_pipeline(StandardScaler(), RandomForestClassifier(3))
    for head in (forest, NoisyCopies(forest)):
        model = TransferClassifier(head=head, pairs=PAIRS, random_state=3)
        first = model.fit(S[:200], Y[:200]).predict_proba(T[200:])
        again = model.fit(S[:200], Y[:200]).predict_proba(T[200:])
        np.testing.assert_array_equal(again, first)
        seeds = {k: v for k, v in only_head(model).get_params().items() if "random_state" in k}
        assert set(seeds.values()) == {3}
    own = NoisyCopies(RandomForestClassifier(3, random_state=7))
    model = TransferClassifier(head=own, pairs=PAIRS, random_state=3).fit(S, Y)
    assert only_head(model).estimator_.random_state == 7
    assert own.random_state is None


@pytest.mark.parametrize("classifier", [TransferClassifier, LangAligner, ReverseAligner])
@pytest.mark.parametrize("rows", [T, [T], "korean", T.tolist()])
def test_unlabelled_rows_must_say_their_language(classifier, rows):
    with pytest.raises(ValueError, match=rf'{classifier.__name__}: unlabeled must be.*lang="ko"'):
        classifier(pairs=PAIRS, unlabeled=rows).fit(S, Y)


def test_missing_pairs_are_those_of_the_classifier():
    english, korean = ["a cat", "a dog", "a cow"], ["고양이", "개", "소"]
    embed = EmbeddingExtractor(
        {"en": NgramEncoder(2).fit(english), "ko": NgramEncoder(2).fit(korean)}
    )
    pool = TextPool(T, lang="ko")
    for model, X in (
        (TransferClassifier(), S),
        (TransferClassifier(unlabeled=pool), S),
        (TransferClassifier(aligner=LangAligner(), unlabeled=pool), S),
        (TransferClassifier(embed), english),
    ):
        with pytest.raises(ValueError, match="^TransferClassifier has no parallel pairs: give it"):
            model.fit(X, Y[: len(X)])
    with pytest.raises(ValueError, match="^TransferClassifier: pairs=.y. takes.*labels are not"):
        TransferClassifier(pairs="y").fit(S, Y)
    with pytest.raises(ValueError, match="^TransferClassifier: pairs must be a ParallelCorpus"):
        TransferClassifier(pairs=Y).fit(S, Y)


def test_maps_that_need_no_pairs_get_none():
    pools = [TextPool(S, lang="en"), TextPool(T, lang="ko")]
    model = TransferClassifier(aligner=LangAligner(method=MeanShiftMap()), unlabeled=pools)
    model.fit(S, Y)
    assert model.aligner_.n_pairs_ == 0
    assert model.score(S, Y) > 0.8


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (
            [["a", "b"], ["a", "b"], ["b", "a"]],
            "by name.*MultiLabelBinarizer",
        ),
        ([np.nan, 1.0, 0.0], "NaN"),
        ([0.5, 1.2, 3.3], "(?i)unknown label type"),
        (["a", "b"], "3 texts and y 2 targets"),
    ],
)
def test_labels_of_texts_are_checked_as_those_of_vectors(y, message):
    english, korean = ["a cat", "a dog", "a cow"], ["고양이", "개", "소"]
    embed = EmbeddingExtractor(
        {"en": NgramEncoder(2).fit(english), "ko": NgramEncoder(2).fit(korean)}
    )
    pairs = ParallelCorpus(english, korean, target_lang="ko")
    with pytest.raises(ValueError, match=message):
        TransferClassifier(embed, pairs=pairs).fit(english, y)


def test_nested_parameters_need_an_object():
    with pytest.raises(ValueError, match=r"head__noise: head=None .* head=GaussianHead\(\)"):
        TransferClassifier().set_params(head__noise=0.5)
    model = TransferClassifier(head=SMALL).set_params(head__n_copies=2, head__estimator__C=3.0)
    assert model.head.n_copies == 2
    assert only_head(model.fit(S, Y, pairs=PAIRS)).estimator_.C == 3.0
