"""Folders that are replaced whole or not at all, by exchange or by a file that names a version."""

import errno
import os
import re
import resource
import stat
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from langalign_sk._io import _atomic, atomic_folder, new_version

REPOSITORY = Path(__file__).resolve().parents[2]


class Exchanged:
    """A folder of which the whole is replaced."""

    @staticmethod
    @contextmanager
    def writing(target):
        with atomic_folder(target, marker="marker") as folder:
            (folder / "marker").write_text("")
            yield folder

    @staticmethod
    def rows(target):
        return target


class Pointed:
    """A folder of which the file "marker" says where its content is."""

    @staticmethod
    @contextmanager
    def writing(target):
        with new_version(target, pointer="marker") as version:
            version.pointer = f"it is {version.folder.name}"
            yield version.folder

    @staticmethod
    def rows(target):
        return target / (target / "marker").read_text().split()[-1]


KINDS = {"exchanged": Exchanged, "pointed": Pointed}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def write(kind, target, text):
    with kind.writing(target) as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "rows").write_text(text)
        (folder / "rows").write_text(text)


def read(kind, target):
    folder = kind.rows(target)
    inner = (folder / "inner" / "rows").read_text()
    assert (folder / "rows").read_text() == inner
    return inner


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def no_leftovers(kind, target):
    assert names(target.parent) == [target.name]
    if kind is Pointed:
        assert names(target) == sorted(["marker", kind.rows(target).name])
    return True


def test_a_folder_appears_whole_and_is_replaced_whole(kind, tmp_path):
    target = tmp_path / "deep" / "f"
    for text in ("first", "second"):
        write(kind, target, text)
        assert read(kind, target) == text
        assert no_leftovers(kind, target)
    with pytest.raises(TypeError):
        write(kind, target, 3)
    assert read(kind, target) == "second"
    assert no_leftovers(kind, target)
    with pytest.raises(TypeError):
        write(kind, tmp_path / "other", 3)
    assert names(tmp_path) == ["deep"]


