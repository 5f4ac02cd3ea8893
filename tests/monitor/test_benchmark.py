"""The measurement of the monitor: its garbage, and the page that shows its figures."""

import json

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
    cell = result["cells"][0]
    cell["seen"]["garbage"]["share"] = 0.123
    assert "12.3%" in monitoring_tables.rendered(page, result)
    assert monitoring_tables.alarms(result).count("\n") == len(result["cells"]) + 2
    assert "0.123" in monitoring.as_text(result["cells"])
