import copy
import pickle

import pytest
from sklearn.base import BaseEstimator, clone

from langalign_sk import _stamp
from langalign_sk._stamp import VersionStamped


class Plain(VersionStamped):
    def __init__(self):
        self.value = 3


class Estimator(VersionStamped, BaseEstimator):
    def __init__(self, alpha=1.0):
        self.alpha = alpha


class Empty(VersionStamped):
    pass


@pytest.mark.parametrize("obj", [Plain(), Estimator(alpha=2.0), Empty()], ids=repr)
def test_same_version_round_trips_silently(obj):
    before = dict(vars(obj))
    again = pickle.loads(pickle.dumps(obj))
    assert vars(again) == before
    assert vars(obj) == before  # the stamp stays in the pickle, never on the object
    assert vars(copy.deepcopy(obj)) == before


@pytest.mark.parametrize("obj", [Plain(), Estimator()], ids=["plain", "estimator"])
def test_another_version_warns_and_loads(obj, monkeypatch):
    monkeypatch.setattr(_stamp, "__version__", "0.0.9")
    data = pickle.dumps(obj)
    monkeypatch.undo()
    with pytest.warns(UserWarning, match=r"saved by langalign_sk 0\.0\.9 .*Fit it again"):
        again = pickle.loads(data)
    assert vars(again) == vars(obj)


def test_a_state_without_stamp_warns():
    with pytest.warns(UserWarning, match="unknown version"):
        Plain().__setstate__({"value": 1})


def test_clone_keeps_parameters_without_stamp():
    assert vars(clone(Estimator(alpha=5))) == {"alpha": 5}
