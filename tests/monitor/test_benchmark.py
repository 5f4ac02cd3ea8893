"""The measurement of the monitor: its garbage, and the page that shows its figures."""

import json

import pytest

from benchmarks import monitoring, monitoring_tables


def test_garbage_is_the_same_each_time_and_never_empty():
    texts = ["빨간 사과를 먹었다", "비가 온다"]
    made = monitoring.garbage(texts, 60)
    assert made == monitoring.garbage(texts, 60)
    assert all(text.strip() for text in made)
    assert len(set(made)) > 30


def test_the_page_shows_what_was_measured():
    page = monitoring_tables.PAGE.read_text("utf-8")
    result = json.loads(monitoring_tables.RESULT.read_text("utf-8"))
    assert monitoring_tables.rendered(page, result) == page
    result["alarms"][0]["garbage"] = 0.123
    result["abstaining"][0]["kept"] = 0.456
    assert {"12.3%", "45.6%"} <= set(monitoring_tables.rendered(page, result).split())


def test_figures_are_laid_out_flat():
    seen = {change: {"share": 0.1, "low": 0.0, "high": 0.2} for change in monitoring.CHANGES}
    cell = {
        "task": "topics", "encoders": "USE", "accuracy": 0.8, "outside": 0.5, "traffic": 9,
        "seen": seen, "by_check": {"class": {"classes": 0.1}},
        "abstaining": [{"risk": 0.05, "error": 0.04, "answered": 0.3, "kept": 0.9}],
    }  # fmt: skip
    found = monitoring.flat([cell])
    assert found["alarms"][0]["nothing, to"] == 0.2
    assert found["checks"][0]["classes"] == 0.1
    assert found["checks"][0]["vectors"] == 0
    assert found["abstaining"][0]["wrong"] == pytest.approx(0.2)
    assert "0.100 (0.000-0.200)" in monitoring.as_text([cell])
