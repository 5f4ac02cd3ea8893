"""What commands say while they work, and how a new model is held against the old one."""

import io
import json
import sys
import warnings

import numpy as np
import pytest

from langalign_sk import ParallelCorpus
from langalign_sk._commands import _against
from langalign_sk._commands._stages import Stopped, heard, keeps, say, stage
from langalign_sk.text import written_in


class Terminal(io.StringIO):
    def isatty(self):
        return True


def spoken(monkeypatch, stream, *, as_json=False):
    monkeypatch.setattr(sys, "stderr", stream)
    with heard(as_json=as_json):
        with stage("read", "a.csv") as facts:
            facts["rows"] = 3
        say("a.csv: 3 rows")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            for _ in range(2):
                warnings.warn("few\n pairs", UserWarning, stacklevel=1)
        with pytest.raises(ValueError, match="no"), stage("compare"):
            raise ValueError("no")
    return stream.getvalue().splitlines()


def test_stages_are_lines_on_a_terminal_and_silent_in_pipes(monkeypatch):
    facts = ["a.csv: 3 rows", "langalign-sk: warning: few pairs"]
    assert spoken(monkeypatch, io.StringIO()) == facts
    shown = spoken(monkeypatch, Terminal())
    assert shown == ["read: a.csv ...", *facts, "compare ..."]


def test_machines_read_every_line(monkeypatch):
    told = [json.loads(line) for line in spoken(monkeypatch, io.StringIO(), as_json=True)]
    assert [sorted(one)[-1] for one in told] == ["time", "time", "warning", "time"]
    assert told[0] | {"time": 0, "seconds": 0} == {
        "time": 0, "stage": "read", "status": "done", "seconds": 0, "rows": 3,
    }  # fmt: skip
    assert told[1]["info"] == "a.csv: 3 rows"
    assert told[2]["warning"] == "few pairs"
    assert told[3]["status"] == "failed"


def test_an_interrupt_knows_what_is_kept():
    with pytest.raises(Stopped, match="all is as it was"), keeps("all is as it was"):
        raise KeyboardInterrupt


class Told:
    """A model that gives each text the class that a table says."""

    def __init__(self, table):
        self.table = table

    def predict(self, texts):
        return np.array([self.table[text] for text in texts], dtype=object)


def corpus(pairs):
    source, target = zip(*pairs, strict=True)
    return ParallelCorpus(source, target, source_lang="en", target_lang="ko")


def test_agreement_is_that_on_pairs_that_neither_has_seen():
    pairs = [(f"text {k}", f"글 {k}") for k in range(80)]
    held_out, old = corpus(pairs[20:]), corpus(pairs[:40])
    right = {text: k % 4 for k, pair in enumerate(pairs) for text in pair}
    wrong = {text: 9 if text.startswith("글") and n % 2 else n for text, n in right.items()}
    found = _against.agreement(Told(wrong), Told(right), held_out, old)
    assert [len(side) for side in found] == [40, 40]
    assert [side.mean() for side in found] == [0.5, 1.0]
    assert _against.agreement(Told(wrong), Told(right), corpus(pairs[:60]), old) is None


class Found:
    def __init__(self, verdict, gain=float("nan")):
        self.verdict, self.gain = verdict, gain


@pytest.mark.parametrize(
    ("found", "agreed", "worse"),
    [
        (Found("worse", -0.005), None, True),
        (Found("level", -0.02), None, True),
        (Found("level", -0.005), None, False),
        (Found("better", 0.1), None, False),
        (Found("unknown"), None, False),
        (Found("unknown"), ([1] * 100, [1] * 90 + [0] * 10), True),
        (Found("unknown"), ([1] * 99 + [0], [1] * 99 + [0]), False),
        (Found("unknown"), ([0] * 50, [1] * 50), False),
    ],
)
def test_a_new_model_is_worse_beyond_chance_or_by_a_point(found, agreed, worse):
    rows = None if agreed is None else [np.array(side, dtype=bool) for side in agreed]
    assert _against._is_worse(found, rows) is worse


def test_scripts_tell_what_is_not_written_in_a_language():
    texts = ["환불", "refund", "東京", "👍 4.7", "返金 refund"]
    assert written_in(texts, ["en", "ko"]) == [True, True, False, False, True]
    assert written_in(texts, ["ja"]) == [False, False, True, False, True]
    assert written_in(texts, []) == [True] * 5
    assert written_in(texts, ["en", "xx-unknown"]) == [True] * 5
