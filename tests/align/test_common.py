"""scikit-learn's own checks, without any expected failure."""

from __future__ import annotations

from sklearn.linear_model import LinearRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import LangAligner, ReverseAligner, RidgeMap
from langalign_sk.maps import (
    KernelMap,
    LanguageDirectionMap,
    LanguageMaskMap,
    MeanShiftMap,
    MLPMap,
    MultiStepMap,
    NormalizedMap,
    RCSLSMap,
    SelfLearningMap,
    SubspaceShiftMap,
    TransportMap,
)

ALIGNERS = [
    LangAligner("self"),
    LangAligner("self", method="procrustes"),
    LangAligner("self", method=RidgeMap(alpha=0.5), gate="soft"),
    LangAligner("self", method=LinearRegression(), gate=None),
    LangAligner("self", gate=None, keep_moments=True),
    LangAligner("self", method="reduced_rank"),
    LangAligner("self", method="cca"),
    LangAligner("self", method=RidgeMap("loo")),
    LangAligner("self", method=MultiStepMap(whiten=True, reweight=0.5, rank=2)),
    LangAligner("self", method=NormalizedMap(RidgeMap(), steps=["unit", "center"])),
    LangAligner("self", method="artetxe2018"),
    LangAligner("self", method=KernelMap(20, random_state=0)),
    LangAligner("self", method=KernelMap(20, features="fourier", random_state=0)),
    LangAligner("self", method=MeanShiftMap(0.5, scale=True)),
    LangAligner("self", method=LanguageDirectionMap()),
    LangAligner("self", method=LanguageMaskMap()),
    LangAligner("self", method=SubspaceShiftMap(2)),
    LangAligner("self", method=RCSLSMap(max_iter=2, random_state=0)),
    LangAligner("self", method=MLPMap(max_iter=1, hidden_width=4, random_state=0)),
    LangAligner("self", method=MLPMap("ae", max_iter=1, random_state=0)),
    LangAligner("self", method=SelfLearningMap(n_rounds=1, random_state=0)),
    LangAligner("self", method=TransportMap(reg=0.0, n_steps=1, random_state=0)),
    ReverseAligner("self"),
    ReverseAligner("self", method="procrustes", round_trip=True),
    ReverseAligner("self", method=LinearRegression(), round_trip=RidgeMap(alpha=0.5)),
    ReverseAligner("self", gate="soft", round_trip=True),
    ReverseAligner("self", gate=None),
]


@parametrize_with_checks(ALIGNERS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
