"""Vectors on disk: what was put comes back, damage is seen, limits hold, processes share."""

import os
import pickle
import shutil
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pytest

from langalign_sk._process import caches
from langalign_sk.store import DiskCache, VectorCache, resolve_cache
from langalign_sk.store._folder import evict, segment_files
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import CountingEncoder
from tests.store.stores import forget, keys_of, rows


def the_file(cache, suffix):
    (path,) = Path(cache.path).rglob(f"*{suffix}")
    return path


def test_what_was_put_comes_back_in_another_process(disk_cache):
    assert isinstance(disk_cache, VectorCache)
    assert disk_cache.get_many("one", keys_of("a")) == [None]
    assert not Path(disk_cache.path).exists()  # asking makes nothing
    disk_cache.put_many("one", keys_of("a", "b"), rows(2))
    disk_cache.put_many("two", keys_of("a"), rows(1, width=3, start=50))
    for _ in range(2):
        found = disk_cache.get_many("one", keys_of("b", "c", "a", "b"))
        assert found[1] is None
        np.testing.assert_array_equal(np.stack([found[i] for i in (0, 2, 3)]), rows(2)[[1, 0, 1]])
        np.testing.assert_array_equal(disk_cache.get_many("two", keys_of("a"))[0], [50, 51, 52])
        assert len(disk_cache) == 3
        forget()


def test_rows_are_copies_that_nobody_can_change(disk_cache):
    batch = rows(2)
    disk_cache.put_many("one", keys_of("a", "b"), batch)
    batch[:] = -1
    kept = disk_cache.get_many("one", keys_of("a"))[0]
    np.testing.assert_array_equal(kept, rows(1)[0])
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 5


def test_a_key_is_written_once(disk_cache):
    disk_cache.put_many("one", keys_of("a", "a", "b"), rows(3))
    disk_cache.put_many("one", keys_of("b", "c"), rows(2, start=90))
    assert len(disk_cache) == 3
    np.testing.assert_array_equal(disk_cache.get_many("one", keys_of("a"))[0], rows(1)[0])


def test_many_keys_in_many_small_and_large_pieces(disk_cache, monkeypatch):
    monkeypatch.setattr("langalign_sk.store._index._RECENT", 100)
    rng = np.random.default_rng(0)
    table = rng.standard_normal((3000, 3)).astype(np.float32)
    keys = keys_of(*range(3000))
    at = 0
    while at < 3000:
        size = int(rng.choice([1, 7, 250]))
        disk_cache.put_many("s", keys[at : at + size], table[at : at + size])
        at += size
    for _ in range(2):
        order = rng.permutation(3000)
        found = disk_cache.get_many("s", [keys[i] for i in order])
        np.testing.assert_array_equal(np.stack(found), table[order])
        assert disk_cache.get_many("s", keys_of(*range(3000, 3100))) == [None] * 100
        forget()


def test_no_text_is_written(disk_cache):
    encoder = CountingEncoder()
    secret = "the account number is 12345678"
    EmbeddingExtractor(encoder, cache=disk_cache).transform([secret, "another"])
    for path in Path(disk_cache.path).rglob("*"):
        assert secret not in path.name
        if path.is_file():
            data = path.read_bytes()
            assert b"account" not in data
            assert b"another" not in data


def test_a_flipped_byte_is_a_miss_and_is_said_once(disk_cache):
    disk_cache.put_many("s", keys_of("a", "b", "c"), rows(3))
    path = the_file(disk_cache, ".rows")
    clean = path.read_bytes()
    size = len(clean) // 3
    forget()
    for at in range(size, 2 * size):  # every byte of the second record
        data = bytearray(clean)
        data[at] ^= 0x10
        path.write_bytes(data)
        with pytest.warns(UserWarning, match="1 vectors are damaged") as caught:
            found = disk_cache.get_many("s", keys_of("a", "b", "c"))
        assert str(path) in str(caught[0].message)
        assert found[1] is None
        np.testing.assert_array_equal(np.stack([found[0], found[2]]), rows(3)[[0, 2]])
        assert disk_cache.get_many("s", keys_of("b")) == [
            None
        ]  # no second warning, which would raise
        forget()


