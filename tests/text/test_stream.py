"""Texts beyond memory: chunks, and a file that goes on after a kill."""

import os
import subprocess
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from langalign_sk.encoders import NgramEncoder
from langalign_sk.store import MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.encoding import ENGLISH, KOREAN
from tests.helpers import BareEncoder, CountingEncoder
from tests.store.stores import run

TEXTS = [f"text {i % 230}" for i in range(500)]


@pytest.fixture
def extractor(counting_encoder):
    return EmbeddingExtractor(counting_encoder, cache=None)


def lines(tmp_path, end="\n"):
    path = tmp_path / "texts.txt"
    path.write_bytes("".join(text + end for text in TEXTS).encode())
    return path


SOURCES = {
    "list": list,
    "tuple": tuple,
    "generator": lambda texts: (text for text in texts),
    "array": np.array,
    "series": lambda texts: pd.Series(texts, index=range(7, 507)),
    "frame": lambda texts: pd.DataFrame({"text": texts}),
    "polars series": pl.Series,
    "polars frame": lambda texts: pl.DataFrame({"text": texts}),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("chunk", [1, 64, 500, 10_000])
def test_chunks_of_everything_that_holds_texts(extractor, source, chunk):
    parts = list(extractor.iter_transform(SOURCES[source](TEXTS), chunk=chunk))
    assert [len(part) for part in parts[:-1]] == [chunk] * (len(parts) - 1)
    np.testing.assert_array_equal(np.concatenate(parts), extractor.transform(TEXTS))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_hold_a_text_per_line(extractor, tmp_path, end):
    expected = extractor.transform(TEXTS)
    path = lines(tmp_path, end)
    np.testing.assert_array_equal(np.concatenate(list(extractor.iter_transform(path))), expected)
    with path.open(encoding="utf-8") as file:
        np.testing.assert_array_equal(
            np.concatenate(list(extractor.iter_transform(file))), expected
        )
    with path.open("rb") as file, pytest.raises(TypeError, match="binary file"):
        next(extractor.iter_transform(file))


def test_other_line_breaks_of_unicode_are_characters(extractor, counting_encoder, tmp_path):
    texts = ["a\u2028b", "c\x0bd\x85", "", "last"]
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(texts), encoding="utf-8")
    assert np.concatenate(list(extractor.iter_transform(path))).shape == (4, 8)
    assert sorted(counting_encoder.texts) == sorted(texts)


def test_a_generator_is_read_no_further_than_needed(extractor):
    taken = []

    def texts():
        for text in TEXTS:
            taken.append(text)
            yield text

    parts = extractor.iter_transform(texts(), chunk=10)
    assert taken == []
    next(parts)
    assert len(taken) == 10


def test_a_cache_spares_texts_of_earlier_chunks(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder, cache=MemoryCache())
    for _ in extractor.iter_transform(TEXTS, chunk=100):
        pass
    assert sorted(counting_encoder.texts) == sorted(set(TEXTS))


def test_languages_by_column_and_by_script(english, korean, tmp_path):
    texts = (ENGLISH + KOREAN) * 3
    frame = pd.DataFrame({"text": texts, "lang": (["en"] * 4 + ["ko"] * 4) * 3})
    by_column = EmbeddingExtractor({"en": english, "ko": korean}, column="text", lang_column="lang")
    by_script = EmbeddingExtractor({"en": english, "ko": korean})
    expected = by_script.transform(texts)
    for extractor, X in ((by_column, frame), (by_script, texts)):
        np.testing.assert_array_equal(
            np.concatenate(list(extractor.iter_transform(X, chunk=5))), expected
        )
        np.testing.assert_array_equal(
            extractor.transform_to(tmp_path / "o.npy", X, chunk=5), expected
        )