def test_foreign_things_are_not_overwritten(kind, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    for target, message in (
        (tmp_path, "holds other files"),
        (tmp_path / "thesis.txt", "is a file"),
    ):
        with pytest.raises(ValueError, match=message), kind.writing(target):
            pytest.fail("must not be entered")
    (tmp_path / "empty").mkdir()
    write(kind, tmp_path / "empty", "x")
    assert read(kind, tmp_path / "empty") == "x"
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_where_there_are_no_locks_the_old_version_goes_all_the_same(kind, tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr("fcntl.flock", refuse)
    for text in ("old", "new"):
        write(kind, tmp_path / "f", text)
    assert read(kind, tmp_path / "f") == "new"
    assert no_leftovers(kind, tmp_path / "f")


def test_a_link_stays_a_link_and_rights_stay(kind, tmp_path):
    write(kind, tmp_path / "real", "old")
    (tmp_path / "real").chmod(0o750)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(kind, tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert read(kind, tmp_path / "real") == "new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o750


def test_readers_find_one_version_or_the_other_at_every_instant(kind, tmp_path):
    target, done = tmp_path / "f", threading.Event()
    write(kind, target, "0")
    seen, wrong = set(), []

    def look():
        while not done.is_set():
            try:
                seen.add((kind.rows(target) / "rows").read_text())
            except FileNotFoundError as error:
                # The version named a moment ago has gone; the folder itself never has.
                if kind is Exchanged or not (target / "marker").exists():
                    wrong.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for number in range(1, 60):
            write(kind, target, str(number))
    finally:
        done.set()
        reader.join()
    assert not wrong
    assert len(seen) > 1


WRITER = """
import sys
from pathlib import Path
from tests.io import test_atomic
kind, target = test_atomic.KINDS[sys.argv[1]], Path(sys.argv[2])
print("ready", flush=True)
for number in range(10**6):
    test_atomic.write(kind, target, str(number) * 50_000)
"""


def test_killed_writers_leave_a_whole_folder_and_are_swept_up_after(kind, tmp_path):
    target, rng = tmp_path / "f", np.random.default_rng(0)
    write(kind, target, "0")
    name = next(name for name, one in KINDS.items() if one is kind)
    for _ in range(2):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, name, str(target)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.01, 0.2))
        writer.kill()
        writer.communicate()
        text = read(kind, target)
        assert len(text) == 1 or text == str(int(text[: len(text) // 50_000])) * 50_000
    write(kind, target, "end")
    assert no_leftovers(kind, target)


def test_what_a_living_writer_has_begun_is_left_alone(kind, tmp_path):
    target = tmp_path / "f"
    with kind.writing(target) as folder:
        (folder / "rows").write_text("slow")
        write(kind, target, "quick")
        assert read(kind, target) == "quick"
        assert (folder / "rows").read_text() == "slow"
        (folder / "inner").mkdir()
        (folder / "inner" / "rows").write_text("slow")
    assert read(kind, target) == "slow"
    assert no_leftovers(kind, target)


def test_everything_is_on_the_disk_before_the_name_leads_to_it(kind, tmp_path, monkeypatch):
    target = tmp_path / "f"
    write(kind, target, "old")
    events = []
    real_sync, real_replace, real_exchange = os.fsync, os.replace, _atomic._exchange

    def sync(descriptor):
        events.append(os.fstat(descriptor).st_ino)
        real_sync(descriptor)

    def replace(*args):
        events.append("replaced")
        real_replace(*args)

    def exchange(*args):
        events.append("replaced")
        return real_exchange(*args)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(_atomic, "_exchange", exchange)
    write(kind, target, "new")
    at = events.index("replaced")
    assert events.count("replaced") == 1
    rows = kind.rows(target)
    synced = [*rows.rglob("*"), rows, target / "marker"] + [target] * (kind is Pointed)
    assert {path.stat().st_ino for path in synced} <= set(events[:at])
    assert (tmp_path if kind is Exchanged else target).stat().st_ino in events[at:]


def test_where_folders_cannot_change_names_in_one_step(tmp_path, monkeypatch):
    monkeypatch.setattr(_atomic, "_exchange", lambda one, other: False)
    target = tmp_path / "f"
    for text in ("first", "second"):
        write(Exchanged, target, text)
        assert read(Exchanged, target) == text
    real, calls = os.rename, []

    def fail_once(*args):
        calls.append(args)
        if len(calls) == 2:
            raise OSError("disk on fire")
        real(*args)

    monkeypatch.setattr(os, "rename", fail_once)
    with pytest.raises(OSError, match="on fire"):
        write(Exchanged, target, "third")
    assert read(Exchanged, target) == "second"
    assert no_leftovers(Exchanged, target)


def test_an_interrupt_after_the_file_names_the_new_version(tmp_path, monkeypatch):
    target = tmp_path / "f"
    write(Pointed, target, "old")

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(_atomic, "_remove_abandoned", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(Pointed, target, "new")
    monkeypatch.undo()
    assert read(Pointed, target) == "new"
    write(Pointed, target, "newer")
    assert no_leftovers(Pointed, target)


def test_a_full_disk_is_told_with_the_name_of_the_folder_and_leaves_the_old_one(kind, tmp_path):
    target = tmp_path / "f"
    write(kind, target, "old")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, limit[1]))
    try:
        with pytest.raises(OSError, match=re.escape(f"'{target}'")):
            write(kind, target, "x" * 100_000)
        with (
            pytest.raises(OSError, match=rf"^{re.escape(str(target))}: .* written$"),
            kind.writing(target) as folder,
        ):
            np.save(folder / "rows.npy", np.zeros(10_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert read(kind, target) == "old"
    assert no_leftovers(kind, target)


def test_files_that_may_not_be_written_are_brought_to_the_disk_as_well(kind, tmp_path):
    with kind.writing(tmp_path / "f") as folder:
        (folder / "rows").write_text("x")
        (folder / "rows").chmod(0o400)
    assert (kind.rows(tmp_path / "f") / "rows").read_text() == "x"
