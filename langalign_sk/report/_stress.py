"""What the ways of a report lose where the target texts are changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from langalign_sk.report._result import TransferReport
from langalign_sk.selection import stress_gap


def stressed(report: TransferReport, rows: Sequence[Any], y: Any, step: Any) -> TransferReport:
    """Return the report with what its candidates lose on the changed texts, and a sentence."""
    import pandas as pd

    # A saved pipeline of a translator's takes texts that are translated already.
    kinds = report.scores.set_index("candidate")["kind"]
    names = [name for name in report.models if kinds[name] != "translation"]
    seed = report.setting["random_state"]
    found = {
        name: stress_gap(report.fitted(name), rows, y, step, random_state=seed) for name in names
    }
    table = pd.DataFrame(
        [{"candidate": name, **asdict(one), "gap": one.gap} for name, one in found.items()]
    )
    advised = found.get(report.advice.candidate)
    words = {} if advised is None else {"stress": f"{type(step).__name__}: {advised.summary()}."}
    return replace(report, stress=table, sentences={**report.sentences, **words})