def test_input_that_is_no_texts(extractor, tmp_path):
    for wrong, error, message in (
        ("one text", ValueError, "wrap it in a list"),
        ({"a": 1}, TypeError, "sequence of texts"),
        (5, TypeError, "sequence of texts"),
        (["a"] * 30 + [None], ValueError, "missing values: row 0 is None"),
    ):
        with pytest.raises(error, match=message):
            list(extractor.iter_transform(wrong, chunk=30))
        with pytest.raises(error, match=message):
            extractor.transform_to(tmp_path / "o.npy", wrong, chunk=30)
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the note is what matters
        list(extractor.iter_transform(["a"] * 30 + [None], chunk=30))
    assert caught.value.__notes__ == ["Rows are counted from row 30, where this chunk begins."]
    for chunk in (0, -1, True, 2.5):
        with pytest.raises(ValueError, match="chunk must be a positive int"):
            extractor.iter_transform(TEXTS, chunk=chunk)
    with pytest.raises(ValueError, match="is a folder"):
        extractor.transform_to(tmp_path, TEXTS)


def test_the_file_is_a_readonly_memmap_of_what_transform_gives(extractor, tmp_path):
    for X in (TEXTS, iter(TEXTS), lines(tmp_path)):
        found = extractor.transform_to(tmp_path / "new" / "o.npy", X, chunk=64)
        assert isinstance(found, np.memmap)
        assert not found.flags.writeable
        np.testing.assert_array_equal(found, extractor.transform(TEXTS))
    assert os.listdir(tmp_path / "new") == ["o.npy"]
    np.testing.assert_array_equal(np.load(tmp_path / "new" / "o.npy"), found)


def test_no_texts_give_no_rows(extractor, tmp_path):
    assert list(extractor.iter_transform([])) == []
    assert extractor.transform_to(tmp_path / "o.npy", iter([])).shape == (0, 8)


class StopError(Exception):
    pass


def until(n):
    """Texts, and a stop where the n-th would come."""
    yield from TEXTS[:n]
    raise StopError


def interrupted(extractor, path, n=250, chunk=50):
    with pytest.raises(StopError):
        extractor.transform_to(path, until(n), chunk=chunk)
    assert not path.exists()


def test_it_goes_on_where_it_was(extractor, counting_encoder, tmp_path):
    path = tmp_path / "o.npy"
    interrupted(extractor, path)
    counting_encoder.reset()
    found = extractor.transform_to(path, TEXTS, chunk=50)
    asked = counting_encoder.n_texts
    np.testing.assert_array_equal(found, extractor.transform(TEXTS))
    assert asked == sum(len(set(TEXTS[at : at + 50])) for at in range(250, 500, 50))
    assert os.listdir(tmp_path) == ["o.npy"]


def test_the_same_prefix_is_kept_and_no_more(extractor, counting_encoder, tmp_path):
    path = tmp_path / "o.npy"
    interrupted(extractor, path)
    other = [*TEXTS[:100], "changed", *TEXTS[101:]]
    counting_encoder.reset()
    found = extractor.transform_to(path, other, chunk=50)
    assert counting_encoder.n_texts <= 400
    np.testing.assert_array_equal(found, extractor.transform(other))


def test_fewer_texts_than_before(extractor, tmp_path):
    path = tmp_path / "o.npy"
    interrupted(extractor, path)
    found = extractor.transform_to(path, TEXTS[:100], chunk=50)
    np.testing.assert_array_equal(found, extractor.transform(TEXTS[:100]))
    assert path.stat().st_size == 128 + 100 * 8 * 4


def test_other_vectors_start_afresh(extractor, tmp_path):
    path = tmp_path / "o.npy"
    for other in (
        EmbeddingExtractor(CountingEncoder(seed=1), cache=None),
        EmbeddingExtractor(CountingEncoder(), cache=None, normalize=False),
        EmbeddingExtractor(CountingEncoder(), cache=None, truncate_dim=3),
    ):
        interrupted(extractor, path)
        np.testing.assert_array_equal(
            other.transform_to(path, TEXTS, chunk=50), other.transform(TEXTS)
        )
        path.unlink()


