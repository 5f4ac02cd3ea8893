"""Paired bootstrap intervals against a plain loop over drawn rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from langalign_sk.measures._intervals import PairedBootstrap, interval


def drawn_rows(n_items, n_draws, seed):
    return np.random.default_rng(seed).integers(n_items, size=(n_draws, n_items))


def test_draws_are_those_of_a_plain_loop():
    rng = np.random.default_rng(3)
    truth = rng.integers(4, size=60)
    predicted = np.where(rng.random((3, 60)) < 0.6, truth, rng.integers(5, size=(3, 60)))
    bootstrap = PairedBootstrap(60, n_draws=40, random_state=7)
    rows = drawn_rows(60, 40, 7)
    right = predicted == truth
    np.testing.assert_allclose(bootstrap.mean(right), right[:, rows].mean(axis=2), rtol=1e-5)
    expected = [[f1_score(truth[r], p[r], average="macro") for r in rows] for p in predicted]
    np.testing.assert_allclose(bootstrap.macro_f1(truth, predicted, 5), expected, rtol=1e-5)


def test_one_candidate_with_itself_differs_by_nothing():
    values = np.random.default_rng(0).random((1, 50))
    draws = PairedBootstrap(50).mean(np.vstack([values, values]))
    low, high = interval(draws[0] - draws[1])
    assert low == high == 0


def test_intervals_cover_as_often_as_they_say():
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(200):
        low, high = interval(PairedBootstrap(150, 400, seed).mean(rng.random((1, 150)) < 0.7))
        covered += low[0] <= 0.7 <= high[0]
    assert 0.9 <= covered / 200 <= 0.99


def test_no_item_no_interval():
    with pytest.raises(ValueError, match="expected items and draws"):
        PairedBootstrap(0)
