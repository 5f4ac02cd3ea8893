"""What the service says, to right and to wrong requests; nothing it says repeats a text."""

import asyncio
import json
import logging
import re
import threading
from html import unescape

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="fastapi is not installed")

from sklearn.pipeline import Pipeline

from langalign_sk import EmbeddingExtractor, ParallelCorpus, TransferClassifier, saved
from langalign_sk.cli import main
from langalign_sk.serve import create_app
from langalign_sk.serve._metrics import Metrics
from langalign_sk.serve._model import ServedModel
from tests.serve.asgi import ask, request, started

SECRET = "환자의 이름은 비밀"
GOOD = {"texts": ["환불해 주세요"]}


def predict(app, *bodies, **settings):
    return ask(app, *((("/predict", body), settings) for body in bodies))


def test_every_row_is_answered_as_the_pipeline_does(model, folder, demo):
    texts = list(demo.test_texts)
    for given in (model, folder, str(folder)):
        (found,) = predict(create_app(given), {"texts": texts})
        assert found.status == 200
        rows = found.json["answers"]
        assert [row["label"] for row in rows] == [str(label) for label in model.predict(texts)]
        sure = model.predict_proba(texts).max(axis=1)
        np.testing.assert_allclose([row["confidence"] for row in rows], sure, atol=1e-4)
        assert {row["reason"] for row in rows} == {""}


def test_a_folder_of_the_safe_format_is_served(model, tmp_path):
    saved.save(model, tmp_path / "safe")
    asked = {"texts": ["환불해 주세요", "where is my parcel", ""]}
    (wanted,), (found,) = (predict(create_app(m), asked) for m in (model, tmp_path / "safe"))
    assert found.status == 200
    for one, other in zip(found.json["answers"], wanted.json["answers"], strict=True):
        assert one == {**other, "confidence": pytest.approx(other["confidence"], abs=1e-4)}


def test_rows_that_say_nothing_get_a_label_and_a_reason(folder):
    texts = ["환불해 주세요", "👍", "", "  ", "4.7", "\ud800"]
    (found,) = predict(create_app(folder), {"texts": texts})
    rows = found.json["answers"]
    assert len(rows) == len(texts)
    assert rows[0]["reason"] == ""
    assert rows[2] == rows[3]
    assert (rows[2]["label"], rows[2]["confidence"]) == ("delivery", 0.75)
    assert all(row["label"] and row["reason"] for row in rows[1:])


@pytest.fixture(scope="module")
def embed(model):
    return model.steps[0][1]


