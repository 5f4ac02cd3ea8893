"""Write the pages of results from the result files: ``python -m benchmarks.results``."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import results_short, rows_page
from benchmarks.markdown import figure
from benchmarks.real_data import REPOSITORY, RESULTS
from benchmarks.results_tables import TABLES, plain

PAGE = REPOSITORY / "docs" / "developer" / "results.md"
HEAD = """# All measurements

Written by `python -m benchmarks.results` from the files in `benchmarks/results/`; a measurement
without a file is not here. The commands, the time each takes and where each data set comes from are
in [benchmarks](../../benchmarks/README.md). Unless a text says otherwise, an interval is the 95%
interval over test items, with the fitted models held fixed.
"""
#: Order of the page; a result file that is not named here comes last.
CHAPTERS = {
    "Labels carried to another language": (
        "real_encoders", "heads", "paper", "inference", "transfer", "quality", "untouched",
        "penalty", "wrong_pairs", "gate", "tuning",
    ),
    "Without target labels": (
        "choosing", "estimate", "suggest", "feedback", "report", "monitoring",
    ),
    "Translations found, similarity kept": (
        "retrieval", "mining", "sts", "word_alignment", "migration",
    ),
    "Time and memory": ("closed_forms", "retrieval_speed", "network", "cost", "many"),
    "Encoding": (
        "encode_speed", "latency", "service", "runtimes", "grid_encodes", "cache_stores",
        "cache_types", "disk_cache", "http_faults",
    ),
    "Injected faults, and the code itself": ("faults", "house"),
}  # fmt: skip
REST = "Further"
#: Measurements with a page of their own.
ELSEWHERE = ("rows",)
_TOPICS = "SIB-200, all 1,004 sentences; pairs from STS-B and Tatoeba"
_TASKS = (
    "SIB-200, genres of STS-B, film reviews (sentence polarity, NSMC); pairs from STS-B, Tatoeba"
)
#: What a measurement reads, where it reads anything.
DATA = {
    "real_encoders": "SIB-200, xSID, STS-B, film reviews (sentence polarity, NSMC); pairs from "
    "STS-B, Tatoeba, SIB-200",
    "paper": "XNLI (English, Korean), film reviews (sentence polarity, NSMC); pairs from STS-B and "
    "Tatoeba",
    "inference": "XNLI (English, Korean); pairs from STS-B and Tatoeba",
    "heads": "STS-B and KorSTS, SIB-200, xSID; pairs from STS-B and Tatoeba",
    "transfer": f"{_TOPICS}; unlabelled text from NSMC",
    "quality": f"{_TOPICS}; film reviews from sentence polarity and NSMC",
    "untouched": "SIB-200, all 1,004 sentences; pairs from STS-B and small_parallel_enja",
    "penalty": f"{_TOPICS}; unlabelled text from NSMC",
    "wrong_pairs": _TOPICS,
    "gate": "SIB-200",
    "choosing": f"{_TASKS}, SIB-200",
    "estimate": "SIB-200, xSID, STS-B, film reviews (sentence polarity, NSMC); pairs from STS-B, "
    "Tatoeba, SIB-200",
    "suggest": f"{_TASKS}, SIB-200",
    "monitoring": "SIB-200, xSID, film reviews (NSMC); pairs from STS-B and Tatoeba",
    "rows": "SIB-200, Tatoeba, STS-B, names of symbols from Unicode CLDR",
    "report": "SIB-200, xSID; pairs from STS-B and Tatoeba",
    "tuning": "SIB-200; pairs from STS-B and Tatoeba",
    "retrieval": "Tatoeba; pairs from STS-B",
    "mining": "Tatoeba; sentences without a partner from STS-B",
    "migration": "STS-B, SIB-200, Tatoeba (English)",
    "sts": "STS-B and KorSTS",
    "word_alignment": "word_pairs.tsv; pairs from Tatoeba, small_parallel_enja, "
    "korean-parallel-corpora, STS-B",
    "network": "pairs from STS-B and Tatoeba",
    "grid_encodes": "SIB-200",
    "encode_speed": "SIB-200 in four languages, STS-B, Tatoeba",
    "languages": "SIB-200, xSID; pairs from STS-B and Tatoeba",
    "latency": "SIB-200",
    "runtimes": "SIB-200 in four languages; pairs from Tatoeba",
    "http_faults": "SIB-200",
    "service": "SIB-200 in four languages, STS-B, Tatoeba",
    "cache_types": "SIB-200",
    "whole_way": "SIB-200, xSID; pairs from STS-B and Tatoeba",
    "feedback": "SIB-200, xSID; pairs from STS-B and Tatoeba",
}
#: What a result file says of a whole run that needs no saying, or stands elsewhere.
UNSAID = ("command", "english_encoder", "tag")
_LAST = (
    "`TransferClassifier` is not yet measured anew here with its last change, for weak encoders "
    "and unlabelled text ([what was tried](tried.md))"
)
#: Measured with an earlier `TransferClassifier`, and which one.
EARLIER = {
    "untouched": "`TransferClassifier` is the one of version 0.1.0 here; not yet measured anew",
    **dict.fromkeys(
        (
            "real_encoders", "transfer", "wrong_pairs", "choosing", "estimate", "suggest", "report",
            "heads", "paper",
        ),
        _LAST,
    ),
}  # fmt: skip


def main() -> None:
    found = read(RESULTS)
    PAGE.write_text(rendered(found), encoding="utf-8")
    results_short.PAGE.write_text(results_short.rendered(found), encoding="utf-8")
    if "rows" in found:
        rows_page.PAGE.write_text(rows_page.rendered(found["rows"]), encoding="utf-8")


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Return every result file by its name."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))
    }


def rendered(results: Mapping[str, dict[str, Any]]) -> str:
    """Return the page."""
    named = {name for names in CHAPTERS.values() for name in names}
    chapters = {**CHAPTERS, REST: tuple(sorted(results.keys() - named - {*ELSEWHERE}))}
    parts = [HEAD]
    for title, names in chapters.items():
        there = [name for name in names if name in results]
        parts += [f"## {title}\n"] * bool(there)
        parts += [section(name, results[name]) for name in there]
    return "\n".join(parts)


def section(name: str, result: dict[str, Any]) -> str:
    """What is measured, how, on what, the tables and the versions."""
    title, text = described(name)
    said = [f"Command: `python -m benchmarks.{name}`"]
    if name in DATA:
        said.append(f"Data: {DATA[name]}")
    if name in EARLIER:
        said.append(EARLIER[name])
    if "english_encoder" in result:
        said.append(f"English encoder: {result['english_encoder']}")
    settings = ", ".join(f"{key} {value}" for key, value in counted(result))
    said += [f"Run with: {settings}"] * bool(settings)
    versions = ", ".join(f"{package} {v}" for package, v in result["versions"].items())
    lines = "".join(f"- {line}\n" for line in [*said, f"Versions: {versions}"])
    tables = TABLES.get(name, plain)(result)
    return "\n".join([f"### {title}\n", *([f"{text}\n"] if text else []), lines, tables])


def counted(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a result file says of the whole run: counts, languages."""
    found = []
    for full, value in result.items():
        key = full.removeprefix("n_").replace("_", " ")
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            found.append((key, ", ".join(value)))
        elif full not in UNSAID and isinstance(value, int | float | str):
            found.append((key, figure(value)))
    return found


def described(name: str) -> tuple[str, str]:
    """Return the title of a measurement and what it does, out of its module's docstring."""
    source = (REPOSITORY / "benchmarks" / f"{name}.py").read_text("utf-8")
    first, _, rest = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")
    found = re.fullmatch(rf"(.+): ``python -m benchmarks\.{name}``\.", " ".join(first.split()))
    if found is None:
        raise ValueError(f"the docstring of {name}.py does not begin with a title and its command")
    return found[1], re.sub(r"``", "`", "\n".join(rest.strip().splitlines()))


if __name__ == "__main__":
    main()
