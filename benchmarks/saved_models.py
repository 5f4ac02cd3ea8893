"""Fitted models of every public estimator with every common head, to be saved and loaded."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import StackingClassifier, VotingClassifier, VotingRegressor
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import (
    BayesianRidge,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    Ridge,
    RidgeClassifier,
)
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

from benchmarks.faults_interrupts import cases, public_estimators
from benchmarks.faults_things import Things
from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    PairFeatures,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TransferClassifier,
    TransferRegressor,
)
from langalign_sk.transfer import GaussianHead, KernelHead, LinearHead

#: What a model gives.
METHODS = ("predict", "predict_proba", "decision_function", "transform", "gate_proba")
HEADS: dict[str, Callable[[], Any]] = {
    "logistic": lambda: LogisticRegression(max_iter=2000),
    "ridge": lambda: RidgeClassifier(),
    "LDA": lambda: LinearDiscriminantAnalysis(),
    "naive Bayes": lambda: GaussianNB(),
    "neighbours": lambda: KNeighborsClassifier(3),
    "network": lambda: MLPClassifier(hidden_layer_sizes=(8,), max_iter=5, random_state=0),
    "calibrated": lambda: CalibratedClassifierCV(LinearSVC(), cv=2),
    "voting": lambda: VotingClassifier(
        [("a", LogisticRegression(max_iter=2000)), ("b", GaussianNB())], voting="soft"
    ),
}

REGRESSORS: dict[str, Callable[[], Any]] = {
    "ridge": lambda: Ridge(),
    "least squares": lambda: LinearRegression(),
    "Bayes": lambda: BayesianRidge(),
    "Huber": lambda: HuberRegressor(),
    "support vectors": lambda: LinearSVR(random_state=0),
    "neighbours": lambda: KNeighborsRegressor(3),
    "network": lambda: MLPRegressor(hidden_layer_sizes=(8,), max_iter=5, random_state=0),
    "voting": lambda: VotingRegressor([("a", Ridge()), ("b", LinearRegression())]),
}


#: Not saved: what serves training alone (save ``model_`` of `Augmented`), or holds a function.
NOT_SAVED = ("Augmented", "CodeSwitcher", "ProtectedTranslator", "TextPerturber", "WordAligner")


class Fitted(NamedTuple):
    """A fitted model and rows to ask it about."""

    model: Any
    rows: Any


def answers(model: Any, rows: Any) -> dict[str, Any]:
    """Return all that a model gives for rows."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in METHODS:
            if hasattr(model, name):
                found[name] = getattr(model, name)(rows)
    return found