def test_other_languages_for_the_same_texts_start_afresh(tmp_path):
    encoder = NgramEncoder(2).fit(ENGLISH)
    other = NgramEncoder(3).fit(ENGLISH)
    path = tmp_path / "o.npy"

    def extractor(lang):
        return EmbeddingExtractor(
            {"en": encoder, "de": other}, detect=lambda text: lang, cache=None
        )

    def stopping():
        yield from ENGLISH
        raise StopError

    with pytest.raises(StopError):
        extractor("en").transform_to(path, stopping(), chunk=2)
    found = extractor("de").transform_to(path, ENGLISH, chunk=2)
    np.testing.assert_array_equal(found, extractor("de").transform(ENGLISH))


def test_an_encoder_that_nobody_recognises_starts_afresh(tmp_path):
    path = tmp_path / "o.npy"
    first = EmbeddingExtractor(BareEncoder(lambda texts: np.zeros((len(texts), 2)) + 1), cache=None)
    interrupted(first, path)
    second = EmbeddingExtractor(
        BareEncoder(lambda texts: np.ones((len(texts), 2)) * [1, -1]), cache=None
    )
    assert (second.transform_to(path, TEXTS, chunk=50)[:, 1] < 0).all()


@pytest.mark.parametrize("name", ["o.npy.partial", "o.npy.journal"])
@pytest.mark.parametrize("damage", ["flip", "cut", "garbage", "zeros", "gone"])
def test_damaged_leftovers_never_get_into_the_file(extractor, tmp_path, name, damage):
    path = tmp_path / "o.npy"
    for at in (0.02, 0.3, 0.9, 1.0):
        interrupted(extractor, path)
        left = tmp_path / name
        data = bytearray(left.read_bytes())
        position = int(at * (len(data) - 1))
        if damage == "flip":
            data[position] ^= 1
        elif damage == "cut":
            del data[position:]
        elif damage == "zeros":  # as a file system may leave them after a loss of power
            data[position:] = bytes(len(data) - position)
        else:
            data = b'5\n{"rows": 3}\nrubbish' * 20
        left.write_bytes(data)
        if damage == "gone":
            left.unlink()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = extractor.transform_to(path, TEXTS, chunk=50)
        assert len(caught) <= 1
        if damage in ("flip", "garbage") and at != 1.0 and position >= 128:
            assert "encoded anew" in str(caught[0].message)
        np.testing.assert_array_equal(found, extractor.transform(TEXTS))
        assert os.listdir(tmp_path) == ["o.npy"]
        del found
        path.unlink()


def test_flipped_bits_of_a_journal_are_survived(extractor, tmp_path):
    path, left = tmp_path / "o.npy", tmp_path / "o.npy.journal"
    interrupted(extractor, path, n=20, chunk=10)
    journal, rows = left.read_bytes(), (tmp_path / "o.npy.partial").read_bytes()
    expected = extractor.transform(TEXTS[:20])
    for position in (*range(0, len(journal), 4), len(journal) - 1):
        damaged = bytearray(journal)
        damaged[position] ^= 1 << position % 8
        left.write_bytes(damaged)
        (tmp_path / "o.npy.partial").write_bytes(rows)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = extractor.transform_to(path, TEXTS[:20], chunk=10)
        np.testing.assert_array_equal(found, expected)
        assert len(caught) == (position != len(journal) - 1)  # without its end a line is torn


def test_what_is_sound_before_the_damage_is_kept(extractor, counting_encoder, tmp_path):
    path = tmp_path / "o.npy"
    interrupted(extractor, path)
    left = tmp_path / "o.npy.journal"
    lines = left.read_bytes().splitlines(keepends=True)
    assert len(lines) == 6
    left.write_bytes(b"".join([*lines[:3], lines[3].replace(b"50", b"51"), *lines[4:]]))
    counting_encoder.reset()
    with pytest.warns(UserWarning, match=r"o.npy.journal \(line 4 is not as it was written\)"):
        found = extractor.transform_to(path, TEXTS, chunk=50)
    assert counting_encoder.n_texts == 400
    np.testing.assert_array_equal(found, extractor.transform(TEXTS))


