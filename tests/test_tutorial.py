"""The commands of the tutorial from a spreadsheet run as they stand, on fewer texts."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from langalign_sk.cli import main

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the sample files, and in it."""
    monkeypatch.syspath_prepend(str(PICTURES))
    importlib.import_module("sample").write(tmp_path, n_train=96, n_pairs=150)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in ("sample", "tutorial"):
        sys.modules.pop(name, None)


@pytest.mark.slow
def test_it_runs_from_the_first_command_to_the_last(folder, capsys):
    tutorial = importlib.import_module("tutorial")
    found = tutorial.commands(tutorial.PAGE.read_text("utf-8"))
    verbs = [command.split()[1] for command in found]
    assert {"transfer", "predict", "suggest", "refit", "evaluate"} <= set(verbs)
    for command in found:
        program, *words = command.split()
        assert program == "langalign-sk"
        assert main(words) in (0, 3), (command, capsys.readouterr().err)  # 3: the old one is kept
        if words[0] == "suggest":
            assert tutorial.label(folder) > 30
    answers = (folder / "answers.csv").read_text("utf-8-sig").splitlines()
    lines = (folder / "chat.txt").read_text("utf-8").splitlines()
    assert len(answers) == len(lines) + 1
    assert (folder / "service" / "refit.html").exists()
    assert (folder / "again" / "report.html").exists()
