"""Files of vectors: every kind, block by block, and whole or not at all."""

import numpy as np
import pytest

from langalign_sk import RidgeMap
from langalign_sk.migrate import _blocks, convert

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).standard_normal((250, 6)).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(rows):
    return RidgeMap().fit(rows, rows @ np.random.default_rng(1).standard_normal((6, 4)))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(_blocks, "BLOCK_BYTES", 24 * 100)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_npy(kind, rows, fitted, tmp_path):
    np.save(tmp_path / "old.npy", rows.astype(kind))
    seen = []
    convert(
        fitted,
        tmp_path / "old.npy",
        tmp_path / "new.npy",
        progress=lambda done, of: seen.append((done, of)),
    )
    made = np.load(tmp_path / "new.npy")
    assert made.dtype == kind
    np.testing.assert_allclose(made, fitted.transform(rows), atol=0.02 if kind == "f2" else 1e-5)
    assert seen == [(100, 250), (200, 250), (250, 250)]
    np.save(tmp_path / "old.npy", np.asfortranarray(rows))
    convert(fitted, tmp_path / "old.npy", tmp_path / "new.npy")
    np.testing.assert_allclose(np.load(tmp_path / "new.npy"), fitted.transform(rows), atol=1e-5)


@pytest.mark.parametrize("listed", ["list", "large", "fixed"])
def test_parquet(listed, rows, fitted, tmp_path):
    kind = {
        "list": pa.list_(pa.float32()),
        "large": pa.large_list(pa.float64()),
        "fixed": pa.list_(pa.float32(), 6),
    }[listed]
    without = [] if listed == "fixed" else [7]  # not every pyarrow writes those
    vectors = [None if row in without else list(map(float, rows[row])) for row in range(250)]
    table = pa.table(
        {"id": pa.array(range(250)), "vector": pa.array(vectors, kind), "note": ["x"] * 250}
    )
    parquet.write_table(table, tmp_path / "old.parquet")
    convert(fitted, tmp_path / "old.parquet", tmp_path / "new.parquet")
    made = parquet.read_table(tmp_path / "new.parquet")
    assert made.column_names == ["id", "vector", "note"]
    assert made["id"].to_pylist() == list(range(250))
    assert made["vector"].type.value_type == kind.value_type
    assert [row for row in range(250) if made["vector"][row].as_py() is None] == without
    got = np.array([row for row in made["vector"].to_pylist() if row is not None])
    np.testing.assert_allclose(got, fitted.transform(np.delete(rows, without, axis=0)), atol=1e-5)


def test_columns_of_parquet(rows, fitted, tmp_path):
    vectors = pa.array(rows.tolist(), pa.list_(pa.float32()))
    parquet.write_table(pa.table({"a": vectors, "b": vectors}), tmp_path / "old.parquet")
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    with pytest.raises(ValueError, match="name the column of the vectors; there are a, b"):
        convert(fitted, old, new)
    with pytest.raises(ValueError, match="no column 'c' of lists of numbers"):
        convert(fitted, old, new, column="c")
    convert(fitted, old, new, column="b")
    made = parquet.read_table(new)
    assert made["a"].to_pylist() == vectors.to_pylist()
    assert len(made["b"][0]) == 4
    short = pa.array([[1.0, 2.0], [3.0, 4.0] * 5], pa.list_(pa.float32()))
    parquet.write_table(pa.table({"a": short}), old)
    with pytest.raises(ValueError, match="do not all have 6 numbers"):
        convert(fitted, old, new)
    assert parquet.read_table(new).equals(made)  # what was there is there


@pytest.mark.parametrize(
    "kind", ["Flat", "HNSW8,Flat", "IVF4,Flat", "IDMap,Flat", "IDMap2,Flat", "SQ8"]
)
def test_faiss(kind, rows, fitted, tmp_path):
    faiss = pytest.importorskip("faiss", reason="faiss is not installed")
    index = faiss.index_factory(6, kind, faiss.METRIC_INNER_PRODUCT)
    index.train(rows)
    names = np.arange(250) * 3 + 5
    named = "IDMap" in kind or "IVF" in kind
    index.add_with_ids(rows, names) if named else index.add(rows)
    faiss.write_index(index, str(tmp_path / "old.faiss"))
    convert(fitted, tmp_path / "old.faiss", tmp_path / "new.faiss")
    made = faiss.read_index(str(tmp_path / "new.faiss"))
    assert isinstance(made, type(index))
    assert (made.d, made.ntotal, made.metric_type) == (4, 250, faiss.METRIC_INNER_PRODUCT)
    mapped = fitted.transform(rows)
    first = (mapped[:20] @ mapped.T).argmax(axis=1)
    if "IVF" in kind:
        made.nprobe = 4
    got = made.search(mapped[:20], 1)[1][:, 0]
    assert np.mean(got == (names[first] if named else first)) > (0.7 if kind == "SQ8" else 0.95)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("old.npy", "new.parquet", "becomes a file of its own kind, .npy"),
        ("old.bin", "new.bin", "must end in .npy, .parquet, .faiss or .index"),
        ("none.npy", "new.npy", "there is no such file"),
        ("wide.npy", "new.npy", "vectors of 3 numbers, but the map was learned from vectors of 6"),
        ("flat.npy", "new.npy", "rows of vectors are needed"),
        ("text.npy", "new.npy", "is no .npy file of numbers"),
        ("text.parquet", "new.parquet", "is no parquet file"),
        ("nan.npy", "new.npy", "rows from 200 on"),
    ],
)
def test_what_is_refused_leaves_nothing(old, new, said, rows, fitted, tmp_path):
    np.save(tmp_path / "old.npy", rows)
    np.save(tmp_path / "wide.npy", rows[:, :3])
    np.save(tmp_path / "flat.npy", rows[0])
    broken = rows.copy()
    broken[230, 1] = np.nan
    np.save(tmp_path / "nan.npy", broken)
    for name in ("text.npy", "text.parquet"):
        (tmp_path / name).write_text("hello")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ValueError, match=said):
        convert(fitted, tmp_path / old, tmp_path / new)
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(ValueError, match="only parquet files have columns"):
        convert(fitted, tmp_path / "old.npy", tmp_path / "new.npy", column="a")


def test_over_itself(rows, fitted, tmp_path):
    """The old file is read to its end before the new one takes its name."""
    np.save(tmp_path / "old.npy", rows)
    convert(fitted, tmp_path / "old.npy", tmp_path / "old.npy")
    np.testing.assert_allclose(np.load(tmp_path / "old.npy"), fitted.transform(rows), atol=1e-5)
