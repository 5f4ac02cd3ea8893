"""The measurement of the advice runs and counts right."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import report as benchmark
from tests.test_benchmarks import data_folder, results  # noqa: F401  (fixtures)


# The tiny model takes few tokens.
@pytest.mark.filterwarnings("ignore:.* are longer than the model takes")
@pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning")
def test_the_advice_is_followed_and_priced(
    data_folder,  # noqa: F811  (a fixture's name)
    tiny_sentence_bert,
    tmp_path,
    results,  # noqa: F811  (a fixture's name)
    capsys,
):
    options = ["--data", str(data_folder), "--encoder", str(tiny_sentence_bert), "--lang", "ko"]
    benchmark.main([*options, "--html", str(tmp_path / "pages")])
    cases = json.loads((results / "report.json").read_text("utf-8"))["cases"]
    assert [case["encoders"] for case in cases] == ["an encoder per language", "one encoder"]
    printed = capsys.readouterr().out
    for case in cases:
        accuracy = case["accuracy"]
        assert case["best_accuracy"] == max(accuracy.values()) == accuracy[case["best"]]
        assert case["loss"] == pytest.approx(case["best_accuracy"] - accuracy[case["advised"]])
        assert case["loss"] <= 0.01
        blind = case["best_accuracy"] - accuracy[case["advised_without_labels"]]
        assert case["loss_without_labels"] == pytest.approx(blind)
        assert np.all(np.array(case["loss_on_the_other_half"]) >= 0)
        assert f"{case['best_accuracy']:.3f}" in printed
    assert cases[0]["no_map_is_as_good"] is None
    assert cases[1]["no_map_is_as_good"] is not None
    assert len(list((tmp_path / "pages").iterdir())) == 4
