"""Probabilities calibrated by one exponent."""

import numpy as np
import pytest
from scipy.special import softmax

from langalign_sk.selection._calibration import sharpened, sharpness


@pytest.mark.parametrize("exponent", [0.4, 1.0, 2.5])
def test_the_exponent_that_spoilt_them_is_found(exponent):
    rng = np.random.default_rng(0)
    right = softmax(rng.uniform(-1, 1, size=(500, 4)), axis=1)
    spoilt = sharpened(right, exponent)
    assert spoilt.sum(axis=1) == pytest.approx(np.ones(500))
    found = sharpness(spoilt, right, rng.random(500))
    assert found == pytest.approx(1 / exponent, rel=1e-3)
    assert sharpened(spoilt, found) == pytest.approx(right, abs=1e-3)


def test_without_probabilities_it_is_the_share_that_is_right():
    rng = np.random.default_rng(0)
    named, truth = rng.integers(3, size=(2, 400))
    named[:250] = truth[:250]
    one = np.eye(3)
    told = sharpened(one[named], sharpness(one[named], one[truth], np.ones(400)))
    assert told.max(axis=1) == pytest.approx(np.full(400, np.mean(named == truth)), abs=1e-3)


def test_weights_count_as_repetitions():
    rng = np.random.default_rng(1)
    proba, wanted = (softmax(rng.normal(size=(60, 3)), axis=1) for _ in range(2))
    times = rng.integers(1, 4, size=60)
    repeated = sharpness(proba.repeat(times, 0), wanted.repeat(times, 0), np.ones(times.sum()))
    assert sharpness(proba, wanted, times / times.sum()) == pytest.approx(repeated, rel=1e-3)
