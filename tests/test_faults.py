"""Every injected fault comes out as it must, in a few trials each."""

import json

import numpy as np
import pytest

from benchmarks import (
    faults,
    faults_damage,
    faults_disks,
    faults_interrupts,
    faults_limits,
    faults_processes,
    trials,
)


def quiet(message):
    """Say nothing."""


def test_a_flipped_bit_is_noticed(tmp_path):
    found = faults_damage.measure(3, tmp_path, quiet)
    assert found["unwanted"] == []
    assert all(row["trials"] == 3 for row in found["rows"].values())


def test_a_killed_writer_leaves_the_old_or_the_new(tmp_path):
    found = faults_processes.kills(1, tmp_path, quiet)
    assert found["unwanted"] == []
    assert all(row["old"] + row["new"] == 1 for row in found["rows"].values())


def test_children_of_a_busy_process_go_on(tmp_path):
    found = faults_processes.forks(2, tmp_path, quiet)
    assert found["unwanted"] == []


def test_a_bad_disk_is_told_and_harms_nothing(tmp_path):
    found = faults_disks.measure(tmp_path, quiet, mounts=False)
    assert found["unwanted"] == []
    assert len(found["rows"]) == 15


def test_an_interrupted_fit_leaves_what_was_or_what_is_made(tmp_path):
    found = faults_interrupts.measure(1, tmp_path, quiet)
    assert found["unwanted"] == []
    assert all(row["interrupts"] == 1 for row in found["rows"].values())


def test_memory_is_given_back(tmp_path):
    assert faults_limits.memory(1, 4, tmp_path, quiet)["unwanted"] == []


def test_threads_wait_for_no_server(tmp_path):
    assert faults_limits.http(8, tmp_path, quiet)["unwanted"] == []


def test_outcomes_are_told_apart():
    wanted = {"a": np.ones(3, np.float32), "b": ["x"]}

    def fail(error):
        raise error

    for work, name in [
        (lambda: {"a": np.ones(3, np.float32), "b": ["x"]}, trials.RIGHT),
        (lambda: {"a": np.ones(3), "b": ["x"]}, trials.WRONG),
        (lambda: {"a": np.ones(3, np.float32), "b": ["y"]}, trials.WRONG),
        (lambda: fail(ValueError("the file thing is damaged")), trials.REFUSED),
        (lambda: fail(ValueError("damaged")), trials.FAILED),
        (lambda: fail(TypeError("thing")), trials.FAILED),
        (lambda: fail(SystemExit), trials.CRASHED),
        (lambda: __import__("time").sleep(60), trials.CRASHED),
    ]:
        assert trials.judged(work, wanted, named="thing", seconds=0.5).name == name
    assert trials.judged(lambda: fail(TypeError()), 1, named=None).name == trials.REFUSED
    counted = trials.counts([trials.Outcome(trials.RIGHT), trials.Outcome(trials.WRONG)])
    assert (counted["trials"], counted[trials.RIGHT], counted[trials.REFUSED]) == (2, 1, 0)


def test_one_bit_is_flipped(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(bytes(9))
    rng = np.random.default_rng(0)
    for _ in range(20):
        said = trials.flip_a_bit(tmp_path, rng)
        path, bit = tmp_path / said.partition(",")[0], int(said.split()[-1])
        assert int.from_bytes(path.read_bytes(), "little") == 1 << bit
        path.write_bytes(bytes(9))


def test_a_fit_that_is_not_all_or_nothing_is_noticed():
    class Careless:
        def fit(self, X):
            self.first = X
            self.second = sum(X)
            self.third = X[::-1]
            return self

        def transform(self, rows):
            return np.array([*self.first, self.second, *self.third], float)

    case = faults_interrupts.Case(Careless().fit([1, 2]), {"X": [3, 4]}, [None])
    here = faults_interrupts.PACKAGE
    try:
        faults_interrupts.PACKAGE = __file__
        row, bad = faults_interrupts._interrupted(case, 12, np.random.default_rng(0))
    finally:
        faults_interrupts.PACKAGE = here
    assert row["neither"] > 2
    assert row["as before"] > 0
    assert any("neither after an interrupt" in line for line in bad)


def test_the_command_tells_writes_and_answers_with_its_code(tmp_path, monkeypatch, capsys):
    out = tmp_path / "found.json"
    rows = {"a cache": {"trials": 3, "right": 3}}
    answers = {"disks": {"rows": rows, "unwanted": []}}
    monkeypatch.setattr(faults, "start", lambda name, quick: name)
    monkeypatch.setattr(faults, "result_of", lambda name: answers[name])
    assert faults.main(["--part", "disks", "--quick", "--out", str(out)]) == 0
    assert json.loads(out.read_text("utf-8"))["trouble with the disk"] == rows
    answers["disks"]["unwanted"] = ["a cache: wrong"]
    assert faults.main(["--part", "disks"]) == 1
    assert "as it must not be:\na cache: wrong" in capsys.readouterr().out


def test_a_part_runs_in_a_process_of_its_own(monkeypatch, capsys):
    monkeypatch.setattr(faults, "measured", lambda name, quick: {"rows": {}, "unwanted": [name]})
    assert faults.main(["--here", "--part", "forks"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": {}, "unwanted": ["forks"]}
    process = faults.start("nothing of this name", quick=True)
    with pytest.raises(RuntimeError, match="ended with code 2"):
        faults.result_of(process)
