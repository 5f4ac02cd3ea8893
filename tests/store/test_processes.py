"""The cache on disk between processes: at once, killed, forked, hanging."""

import subprocess
import time
from pathlib import Path

import numpy as np

from langalign_sk.store._memory import text_key
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import CountingEncoder
from tests.store.stores import keys_of, rows, run


def test_a_forked_child_has_files_of_its_own(disk_cache):
    disk_cache.put_many("s", keys_of("a"), rows(1))
    code = """
        import os, sys, warnings
        import numpy as np
        from langalign_sk.store import DiskCache
        from langalign_sk.store._memory import text_key
        warnings.simplefilter("error")
        disk_cache = DiskCache(sys.argv[1])
        disk_cache.put_many("s", [text_key("b")], np.ones((1, 4), np.float32))
        child = os.fork()
        for i in range(50):
            key = text_key(f"{child == 0}{i}")
            disk_cache.put_many("s", [key], np.full((1, 4), i, np.float32))
        if child:
            os.waitpid(child, 0)
    """
    assert run(code, disk_cache.path).wait() == 0
    found = disk_cache.get_many(
        "s", [text_key(f"{child}{i}") for child in (True, False) for i in range(50)]
    )
    np.testing.assert_array_equal(np.stack(found)[:, 0], [*range(50), *range(50)])
    assert len(list(Path(disk_cache.path).rglob("*.rows"))) == 3


WRITER = """
    import sys, time
    import numpy as np
    from langalign_sk.store import DiskCache
    from langalign_sk.store._memory import text_key
    disk_cache, name = DiskCache(sys.argv[1]), sys.argv[2]
    print("ready", flush=True)
    for start in range(0, int(sys.argv[3]), 50):
        keys = [text_key(f"{name} {i}") for i in range(start, start + 50)]
        rows = np.repeat(np.arange(start, start + 50, dtype=np.float32)[:, None], 64, axis=1)
        disk_cache.put_many("s", keys, rows)
        print(start + 50, flush=True)
"""


def test_two_processes_write_at_once_and_lose_nothing(disk_cache):
    writers = [run(WRITER, disk_cache.path, name, 5000, stdout=subprocess.DEVNULL) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    for name in "ab":
        found = disk_cache.get_many("s", [text_key(f"{name} {i}") for i in range(5000)])
        table = np.stack(found)
        assert (table == np.arange(5000)[:, None]).all()


def test_a_killed_writer_loses_what_it_was_writing_and_no_more(disk_cache):
    rng = np.random.default_rng(0)
    for attempt in range(2):
        writer = run(WRITER, disk_cache.path, attempt, 10**7, stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(rng.uniform(0.02, 0.2))
        writer.kill()
        said = writer.stdout.read().split()
        writer.stdout.close()
        writer.wait()
        done = int(said[-1]) if said else 0
        keys = [text_key(f"{attempt} {i}") for i in range(done + 100)]
        found = disk_cache.get_many("s", keys)
        assert all(row is not None for row in found[:done])
        for i, row in enumerate(found):
            assert row is None or (row == i).all()


ENCODER = """
    import os, sys, time
    import numpy as np
    from langalign_sk.text import EmbeddingExtractor

    class Slow:
        def encode(self, texts):
            with open(sys.argv[2], "a") as file:
                file.write("".join(text + "\\n" for text in texts))
            if sys.argv[3] == "hang":
                print("encoding", flush=True)
                time.sleep(600)
            time.sleep(0.02)
            return np.array([[float(text), 1.0] for text in texts], np.float32)

        def fingerprint(self):
            return "slow"

    extractor = EmbeddingExtractor(Slow(), cache=sys.argv[1], normalize=False)
    vectors = extractor.transform([str(i) for i in range(2000)])
    assert (vectors[:, 0] == np.arange(2000)).all()
"""


def test_two_processes_share_the_work(disk_cache, tmp_path):
    log = tmp_path / "encoded"
    workers = [run(ENCODER, disk_cache.path, log, "go") for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    encoded = log.read_text().split()
    assert len(encoded) == len(set(encoded)) == 2000
    assert not list(Path(disk_cache.path).rglob("*.claim"))


def test_nobody_waits_for_a_killed_process(disk_cache, tmp_path):
    log = tmp_path / "encoded"
    hanging = run(ENCODER, disk_cache.path, log, "hang", stdout=subprocess.PIPE)
    assert hanging.stdout.readline() == "encoding\n"
    worker = run(ENCODER, disk_cache.path, log, "go")
    time.sleep(1)
    assert list(Path(disk_cache.path).rglob("*.claim"))
    hanging.kill()
    hanging.wait()
    hanging.stdout.close()
    assert worker.wait(timeout=60) == 0
    assert not list(Path(disk_cache.path).rglob("*.claim"))


def test_a_process_that_hangs_is_waited_for_so_long_and_no_longer(
    disk_cache, tmp_path, monkeypatch
):
    monkeypatch.setattr("langalign_sk.text._encode._PATIENCE", 0.1)
    encoder = CountingEncoder()
    extractor = EmbeddingExtractor(encoder, cache=disk_cache)
    spec = resolve_encoder_spec(extractor)
    code = """
        import sys, time
        from langalign_sk.store import DiskCache
        from langalign_sk.store._memory import text_key
        with DiskCache(sys.argv[1]).claim(sys.argv[2], [text_key("a")]):
            print("claimed", flush=True)
            time.sleep(600)
    """
    hanging = run(code, disk_cache.path, spec, stdout=subprocess.PIPE)
    try:
        assert hanging.stdout.readline() == "claimed\n"
        with disk_cache.claim(spec, keys_of("a", "b")) as mine:
            assert mine == [False, True]
        assert extractor.transform(["a", "b"]).shape == (2, 8)
        assert sorted(encoder.texts) == ["a", "b"]
    finally:
        hanging.kill()
        hanging.wait()
        hanging.stdout.close()


def resolve_encoder_spec(extractor):
    from langalign_sk.text import Embedding

    return Embedding(extractor).encoders[None].spec
