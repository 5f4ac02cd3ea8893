"""The example service, started on loopback, called and stopped."""

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


@pytest.mark.parametrize("body", [{}, {"texts": []}, {"texts": "one"}, {"texts": [1]}])
def test_refuses_what_it_cannot_read(service, body):
    with pytest.raises(urllib.error.HTTPError, match="422"):
        ask(service, "predict", body)