def alone() -> dict[str, Fitted]:
    """Return every public estimator, fitted on its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = {name: make() for name, make in cases().items() if name not in NOT_SAVED}
    return {name: Fitted(case.fitted, case.probes[0]) for name, case in made.items()}


def with_heads(only: Callable[[str], bool] = lambda name: True) -> dict[str, Fitted]:
    """Return every public estimator in front of, around or beside each of the heads."""
    rng = np.random.default_rng(0)
    S = rng.standard_normal((90, 6))
    T = S @ rng.standard_normal((6, 6)) + 2
    y = np.array(["no", "perhaps", "yes"])[(S[:, 0] > -0.5).astype(int) + (S[:, 1] > 0.5)]
    pairs = ParallelCorpus(S, T, target_lang="ko")
    things = Things()
    demo = things.demo
    texts, labels = demo.train_texts[::3], demo.train_labels[::3]
    encoder = NgramEncoder(8).fit(list(demo.pairs.source))
    embed, spoken = things.extractor(), demo.pairs.take(range(0, len(demo.pairs.source), 4))

    def on_rows(*steps: Any) -> Callable[[Any], Fitted]:
        return lambda head: Fitted(make_pipeline(*map(clone, steps), head).fit(S, y), T)

    def on_texts(*steps: Any) -> Callable[[Any], Fitted]:
        return lambda head: Fitted(make_pipeline(*steps, head).fit(texts, labels), things.texts)

    def on_map(case: Callable[[], Any], head: Any) -> Fitted:
        return on_rows(LangAligner(pairs, method=clone(case().fitted)))(head)

    makers: dict[str, Callable[[Any], Fitted]] = {
        "LangAligner": on_rows(LangAligner(pairs)),
        "ReverseAligner": on_rows(ReverseAligner(pairs, round_trip=True)),
        "PairFeatures": on_rows(PairFeatures()),
        "TransferClassifier": lambda head: Fitted(
            TransferClassifier(head=_sure(head), pairs=pairs, random_state=0).fit(S, y), T
        ),
        "NgramEncoder": on_texts(encoder),
        "EmbeddingExtractor": on_texts(embed),
        "TextAligner": on_texts(TextAligner(embed, ReverseAligner(), pairs=spoken)),
    }
    for name, case in cases().items():
        cls = public_estimators().get(name)
        if cls is None or not cls.__module__.startswith("langalign_sk.maps."):
            continue
        if name == "GeneralizedProcrustes":
            makers[name] = on_rows(cls([3, 3]))
        else:
            makers[name] = partial(on_map, case)
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, make in makers.items():
            for head, new in HEADS.items():
                if only(f"{name} + {head}"):
                    found[f"{name} + {head}"] = make(new())
        for head, regressor in REGRESSORS.items():
            if only(f"TransferRegressor + {head}"):
                made = TransferRegressor(head=regressor(), pairs=pairs, random_state=0)
                found[f"TransferRegressor + {head}"] = Fitted(made.fit(S, S[:, 0]), T)
    return found


def more() -> dict[str, Fitted]:
    """Return what else a pipeline may be made of."""
    rng = np.random.default_rng(0)
    S = rng.standard_normal((90, 6))
    T = S @ rng.standard_normal((6, 6)) + 2
    y = (S[:, 0] > 0).astype(int)
    pairs = ParallelCorpus(S, T, target_lang="ko")
    things = Things()
    texts, labels = things.demo.train_texts, things.demo.train_labels
    halves = [("left", PCA(2), [0, 1, 2]), ("right", StandardScaler(), slice(3, 6))]
    on_rows = {
        "columns": make_pipeline(ColumnTransformer(halves), LogisticRegression()),
        "union": make_pipeline(
            FeatureUnion([("moved", LangAligner(pairs)), ("log", FunctionTransformer(np.abs))]),
            StackingClassifier([("a", GaussianNB())], LogisticRegression(), cv=2),
        ),
        "isotonic": CalibratedClassifierCV(LinearSVC(), method="isotonic", cv=2),
        "threshold": FixedThresholdClassifier(LogisticRegression(), threshold=0.6),
        "one against the rest": OneVsRestClassifier(Perceptron()),
        "a tree of neighbours": KNeighborsClassifier(algorithm="ball_tree"),
        "dummy": DummyClassifier(strategy="stratified", random_state=0),
    }
    heads = {"our " + type(head).__name__: head for head in (GaussianHead(), KernelHead())}
    on_rows |= {
        name: TransferClassifier(head=head, pairs=pairs, random_state=0)
        for name, head in (heads | {"our LinearHead": LinearHead()}).items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {name: Fitted(model.fit(S, y), T) for name, model in on_rows.items()}
        words = make_pipeline(TfidfVectorizer(min_df=2), SelectKBest(k=20), MultinomialNB())
        found["words"] = Fitted(words.fit(texts, labels), things.texts)
        embed = EmbeddingExtractor(
            make_pipeline(CountVectorizer(), TruncatedSVD(8, random_state=0)).fit(texts)
        )
        learned = make_pipeline(embed, LogisticRegression()).fit(texts, labels)
        found["a fitted vectoriser"] = Fitted(learned, things.texts)
    return found


def _sure(head: Any) -> Any:
    """Return a head that says how sure it is, as the recipe wants it."""
    return head if hasattr(head, "predict_proba") else CalibratedClassifierCV(head, cv=2)
