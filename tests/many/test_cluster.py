"""Two worker processes: what they share, and what the loss of one changes."""

import contextlib
import os
import signal
import tempfile
import threading
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from langalign_sk import clear_caches, dask as many
from langalign_sk.corpus import PairMoments
from langalign_sk.store import MemoryCache, _pool
from langalign_sk.text import EmbeddingExtractor
from tests.many.logged import LoggedEncoder, block

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
db = pytest.importorskip("dask.bag")
distributed = pytest.importorskip("distributed")

TEXTS = [f"{word} number {n}" for n in range(12) for word in ("pay", "cancel")]
LABELS = ["pay", "cancel"] * 12


@pytest.fixture(scope="module")
def client():
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
    )
    client = distributed.Client(cluster)
    yield client
    client.close()
    # A worker that is still starting, on a busy machine, is killed, and waited for no longer.
    with contextlib.suppress(TimeoutError):
        cluster.close()


@pytest.fixture
def grid(tmp_path):
    encoder = LoggedEncoder(tmp_path / "log")
    pipe = make_pipeline(EmbeddingExtractor(encoder), LogisticRegression())
    return encoder, GridSearchCV(pipe, {"logisticregression__C": [0.1, 1, 10]}, cv=2)


def test_a_grid_over_two_processes_encodes_each_text_once(grid):
    encoder, search = grid
    search.set_params(n_jobs=2).fit(TEXTS, LABELS)
    texts, processes = encoder.encoded()
    assert sorted(texts) == sorted(TEXTS)
    assert processes
    assert str(os.getpid()) not in processes
    folder = _pool._folder_of(os.getpid())
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_grid_over_dask_encodes_each_text_once(client, grid):
    encoder, search = grid
    with joblib.parallel_config("dask"):
        search.fit(TEXTS, LABELS)
    texts, _ = encoder.encoded()
    assert sorted(texts) == sorted(TEXTS)


def test_partitions_of_texts_are_encoded_once_over_all_workers(client, tmp_path):
    encoder = LoggedEncoder(tmp_path / "log")
    extractor = EmbeddingExtractor(encoder, normalize=False)
    texts = [f"text {row % 20} of {tmp_path.name}" for row in range(60)]
    found = many.map_rows(extractor, db.from_sequence(texts, npartitions=6)).compute()
    np.testing.assert_array_equal(found, [encoder.vector(text) for text in texts])
    seen, _ = encoder.encoded()
    assert sorted(seen) == sorted(set(texts))
    (tmp_path / "in").mkdir()
    for part in range(3):
        rows = {"text": texts[20 * part :][:20]}
        pd.DataFrame(rows).to_parquet(tmp_path / "in" / f"{part}.parquet")
    with many.scheduler_at(client.cluster.scheduler_address) as again:
        many.embed_parquet(extractor, tmp_path / "in", tmp_path / "out", client=again)
    vectors = many.read_vectors(tmp_path / "out", "vector").compute()
    np.testing.assert_array_equal(vectors, found)
    assert len(encoder.encoded()[0]) == 20


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no signals")
def test_the_loss_of_a_worker_changes_nothing(client, tmp_path):
    log = tmp_path / "log"

    def side(first, path):
        return da.concatenate(
            [
                da.from_delayed(
                    dask.delayed(block)(first + n, path, 0.05), (50, 6), dtype=np.float32
                )
                for n in range(30)
            ]
        )

    def kill():
        while not log.exists() or log.read_text("utf-8").count("\n") < 8:
            time.sleep(0.005)
        os.kill(int(log.read_text("utf-8").split()[0]), signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    found = many.pair_moments(side(0, str(log)), side(100, None))
    killing.join()
    S, T = (np.concatenate([block(first + n) for n in range(30)]) for first in (0, 100))
    wanted = PairMoments.from_rows(S, T)
    for a, b in ((found.cross, wanted.cross), (found.target.scatter, wanted.target.scatter)):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(wanted.target.scatter).max())
    assert found.n == 1500
    made = [line.split()[1] for line in log.read_text("utf-8").splitlines()]
    assert len(made) > len(set(made)) == 30  # some of what was lost was made again


def test_only_a_folder_of_ones_own_is_shared(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    memory, folder = MemoryCache(), _pool._folder_of(os.getpid())
    assert _pool.pool_cache(memory) is None
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    assert _pool.pool_cache(memory) is None
    folder.chmod(0o700)
    shared = _pool.pool_cache(memory)
    shared.put_many("spec", [b"k" * 16], np.ones((1, 3), np.float32))
    other = _pool.PoolCache(folder, MemoryCache())
    np.testing.assert_array_equal(other.get_many("spec", [b"k" * 16, b"x" * 16])[0], [1, 1, 1])
    assert len(other._memory) == 1
    dead = tmp_path / f"{_pool._NAME}-{os.getuid()}-99999999"
    dead.mkdir()
    _pool._remove_dead(tmp_path)
    assert (dead.exists(), folder.exists()) == (False, True)
    _pool.expect_workers()
    clear_caches()
    assert not folder.exists()
