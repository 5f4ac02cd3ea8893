"""Folders of parquet: texts to vectors, resumed by file, and read again."""

import os

import numpy as np
import pandas as pd
import pytest

from langalign_sk import dask as many
from langalign_sk.cli import main
from langalign_sk.encoders import NgramEncoder
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import CountingEncoder

pytest.importorskip("dask.array")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "texts"
    (folder / "more").mkdir(parents=True)
    for name, count in (("a", 5), ("b", 3), ("more/c", 4), ("empty", 0)):
        rows = {"id": range(count), "text": [f"{name} text {row}" for row in range(count)]}
        pd.DataFrame(rows).astype({"text": object}).to_parquet(folder / f"{name}.parquet")
    (folder / ".hidden.parquet").write_bytes(b"no parquet")
    return folder


def test_a_folder_is_encoded_once_and_goes_on_where_it_was(texts, tmp_path, monkeypatch):
    monkeypatch.setattr("langalign_sk.dask._folder._ROWS", 2)
    encoder, out = CountingEncoder(), tmp_path / "vectors"
    extractor = EmbeddingExtractor(encoder, normalize=False, cache=None)
    assert many.embed_parquet(extractor, texts, out) == many.FolderReport(4, 12, 0)
    found = pd.read_parquet(out / "more" / "c.parquet")
    assert found["id"].tolist() == [0, 1, 2, 3]
    wanted = [encoder.vector(f"more/c text {row}") for row in range(4)]
    np.testing.assert_array_equal(np.stack(found["vector"]), wanted)
    before = encoder.texts.copy()
    assert many.embed_parquet(extractor, texts, out) == many.FolderReport(0, 0, 4)
    assert encoder.texts == before
    # Another input, a lost file, half a file, other columns: those alone are made anew.
    pd.DataFrame({"id": [7], "text": ["new"]}).to_parquet(texts / "a.parquet")
    (out / "b.parquet").unlink()
    whole = (out / "more" / "c.parquet").read_bytes()
    (out / "more" / "c.parquet").write_bytes(whole[: len(whole) // 2])
    assert many.embed_parquet(extractor, texts, out) == many.FolderReport(3, 8, 1)
    assert many.embed_parquet(extractor, texts, out, keep=["id"]).n_files == 4
    assert pd.read_parquet(out / "a.parquet").columns.tolist() == ["id", "vector"]
    vectors = many.read_vectors(out, "vector")
    assert vectors.shape == (8, 8)
    np.testing.assert_array_equal(vectors.compute()[0], encoder.vector("new"))
    assert not [name for _, _, names in os.walk(out) for name in names if name.startswith(".")]


def test_vectors_of_texts_that_are_gone_are_told(texts, tmp_path, capsys):
    """They stay, as whatever lies there, but whoever reads the folder reads them too."""
    extractor, out = EmbeddingExtractor(CountingEncoder(), normalize=False), tmp_path / "vectors"
    many.embed_parquet(extractor, texts, out)
    pd.DataFrame({"mine": [1]}).to_parquet(out / "mine.parquet")
    (texts / "a.parquet").rename(texts / "z.parquet")
    with pytest.warns(UserWarning, match=r"vectors/a\.parquet was made of texts that are there no"):
        many.embed_parquet(extractor, texts, out)
    (out / "a.parquet").unlink()
    assert many.embed_parquet(extractor, texts, out).n_finished == 4


def test_a_run_that_fails_leaves_what_was_finished(texts, tmp_path):
    out = tmp_path / "vectors"
    pd.DataFrame({"id": [1, 2], "text": ["fine", None]}).to_parquet(texts / "more" / "c.parquet")
    extractor = EmbeddingExtractor(CountingEncoder(), normalize=False)
    with pytest.raises(ValueError, match=r"c\.parquet, column 'text', from row 0: .*row 1"):
        many.embed_parquet(extractor, texts, out)
    assert sorted(path.name for path in out.rglob("*.*")) == [
        "a.parquet",
        "b.parquet",
        "empty.parquet",
    ]


def test_mistakes_are_named(texts, tmp_path):
    extractor = EmbeddingExtractor(CountingEncoder())
    with pytest.raises(ValueError, match="no column 'body'; it has id, text"):
        many.embed_parquet(extractor, texts, tmp_path / "out", column="body")
    with pytest.raises(ValueError, match="lies in"):
        many.embed_parquet(extractor, texts, texts / "out")
    with pytest.raises(ValueError, match="is not a folder"):
        many.embed_parquet(extractor, tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "bare").mkdir()
    with pytest.raises(ValueError, match=r"no file that ends in \.parquet"):
        many.embed_parquet(extractor, tmp_path / "bare", tmp_path / "out")
    (tmp_path / "bare" / "x.parquet").write_bytes(b"hello")
    with pytest.raises(ValueError, match="can't be read as parquet"):
        many.embed_parquet(extractor, tmp_path / "bare", tmp_path / "out")
    with pytest.raises(ValueError, match="not lists of numbers"):
        many.read_vectors(texts, "text")
    pd.DataFrame({"v": [[1.0, 2.0], [3.0]]}).to_parquet(tmp_path / "bare" / "x.parquet")
    with pytest.raises(ValueError, match="not 2 numbers long"):
        many.read_vectors(tmp_path / "bare", "v").compute()


def test_the_command_names_what_can_be_done_at_a_shell(tmp_path, capsys):
    (tmp_path / "texts").mkdir()
    pd.DataFrame({"text": ["fine", None]}).to_parquet(tmp_path / "texts" / "a.parquet")
    folders = [str(tmp_path / "texts"), "--out", str(tmp_path / "out")]
    assert main(["embed", *folders, "--encoder", "use"]) == 2
    said = capsys.readouterr().err
    assert "row 1 is None" in said
    assert "drop these rows\n" in said
    assert main(["embed", *folders, "--encoder", "no/such/name"]) == 2
    assert "--encoder no/such/name: there is no such folder" in capsys.readouterr().err


def test_the_command_embeds_a_folder(texts, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_encoder_of_this_test.py").write_text(
        "from langalign_sk.encoders import NgramEncoder\n"
        "encoder = NgramEncoder(3).fit(['a text', 'b text', 'c text'])\n",
        encoding="utf-8",
    )
    command = ["embed", "texts", "--encoder", "own_encoder_of_this_test:encoder", "--out", "out"]
    assert main([*command, "--keep", "id"]) == 0
    assert "4 files, 12 texts" in capsys.readouterr().err
    found = pd.read_parquet(tmp_path / "out" / "a.parquet")
    wanted = EmbeddingExtractor(NgramEncoder(3).fit(["a text", "b text", "c text"])).transform(
        [f"a text {row}" for row in range(5)]
    )
    np.testing.assert_array_equal(np.stack(found["vector"]), wanted)
    assert main([*command, "--keep", "id"]) == 0
    assert "4 finished before" in capsys.readouterr().err
    assert main(["embed", "texts", "--encoder", "ngram", "--out", "out"]) == 2
    assert main(["embed", "nowhere", "--encoder", "use", "--out", "out"]) == 2
    assert "nowhere is not a folder" in capsys.readouterr().err
