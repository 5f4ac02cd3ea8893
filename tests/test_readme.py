"""The README's example does what the README says, and its commands and files exist."""

import doctest
import re
from pathlib import Path

import pytest

from langalign_sk._demo import _experiment

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"]
PAGES += sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)


@pytest.fixture(scope="module")
def example():
    """What the names of the README's example stand for after it ran."""
    names = {}
    for step in doctest.DocTestParser().get_examples(README.read_text("utf-8")):
        exec(compile(step.source, str(README), "single"), names)
    return names


def test_example_is_within_a_point_of_the_best_method_of_the_demo(example):
    data = example["data"]
    scores = _experiment.compare(data, _experiment.fit_encoders([data]))
    best = max(score.accuracy for score in scores if score.method in _experiment.ALIGNERS)
    assert best > 0.5
    assert example["accuracy"] >= best - 0.01


def test_example_learns_from_english_alone(example):
    assert all(text.isascii() for text in example["data"].train_texts)


def test_figures_are_those_of_the_measurement():
    section = README.read_text("utf-8").split("## On real text")[1].split("## ")[0]
    told = [line for line in section.splitlines() if line.startswith("|")]
    page = (ROOT / "docs" / "results.md").read_text("utf-8")
    measured = (
        page.split("### One encoder reads both languages")[1].split("\n## ")[0].split("### ")[0]
    )
    assert len(told) > 4
    assert [line for line in measured.splitlines() if line in told] == told


def test_it_is_read_in_a_minute():
    assert len(README.read_text("utf-8").splitlines()) < 100


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_exist(page):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_blocks_are_run(page):
    """A block of Python without prompts would be shown but never tested."""
    for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        assert block.startswith(">>> "), block