def test_a_damaged_vector_is_computed_and_kept_again(disk_cache):
    encoder = CountingEncoder()
    texts = ["a", "b", "c"]
    expected = EmbeddingExtractor(encoder, cache=None).transform(texts)
    EmbeddingExtractor(encoder, cache=disk_cache).transform(texts)
    path = the_file(disk_cache, ".rows")
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    forget()
    encoder.reset()
    with pytest.warns(UserWarning, match="damaged"):
        found = EmbeddingExtractor(encoder, cache=disk_cache).transform(texts)
    np.testing.assert_array_equal(found, expected)
    assert len(encoder.texts) == 1
    forget()
    encoder.reset()
    with warnings.catch_warnings():  # the next process meets the damaged record, or its copy
        warnings.simplefilter("ignore")
        found = EmbeddingExtractor(encoder, cache=disk_cache).transform(texts)
    np.testing.assert_array_equal(found, expected)
    assert encoder.texts == []


@pytest.mark.parametrize("suffix", [".rows", ".keys"])
def test_no_flipped_bit_is_an_error_or_another_vector(disk_cache, suffix):
    disk_cache.put_many("s", keys_of("a", "b", "c"), rows(3))
    path = the_file(disk_cache, suffix)
    files = {p: p.read_bytes() for p in Path(disk_cache.path).rglob("*") if p.is_file()}
    expected = dict(zip("abcde", [*rows(3), *rows(2, start=90)], strict=True))
    for at in range(len(files[path])):
        forget()
        for p in Path(disk_cache.path).rglob("*.[kr]*s"):
            p.unlink()
        for p, data in files.items():
            p.write_bytes(data)
        damaged = bytearray(files[path])
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            # Known texts, then new ones among them, then what was missing, as a run would.
            for asked in ("abc", "d", "abcd", "abcde"):
                found = disk_cache.get_many("s", keys_of(*asked))
                for text, row in zip(asked, found, strict=True):
                    assert row is None or (row == expected[text]).all()
                missing = [t for t, row in zip(asked, found, strict=True) if row is None]
                if missing:
                    put = np.stack([expected[text] for text in missing])
                    disk_cache.put_many("s", keys_of(*missing), put)
            assert all(row is not None for row in disk_cache.get_many("s", keys_of(*"abcde")))


def test_a_damaged_vector_and_then_a_new_text(disk_cache):
    encoder = CountingEncoder()
    extractor = EmbeddingExtractor(encoder, cache=disk_cache)
    extractor.transform(["a", "b", "c"])
    path = the_file(disk_cache, ".rows")
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    with pytest.warns(UserWarning, match="1 vectors are damaged"):
        extractor.transform(["a", "b", "c"])
    found = extractor.transform(["a", "new"])  # this looked into an index with a bad place in it
    np.testing.assert_array_equal(
        found, EmbeddingExtractor(encoder, cache=None).transform(["a", "new"])
    )


@pytest.mark.parametrize("cut", [1, 20, 21, 100, 10_000])
def test_a_truncated_segment_loses_its_end_only(disk_cache, cut):
    n = 50
    disk_cache.put_many("s", keys_of(*range(n)), rows(n))
    path = the_file(disk_cache, ".rows")
    whole = path.stat().st_size
    os.truncate(path, max(0, whole - cut))
    forget()
    with pytest.warns(UserWarning, match="damaged or missing"):
        found = disk_cache.get_many("s", keys_of(*range(n)))
    kept = max(0, whole - cut) // (whole // n)
    assert [row is not None for row in found] == [i < kept for i in range(n)]
    for i in range(kept):
        np.testing.assert_array_equal(found[i], rows(n)[i])


def test_torn_digests_are_no_digests(disk_cache):
    disk_cache.put_many("s", keys_of("a", "b"), rows(2))
    path = the_file(disk_cache, ".keys")
    os.truncate(path, path.stat().st_size - 5)
    forget()
    found = disk_cache.get_many("s", keys_of("a", "b"))
    assert found[1] is None
    np.testing.assert_array_equal(found[0], rows(1)[0])


