"""The measurements of retrieval and similarity count right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmarks import choosing, choosing_tables, retrieval, retrieval_speed, sts
from langalign_sk.measures import retrieval as measured


def test_the_full_matrix_that_we_are_compared_with_gives_the_same():
    A, B = retrieval_speed.pairs(300)
    assert retrieval_speed.full_matrix(A, B) == pytest.approx(
        retrieval_speed.p_at_1(measured(A, B))
    )


def test_costs_are_measured(monkeypatch):
    monkeypatch.setattr(retrieval_speed, "WIDTH", 8)
    figures = retrieval_speed.against_products(200, 1) | retrieval_speed.against_full_matrix(200, 1)
    limits = {limit for _, limit in figures.values()}
    assert limits == {"", "<= 2.5", "< 500", ">= 2"}
    assert all(value >= 0 for value, _ in figures.values())


def test_a_line_of_the_retrieval_table():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((60, 6)).astype(np.float32)
    found = retrieval.figures(S, S + np.float32(0.01))
    assert retrieval.row(("two encoders: ridge", found))[:3] == ("two encoders", "ridge", "1.000")
    assert found["margin, 4"]["forward"]["error"] == 0
    assert found["n"] == 60


def test_similarity_is_spearman_of_cosines(monkeypatch):
    monkeypatch.setattr(sts, "DRAWS", 50)
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 80, 5))
    cosine = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    scores = np.round(cosine * 3 + rng.standard_normal(80))
    found = sts.correlation([(a, b)], scores)
    assert found["spearman"] == pytest.approx(spearmanr(cosine, scores)[0])
    assert found["low"] < found["spearman"] < found["high"]
    assert sts.across((a, a), (b, b), scores)["spearman"] == pytest.approx(found["spearman"])


def test_a_score_is_not_chosen_on_the_task_that_it_is_judged_on():
    def case(**scores):
        found = {
            "settings": ["a, C=0.3", "b, C=0.3", "a, C=10", "b, C=10"],
            "accuracy": [0.5, 0.6, 0.7, 0.9],
            "scores": {"x": scores["x"], "English CV x soft": scores["y"]},
            "few": {"correlation": 0.0, "lost": 0.0},
        }
        return choosing.judged(found)

    best, worst = [0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]
    found = {"cases": {"one, ko": case(x=best, y=worst), "two, ko": case(x=worst, y=best)}}
    lines = choosing_tables.unseen(found).splitlines()[2:]
    # Each task is judged by the score that is best on the other one, and loses 0.4.
    assert lines[0] == "| one | English CV x soft | 40.0 | 40.0 | 40.0 | 40.0 |"
    assert lines[1] == "| two | x | 40.0 | 40.0 | 0.0 | 0.0 |"
    assert lines[2] == "| all cases, by task |  | 40.0 | 40.0 | 20.0 | 40.0 |"
    cells = dict(
        line.strip("| ").split(" | ", 1)
        for line in choosing_tables.one_penalty(found).splitlines()[2:]
    )
    assert cells["x"] == "20.0 | 5.0 | 10.0"
    assert cells["a setting at random"] == "22.5 | 5.0 | 10.0"
    found["cases"]["two, ko, shared"] = found["cases"].pop("two, ko")
    lines = choosing_tables.unseen(found).splitlines()[2:]
    assert [line.split(" | ")[0] for line in lines] == [
        "| one",
        "| two",
        "| n-gram",
        "| shared",
        "| all cases, by task",
    ]
    head = choosing_tables.choosing(found).splitlines()[0]
    assert head.endswith("| lost, n-gram | lost, shared |")
