"""Gauges of a service: shares of the last texts, by vectors that answered them."""

import re
import shutil

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="fastapi is not installed")

from langalign_sk.monitor import REFERENCE_FILE, Monitor, Reference, Window
from langalign_sk.serve import create_app
from tests.serve.asgi import ask


@pytest.fixture(scope="module")
def watched(folder, model, demo):
    """The folder of the model with a reference."""
    Monitor(model, pairs=demo.pairs).fit(demo.test_texts).save(folder / REFERENCE_FILE)
    yield folder
    (folder / REFERENCE_FILE).unlink()


def asked(app, *what):
    """Answers to requests: the name of a page, or texts."""
    return ask(
        app,
        *(((one,) if isinstance(one, str) else ("/predict", {"texts": one}), {}) for one in what),
    )


def gauges(text):
    found = re.findall(r"^(langalign_\w+)\{of=\"(\w+)\"(?:,\w+=\"(.*)\")?\} (\S+)$", text, re.M)
    return {(name, of, label): float(value) for name, of, label, value in found}


def test_gauges_are_those_of_the_texts(watched, model, demo, monkeypatch):
    encoded = []
    ngram = type(model.steps[0][1].model["ko"])
    own = ngram.transform
    monkeypatch.setattr(ngram, "transform", lambda self, X: (encoded.extend(X), own(self, X))[1])
    texts = [*demo.test_texts[:20], "where is my parcel?", "", "👍👍"]
    app = create_app(watched)
    before, answered, after = asked(app, "/metrics", texts, "/metrics")
    assert gauges(before.text)["langalign_window_rows", "window", ""] == 0
    found = gauges(after.text)
    assert found["langalign_window_rows", "window", ""] == 23
    assert found["langalign_window_rows", "reference", ""] == 40
    languages = {lang: found["langalign_language_share", "window", lang] for lang in ("ko", "en")}
    assert languages == pytest.approx({"ko": 20 / 23, "en": 1 / 23}, rel=1e-5)
    assert found["langalign_language_share", "window", "no words"] == pytest.approx(2 / 23, 1e-5)
    rows = [row for row, text in zip(answered.json["answers"], texts, strict=True) if text]
    sure = np.mean([row["confidence"] for row in rows])
    assert found["langalign_confidence_mean", "window", ""] == pytest.approx(sure, abs=1e-4)
    labels = [row["label"] for row in rows]
    for label in model.classes_:
        share = labels.count(label) / len(labels)
        got = found["langalign_class_share", "window", label]
        assert got == pytest.approx(share, rel=1e-5)
    seen = Monitor(model).load(watched / REFERENCE_FILE).compare([text for text in texts if text])
    outside = seen.table.set_index("check")["now"]["coverage"]
    assert found["langalign_outside_share", "window", ""] == pytest.approx(outside, rel=1e-5)
    assert len(encoded) == len(set(encoded)) or encoded.count(texts[0]) <= 1


def test_workers_share_their_windows(watched, demo, monkeypatch, tmp_path):
    monkeypatch.setenv("LANGALIGN_METRICS", str(tmp_path))
    app = create_app(watched)
    asked(app, list(demo.test_texts[:10]))
    (tmp_path / "1.window").write_bytes(next(tmp_path.glob("*.window")).read_bytes())
    _, after = asked(app, list(demo.test_texts[:10]), "/metrics")
    assert gauges(after.text)["langalign_window_rows", "window", ""] == 20


def test_without_a_reference_nothing_is_watched(folder, model, tmp_path):
    bare = shutil.copytree(folder, tmp_path / "bare")
    (bare / REFERENCE_FILE).unlink(missing_ok=True)
    for given in (bare, model):
        (found,) = asked(create_app(given), "/metrics")
        assert "langalign_window_rows" not in found.text


def test_a_window_slides(watched, model, demo, monkeypatch):
    monkeypatch.setattr("langalign_sk.monitor._window.WINDOW", 5)
    window = Window(model, Reference.load(watched / REFERENCE_FILE), list(model.classes_))
    vectors = model[0].transform(demo.test_texts[:8])
    window.add(vectors, [""] * 8, [model.classes_[0]] * 8, [0.5] * 8, n_empty=1)
    text = "\n".join(window.lines(window.sums))
    found = gauges(text)
    assert found["langalign_window_rows", "window", ""] == 5
    assert found["langalign_confidence_mean", "window", ""] == 0.5
    assert found["langalign_class_share", "window", model.classes_[0]] == 1


def test_names_are_written_as_labels(watched, model):
    window = Window(model, Reference.load(watched / REFERENCE_FILE), ['say "no"\n\\'])
    window.sums += 1
    assert r'class="say \"no\"\n\\"' in "\n".join(window.lines(window.sums))
