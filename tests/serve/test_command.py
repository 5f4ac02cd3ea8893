"""``langalign-sk serve``, started on loopback, called and stopped."""

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
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from langalign_sk.cli import main

pytest.importorskip("fastapi", reason="fastapi is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(*command, **environment):
    """Start a server; gives its port and process, and stops it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(1200):
            assert process.poll() is None, process.stdout.read()
            with suppress(urllib.error.URLError):
                ask(port, "ready")
                break
            time.sleep(0.1)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def ask(port, page, body=None):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{page}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def test_answers_many_at_once_and_stops_when_all_are_answered(folder, model, demo):
    texts = list(demo.test_texts)
    wanted = [str(label) for label in model.predict(texts)]
    with running("langalign_sk", "serve", str(folder)) as (port, process):

        def predict(text):
            return json.loads(ask(port, "predict", {"texts": [text]}))["answers"][0]["label"]

        with ThreadPoolExecutor(32) as pool:
            assert list(pool.map(predict, texts * 2)) == wanted * 2
        # Its body comes in two parts; the server is told to stop in between.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        body = json.dumps({"texts": texts}).encode()
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:100])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.send(body[100:])
        answer = connection.getresponse()
        found = [row["label"] for row in json.load(answer)["answers"]]
        assert (answer.status, found) == (200, wanted)
        connection.close()
        output, _ = process.communicate(timeout=60)
        with pytest.raises(urllib.error.URLError):
            ask(port, "ready")
    assert process.returncode in (0, -signal.SIGTERM)
    assert "/predict 200 rows=1" in output
    assert texts[0] not in output
    assert "Traceback" not in output


def test_workers_share_their_counts(folder):
    with running("langalign_sk", "serve", str(folder), "--workers", "2") as (port, _):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: ask(port, "predict", {"texts": ["환불"] * 2}), range(20)))
        for _ in range(3):
            assert "langalign_rows_total 40\n" in ask(port, "metrics")


def test_a_server_of_ones_own_takes_the_app(folder):
    environment = {"LANGALIGN_MODEL": str(folder)}
    with running("uvicorn", "langalign_sk.serve:app", **environment) as (port, _):
        assert json.loads(ask(port, "predict", {"texts": ["환불"]}))["answers"][0]["label"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere"),
        (["OUT", "--workers", "0"], "--workers 0: at least 1 is needed"),
        (["OUT", "--port", "99999"], "--port 99999: 0 to 65535 is possible"),
    ],
)
def test_what_is_wrong_is_said_before_a_server_starts(arguments, said, folder, capsys):
    arguments = [str(folder) if argument == "OUT" else argument for argument in arguments]
    assert main(["serve", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_folder_for_another_runtime_says_how_it_is_run(tmp_path, capsys):
    (tmp_path / "onnx_pipeline.json").write_text("{}")
    assert main(["serve", str(tmp_path)]) == 2
    assert f"was exported to ONNX: run it with python {tmp_path}" in capsys.readouterr().err
    assert main(["serve", str(tmp_path / "none")]) == 2
    assert "none/model.joblib does not exist" in capsys.readouterr().err


def test_without_the_packages_it_says_what_to_install(folder, capsys, monkeypatch):
    monkeypatch.setattr("langalign_sk.serve._make.find_spec", lambda name: None)
    assert main(["serve", str(folder)]) == 2
    assert "pip install 'langalign-sk[serve]'" in capsys.readouterr().err
