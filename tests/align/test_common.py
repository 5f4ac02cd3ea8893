"""scikit-learn's own checks, without any expected failure."""

from __future__ import annotations

from sklearn.linear_model import LinearRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import LangAligner, ReverseAligner, RidgeMap
from langalign_sk.maps import MultiStepMap, NormalizedMap

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
    ReverseAligner("self"),
    ReverseAligner("self", method="procrustes", round_trip=True),
    ReverseAligner("self", method=LinearRegression(), round_trip=RidgeMap(alpha=0.5)),
    ReverseAligner("self", gate="soft", round_trip=True),
    ReverseAligner("self", gate=None),
]


@parametrize_with_checks(ALIGNERS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
