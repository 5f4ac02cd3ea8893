"""The pages of results are what the result files say, whatever they say."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    choosing,
    choosing_tables,
    estimate as estimating,
    estimate_choice,
    quality_score,
    real_data,
    real_encoders,
    real_methods,
    results,
    results_short,
    results_tables,
    retrieval,
    rows_page,
    sts,
    suggest,
    tuning,
    untouched,
    word_alignment,
)
from benchmarks.markdown import figure, table

BENCHMARKS = Path(results.__file__).parent
README = BENCHMARKS / "README.md"
FILES = results.read(real_data.RESULTS)
VERSIONS = {"langalign-sk": "0.1.0"}


def measured(seed=0):
    """A small result of every form, of made-up figures, by the measurements' own functions."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((60, 6)).astype(np.float32)
    hits = {name: rng.random(40).round() for name in ("plain", "native")}
    case = {
        "settings": ["a", "b"],
        "n_test": 90,
        "accuracy": [0.31, 0.62],
        "scores": {"soft": [0.1, 0.2]},
        "few": {"correlation": 0.5, "lost": 1.5},
    }
    guess = {"case": "topics", "unlabeled": True, "accuracy": 0.61, "n_test": 90, "estimate": 0.66}
    guess |= {"interval": [0.5, 0.7], "reliable": True, "source_accuracy": 0.8, "floor": 0.6}
    guess |= {"task": "topics", "setting": "apart", "n_labelled": 500, "n_held_out": 900}
    guesses = [guess, guess | {"setting": "shared"}, guess | {"task": "genres"}]
    guesses += [one | {"unlabeled": False} for one in guesses]
    draws = {s: {n: list(rng.random(4)) for n in suggest.LABELS} for s in suggest.STRATEGIES}
    words = word_alignment.scored([[(0, 0)]] * 3, [[(0, 0)], [(0, 0), (1, 1)], [(0, 1)]])
    cell = {"n": 90, "accuracy": 0.62, "difference": -0.1, "interval": [-0.2, 0.1]}
    section = {
        "accuracy": {"ridge, GCV": {"100": 0.41, "all": 0.57}, "alpha = 1": {"100": 9, "all": 9}},
        "gain_over_ridge": {"whitened": {"100": [0.1, 0.05, 0.15], "all": [0.2, 0.1, 0.3]}},
    }
    advice = {
        "setting": "shared",
        "task": "topics",
        "lang": "ko",
        "pairs": 90,
        "n": 90,
        "chosen_on": False,
        "accuracy": {"ridge": 0.62, "no map, the ko encoder for both": 0.61},
        "best": "ridge",
        "advised": "no map, the ko encoder for both",
        "loss": 0.004,
        "loss_with_labels": 0.024,
    }
    right = {"right": 31, "n": 90, "accuracy": 0.34, "interval": [0.26, 0.45]}
    cases = {"ko": hits}
    texts = [("topics", "ko"), ("intents", "it"), ("genres", "ko")]
    table = {
        real_encoders.Place("shared", 1000, *at, name): real_methods.Cell(
            rng.random(40) < 0.6 + 0.2 * (name == real_methods.NATIVE), 1.5, []
        )
        for at in texts
        for name in (real_methods.NATIVE, real_methods.NO_MAP, real_methods.RECIPE)
    }
    skews = {"demo text, ko, apart": {"balanced": {m: list(rng.random(3)) for m in ("a", "b")}}}
    met = {
        "asked": "shared",
        "least": -0.003,
        "reached": -0.012,
        "met": True,
        "cells": 7,
        "enough": 0.02,
    }
    forms = {
        "real_encoders": {
            "n_topics": 40,
            "sections": {"shared": real_encoders.sections(table, "shared")},
            "skew": skews,
            "asked": [met],
        },
        "transfer": {
            "accuracy": {"ko": {"ridge": right}},
            "share_of_ceiling": {"ko": {"ridge": [0.8, 0.7, 0.9]}},
        },
        "quality": {
            "repeats": 2,
            "sections": {"all pairs": quality_score.summary(cases, {"ko": hits["native"]})},
            "sentiment": {
                "n": 90,
                "methods": {"ridge": {"accuracy": 0.62, "share": [0.8, 0.7, 0.9]}},
            },
            "costs": {"ridge": {"parameters": 147840, "seconds": 0.25}},
        },
        "untouched": {
            "mean_over": "both",
            "sections": {"all pairs": untouched.table(cases, {"ko": hits["native"]})},
        },
        "penalty": {"items": 90, "round trip": section, "reverse, fixed head": section},
        "wrong_pairs": {"accuracy": {"ko": {"0.3": {"trim": cell | {"estimated": "0.285"}}}}},
        "gate": {"n_held_out": 90, "share_right": {"en, ko": {"en": [0.9, 1.0], "ko": [0.8, 0.9]}}},
        "choosing": {"cases": {"topics": choosing.judged(case)}},
        "estimate": {
            "summary": estimating.summarised(guesses),
            "confirmed": estimate_choice.confirmed(guesses, estimating.errors),
            "estimates": guesses,
        },
        "inference": {
            "lines": [
                {
                    "way": "a",
                    "n": 9,
                    **{
                        lang: {"accuracy": 0.5, "low": 0.4, "high": 0.6, "above": [0.1, 0.0, 0.2]}
                        for lang in ("en", "ko")
                    },
                }
            ],
            "seconds": {"tuning": 1200.0},
        },
        "paper": {
            "cells": [
                {"task": task, "setting": "apart", "method": "FC", "n": 90, "accuracy": 0.61}
                | {"low": 0.52, "high": 0.7, "seeds": [0.6, 0.62]}
                for task in ("inference", "sentiment")
            ]
        },
        "suggest": {
            "cases": {
                "topics": suggest.summarised(
                    {"without": [0.3, 0.4], "found": draws, "n_test": 90, "n_pool": 50}
                )
            }
        },
        "report": {"cases": [advice]},
        "retrieval": {"retrieval": {"ko": {"one: ridge": retrieval.figures(rows, rows + 0.5)}}},
        "migration": {
            "cells": {
                "A to B, 500": {
                    "langalign": {"mean": 0.61, "sts": 0.42, "topics": 0.93, "tatoeba": 0.58},
                    "interval": [0.55, 0.67],
                    "map": "kernel",
                    "peers": {"rotation": {"mean": 0.57}},
                    "best_peer": "rotation",
                    "ahead": 0.04,
                    "ahead_interval": [-0.01, 0.09],
                    "classifier_kept": 0.97,
                }
            },
            "classifiers": {
                "A to B": {"old": 0.8, "mapped": 0.76, "kept": 0.95, "low": 0.9, "high": 1.1}
            },
        },
        "word_alignment": {"word_alignment": {"ja": {"argmax": words}}},
        "sts": {"sts": {"ko": {"ridge": sts.correlation([(rows, rows + 0.5)], rows[:, 0])}}},
        "tuning": {
            "n_labels": 90,
            "tuning": {
                way: tuning.summary([{way: list(rng.random(2))} for _ in range(3)], way)
                for way in (tuning.ENGLISH, tuning.RECIPE)
            },
        },
        "runtimes": {
            "texts": 9,
            "found": {
                "a pipeline": {
                    "texts": 9,
                    "labels that differ": 0,
                    "largest difference of a probability": 1.5e-7,
                    "imported by run.py": [],
                    "MB on disk": {"safe": 9.5, "onnx": 8.5},
                    "processes": {
                        way: dict.fromkeys(
                            ("start s", "p50 ms", "p95 ms", "MB", "seconds for all"), 1.25
                        )
                        for way in ("safe", "onnx")
                    },
                }
            },
        },
        "closed_forms": {"pairs": 9, "figures": {"ridge": {"figure": "3.41 s", "limit": "5 s"}}},
        "retrieval_speed": {"figures": {"ratio": {"value": 1.234, "limit": "<= 2"}}},
        "network": {"pairs": 9, "rows": [{"network": "fc", "seconds": 12.5, "epochs": 8}]},
        "cost": {"figures": {"clone": "0.041 ms"}},
        "grid_encodes": {"n": 9, "figures": {"ours": {"texts": 701.0, "score": 0.8123}}},
        "cache_stores": {
            "batch_1": {"ours": {"cold": {"p50": 1.25}, "warm": {"p95": 2.5}}, "ratio": 1.75},
            "batch_32": [{"store": "ours", "p50": 3.5}],
        },
        "faults": {
            "one flipped bit in": {"cache on disk": {"trials": 300, "right": 299}},
            "trouble with the disk": {"full disk, cache": {"outcome": "right, 1 warning"}},
        },
        "house": {"figures": {"files": {"before": 211, "now": 190}}},
        "disk_cache": {"figures": {"looked up, s": 0.412, "lost, wrong": "0, 0", "twice": 256}},
    }
    return {name: form | {"versions": VERSIONS} for name, form in forms.items()}