def test_records_under_other_digests_are_not_trusted(disk_cache):
    disk_cache.put_many("s", keys_of("a", "b"), rows(2))
    path = the_file(disk_cache, ".rows")
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[half:] + data[:half])
    forget()
    with pytest.warns(UserWarning, match="2 vectors are damaged"):
        assert disk_cache.get_many("s", keys_of("a", "b")) == [None, None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a table of something else, long enough to be a header of some format " * 2, "no file"),
        (b"text", "no file"),
    ],
)
def test_a_foreign_file_is_reported_and_left_alone(disk_cache, content, message):
    disk_cache.put_many("s", keys_of("a"), rows(1))
    foreign = the_file(disk_cache, ".keys").parent / "other.keys"
    foreign.write_bytes(content)
    forget()
    with pytest.warns(UserWarning, match=message) as caught:
        found = disk_cache.get_many("s", keys_of("a", "b"))
    assert "other.keys" in str(caught[0].message)
    np.testing.assert_array_equal(found[0], rows(1)[0])
    assert foreign.read_bytes() == content


def test_a_segment_of_another_encoder_is_not_trusted(disk_cache):
    disk_cache.put_many("one", keys_of("a"), rows(1))
    one = the_file(disk_cache, ".keys")
    disk_cache.put_many("two", keys_of("b"), rows(1))
    (two,) = {p.parent for p in Path(disk_cache.path).rglob("*.keys")} - {one.parent}
    for suffix in (".keys", ".rows"):
        (two / f"moved{suffix}").write_bytes(one.with_suffix(suffix).read_bytes())
    forget()
    with pytest.warns(UserWarning, match="belongs to another encoder"):
        assert disk_cache.get_many("two", keys_of("a")) == [None]


def test_digests_without_their_records(disk_cache):
    disk_cache.put_many("s", keys_of("a"), rows(1))
    the_file(disk_cache, ".rows").unlink()
    forget()
    with pytest.warns(UserWarning, match="damaged or missing"):
        assert disk_cache.get_many("s", keys_of("a")) == [None]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"normat": "langalign_sk vectors"}'])
def test_a_damaged_marker_costs_a_warning(disk_cache, content):
    disk_cache.put_many("s", keys_of("a"), rows(1))
    marker = Path(disk_cache.path) / "langalign-sk-cache.json"
    sound = marker.read_bytes()
    marker.write_text(content)
    forget()
    with pytest.warns(UserWarning, match="langalign-sk-cache.json is damaged: the vectors"):
        (row,) = disk_cache.get_many("s", keys_of("a"))
    np.testing.assert_array_equal(row, rows(1)[0])
    disk_cache.put_many("s", keys_of("b"), rows(1))
    assert marker.read_bytes() == sound
    marker.write_text(content)
    (Path(disk_cache.path) / "notes.txt").write_text("mine")
    forget()
    with pytest.raises(ValueError, match="holds other files .and langalign-sk-cache.json is dam"):
        disk_cache.get_many("s", keys_of("a"))


def test_a_newer_format_is_gone_without(disk_cache):
    disk_cache.put_many("s", keys_of("a"), rows(1))
    marker = Path(disk_cache.path) / "langalign-sk-cache.json"
    newer = '{"format": "langalign_sk vectors", "version": 2}'
    marker.write_text(newer)
    forget()
    with pytest.warns(UserWarning, match="is of version 2, this langalign_sk writes 1"):
        assert disk_cache.get_many("s", keys_of("a")) == [None]
    disk_cache.put_many("s", keys_of("b"), rows(1))
    assert marker.read_text() == newer


