"""What ``import langalign_sk`` offers: its names, its rooms, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

import langalign_sk

LAZY = ["datasets", "measures", "migrate", "monitor", "plots", "report", "saved", "selection"]


def printed_by(code):
    """What a new process prints that runs the code after ``import langalign_sk``."""
    code = f"import sys\nimport langalign_sk\n{code}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_nothing_leaks_into_its_names():
    assert dir(langalign_sk) == sorted(langalign_sk.__all__)
    for name in ("sklearn", "TRANSFER_PARTS", "TRUSTED_MAPS", "LanguageGate"):
        assert not hasattr(langalign_sk, name)


def test_every_name_is_there():
    for name in langalign_sk.__all__:
        assert getattr(langalign_sk, name) is not None
    with pytest.raises(AttributeError, match="'langalign_sk' has no attribute 'nix'"):
        langalign_sk.nix  # noqa: B018  # to ask for it is the test


def test_rooms_are_loaded_at_their_first_use():
    loaded = f"print([room for room in {LAZY} if 'langalign_sk.' + room in sys.modules])\n"
    use = "assert langalign_sk.measures.linear_cka([[0], [1]], [[0], [2]]) == 1\n"
    rooms = f"assert all(getattr(langalign_sk, room).__all__ for room in {LAZY})\n"
    everything = "from langalign_sk import *\nprint(report.transfer_report.__name__)"
    printed = printed_by(loaded + use + loaded + rooms + everything)
    assert printed.splitlines() == ["[]", "['measures']", "transfer_report"]


def test_the_trusted_types_exist():
    trusted = langalign_sk.SKOPS_TRUSTED
    assert len(trusted) == len(set(trusted)) > 20
    assert all(name.startswith("langalign_sk.") for name in trusted)
