"""From files to a service that has learned more: ``python -m benchmarks.whole_way``.

What somebody does who installs the package and has files, for Italian requests and for Korean
sentences on topics: a new environment (`pip install .`, not editable), a workbook of labels with a
column `category`, translations in a .tmx and a .csv, a chat log with emoji and empty lines; then
transfer, predict, suggest, fifty labels, refit, evaluate, serve and a call, refit with more
translations. Every command must end well. Accuracies are on the texts that were not labelled, and
are no part of what the commands see; they tell that the files arrived.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from benchmarks import real_data
from benchmarks.real_tasks import Task, tasks
from langalign_sk._io import text_table

CASES = {"it": "intents", "ko": "topics"}
N_TRAIN, N_LABELS, NOISE = 500, 50, ("👍", "", "5", "ㅋㅋㅋ")
EXTRAS = "plot,serve,sheets,use"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole_way", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument(
        "--program", type=Path, help="langalign-sk of an environment that is there already"
    )
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = args.program or install(folder / "env")
        for lang in args.lang:
            (folder / lang).mkdir()
            (task,) = tasks(args.data, [CASES[lang]], [lang])
            print(text_table(go(program, task, folder / lang)) + "\n", flush=True)


def install(folder: Path) -> Path:
    """Install the package and its extras into a new environment."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q"]
    pinned = ["-c", str(real_data.REPOSITORY / "constraints.txt")]
    text = (real_data.REPOSITORY / "constraints.txt").read_text()
    torch = next(line for line in text.splitlines() if line.startswith("torch=="))
    subprocess.run([*pip, torch], check=True)
    subprocess.run([*pip, *pinned, "openpyxl", f"{real_data.REPOSITORY}[{EXTRAS}]"], check=True)
    return folder / "bin" / "langalign-sk"


def go(program: Path, task: Task, folder: Path) -> list[list[str]]:
    """The steps, each with its seconds and what it gave."""
    order = np.random.default_rng(0).permutation(len(task.y))
    english, target = order[:N_TRAIN], order[N_TRAIN:]
    truth = {task.target[i]: str(task.y[i]) for i in target}
    write_files(task, english, target, folder)
    rows = [["step", "seconds", "what came of it"]]

    def run(step: str, *arguments: Any, told: Callable[[], str] = lambda: "") -> None:
        started = time.monotonic()
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=folder, env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"{step} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        rows.append([step, f"{time.monotonic() - started:.1f}", told()])

    def right(answers: str, besides: frozenset[str] = frozenset()) -> str:
        table = pd.read_csv(folder / answers, keep_default_na=False)
        kept = [
            (said, truth[text])
            for text, said in zip(table["text"], table["prediction"], strict=True)
            if text in truth and text not in besides
        ]
        accuracy = f"accuracy {np.mean([a == b for a, b in kept]):.3f} on {len(kept)} texts"
        return f"{accuracy}; {len(table)} answers, {(table['reason'] != '').sum()} with a reason"

    lang = task.lang
    given = ["--train", "labels.xlsx", "--pairs", "agency.tmx", "--pairs", "app.csv"]
    given += ["--unlabeled", "chat.txt", "--encoder", "use", "--target", lang]
    run("transfer", "transfer", *given, "--out", "out")
    run(
        "predict", "predict", "out", "chat.txt", "--out", "before.csv",
        told=lambda: right("before.csv"),
    )  # fmt: skip
    run("suggest", "suggest", "out", "chat.txt", "-n", N_LABELS, "--out", "to_label.xlsx")
    table = pd.read_excel(folder / "to_label.xlsx", engine="openpyxl", keep_default_na=False)
    table["label"] = [truth.get(text, "") for text in table["text"]]
    table.to_excel(folder / "to_label.xlsx", index=False)
    labelled = frozenset(table["text"])
    rows.append(["fill in the labels", "", f"{(table['label'] != '').sum()} of {len(table)} rows"])
    run("refit", "refit", "out", "--target-labels", "to_label.xlsx")
    run(
        "predict", "predict", "out", "chat.txt", "--out", "after.csv",
        told=lambda: f"{right('after.csv', labelled)}; before: {right('before.csv', labelled)}",
    )  # fmt: skip
    rest = [i for i in target if task.target[i] not in labelled]
    frame = {"text": [task.target[i] for i in rest], "category": [str(task.y[i]) for i in rest]}
    pd.DataFrame(frame).to_csv(folder / "test.csv", index=False)
    run("evaluate", "evaluate", "out", "test.csv")
    rows.append(["serve, call", "", called(program, folder)])
    run("refit", "refit", "out", "--pairs", "december.csv")
    return rows


def called(program: Path, folder: Path) -> str:
    """Start the service, ask it, stop it."""
    port = 8765
    server = subprocess.Popen(
        [program, "serve", "out", "--port", str(port)],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/health", timeout=1)
                break
            except OSError:
                if server.poll() is not None:
                    sys.exit(f"serve ended: {server.communicate()[1]}")
                time.sleep(0.1)
        texts = ["👍", "", *pd.read_csv(folder / "test.csv")["text"][:3]]
        request = urllib.request.Request(
            f"{url}/predict",
            json.dumps({"texts": texts}).encode(),
            {"Content-Type": "application/json"},
        )
        answers = json.load(urllib.request.urlopen(request, timeout=60))
    finally:
        server.terminate()
        server.wait(30)
    return json.dumps(answers, ensure_ascii=False)[:160]


def write_files(task: Task, english: Any, target: Any, folder: Path) -> None:
    """The files as somebody may have them."""
    labels = [(i, task.english[i], str(task.y[i])) for i in english]
    table = pd.DataFrame(labels, columns=["ticket", "message", "category"])
    table.to_excel(folder / "labels.xlsx", index=False)
    pairs = list(zip(*task.pairs, strict=True))
    order = np.random.default_rng(1).permutation(len(pairs))
    agency, app, december = np.split(order[:3000], [1500, 2500])
    units = "".join(
        f'<tu><tuv xml:lang="en-US"><seg>{escape(pairs[i][0])}</seg></tuv>'
        f'<tuv xml:lang="{task.lang}"><seg>{escape(pairs[i][1])}</seg></tuv></tu>\n'
        for i in agency
    )
    head = '<header srclang="en-US" datatype="plaintext" segtype="sentence" adminlang="en"/>'
    (folder / "agency.tmx").write_text(
        f'<?xml version="1.0"?>\n<tmx version="1.4">{head}<body>{units}</body></tmx>',
        encoding="utf-8",
    )
    for name, rows in (("app.csv", app), ("december.csv", december)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["english", task.lang])
            writer.writerows(pairs[i] for i in rows)
    chat = [task.target[i] for i in target]
    for k, noise in enumerate(NOISE * 2):
        chat.insert(25 * (k + 1), noise)
    (folder / "chat.txt").write_text("\n".join(chat) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
