"""Folders and readers."""

import json
import os
import pickle
import shutil

import numpy as np
import pandas as pd
import polars as pl
import pytest

from langalign_sk import LangAligner, clear_caches
from langalign_sk.corpus import ParallelCorpus, TextPool, _base, _storage, live
from langalign_sk.text._layout import BlockLayout

RNG = np.random.default_rng(0)
S, T = RNG.normal(size=(40, 3)).astype(np.float32), RNG.normal(size=(40, 2)).astype(np.float32)
EN, KO = ["a cat", "a\tdog\n", "an \u2028 \ud800"], ["고양이", "", "부엉이"]
LAYOUT = BlockLayout({"ko": 2, "en": 3})


def corpora():
    yield ParallelCorpus(S, T, target_lang="ko", weight=np.arange(40.0), layout=LAYOUT)
    yield ParallelCorpus(EN, KO, source_lang=None, weight=[1, 2, 3])
    yield TextPool(S, lang="en")
    yield TextPool(KO, lang="ko")


each_corpus = pytest.mark.parametrize("corpus", list(corpora()), ids=repr)


def rows_of(corpus):
    names = ("rows",) if isinstance(corpus, TextPool) else ("source", "target", "weight")
    return [getattr(corpus, name) for name in names]


@each_corpus
def test_save_and_load(corpus, tmp_path):
    saved = corpus.save(tmp_path / "pairs")
    for again in (saved, type(corpus).load(tmp_path / "pairs", verify=True)):
        assert again == corpus
        assert again.path == str(tmp_path / "pairs")
        assert not again.detached
        for ours, theirs in zip(rows_of(again), rows_of(corpus), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert again.layout == corpus.layout
        assert again._langs == corpus._langs
        if not corpus.is_text:
            assert again.moments is corpus.moments
    assert not [p for p in os.listdir(tmp_path) if p != "pairs"]


def is_mapped(array):
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = getattr(array, "base", None)
    return False


def test_vectors_are_mapped(tmp_path):
    saved = ParallelCorpus(S, T).save(tmp_path / "p")
    assert is_mapped(saved.source)
    assert is_mapped(pickle.loads(pickle.dumps(saved)).target)
    assert not saved.source.flags.writeable


@each_corpus
def test_pickles_as_a_path(corpus, tmp_path):
    saved = corpus.save(tmp_path / "p")
    data = pickle.dumps(saved)
    assert len(data) < 2000
    again = pickle.loads(data)
    assert not again.detached
    assert again == corpus
    for ours, theirs in zip(rows_of(again), rows_of(corpus), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    stub = saved.detach()
    assert stub.path == saved.path
    assert not stub.detached  # its rows are where they were
    np.testing.assert_array_equal(rows_of(stub)[0], rows_of(corpus)[0])


@each_corpus
def test_a_folder_that_is_gone_or_changed(corpus, tmp_path):
    saved = corpus.save(tmp_path / "p")
    data = pickle.dumps(saved)
    shutil.move(tmp_path / "p", tmp_path / "q")
    again = pickle.loads(data)
    assert again.detached
    assert again.fingerprint == corpus.fingerprint
    assert live(again) in (corpus, saved)
    with pytest.raises(ValueError, match=r"p holds no saved corpus"):
        rows_of(again)
    corpus.take([1]).save(tmp_path / "p")
    assert again.detached
    with pytest.raises(ValueError, match="holds other (pairs|rows) by now.*set_params"):
        rows_of(again)
    shutil.rmtree(tmp_path / "p")
    shutil.move(tmp_path / "q", tmp_path / "p")
    assert not again.detached
    np.testing.assert_array_equal(rows_of(again)[0], rows_of(corpus)[0])


def test_saving_again_replaces_even_what_is_mapped(tmp_path):
    saved = ParallelCorpus(S, T).save(tmp_path / "p")
    half = saved.take(np.arange(20))
    longer = (saved + half).save(tmp_path / "p")
    assert longer.n_pairs == 60
    np.testing.assert_array_equal(longer.source, np.vstack([S, S[:20]]))
    np.testing.assert_array_equal(saved.source, S)  # an open map keeps the old pages


def test_a_sum_of_folders_is_pickled_by_value(tmp_path):
    a, b = (ParallelCorpus(S[i::2], T[i::2]).save(tmp_path / str(i)) for i in (0, 1))
    again = pickle.loads(pickle.dumps(a + b))
    shutil.rmtree(tmp_path / "0")
    np.testing.assert_array_equal(again.source, np.vstack([S[::2], S[1::2]]))


def data_of(folder):
    """The folder of rows inside a corpus folder."""
    (data,) = folder.glob("data-*")
    return data


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_wrong_with_a_folder(tmp_path):
    folder = tmp_path / "p"
    ParallelCorpus(S, T).save(folder)
    source = data_of(folder) / "source.npy"
    np.save(source, S[:30])
    with pytest.raises(ValueError, match=r"source.npy is missing or cut short.*<f4 \(40, 3\)"):
        ParallelCorpus.load(folder)
    source.unlink()
    with pytest.raises(ValueError, match=r"source.npy is missing or cut short.*No such file"):
        ParallelCorpus.load(folder)
    edit(folder / "corpus.json", '"en"', '"de"')
    with pytest.raises(ValueError, match=r"corpus.json is damaged or was edited"):
        ParallelCorpus.load(folder)
    edit(folder / "corpus.json", '"format": 2', '"format": 7')
    with pytest.raises(ValueError, match="not a corpus of format 2"):
        ParallelCorpus.load(folder)
    (folder / "corpus.json").write_text("{")
    with pytest.raises(ValueError, match=r"corpus.json is damaged"):
        ParallelCorpus.load(folder)
    with pytest.raises(ValueError, match="holds no saved corpus"):
        ParallelCorpus.load(tmp_path / "nothing")


@pytest.fixture
def small_blocks(monkeypatch):
    """Ten rows of S, fifteen of T under one checksum; twenty rows to a chunk."""
    monkeypatch.setattr(_storage, "_BLOCK_BYTES", 120)
    monkeypatch.setattr(_base, "_CHUNK_BYTES", 20 * 5 * 8)


def flip(file, at, bit=0):
    data = bytearray(file.read_bytes())
    data[at] ^= 1 << bit
    file.write_bytes(data)


USES = {
    "source": lambda corpus: corpus.source,
    "moments": lambda corpus: corpus.moments,
    "split": lambda corpus: corpus.split(0.5, random_state=0),
    "take": lambda corpus: corpus.take([3, 17]),
    "draw": lambda corpus: corpus.take(n=40),
    "align": lambda corpus: LangAligner(corpus, gate=None).fit(S),
    "sum": lambda corpus: (corpus + corpus).target,
    "weights": lambda corpus: corpus.with_weight(np.ones(40)),
    "save": lambda corpus: corpus.save(f"{corpus.path}-2"),
    "pickle": lambda corpus: pickle.loads(pickle.dumps(corpus)).target,
    "verify": lambda corpus: ParallelCorpus.load(corpus.path, verify=True),
}


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("use", list(USES))
def test_damaged_vectors_are_noticed_when_they_are_first_used(tmp_path, use):
    ParallelCorpus(S, T, target_lang="ko").save(tmp_path / "p")
    clear_caches()
    source = data_of(tmp_path / "p") / "source.npy"
    flip(source, source.stat().st_size - S.nbytes + 12 * 17)  # row 17
    corpus = ParallelCorpus.load(tmp_path / "p")
    with pytest.raises(ValueError, match=r"source.npy is damaged: rows 10 to 19 are not those"):
        USES[use](corpus)


@pytest.mark.usefixtures("small_blocks")
def test_loading_reads_nothing_and_each_block_is_read_once(tmp_path, monkeypatch):
    ParallelCorpus(S, T, target_lang="ko", weight=np.arange(40.0)).save(tmp_path / "p")
    clear_caches()
    read, crc32 = [], _storage.zlib.crc32
    monkeypatch.setattr(
        _storage.zlib, "crc32", lambda data: read.append(memoryview(data).nbytes) or crc32(data)
    )
    corpus = ParallelCorpus.load(tmp_path / "p")
    assert sum(read) == 40 * 8  # the weights
    read.clear()
    expected = ParallelCorpus(S, T, target_lang="ko", weight=np.arange(40.0))
    assert corpus.take([12, 11]) == expected.take([12, 11])
    assert read == [120, 120]  # a block of either side
    assert_same_moments(corpus.moments, expected)
    assert sum(read) == S.nbytes + T.nbytes
    _ = corpus.source, corpus.split(0.5), corpus.moments
    assert sum(read) == S.nbytes + T.nbytes


def assert_same_moments(found, corpus):
    clear_caches()
    for name in ("source", "target"):
        ours, theirs = getattr(found, name), getattr(corpus.moments, name)
        np.testing.assert_allclose(ours.scatter, theirs.scatter)
        np.testing.assert_allclose(ours.mean, theirs.mean)
    np.testing.assert_allclose(found.cross, corpus.moments.cross)


@pytest.mark.usefixtures("small_blocks")
def test_chunks_without_weight_are_passed_over(tmp_path):
    weight = np.r_[np.zeros(25), np.ones(15)]
    corpus = ParallelCorpus(S, T, target_lang="ko", weight=weight).save(tmp_path / "p")
    clear_caches()
    assert_same_moments(corpus.moments, ParallelCorpus(S, T, target_lang="ko", weight=weight))


@each_corpus
def test_no_damage_goes_unnoticed(corpus, tmp_path):
    """Whatever byte is flipped: an error when the rows are used, or the same rows."""
    corpus.save(tmp_path / "p")
    expected, rng = rows_of(corpus), np.random.default_rng(0)
    for file in sorted(p for p in (tmp_path / "p").rglob("*") if p.is_file()):
        clean = file.read_bytes()
        places = range(len(clean)) if len(clean) < 300 else rng.choice(len(clean), 150)
        noticed = 0
        for at in places:
            flip(file, at, bit=int(rng.integers(8)))
            try:
                found = rows_of(type(corpus).load(tmp_path / "p"))
            except ValueError as error:
                noticed += str(tmp_path / "p") in str(error)
            else:
                for ours, theirs in zip(found, expected, strict=True):
                    np.testing.assert_array_equal(ours, theirs)
            file.write_bytes(clean)
        # Blanks in JSON say nothing, and the header of an array is not read.
        assert noticed > (0.1 if file.suffix == ".npy" else 0.6) * len(places)
    assert type(corpus).load(tmp_path / "p", verify=True) == corpus


def test_damaged_texts(tmp_path):
    folder = tmp_path / "p"
    TextPool(["one", "two"], lang="en").save(folder)
    edit(data_of(folder) / "rows.jsonl", "two", "owt")
    with pytest.raises(ValueError, match="was changed after it was saved"):
        TextPool.load(folder)
    edit(data_of(folder) / "rows.jsonl", '{"rows": "one"}\n', "")
    with pytest.raises(ValueError, match=r"rows.jsonl holds 1 rows; corpus.json says 2"):
        TextPool.load(folder)


def test_a_corpus_replaced_while_it_is_opened(tmp_path, monkeypatch):
    folder = tmp_path / "p"
    ParallelCorpus(S, T).save(folder)
    original = _storage.read_rows

    def late(*args):
        monkeypatch.undo()
        ParallelCorpus(S, T).save(folder)  # the same pairs, in new files; the old ones are gone
        return original(*args)

    monkeypatch.setattr(_storage, "read_rows", late)
    np.testing.assert_array_equal(ParallelCorpus.load(folder).source, S)


def test_nothing_is_unpickled(tmp_path):
    folder = tmp_path / "p"
    ParallelCorpus(S, T).save(folder)
    objects = np.full((40, 2), {"a": 1}, object)
    np.save(data_of(folder) / "target.npy", objects, allow_pickle=True)
    with pytest.raises(ValueError, match=r"target.npy is (missing or cut short|damaged)"):
        _ = ParallelCorpus.load(folder).target


def test_wrong_folders(tmp_path):
    TextPool(S, lang="en").save(tmp_path / "pool")
    with pytest.raises(ValueError, match="holds a TextPool; use TextPool.load"):
        ParallelCorpus.load(tmp_path / "pool")
    (tmp_path / "precious").write_text("x")
    with pytest.raises(ValueError, match="holds other files"):
        ParallelCorpus(S, T).save(tmp_path)


def test_text_folders_are_readable(tmp_path):
    ParallelCorpus(["thank you"], ["감사합니다"], target_lang="ko").save(tmp_path / "p")
    assert "감사합니다" in (data_of(tmp_path / "p") / "rows.jsonl").read_text(encoding="utf-8")
    again = ParallelCorpus.from_jsonl(
        data_of(tmp_path / "p") / "rows.jsonl", "source", "target", target_lang="ko"
    )
    assert again == ParallelCorpus.load(tmp_path / "p")


ROWS = [("Hello", "안녕"), ("Thanks", "감사")]
EXPECTED = ParallelCorpus(*zip(*ROWS, strict=True), target_lang="ko")


def test_readers(tmp_path):
    def file(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    tsv = file("a.tsv", "ko\ten\n" + "".join(f"{t}\t{s}\n" for s, t in ROWS))
    csv = file("a.csv", "en;ko\n" + "".join(f'"{s}";{t}\n' for s, t in ROWS))
    jsonl = file("a.jsonl", "\n".join(json.dumps({"s": s, "t": t}) for s, t in ROWS))
    po = file("a.po", "\n\n".join(f'msgid "{s}"\nmsgstr "{t}"' for s, t in ROWS))
    tuvs = "".join(
        f'<tu><tuv xml:lang="en-GB"><seg>{s}</seg></tuv>'
        f'<tuv xml:lang="ko-KR"><seg>{t}</seg></tuv></tu>'
        for s, t in ROWS
    )
    tmx = file("a.tmx", f"<tmx><body>{tuvs}</body></tmx>")
    units = "".join(
        f"<trans-unit><source>{s}</source><target>{t}</target></trans-unit>" for s, t in ROWS
    )
    xlf = file(
        "a.xlf", f'<xliff><file source-language="en" target-language="ko">{units}</file></xliff>'
    )
    found = [
        ParallelCorpus.from_tsv(tsv, "en", "ko", target_lang="ko"),
        ParallelCorpus.from_tsv(tsv, source=1, target=0, header=True, target_lang="ko"),
        ParallelCorpus.from_csv(csv, "en", "ko", target_lang="ko", delimiter=";"),
        ParallelCorpus.from_jsonl(jsonl, "s", "t", target_lang="ko"),
        ParallelCorpus.from_po(po, target_lang="ko"),
        ParallelCorpus.from_tmx(tmx, target_lang="ko"),
        ParallelCorpus.from_tmx(tmx, source="en-GB", target="ko-KR", target_lang="ko"),
        ParallelCorpus.from_xliff(xlf),
    ]
    for frame in (pd.DataFrame, pl.DataFrame):
        table = frame({"en": [s for s, _ in ROWS], "ko": [t for _, t in ROWS], "w": [1, 2]})
        found.append(ParallelCorpus.from_frame(table, "en", "ko", target_lang="ko"))
        weighted = ParallelCorpus.from_frame(table, "en", "ko", target_lang="ko", weight="w")
        assert weighted.weight.tolist() == [1, 2]
        with pytest.raises(ValueError, match="no column 'ja'"):
            ParallelCorpus.from_frame(table, "en", "ja")
    assert all(corpus == EXPECTED for corpus in found)
    assert ParallelCorpus.from_xliff(xlf, target_lang="ko-KR").target_lang == "ko-KR"
    pool = TextPool(["안녕", "감사"], lang="ko")
    assert TextPool.from_tsv(tsv, "ko", lang="ko") == pool
    assert TextPool.from_lines(file("a.txt", "안녕\n\n감사\n"), lang="ko") == pool