FORMS = measured()


def cells(page):
    """Cells of all tables but the heads and first columns."""
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        for line in block.splitlines()[2:]:
            yield from (cell.strip() for cell in re.split(r"(?<!\\)\|", line)[2:-1])


def other(value):
    """The same form with every figure another one; names stay."""
    if isinstance(value, dict):
        keep = ("versions", "command")
        return {key: part if key in keep else other(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [other(part) for part in value]
    if isinstance(value, str):
        return re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), value)
    if isinstance(value, bool) or value is None:
        return value
    return value + 1 if isinstance(value, int) else value / 2 + 0.0617


def words(value):
    """Every name that a result file holds."""
    if isinstance(value, dict):
        return {str(key) for key in value} | {w for part in value.values() for w in words(part)}
    if isinstance(value, list | tuple):
        return {word for part in value for word in words(part)}
    return set()


def test_the_page_is_made_of_the_files_and_of_nothing_else():
    assert results.PAGE.read_text("utf-8") == results.rendered(FILES), (
        "run python -m benchmarks.results"
    )


def test_so_is_the_short_page():
    page = results_short.PAGE.read_text("utf-8")
    assert page == results_short.rendered(FILES), "run python -m benchmarks.results"


def test_no_figure_of_the_short_page_is_written_by_hand():
    names = ("real_encoders", "report", "estimate", "suggest")
    found = {name: FILES[name] for name in names}
    changed = {name: other(result) for name, result in found.items()}
    for line in changed["real_encoders"]["sections"].values():
        for one, was in zip(line, found["real_encoders"]["sections"]["shared"], strict=False):
            one["pairs"] = was["pairs"]  # says which row it is
    for case in changed["suggest"]["cases"].values():
        assert case["strategies"]
    before, after = (list(cells(results_short.rendered(r))) for r in (found, changed))
    figures = [(a, b) for a, b in zip(before, after, strict=True) if re.search(r"\d", a)]
    assert len(figures) > 50
    assert all(a != b for a, b in figures)


