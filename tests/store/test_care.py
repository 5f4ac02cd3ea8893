"""Looking after a cache: info, verify, prune, as functions and from the command line."""

import json
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from langalign_sk.cli import main
from langalign_sk.store._care import parts, prune, verify
from langalign_sk.store._folder import segment_files
from tests.store.stores import forget, keys_of, rows, run


@pytest.fixture
def filled(disk_cache):
    """Three files of vectors of one encoder, one of another."""
    for start in range(0, 300, 100):
        disk_cache.put_many("one", keys_of(*range(start, start + 100)), rows(100, start=4 * start))
        forget()
    disk_cache.put_many("two", keys_of(*range(50)), rows(50, width=3))
    forget()
    return disk_cache


def folder_of(cache, n_files):
    (found,) = (
        p
        for p in Path(cache.path).iterdir()
        if p.is_dir() and len(list(p.glob("*.keys"))) == n_files
    )
    return found


def holds_everything(cache):
    found = cache.get_many("one", keys_of(*range(300)))
    np.testing.assert_array_equal(np.stack(found), rows(300))
    np.testing.assert_array_equal(
        np.stack(cache.get_many("two", keys_of(*range(50)))), rows(50, width=3)
    )
    return True


def test_info(filled, capsys):
    one, two = sorted(parts(Path(filled.path)), key=lambda part: -part.n_vectors)
    assert (one.n_vectors, one.widths, one.n_files) == (300, (4,), 6)
    assert (two.n_vectors, two.widths, two.n_files) == (50, (3,), 2)
    assert time.time() - one.used < 100
    assert main(["cache", "info", filled.path]) == 0
    printed = capsys.readouterr().out
    assert one.encoder[:12] in printed
    assert "350 vectors" in printed
    assert main(["cache", "info", "--json", filled.path]) == 0
    assert {part["n_vectors"] for part in json.loads(capsys.readouterr().out)} == {300, 50}


def test_verify_finds_what_is_wrong_and_changes_nothing(filled, capsys):
    assert verify(Path(filled.path)).problems == ()
    assert main(["cache", "verify", filled.path]) == 0
    folder = folder_of(filled, 3)
    flipped, cut, lost = sorted(folder.glob("*.rows"))
    data = bytearray(flipped.read_bytes())
    data[50] ^= 1
    flipped.write_bytes(data)
    os.truncate(cut, cut.stat().st_size - 1)
    lost.unlink()
    (folder / "more.keys").write_bytes(b"of another program")
    (folder / "notes.txt").write_text("mine")
    (Path(filled.path) / "notes.txt").write_text("mine")
    health = verify(Path(filled.path))
    assert health.n_vectors == 99 + 99 + 50
    assert len(health.problems) == 6
    for path, problem in (
        (flipped.with_suffix(".keys"), "1 of 100 vectors are damaged"),
        (cut.with_suffix(".keys"), "1 of 100 vectors are damaged"),
        (lost.with_suffix(".keys"), "its file of vectors is missing"),
        (folder / "more.keys", "is no file of this cache"),
        (folder / "notes.txt", "not a file of this cache"),
        (Path(filled.path) / "notes.txt", "not a file of this cache"),
    ):
        assert f"{path}: {problem}" in health.problems
    capsys.readouterr()
    assert main(["cache", "verify", filled.path]) == 1
    assert "problems: 6" in capsys.readouterr().out


def test_prune_merges_and_keeps_everything(filled):
    folder = folder_of(filled, 3)
    os.utime(max(folder.glob("*.keys")), (10**9, 10**9))
    index_of_old_files = filled.get_many("one", keys_of(0))  # another user of the cache
    assert index_of_old_files[0] is not None
    prune(Path(filled.path))
    assert len(segment_files(folder)) == 1
    assert holds_everything(filled)
    forget()
    assert holds_everything(filled)
    assert verify(Path(filled.path)).problems == ()


def test_prune_keeps_one_of_several_copies_and_no_damaged_one(filled):
    folder = folder_of(filled, 3)
    stem = max(segment_files(folder))
    for suffix in (".keys", ".rows"):
        copy = folder / f"{'0' * 16}{suffix}"
        copy.write_bytes(stem.with_name(stem.name + suffix).read_bytes())
    data = bytearray((folder / f"{'0' * 16}.rows").read_bytes())
    data[50] ^= 1
    (folder / f"{'0' * 16}.rows").write_bytes(data)
    assert prune(Path(filled.path)) > 0
    assert sum(part.n_vectors for part in parts(Path(filled.path))) == 350
    assert holds_everything(filled)


def test_prune_by_size_time_and_encoder(filled, capsys):
    folder = folder_of(filled, 3)
    for path in folder.glob("*"):
        os.utime(path, (10**9, 10**9))
    assert main(["cache", "prune", filled.path, "--unused", "30"]) == 0
    assert [part.n_vectors for part in parts(Path(filled.path))] == [50]
    (left,) = parts(Path(filled.path))
    with pytest.raises(ValueError, match="0 encoders whose name begins with 'zz'"):
        prune(Path(filled.path), encoder="zz")
    assert main(["cache", "prune", filled.path, "--encoder", left.encoder[:8]]) == 0
    assert parts(Path(filled.path)) == []
    assert "0 B left" in capsys.readouterr().out


def test_prune_to_a_size(filled):
    sizes = [part.n_bytes for part in parts(Path(filled.path))]
    assert main(["cache", "prune", filled.path, "--max-size", str(sum(sizes) - 1)]) == 0
    left = sum(part.n_vectors for part in parts(Path(filled.path)))
    assert left in (250, 300)


def test_prune_clears_up_after_killed_processes_and_spares_the_living(disk_cache):
    disk_cache.put_many("one", keys_of("a"), rows(1))
    folder = folder_of(disk_cache, 1)
    dead = folder / "0123456789abcdef.claim"
    dead.write_bytes(keys_of("x")[0])
    orphan = folder / "0123456789abcdef.rows"
    orphan.write_bytes(b"half a record")
    young = folder / "0123456789abcdee.rows"
    young.write_bytes(b"")
    os.utime(orphan, (10**9, 10**9))
    code = """
        import sys, time
        import numpy as np
        from langalign_sk.store import DiskCache
        from langalign_sk.store._memory import text_key
        cache = DiskCache(sys.argv[1])
        cache.put_many("one", [text_key("b")], np.ones((1, 4), np.float32))
        with cache.claim("one", [text_key("c")]):
            print("writing", flush=True)
            sys.stdin.readline()
        cache.put_many("one", [text_key("c")], np.ones((1, 4), np.float32))
    """
    writer = run(code, disk_cache.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdout.readline() == "writing\n"
    forget()
    prune(Path(disk_cache.path))
    assert not dead.exists()
    assert not orphan.exists()
    assert young.exists()
    assert len(list(folder.glob("*.claim"))) == 1
    writer.communicate("\n")
    assert writer.returncode == 0
    assert all(row is not None for row in disk_cache.get_many("one", keys_of("a", "b", "c")))


@pytest.mark.parametrize("action", ["info", "verify", "prune"])
def test_other_folders_are_refused_and_not_touched(tmp_path, action, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "missing"):
        assert main(["cache", action, str(folder)]) == 2
        assert "is no cache" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["notes.txt"]


@pytest.mark.parametrize(
    "wrong", [["--max-size", "big"], ["--max-size", "-1"], ["--max-size", ""], ["--unused", "x"]]
)
def test_mistyped_options(disk_cache, wrong, capsys):
    with pytest.raises(SystemExit):
        main(["cache", "prune", disk_cache.path, *wrong])
    assert "is not a" in capsys.readouterr().err
