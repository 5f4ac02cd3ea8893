"""The parts of the benchmark of heads."""

from __future__ import annotations

import numpy as np

from benchmarks import heads_labels, heads_similarity
from benchmarks.heads import PARTS, show


def test_labels_are_a_topic_a_length_and_a_digit():
    texts = ["one", "of 2", "three words here", "a text of many words"] * 3
    table = heads_labels.labels(texts, np.array(["a", "b"] * 6))
    assert table.shape == (12, 2 + 3 + 1)
    np.testing.assert_array_equal(table[:, :2].sum(axis=1), 1)
    np.testing.assert_array_equal(table[:, 2:5].sum(axis=1), 1)
    np.testing.assert_array_equal(table[:, 5], [0, 1, 0, 0] * 3)


def test_what_the_heads_see_of_two_texts_knows_no_order():
    u, v = np.random.default_rng(0).normal(size=(2, 5, 4))
    seen = heads_similarity.combined((u, v))
    np.testing.assert_allclose(seen, heads_similarity.combined((v, 3 * u)))
    cosine = np.einsum("ij,ij->i", u, v) / np.linalg.norm(u, axis=1) / np.linalg.norm(v, axis=1)
    np.testing.assert_allclose(seen[:, -1], cosine)


def test_a_correlation_lies_in_its_interval():
    scores = np.random.default_rng(0).normal(size=60)
    found = heads_similarity.correlation(scores + 1.0, np.exp(scores))
    assert found["spearman"] == found["high"] == 1.0
    noisy = heads_similarity.correlation(-scores + np.sin(np.arange(60.0)), scores)
    assert -1 < noisy["low"] < noisy["spearman"] < noisy["high"] < 0


def test_a_part_is_shown_by_case_and_way(capsys):
    show("labels", {"shared, ko": {"native": {"micro F1": 0.5, "n": 10}}})
    assert "0.500" in capsys.readouterr().out
    assert set(PARTS) == {"similarity", "labels", "reject"}
