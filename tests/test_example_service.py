"""The example service, started on loopback, called and stopped."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from langalign_sk import EmbeddingExtractor, NgramEncoder, ReverseAligner
from langalign_sk.datasets import load_demo

pytest.importorskip("fastapi", reason="fastapi is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def demo():
    return load_demo("ko", n_train=150, n_test=40, n_pairs=300, n_unlabeled=10, random_state=0)


@pytest.fixture(scope="module")
def model(demo):
    embed = EmbeddingExtractor(
        {
            "en": NgramEncoder(48).fit(demo.pairs.source),
            "ko": NgramEncoder(48).fit(demo.pairs.target),
        }
    )
    pipe = Pipeline(
        [
            ("embed", embed),
            ("align", ReverseAligner(demo.pairs.embed(embed))),
            ("clf", LogisticRegression(max_iter=500)),
        ]
    )
    return pipe.fit(demo.train_texts, demo.train_labels)


@pytest.fixture(scope="module")
def service(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("service") / "model.joblib"
    joblib.dump(model, path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "examples.service:app", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "LANGALIGN_MODEL": str(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        for _ in range(600):
            assert process.poll() is None, process.stdout.read().decode()
            try:
                ask(port, "health")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def ask(port, page, body=None):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{page}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_answers_as_the_pipeline_does(service, model, demo):
    texts = list(demo.test_texts)
    assert ask(service, "health") == {"classes": [str(label) for label in model.classes_]}
    found = ask(service, "predict", {"texts": texts})
    assert [row["label"] for row in found] == [str(label) for label in model.predict(texts)]
    sure = model.predict_proba(texts).max(axis=1)
    assert [row["confidence"] for row in found] == pytest.approx(list(sure), rel=1e-4)


def test_answers_many_at_once(service, model, demo):
    texts = list(demo.test_texts)
    wanted = [str(label) for label in model.predict(texts)]
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda text: ask(service, "predict", {"texts": [text]}), texts * 4))
    assert [rows[0]["label"] for rows in found] == wanted * 4


SECRET = "환자의 이름은 비밀"


@pytest.mark.parametrize(
    "body",
    [{}, {"texts": []}, {"texts": SECRET}, {"texts": [SECRET, 1]}, {"texts": [SECRET * 3000]}],
)
def test_refuses_what_it_cannot_read_without_repeating_it(service, body):
    with pytest.raises(urllib.error.HTTPError, match="422") as caught:
        ask(service, "predict", body)
    said = json.load(caught.value)
    assert set(said["detail"][0]) == {"type", "loc", "msg"}
    assert "비밀" not in json.dumps(said, ensure_ascii=False)


def test_a_text_without_a_language_is_no_failure_of_the_service(service):
    try:
        found = ask(service, "predict", {"texts": ["환불해 주세요", "👍"]})
    except urllib.error.HTTPError as error:
        found = error
    assert isinstance(found, list) or (found.code == 422 and "환불" not in found.read().decode())


def streamed(n_bytes):
    """Write a body piece by piece, whose length nobody says beforehand."""
    yield b'{"texts": ["'
    for _ in range(n_bytes // 2**16):
        yield b"a" * 2**16
    yield b'"]}'


def test_refuses_bodies_that_are_too_large(service):
    connection = http.client.HTTPConnection("127.0.0.1", service, timeout=30)
    connection.request("POST", "/predict", headers={"Content-Length": str(200 * 2**20)})
    assert connection.getresponse().status == 413
    connection.close()
    connection = http.client.HTTPConnection("127.0.0.1", service, timeout=30)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.request("POST", "/predict", streamed(32 * 2**20), {"X-A": "b"})
        assert connection.getresponse().status == 413
    connection.close()
    assert ask(service, "health")