def test_the_page_on_choosing_too():
    page = choosing_tables.PAGE.read_text("utf-8")
    assert page == choosing_tables.rendered(page), "run python -m benchmarks.choosing_tables"


def test_the_command_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "PAGE", tmp_path / "all.md")
    monkeypatch.setattr(results_short, "PAGE", tmp_path / "short.md")
    monkeypatch.setattr(rows_page, "PAGE", tmp_path / "literature.md")
    results.main()
    assert (tmp_path / "all.md").read_text("utf-8") == results.rendered(FILES)
    assert (tmp_path / "short.md").read_text("utf-8") == results_short.rendered(FILES)


@pytest.mark.parametrize("name", FORMS)
def test_no_figure_is_written_by_hand(name):
    """With every figure of the file another one, so is every figure of the tables."""
    result = FORMS[name]
    before, after = (list(cells(results.section(name, found))) for found in (result, other(result)))
    names = words(result)
    compared = [
        (a, b) for a, b in zip(before, after, strict=True) if re.search(r"\d", a) and a not in names
    ]
    assert compared
    assert all(a != b for a, b in compared)


@pytest.mark.parametrize("name", FORMS)
def test_rendering_leaves_the_result_as_it_is(name):
    result = copy.deepcopy(FORMS[name])
    assert results.section(name, result) == results.section(name, result)
    assert result == FORMS[name]


def test_every_form_with_a_table_of_its_own_is_tried_here():
    assert set(results_tables.TABLES) <= set(FORMS)


def test_what_is_not_measured_is_not_there():
    page = results.rendered({"sts": FORMS["sts"]})
    assert re.findall(r"python -m benchmarks\.(\w+)", page) == ["results", "sts"]
    assert page.count("\n## ") == page.count("\n### ") == 1
    everything = results.rendered(FORMS)
    assert everything.count("\n### ") == len(FORMS)


