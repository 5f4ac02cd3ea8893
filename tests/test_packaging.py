"""What surrounds the code: bounds, extras, pins and files of the package say the same."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "langalign_sk"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
EXTRAS = PROJECT["optional-dependencies"]
FOR_DEVELOPERS = {"test", "dev", "docs", "bench"}


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(*extras):
    """Names and lower bounds ("" for none) of the dependencies and what the extras ask for."""
    found = dict[str, str]()
    lines = PROJECT["dependencies"] + [line for extra in extras for line in EXTRAS[extra]]
    for line in lines:
        name, nested, bound = re.fullmatch(r"([\w-]+)(?:\[(.*)\])?(?:>=([\w.]+))?", line).groups()
        if name == "langalign-sk":
            found |= requirements(*nested.split(","))
        else:
            found[plain(name)] = bound or ""
    return found


def pins(file):
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {plain(name): version for name, version in pairs}


def test_the_oldest_versions_are_the_lower_bounds():
    bounds = {name: bound for name, bound in requirements("test").items() if bound}
    lowest = pins("constraints-lowest.txt")
    assert {name: lowest.get(name) for name in bounds} == bounds


@pytest.mark.parametrize(
    ("file", "extra"), [("constraints.txt", "dev"), ("constraints-lowest.txt", "test")]
)
def test_everything_asked_for_is_pinned(file, extra):
    assert requirements(extra).keys() <= pins(file).keys()


def test_extras_are_those_that_are_told_of():
    texts = [path.read_text(encoding="utf-8") for path in [*PACKAGE.rglob("*.py"), *told_in()]]
    named = re.findall(r"langalign[-_]sk\[([\w,-]+)\]|the extra ``?([\w-]+)``?", "\n".join(texts))
    told = {name for groups in named for group in groups for name in group.split(",") if name}
    assert told == EXTRAS.keys() - FOR_DEVELOPERS


def told_in():
    return [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]


def test_everything_imported_is_declared():
    declared = requirements(*EXTRAS.keys() - FOR_DEVELOPERS).keys()
    known = packages_distributions()
    modules = {"langalign_sk"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                modules.add(node.module.split(".")[0])
    foreign = modules - sys.stdlib_module_names - {"langalign_sk"}
    undeclared = {m for m in foreign if not declared & {plain(n) for n in known.get(m, ())}}
    assert undeclared == set()


def test_files_that_are_no_code_are_in_the_package():
    patterns = SETTINGS["tool"]["setuptools"]["package-data"]["langalign_sk"]
    files = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if path.is_file()}
    data = {name for name in files if not name.endswith((".py", ".pyc"))}
    assert "py.typed" in data
    assert {name for name in data if not any(fnmatch(name, p) for p in patterns)} == set()


def test_this_python_is_declared():
    running = f"Programming Language :: Python :: {sys.version_info[0]}.{sys.version_info[1]}"
    assert running in PROJECT["classifiers"]


def test_the_citation_is_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(cited["version"]) == PROJECT["version"]
    assert cited["authors"] == PROJECT["authors"]
    assert cited["license"] == PROJECT["license"]


def test_the_commit_hook_is_make_lint():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repo,) = hooks["repos"]
    assert [hook["entry"] for hook in repo["hooks"]] == ["make lint"]
