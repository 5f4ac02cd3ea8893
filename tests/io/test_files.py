"""One file: whole or not at all, with its rights, and never in the place of a device."""

import os
import re
import resource
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from langalign_sk._io import atomic_file

ROOT = os.geteuid() == 0


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def write(path, data=b"new", **options):
    with atomic_file(path, **options) as file:
        file.write(data)


def test_a_file_appears_whole(tmp_path):
    target = tmp_path / "new" / "a.npy"
    with atomic_file(target) as file:
        file.write(b"half")
        file.flush()
        assert not target.exists()
        assert next(target.parent.iterdir()).suffix == ".npy"
        file.write(b" whole")
    assert target.read_bytes() == b"half whole"
    assert list(target.parent.iterdir()) == [target]


def test_an_error_leaves_the_old_file(tmp_path):
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_file(target) as file:
        file.write(b"half" * (1 // 0))
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(ValueError, match="is a folder"), atomic_file(tmp_path):
        pytest.fail("must not be entered")


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    (tmp_path / "dangling").symlink_to("later")
    write(tmp_path / "dangling")
    assert (tmp_path / "later").read_text() == "new"


def test_new_files_are_the_writers_own_and_old_ones_keep_their_rights(tmp_path):
    umask = os.umask(0o022)
    try:
        write(tmp_path / "texts")
        write(tmp_path / "marker", private=False)
        (tmp_path / "old").touch()
        (tmp_path / "old").chmod(0o664)
        write(tmp_path / "old")
    finally:
        os.umask(umask)
    assert mode(tmp_path / "texts") == 0o600
    assert mode(tmp_path / "marker") == 0o644
    assert mode(tmp_path / "old") == 0o664
    assert (tmp_path / "old").read_bytes() == b"new"


@pytest.mark.skipif(not ROOT, reason="only root may give a file to someone else")
def test_an_old_file_keeps_its_owner(tmp_path):
    target = tmp_path / "a"
    target.touch()
    os.chown(target, 1234, 4321)
    target.chmod(0o640)
    write(target)
    found = target.stat()
    assert (found.st_uid, found.st_gid, mode(target)) == (1234, 4321, 0o640)


def test_a_pipe_is_written_through(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join()
    assert read == [b"new"]
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_device_stays_a_device(tmp_path):
    before = os.stat("/dev/null")
    write("/dev/null")
    after = os.stat("/dev/null")
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


INTO_STDOUT = """
import sys
from langalign_sk._io import atomic_file
for name in sys.argv[1:]:
    with atomic_file(name) as file:
        file.write(b"through ")
"""


def test_standard_output_goes_where_the_shell_sends_it(tmp_path):
    (tmp_path / "link").symlink_to("/dev/stdout")
    names = ["/dev/stdout", "/dev/fd/1", str(tmp_path / "link")]
    command = [sys.executable, "-c", INTO_STDOUT, *names]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"through " * 3
    out = tmp_path / "out"
    out.write_bytes(b"before ")
    number = out.stat().st_ino
    with out.open("ab") as file:  # as the shell's >> does: neither cut nor replaced
        subprocess.run(command, stdout=file, check=True)
    assert out.read_bytes() == b"before " + b"through " * 3
    assert out.stat().st_ino == number
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "out"]


def test_the_file_reaches_the_disk_before_its_name_and_then_the_folder(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace

    def synced(descriptor):
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def replaced(*names):
        done.append("name")
        replace(*names)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    write(tmp_path / "a")
    assert done == ["file", "name", "folder"]


KILLED = """
import sys, time
from langalign_sk._io import atomic_file
with atomic_file(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_writer_left_goes_at_the_next_write_and_a_living_one_is_let_be(tmp_path):
    target = tmp_path / "predictions.tsv"
    foreign = tmp_path / ".notes-predictions.tsv"
    foreign.touch()
    writers = [
        subprocess.Popen([sys.executable, "-c", KILLED, target], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        for writer in writers:
            writer.stdout.readline()
        writers[0].send_signal(signal.SIGKILL)
        writers[0].wait()
        assert len(list(tmp_path.iterdir())) == 3
        write(target)
        assert target.read_bytes() == b"new"
        left = set(tmp_path.iterdir()) - {target, foreign}
        assert [path.read_bytes() for path in left] == [b"half"]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
            writer.stdout.close()
    write(target)
    assert set(tmp_path.iterdir()) == {target, foreign}


def test_without_locks_only_old_leftovers_go(tmp_path, monkeypatch):
    monkeypatch.setattr("langalign_sk._io._files.fcntl", None)
    young, old = tmp_path / ".0123456789ab-a", tmp_path / ".ba9876543210-a"
    young.touch()
    old.touch()
    os.utime(old, (0, time.time() - 2 * 86_400))
    write(tmp_path / "a")
    assert set(tmp_path.iterdir()) == {young, tmp_path / "a"}


def test_long_names_can_be_written(tmp_path):
    target = tmp_path / ("글" * 85)
    write(target)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_full_disk_is_told_with_the_name_of_the_file_and_leaves_the_old_one(tmp_path):
    target = tmp_path / "a"
    target.write_bytes(b"old")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
    try:
        with pytest.raises(OSError, match=re.escape(f"'{target}'")):
            write(target, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