def test_an_accuracy_stands_with_its_interval_and_number_of_items():
    page = results.section("wrong_pairs", FORMS["wrong_pairs"])
    row = next(line for line in page.splitlines() if line.startswith("| ko"))
    # Wilson by hand: 56 of 90.
    assert row == (
        "| ko | 0.3 | trim | 0.620 [0.519, 0.715] | -0.100 [-0.200, +0.100] | 0.285 | 90 |"
    )


def test_a_result_that_lacks_something_is_refused():
    broken = copy.deepcopy(FORMS["retrieval"])
    del broken["retrieval"]["ko"]["one: ridge"]["csls"]
    with pytest.raises(KeyError, match="csls"):
        results.section("retrieval", broken)
    with pytest.raises(ValueError, match="no group of figures"):
        results.section("cost", {"versions": VERSIONS, "n": 9})
    with pytest.raises(KeyError, match="versions"):
        results.section("cost", {"figures": {"clone": "1 ms"}})
    with pytest.raises(TypeError, match="not one figure"):
        results.section("network", {"rows": [{"seconds": [1, 2]}], "versions": VERSIONS})
    with pytest.raises(FileNotFoundError):
        results.rendered({"nothing_of_this_name": FORMS["cost"]})
    with pytest.raises(ValueError, match="docstring of tasks.py"):
        results.described("tasks")


def test_groups_of_any_form_become_tables():
    page = results.section("cache_stores", FORMS["cache_stores"])
    assert page.partition("0.1.0\n\n")[2] == (
        "| batch 1 | p50 | p95 | figure |\n|---|---:|---:|---:|\n"
        "| ours, cold | 1.25 |  |  |\n| ours, warm |  | 2.5 |  |\n| ratio |  |  | 1.75 |\n\n"
        "| batch 32 | store | p50 |\n|---|---:|---:|\n|  | ours | 3.5 |\n"
    )


def test_a_table_keeps_its_shape_whatever_is_in_a_cell():
    made = table([["", "said"], ["500", "first | then\nagain"]])
    assert made == "|  | said |\n|---|---:|\n| 500 | first \\| then again |\n"
    with pytest.raises(ValueError, match="unequal length"):
        table([["a", "b"], ["c"]])


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1004, "1,004"), (0.61234, "0.612"), (1234.5, "1,234"), (1e-10, "1e-10"), (True, "yes"),
     (None, ""), ("0 of 20", "0 of 20")],
)  # fmt: skip
def test_figures(value, shown):
    assert figure(value) == shown


def commands():
    """Modules of benchmarks/ that are run."""
    for path in sorted(BENCHMARKS.glob("*.py")):
        if 'if __name__ == "__main__":' in path.read_text("utf-8"):
            yield path.stem


def test_the_readme_lists_every_command_and_no_other():
    listed = re.findall(r"^\| `python -m benchmarks\.(\w+)[^`]*`", README.read_text("utf-8"), re.M)
    assert sorted(listed) == sorted(commands())


def test_every_measurement_says_what_it_measures():
    for name in commands():
        title, _ = results.described(name)
        assert title


def test_the_readme_says_where_every_file_comes_from():
    readme = README.read_text("utf-8")
    read = {
        name
        for path in BENCHMARKS.glob("*.py")
        for name in re.findall(r'/ "([\w-]+\.tsv(?:\.gz)?)"', path.read_text("utf-8"))
    }
    assert len(read) >= 4
    for name in read:
        row = next(line for line in readme.splitlines() if line.startswith("| `") and name in line)
        assert "](https://" in row or "NSMC" in row


def test_every_measurement_on_data_says_which():
    for path in BENCHMARKS.glob("*.py"):
        if "real_data.add_options(" in path.read_text("utf-8"):
            assert path.stem in results.DATA


@pytest.mark.parametrize("page", ["README.md", "docs/developer/tried.md"])
def test_figures_with_an_interval_are_those_of_the_results(page):
    root = Path(__file__).parent.parent
    interval = re.compile(r"\d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\]")
    told = set(interval.findall((root / page).read_text("utf-8")))
    assert told
    assert told <= set(
        interval.findall((root / "docs" / "developer" / "results.md").read_text("utf-8"))
    )