def test_folders_that_are_no_cache(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for use in (
        lambda: DiskCache(tmp_path).get_many("s", keys_of("a")),
        lambda: DiskCache(tmp_path).put_many("s", keys_of("a"), rows(1)),
    ):
        with pytest.raises(ValueError, match="holds other files"):
            use()
    with pytest.raises(ValueError, match="is a file"):
        DiskCache(tmp_path / "notes.txt").get_many("s", keys_of("a"))
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_a_disk_that_fails_costs_the_cache_and_not_the_run(tmp_path, monkeypatch):
    encoder = CountingEncoder()
    extractor = EmbeddingExtractor(encoder, cache=tmp_path / "cache")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("langalign_sk.store._segment.os.write", full)
    with pytest.warns(UserWarning, match="No space left on device"):
        found = extractor.transform(["a", "b"])
    np.testing.assert_array_equal(
        found, EmbeddingExtractor(encoder, cache=None).transform(["a", "b"])
    )
    extractor.transform(["c"])  # said once
    monkeypatch.undo()
    extractor.transform(["a"])
    encoder.reset()
    extractor.transform(["a"])
    assert encoder.texts == []  # room again: kept again


def test_an_interrupted_write_leaves_the_rest_sound(disk_cache, monkeypatch):
    real, calls = os.write, []

    def torn(descriptor, data):
        calls.append(len(data))
        if len(calls) == 4:  # header, records, digests; then half of the next records
            real(descriptor, data[: len(data) // 2])
            raise KeyboardInterrupt
        return real(descriptor, data)

    monkeypatch.setattr("langalign_sk.store._segment.os.write", torn)
    disk_cache.put_many("s", keys_of("a", "b"), rows(2))
    with pytest.raises(KeyboardInterrupt):
        disk_cache.put_many("s", keys_of("c", "d"), rows(2, start=20))
    disk_cache.put_many("s", keys_of("e"), rows(1, start=40))
    for _ in range(2):
        found = disk_cache.get_many("s", keys_of("a", "b", "c", "d", "e"))
        assert found[2] is None
        assert found[3] is None
        np.testing.assert_array_equal(
            np.stack([found[i] for i in (0, 1, 4)]), [*rows(2), rows(1, start=40)[0]]
        )
        forget()


def test_the_bound_holds_and_the_unused_go_first(tmp_path):
    limit = 40_000
    cache = DiskCache(tmp_path / "cache", max_bytes=limit)
    for number in range(200):
        cache.put_many("s", keys_of(number), rows(1, width=100, start=number))
        total = sum(p.stat().st_size for p in Path(cache.path).rglob("*.[kr]*s") if p.is_file())
        assert total <= limit
    held = [row is not None for row in cache.get_many("s", keys_of(*range(200)))]
    assert 50 < sum(held) < 100
    assert held[-1]
    assert not any(held[:80])


def test_eviction_takes_what_was_unused_for_longest(disk_cache):
    for name in "abc":
        disk_cache.put_many("s", keys_of(name), rows(1))
        forget()  # a file each
    (folder,) = {p.parent for p in Path(disk_cache.path).rglob("*.keys")}
    for age, stem in enumerate(sorted(segment_files(folder))):
        for suffix in (".keys", ".rows"):
            os.utime(stem.with_name(stem.name + suffix), (10**9 - age, 10**9 - age))
    oldest = sorted(segment_files(folder))[-1]
    kept = next(t for t in "abc" if disk_cache.get_many("s", keys_of(t))[0] is not None)
    assert kept  # reading moves the read files to the young end
    disk_cache.get_many("s", keys_of("a", "b", "c"))
    used = segment_files(folder)
    assert all(time.time() - when < 60 for when, _ in used.values())
    os.utime(oldest.with_name(oldest.name + ".keys"), (10**9, 10**9))
    total = sum(size for _, size in used.values())
    assert evict(Path(disk_cache.path), total - 1) == used[oldest][1]
    assert oldest not in segment_files(folder)
    left = disk_cache.get_many(
        "s", keys_of("a", "b", "c")
    )  # this process had an index of all three
    assert sum(row is None for row in left) == 1


def test_a_writer_whose_file_was_evicted_starts_another(disk_cache):
    disk_cache.put_many("s", keys_of("a"), rows(1))
    evict(Path(disk_cache.path), 1)
    disk_cache.put_many("s", keys_of("b"), rows(1))
    assert disk_cache.get_many("s", keys_of("a"))[0] is None
    forget()
    np.testing.assert_array_equal(disk_cache.get_many("s", keys_of("b"))[0], rows(1)[0])


def test_moved_as_a_whole_and_removed_while_in_use(disk_cache, tmp_path):
    disk_cache.put_many("s", keys_of("a"), rows(1))
    Path(disk_cache.path).rename(tmp_path / "moved")
    moved = DiskCache(tmp_path / "moved")
    np.testing.assert_array_equal(moved.get_many("s", keys_of("a"))[0], rows(1)[0])
    assert disk_cache.get_many("s", keys_of("a")) == [None]
    disk_cache.put_many("s", keys_of("b"), rows(1))
    forget()
    np.testing.assert_array_equal(disk_cache.get_many("s", keys_of("b"))[0], rows(1)[0])


def test_it_pickles_and_hashes_as_its_path(disk_cache):
    before = joblib.hash(disk_cache)
    disk_cache.put_many("s", keys_of("a"), rows(1, width=5000))
    assert joblib.hash(disk_cache) == before
    data = pickle.dumps(DiskCache(disk_cache.path, max_bytes=10**6))
    assert len(data) < 500
    loaded = pickle.loads(data)
    assert (loaded.path, loaded.max_bytes) == (disk_cache.path, 10**6)
    assert repr(loaded) == f"DiskCache({disk_cache.path!r}, max_bytes=1000000)"
    extractor = EmbeddingExtractor(CountingEncoder(), cache=disk_cache.path)
    assert pickle.loads(pickle.dumps(extractor)).cache == disk_cache.path


def test_the_parameter_takes_paths(tmp_path, monkeypatch):
    assert resolve_cache(str(tmp_path / "new")).path == str(tmp_path / "new")
    assert resolve_cache(tmp_path).path == str(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"write './memroy'"):
        resolve_cache("memroy")
    (tmp_path / "vectors").mkdir()
    assert resolve_cache("vectors").path == "vectors"
    with pytest.raises(ValueError, match="max_bytes must be at least 1"):
        DiskCache(tmp_path, max_bytes=0)
    with pytest.raises(TypeError, match="folder's name"):
        DiskCache(5)
    with pytest.raises(ValueError, match="16 bytes"):
        DiskCache(tmp_path).get_many("s", [b"short"])


def test_a_run_can_bypass_it(tmp_path, monkeypatch):
    encoder = CountingEncoder()
    extractor = EmbeddingExtractor(encoder, cache=tmp_path / "cache")
    monkeypatch.setenv("LANGALIGN_CACHE", "off")
    extractor.transform(["a"])
    assert not (tmp_path / "cache").exists()
    monkeypatch.setenv("LANGALIGN_CACHE", "of")
    with pytest.raises(ValueError, match='must be "on" or "off"'):
        extractor.transform(["a"])


def test_cutting_and_scaling_share_vectors(tmp_path):
    encoder = CountingEncoder()
    for normalize in (True, False):
        for truncate_dim in (None, 3):
            EmbeddingExtractor(
                encoder, cache=tmp_path / "c", normalize=normalize, truncate_dim=truncate_dim
            ).transform(["a", "b"])
    assert sorted(encoder.texts) == ["a", "b"]


def test_threads_neither_lose_nor_corrupt(tmp_path):
    cache = DiskCache(tmp_path / "cache", max_bytes=30_000)

    def work(seed):
        rng = np.random.default_rng(seed)
        for number in rng.integers(0, 300, size=150).tolist():
            found = cache.get_many("s", keys_of(number))[0]
            if found is None:
                cache.put_many("s", keys_of(number), np.full((1, 40), number, np.float32))
            else:
                np.testing.assert_array_equal(found, np.full(40, number, np.float32))
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_vectors_out_of_the_cache_alone_tell_the_width(disk_cache):
    encoder = CountingEncoder()
    expected = EmbeddingExtractor(encoder, cache=disk_cache).transform(["b", "c"])
    forget()
    encoder.reset()
    caches.widths.clear()  # as in a new process
    found = EmbeddingExtractor(encoder, cache=disk_cache).transform(["b", "c"])
    np.testing.assert_array_equal(found, expected)
    assert encoder.texts == []


def test_a_folder_that_somebody_removed_and_made_again_is_a_cache_again(disk_cache):
    """Workers outlive the folders of their pool: what one has open is not what others find."""
    disk_cache.put_many("one", keys_of("a"), rows(1))
    shutil.rmtree(disk_cache.path)
    Path(disk_cache.path).mkdir()
    disk_cache.put_many("one", keys_of("b"), rows(1, start=7))
    forget()
    found = disk_cache.get_many("one", keys_of("a", "b"))
    assert found[0] is None
    np.testing.assert_array_equal(found[1], rows(1, start=7)[0])