@pytest.mark.parametrize("alone", [True, False], ids=["classifier", "pipeline"])
def test_rows_of_no_class_and_thresholds_are_answered_as_predict_says(embed, demo, tmp_path, alone):
    """The most probable class is not the answer where the model rejects a row."""
    given = demo.pairs if alone else demo.pairs.embed(embed)
    settings = {"pairs": given, "reject": 0.4, "random_state": 0}
    model = TransferClassifier(embed, **settings) if alone else TransferClassifier(**settings)
    model = model if alone else Pipeline([("embed", embed), ("clf", model)])
    model.fit(demo.train_texts, demo.train_labels)
    folder = saved.save(model, tmp_path / "own")
    texts = list(demo.test_texts)
    wanted = model.predict(texts).tolist()
    assert "none" in wanted
    (found,) = predict(create_app(folder), {"texts": texts})
    assert [row["label"] for row in found.json["answers"]] == wanted
    lines = "".join(f"{t}\t{w}\n" for t, w in zip(texts, wanted, strict=True))
    (tmp_path / "test.tsv").write_text(f"text\tlabel\n{lines}", "utf-8")
    out = tmp_path / "out.jsonl"
    assert main(["predict", str(folder), str(tmp_path / "test.tsv"), "--out", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["prediction"] for row in rows] == wanted
    assert main(["evaluate", str(folder), str(tmp_path / "test.tsv")]) == 0


def test_free_memory_is_given_back_now_and_then(model, monkeypatch):
    given = []
    monkeypatch.setattr("langalign_sk.serve._model.give_back", lambda: given.append(1))
    monkeypatch.setattr("langalign_sk.serve._model._PIECES", 3)
    served = ServedModel(model, Metrics())
    for _ in range(7):
        served.work(["환불해 주세요"], None)
    assert len(given) == 2


def test_what_is_frequent_is_said_only_where_it_is_known(model, folder):
    (known,), (unknown,) = (predict(create_app(m), {"texts": [""]}) for m in (folder, model))
    reasons = [one.json["answers"][0]["reason"] for one in (known, unknown)]
    assert reasons == ["empty: the most frequent label", "empty: a guess"]


def test_several_labels_a_row_are_refused(embed, demo, tmp_path, capsys):
    labels = np.array(demo.train_labels)
    columns = np.c_[labels == "refund", labels == "delivery"].astype(int)
    model = TransferClassifier(embed, pairs=demo.pairs, random_state=0)
    saved.save(model.fit(demo.train_texts, columns), tmp_path / "own")
    (tmp_path / "texts.txt").write_text("환불해 주세요\n", "utf-8")
    assert main(["predict", str(tmp_path / "own"), str(tmp_path / "texts.txt")]) == 2
    assert "an answer holds one" in capsys.readouterr().err
    with pytest.raises(ValueError, match="an answer holds one"):
        ServedModel(tmp_path / "own", Metrics())


def test_a_classifier_of_two_texts_by_itself(demo, embed):
    pairs, texts = demo.pairs, list(zip(demo.train_texts, demo.train_texts[::-1], strict=True))
    sides = [list(zip(side, side[::-1], strict=True)) for side in (pairs.source, pairs.target)]
    two = ParallelCorpus(*sides, target_lang="ko")
    own = EmbeddingExtractor(embed.model)
    model = TransferClassifier(own, pairs=two, random_state=0).fit(texts, demo.train_labels)
    asked = [list(row) for row in texts[:3]]
    right, wrong = predict(create_app(model), {"texts": asked}, {"texts": ["one"]})
    assert [row["label"] for row in right.json["answers"]] == model.predict(texts[:3]).tolist()
    assert wrong.status == 422


def test_a_language_may_be_said(model):
    en, ko, wrong = predict(
        create_app(model),
        {"texts": ["4.7"], "language": "EN-us"},
        {"texts": ["4.7"], "language": "ko"},
        {"texts": ["4.7"], "language": SECRET},
    )
    assert en.status == ko.status == 200
    assert en.json["answers"][0]["confidence"] != ko.json["answers"][0]["confidence"]
    assert wrong.status == 422
    assert wrong.json["detail"][0]["problem"] == "language: the languages are en, ko"


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ({}, [None]),
        ([SECRET], [None]),
        (None, [None]),
        ({"texts": SECRET}, [None]),
        ({"texts": []}, [None]),
        ({"texts": ["a"] * 1001}, [None]),
        ({"texts": [SECRET], "language": 7}, [None]),
        ({"texts": [SECRET, 1, "a", None, {"a": SECRET}]}, [1, 3, 4]),
        ({"texts": ["a", [SECRET, "b"], SECRET * 3000]}, [1, 2]),
        ({"texts": ["a", ["a", "b", "c"], True]}, [1, 2]),
        (b"{" + SECRET.encode(), [None]),
        (b"\xff\xfe", [None]),
        (b"[" * 100_000, [None]),
        (b'{"texts": [NaN, 1e999]}', [0, 1]),
    ],
    ids=range(14),
)
def test_what_cannot_be_read_is_refused_row_by_row_without_repeating_it(model, body, rows):
    (found,) = predict(create_app(model), body, method="POST")
    assert found.status in (400, 422)
    assert "비밀" not in found.text
    if found.status == 422:
        assert [problem["row"] for problem in found.json["detail"]] == rows
        assert all(problem["problem"] for problem in found.json["detail"])


def test_bodies_that_are_too_large_are_refused(model):
    app = create_app(model, max_bytes=1000)
    told, drip, odd, fine = ask(
        app,
        (("/predict", b"{}"), {"headers": {"content-length": "5000000000"}}),
        (("/predict",), {"parts": [b'{"texts": ["', *[b"a" * 300] * 5, b'"]}'], "method": "POST"}),
        (("/predict", b"{}"), {"headers": {"content-length": "-1"}}),
        (("/predict", GOOD), {}),
    )
    assert [told.status, drip.status, odd.status, fine.status] == [413, 413, 413, 200]
    assert "1,000 bytes" in told.text


