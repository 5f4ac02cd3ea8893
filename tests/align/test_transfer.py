"""Labels in one language, predictions in another."""

from __future__ import annotations

from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk.align import LangAligner, ReverseAligner
from langalign_sk.align._transfer import TransferClassifier

CLASSIFIERS = [
    TransferClassifier(pairs="self"),
    TransferClassifier(aligner=ReverseAligner(method="procrustes"), pairs="self"),
    TransferClassifier(aligner=ReverseAligner(gate=None), pairs="self", head=LogisticRegression()),
    TransferClassifier(aligner=LangAligner(method="procrustes", gate="soft"), pairs="self"),
]


@parametrize_with_checks(CLASSIFIERS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