def test_a_warning_that_is_an_error_is_one_once(extractor, tmp_path):
    path = tmp_path / "o.npy"
    for name, match in (("o.npy.journal", "line 2"), ("o.npy.partial", "its rows")):
        interrupted(extractor, path)
        left = tmp_path / name
        data = bytearray(left.read_bytes())
        data[150] ^= 1
        left.write_bytes(data)
        with pytest.raises(UserWarning, match=match):
            extractor.transform_to(path, TEXTS, chunk=50)
        np.testing.assert_array_equal(
            extractor.transform_to(path, TEXTS, chunk=50), extractor.transform(TEXTS)
        )
        path.unlink()


def test_leftovers_of_a_finished_file_are_swept(extractor, tmp_path):
    path, left = tmp_path / "o.npy", tmp_path / "o.npy.journal"
    interrupted(extractor, path)
    journal = left.read_bytes()
    extractor.transform_to(path, TEXTS, chunk=50)
    left.write_bytes(journal)  # as a kill between the file's name and the end leaves it
    extractor.transform_to(path, TEXTS, chunk=50)
    assert os.listdir(tmp_path) == ["o.npy"]


def test_the_file_is_private_or_keeps_its_rights_and_links_stay(extractor, tmp_path):
    path, link = tmp_path / "o.npy", tmp_path / "link.npy"
    link.symlink_to("o.npy")
    interrupted(extractor, path)
    assert {left.stat().st_mode & 0o777 for left in tmp_path.glob("o.npy.*")} == {0o600}
    extractor.transform_to(link, TEXTS)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    extractor.transform_to(link, TEXTS)
    assert path.stat().st_mode & 0o777 == 0o644
    assert link.is_symlink()
    with pytest.raises(ValueError, match="/dev/null is no file"):
        extractor.transform_to("/dev/null", TEXTS)


def test_one_process_at_a_time_writes_a_file(extractor, tmp_path):
    path = tmp_path / "o.npy"

    def texts():
        yield from TEXTS
        with pytest.raises(ValueError, match="another process is writing this file"):
            extractor.transform_to(path, TEXTS)

    assert extractor.transform_to(path, texts()).shape == (500, 8)


KILLED = """
    import sys, time
    import numpy as np
    from langalign_sk.text import EmbeddingExtractor

    class Slow:
        def encode(self, texts):
            with open(sys.argv[2], "a") as file:
                file.write("".join(text + "\\n" for text in texts))
            time.sleep(0.005)
            return np.array([[float(text), 1.0, 2.0] for text in texts], np.float32)

        def fingerprint(self):
            return "slow"

    print("ready", flush=True)
    extractor = EmbeddingExtractor(Slow(), cache=None, normalize=False)
    extractor.transform_to(sys.argv[1], (str(i) for i in range(6000)), chunk=100)
"""


def test_killed_at_random_it_finishes_as_if_nothing_had_been(tmp_path):
    path, log = tmp_path / "o.npy", tmp_path / "log"
    rng = np.random.default_rng(0)
    kills = 0
    for _ in range(2):
        worker = run(KILLED, path, log, stdout=subprocess.PIPE)
        worker.stdout.readline()
        time.sleep(rng.uniform(0.05, 0.25))
        worker.kill()
        worker.stdout.close()
        kills += worker.wait() != 0
    assert run(KILLED, path, log, stdout=subprocess.DEVNULL).wait() == 0
    assert kills > 0
    np.testing.assert_array_equal(np.load(path)[:, 0], np.arange(6000))
    encoded = Path(log).read_text().split()
    assert len(encoded) <= 6000 + 100 * kills  # at most the chunk in flight, each time
