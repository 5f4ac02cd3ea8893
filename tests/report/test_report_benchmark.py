"""The measurement of the advice runs, counts right and goes on where it was stopped."""

from __future__ import annotations

import json

import pytest

from benchmarks import report as benchmark
from tests.test_benchmarks import data_folder, english, results  # noqa: F401  (fixtures)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_the_advice_is_followed_and_priced(
    data_folder,  # noqa: F811  (a fixture's name)
    english,  # noqa: F811  (a fixture's name)
    tmp_path,
    results,  # noqa: F811  (a fixture's name)
    capsys,
):
    options = ["--data", str(data_folder), "--cache", str(tmp_path), "--lang", "ko"]
    options += ["--setting", "n-gram", "--task", "topics", "--pairs", "100"]
    benchmark.main(options)
    (case,) = json.loads((results / "report.json").read_text("utf-8"))["cases"]
    accuracy = case["accuracy"]
    assert accuracy[case["best"]] == max(accuracy.values())
    assert case["loss"] == pytest.approx(max(accuracy.values()) - accuracy[case["advised"]])
    assert case["loss_with_labels"] >= 0
    assert set(case["score"]) == set(accuracy)
    assert (case["n"], case["pairs"], case["chosen_on"]) == (240, 100, False)
    printed = capsys.readouterr().out
    assert f"{accuracy[case['best']]:.3f}" in printed
    assert "not chosen on: 1 cases" in printed
    seconds = case["seconds"]
    benchmark.main(options)
    (again,) = json.loads((results / "report.json").read_text("utf-8"))["cases"]
    assert again["seconds"] == seconds