def test_limits_are_those_given(model):
    app = create_app(model, max_rows=2, max_characters=5)
    many, long, fine = predict(app, {"texts": ["a"] * 3}, {"texts": ["abcdef"]}, {"texts": ["abc"]})
    assert [many.status, long.status, fine.status] == [422, 422, 200]
    assert many.json["detail"][0]["problem"] == "1 to 2 texts are taken, got 3"


class Stopping:
    """A classifier whose calls wait at a gate, and fail for some texts."""

    classes_ = np.array(["a", "b"])

    def __init__(self):
        self.calls = []
        self.begun, self.open = threading.Event(), threading.Event()

    def predict(self, X):  # asked first, and then how sure it is
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X):
        if list(X) == ["."]:
            return np.array([[0.5, 0.5]])
        if self.calls[-1:] != [list(X)]:
            self.calls.append(list(X))
        if not self.begun.is_set():
            self.begun.set()
            assert self.open.wait(30)
        if f"{SECRET} value" in X:
            raise ValueError(f"{SECRET} is of no use")
        if f"{SECRET} broken" in X:
            raise RuntimeError(f"{SECRET} breaks it")
        return np.array([[0.9, 0.1] if text.startswith("a") else [0.2, 0.8] for text in X])


def together(model, *bodies):
    """Answers to requests that all arrive while a first one is at work."""
    app = create_app(model)

    async def run():
        async with started(app):
            first = asyncio.create_task(request(app, "/predict", {"texts": ["first"]}))
            assert await asyncio.to_thread(model.begun.wait, 30)
            others = [asyncio.create_task(request(app, "/predict", body)) for body in bodies]
            await asyncio.sleep(0.2)
            model.open.set()
            assert (await first).status == 200
            found = [await other for other in others]
            return found, (await request(app, "/metrics")).text

    return asyncio.run(run())


def test_requests_that_arrive_together_are_one_piece_of_work():
    model = Stopping()
    found, metrics = together(model, *({"texts": [f"{'ab'[n % 2]} {n}"]} for n in range(20)))
    assert model.calls == [["first"], [f"{'ab'[n % 2]} {n}" for n in range(20)]]
    assert [one.json["answers"][0]["label"] for one in found] == ["a", "b"] * 10
    assert 'langalign_batch_rows_bucket{le="1"} 1\n' in metrics
    assert "langalign_batch_rows_sum 21\n" in metrics


def test_an_error_is_that_of_one_request(caplog):
    model = Stopping()
    caplog.set_level(logging.INFO)
    found, metrics = together(
        model,
        {"texts": ["a 1"]},
        {"texts": ["a 2", f"{SECRET} value", "a 3"]},
        {"texts": [f"{SECRET} broken"]},
        {"texts": ["b 4"]},
    )
    assert [one.status for one in found] == [200, 422, 500, 200]
    assert found[1].json["detail"] == [{"row": 1, "problem": "can't be read"}]
    assert "비밀" not in "".join(one.text for one in found) + caplog.text
    assert "RuntimeError" in caplog.text
    assert 'langalign_requests_total{code="500"} 1\n' in metrics


def test_whoever_goes_away_holds_nobody_up():
    model = Stopping()
    app = create_app(model)

    async def run():
        async with started(app):
            first = asyncio.create_task(request(app, "/predict", {"texts": ["first"]}))
            assert await asyncio.to_thread(model.begun.wait, 30)
            gone = asyncio.create_task(request(app, "/predict", {"texts": ["gone"]}))
            stays = asyncio.create_task(request(app, "/predict", {"texts": ["stays"]}))
            await asyncio.sleep(0.1)
            gone.cancel()
            await asyncio.sleep(0.1)
            model.open.set()
            return (await first).status, (await stays).status

    assert asyncio.run(run()) == (200, 200)
    assert model.calls == [["first"], ["stays"]]


