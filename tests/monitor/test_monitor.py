"""The monitor: what it keeps, what it embeds, what it says."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import Pipeline

from langalign_sk import ReverseAligner, TextAligner, TransferClassifier
from langalign_sk.monitor import Comparison, Monitor, Reference
from langalign_sk.monitor._reading import NO_WORDS, OTHER_SCRIPT, Reading
from langalign_sk.prepare import Transliterator

SECRET = "환자의 이름은 비밀이다"


def test_texts_drawn_alike_are_no_change(monitor, texts):
    found = monitor.compare(texts[1])
    assert isinstance(found, Comparison)
    assert not found.drifted
    assert list(found.table["check"]) == [
        "languages", "coverage", "vectors", "classes", "confidence",
    ]  # fmt: skip
    assert not found.table["drifted"].any()
    assert "Nothing has changed that 150 texts would show." in found.summary()


def test_other_texts_are_a_change_with_its_words(monitor, texts):
    garbage = ["4711", "", "これはペンです"] * 10
    found = monitor.compare([*texts[1][:100], *garbage])
    assert found.drifted
    shares = found.languages.set_index("language")["now"]
    assert shares[NO_WORDS] == pytest.approx(20 / 130)
    assert shares[OTHER_SCRIPT] == pytest.approx(10 / 130)
    lines = found.table.set_index("check")["sentence"]
    assert re.match(r"15% of the texts hold no words \(before 0%\)\.", lines["languages"])
    assert found.sentences["next"].startswith("Find out who sends these texts.")
    assert set(found.rows["row"]) <= {
        row for row in range(130) if row < 100 or (row - 100) % 3 != 1
    }


@pytest.mark.parametrize("kind", ["pipeline", "text aligner", "recipe", "decisions only"])
def test_it_sees_what_the_model_says(kind, model, demo, embed, texts):
    if kind == "text aligner":
        step = TextAligner(embed, ReverseAligner(), pairs=demo.pairs)
        model = Pipeline([("text", step), ("clf", LogisticRegression(max_iter=500))])
        model.fit(demo.train_texts, demo.train_labels)
    elif kind == "recipe":
        model = TransferClassifier(embed, pairs=demo.pairs, random_state=0)
        model.fit(demo.train_texts, demo.train_labels)
    elif kind == "decisions only":
        model = Pipeline([*model.steps[:-1], ("clf", RidgeClassifier())])
        model.fit(demo.train_texts, demo.train_labels)
    found = Reading(model).read([*texts[1][:30], "", "hello there"])
    np.testing.assert_array_equal(found.classes[:30], model.predict(texts[1][:30]).astype(str))
    assert list(found.readable) == [True] * 30 + [False, True]
    assert list(found.spoken) == ["ko"] * 30 + [NO_WORDS, "en"]
    if kind == "decisions only":
        assert np.isnan(found.confidence).all()
        return
    sure = model.predict_proba(texts[1][:30]).max(axis=1)
    np.testing.assert_allclose(found.confidence[:30], sure, atol=1e-6)


def test_each_text_is_embedded_once(monitor, texts, embed, monkeypatch):
    seen = []
    own = type(embed.model["ko"]).transform
    monkeypatch.setattr(
        type(embed.model["ko"]), "transform", lambda self, X: (seen.extend(X), own(self, X))[1]
    )
    watcher = Monitor(Pipeline([("embed", embed_without_cache(embed)), *monitor.model.steps[1:]]))
    watcher.reference_ = monitor.reference_
    watcher.compare(texts[1])
    assert sorted(seen) == sorted(set(texts[1]))


def embed_without_cache(embed):
    from sklearn.base import clone

    return clone(embed).set_params(cache=None)


def test_texts_that_all_say_nothing_are_a_change_of_languages_alone(monitor):
    found = monitor.compare(["", "  "] * 30)
    assert list(found.table["check"]) == ["languages"]
    assert found.drifted
    assert found.rows.empty
    assert "None of the texts can be read." in found._repr_html_()


def test_a_stream_is_compared_a_window_at_a_time(monitor, model, texts):
    watcher = Monitor(model, window=50)
    watcher.reference_ = monitor.reference_
    found = [watcher.update(texts[1][start : start + 20]) for start in range(0, 120, 20)]
    assert [one is None for one in found] == [True, True, False, True, True, False]
    assert found[2].n_rows == 60
    whole = watcher.compare(texts[1][:60])
    assert found[2].to_json() == whole.to_json()


def test_a_reference_is_kept_without_text_or_code(monitor, model, texts, tmp_path):
    path = tmp_path / "reference.safetensors"
    monitor.save(path)
    again = Monitor(model).load(path)
    assert again.compare(texts[1]).to_json() == monitor.compare(texts[1]).to_json()
    data = path.read_bytes()
    assert not any(text.encode() in data for text in texts[0])
    assert data[:1] != b"\x80"
    from safetensors.numpy import load_file

    assert len(load_file(path)["vectors"]) == len(texts[0])


@pytest.mark.parametrize("place", [3, 60, -1, -3000])
def test_a_damaged_reference_is_refused(monitor, tmp_path, place):
    path = tmp_path / "reference.safetensors"
    monitor.save(path)
    data = bytearray(path.read_bytes())
    data[place] ^= 8
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"reference\.safetensors"):
        Reference.load(path)
    for other in (data[:-5], b"some text of the user's"):
        path.write_bytes(other)
        with pytest.raises(ValueError, match=r"reference\.safetensors.*make it again"):
            Reference.load(path)


def test_pairs_alone_tell_what_is_covered(model, demo, texts):
    found = Monitor(model, pairs=demo.pairs).fit().compare(texts[1])
    assert list(found.table["check"]) == ["coverage"]
    assert not found.drifted
    strange = ["ㅋㅋㅋㅋㅋㅋㅋ", "ㅠㅠ 꿰쀍"] * 20
    assert Monitor(model, pairs=demo.pairs).fit().compare(strange).drifted
    assert "no earlier texts" in found.sentences["sure"]


def test_new_reference_texts_keep_what_is_covered(monitor, model, texts, tmp_path):
    monitor.save(tmp_path / "old")
    again = Monitor(model).load(tmp_path / "old").fit(texts[1])
    assert set(again.reference_.covers) == {"en", "ko"}
    assert again.reference_.n_rows == len(texts[1])


def test_vectors_are_watched_as_well():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    watcher = Monitor(LogisticRegression().fit(X[:100], X[:100, 0] > 0)).fit(X[100:300])
    assert not watcher.compare(X[300:]).drifted
    found = watcher.compare(X[300:] + 1)
    assert found.drifted
    assert found.languages.empty
    assert "(a vector)" in found._repr_html_()


def test_languages_of_a_series_are_read_by_place(monitor, texts):
    told = ["ko"] * 100 + ["en"] * 50
    given = ["", *texts[1][1:]]  # one that is not embedded moves the others
    series = pd.Series(told, index=range(149, -1, -1))
    wanted, found = (monitor.compare(given, lang=lang).languages for lang in (told, series))
    pd.testing.assert_frame_equal(found, wanted)
    with pytest.raises(ValueError, match="lang= has 1 codes for 150 rows"):
        monitor.compare(texts[1], lang=["ko"])


def test_a_model_that_is_not_read_is_named(model, demo, texts, monitor):
    ahead = Pipeline([("letters", Transliterator("Hira")), *model.steps])
    with pytest.raises(TypeError, match="nothing of this Pipeline is known that embeds them"):
        Monitor(ahead).fit(texts[0])
    behind = Monitor(ahead[1:], pairs=demo.pairs).fit(texts[0])
    wanted = monitor.compare(texts[1]).table
    pd.testing.assert_frame_equal(behind.compare(texts[1]).table, wanted)


def test_mistakes_are_named(model, demo, texts, monitor):
    with pytest.raises(ValueError, match="nothing to compare with: give texts"):
        Monitor(model).fit()
    with pytest.raises(ValueError, match="no reference: fit it"):
        Monitor(model).compare(texts[1])
    with pytest.raises(ValueError, match="no texts to compare"):
        monitor.compare([])
    with pytest.raises(ValueError, match="none of the texts can be read"):
        Monitor(model).fit(["", " "])
    other = Monitor(LogisticRegression().fit(np.eye(9), range(9))).fit(np.eye(9))
    other.reference_ = monitor.reference_
    with pytest.raises(ValueError, match="made with another model"):
        other.compare(np.eye(9))
    with pytest.raises(ValueError, match="false_alarms"):
        Monitor(model, false_alarms=2)
    with pytest.raises(ValueError, match="does not exist"):
        Reference.load("nowhere.safetensors")


def test_json_has_figures_and_no_text(monitor, texts, tmp_path):
    found = monitor.compare([SECRET, *texts[1]])
    text = found.to_json(tmp_path / "found.json")
    assert SECRET not in text
    assert json.loads((tmp_path / "found.json").read_text("utf-8")) == json.loads(text)
    made = json.loads(text)
    assert made["rows"] == len(texts[1]) + 1
    assert [one["check"] for one in made["checks"]] == list(found.table["check"])
    assert sum(one["now"] for one in made["classes"]) == pytest.approx(1, abs=1e-4)


def test_the_page_says_it_and_runs_nothing_of_a_text(monitor, texts, tmp_path):
    nasty = "<script>alert(1)</script> 환불"
    found = monitor.compare([*texts[1][:40], *[nasty] * 30])
    found.to_html(tmp_path / "page.html", provenance={"settings": {"model": "out"}})
    page = (tmp_path / "page.html").read_text("utf-8")
    assert nasty not in page
    assert "&lt;script&gt;alert(1)" in page
    for sentence in found.sentences.values():
        assert sentence.split("“")[0] in page
    assert page.count("<h1>") == 1