def test_what_it_tells_of_itself(model):
    app = create_app(model)
    health, ready, lost, wrong, metrics = ask(
        app,
        (("/health",), {}),
        (("/ready",), {}),
        (("/lost",), {}),
        (("/predict",), {"method": "GET"}),
        (("/metrics",), {}),
    )
    assert health.json == {"status": "ok"}
    assert ready.json["classes"] == [str(label) for label in model.classes_]
    assert ready.json["languages"] == ["en", "ko"]
    assert (lost.status, wrong.status) == (404, 405)
    assert 'langalign_requests_total{code="405"} 1\n' in metrics.text


def test_counts_are_what_happened_in_the_format_of_prometheus(model):
    bodies = [{"texts": ["환불", "👍", ""]}, GOOD, {"texts": ["a", 1]}]
    asked = [(("/predict", body), {}) for body in bodies]
    *_, metrics = ask(create_app(model), *asked, (("/metrics",), {}))
    values = {}
    for line in metrics.text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP \w+ .+|TYPE \w+ (counter|histogram))", line)
            continue
        name, value = re.fullmatch(r'(\w+(?:{\w+="[^"]+"})?) ([0-9.e+-]+)', line).groups()
        values[name] = float(value)
    assert values['langalign_requests_total{code="200"}'] == 2
    assert values['langalign_requests_total{code="422"}'] == 1
    assert values["langalign_rows_total"] == 4
    assert values['langalign_rows_with_reason_total{reason="empty"}'] == 1
    assert values['langalign_rows_with_reason_total{reason="no words"}'] == 1
    assert values["langalign_refused_rows_total"] == 1
    assert values["langalign_request_seconds_count"] == 3
    assert values['langalign_request_seconds_bucket{le="+Inf"}'] == 3
    buckets = [v for name, v in values.items() if name.startswith("langalign_batch_rows_bucket")]
    assert buckets == sorted(buckets)


def test_workers_tell_the_counts_of_all(tmp_path, monkeypatch):
    first = Metrics(tmp_path)
    monkeypatch.setattr("os.getpid", lambda: 0)
    second = Metrics(tmp_path)
    first.answers(["", ""])
    second.answers([""])
    second.request(200, 0.2)
    (tmp_path / "9.counts").write_bytes(b"")  # one that has just begun
    assert first.text() == second.text()
    assert "langalign_rows_total 3\n" in first.text()


def test_the_page_asks_no_other_host_and_its_examples_are_answered(model):
    app = create_app(model)
    page, root, openapi = ask(app, (("/docs",), {}), (("/",), {}), (("/openapi.json",), {}))
    assert page.text == root.text
    assert "//" not in re.sub(r"<code>.*?</code>", "", page.text, flags=re.DOTALL)
    examples = openapi.json["components"]["schemas"]["Texts"]["examples"]
    assert len(examples) > 1
    for example in examples:
        assert json.dumps(example, ensure_ascii=False, indent=1) in unescape(page.text)
    found = predict(app, {**examples[0]}, {**examples[1], "language": "en"})
    assert [one.status for one in found] == [200, 200]


def test_no_text_is_logged(model, caplog):
    caplog.set_level(logging.DEBUG)
    predict(create_app(model), {"texts": [SECRET, "a"]}, {"texts": [SECRET, 1]})
    assert "비밀" not in caplog.text
    assert re.search(r"/predict 200 rows=2 ms=\d", caplog.text)


def test_without_a_model_it_says_what_is_missing(monkeypatch, folder):
    from langalign_sk import serve

    monkeypatch.delenv("LANGALIGN_MODEL", raising=False)
    with pytest.raises(ValueError, match="set LANGALIGN_MODEL to the folder"):
        serve.app  # noqa: B018
    monkeypatch.setenv("LANGALIGN_MODEL", str(folder))
    assert predict(serve.app, GOOD)[0].status == 200
    with pytest.raises(AttributeError, match="nothing"):
        serve.nothing  # noqa: B018


def test_without_fastapi_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("langalign_sk.serve._make.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'langalign-sk\[serve\]'"):
        create_app("out")
