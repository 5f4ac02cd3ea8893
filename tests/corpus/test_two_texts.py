"""Corpora whose rows hold two texts: identity, splits, folders, pickles, files, vectors."""

import pickle

import numpy as np
import pandas as pd
import pytest

from langalign_sk import EmbeddingExtractor, ParallelCorpus, TextPool
from langalign_sk.corpus import clean_pairs, shared_strings
from tests.helpers import CountingEncoder
from tests.text.test_two_texts import PairEncoder

EN = [("it rains", "it is wet"), ("it rains", "it is dry"), ("a cat", "an animal"), ("a", "b")]
KO = [("비가 온다", "젖었다"), ("비가 온다", "말랐다"), ("고양이", "동물"), ("가", "나")]


def corpus(**given):
    return ParallelCorpus(EN, KO, target_lang="ko", **given)


def test_rows_are_tuples():
    pairs = ParallelCorpus([list(row) for row in EN], np.array(KO), target_lang="ko")
    assert pairs == corpus()
    assert pairs.source == tuple(EN)
    assert pairs.target == tuple(KO)
    assert (pairs.n_pairs, pairs.n_texts, pairs.is_text, pairs.widths) == (4, 2, True, None)
    assert repr(pairs) == "ParallelCorpus(en->ko, 4 pairs of two texts)"
    assert ParallelCorpus(["a"], ["b"]).n_texts == 1


def test_lists_of_two_numbers_are_vectors():
    pairs = ParallelCorpus([[0.5, 1.0], [1.0, 2.0]], [(1, 2), (3, 4)])
    assert pairs.widths == (2, 2)
    assert pairs.n_texts == 1


def test_every_text_counts():
    one = corpus().fingerprint
    moved = [("it rainsi", "t is wet"), *EN[1:]]
    singles = ParallelCorpus([t for row in EN for t in row], [t for row in KO for t in row])
    swapped = [row[::-1] for row in EN]
    others = [ParallelCorpus(rows, KO, target_lang="ko") for rows in (moved, swapped)]
    assert len({one, singles.fingerprint, *(other.fingerprint for other in others)}) == 4


def test_both_sides_hold_two():
    with pytest.raises(ValueError, match="source holds two texts a row, target one"):
        ParallelCorpus(EN, [row[0] for row in KO])
    with pytest.raises(ValueError, match="target holds two texts a row, source one"):
        ParallelCorpus([row[0] for row in EN], KO)
    with pytest.raises(ValueError, match="target: row 1 holds 3 texts"):
        ParallelCorpus(EN[:2], [KO[0], ("a", "b", "c")])
    with pytest.raises(ValueError, match="target has missing values: row 0, second text is None"):
        ParallelCorpus(EN[:1], [("a", None)])


def test_sums_take_and_split():
    total = corpus() + corpus()
    assert total.n_pairs == 8
    assert total.n_texts == 2
    assert total.source[4] == EN[0]
    assert total.take([1]).source == (EN[1],)
    with pytest.raises(ValueError, match="kinds of rows differ"):
        corpus() + ParallelCorpus(["a"], ["b"], target_lang="ko")


@pytest.mark.parametrize("seed", range(5))
def test_split_shares_no_text(seed):
    first, second = corpus().split(2, random_state=seed)
    seen = [
        {text for side in (part.source, part.target) for row in side for text in row}
        for part in (first, second)
    ]
    assert not seen[0] & seen[1]  # the rows with one premise stay together
    assert first.n_pairs + second.n_pairs == 4


@pytest.mark.parametrize("weight", [None, [1.0, 2.0, 1.0, 0.5]])
def test_a_folder_gives_them_back(tmp_path, weight):
    saved = corpus(weight=weight).save(tmp_path / "pairs")
    assert saved == corpus(weight=weight)
    again = ParallelCorpus.load(tmp_path / "pairs", verify=True)
    assert again.source == tuple(EN)
    assert again.target == tuple(KO)
    assert again.n_texts == 2
    pool = TextPool(KO, lang="ko").save(tmp_path / "pool")
    assert pool.rows == tuple(KO)
    assert pool.n_texts == 2


def test_pickles_and_stubs():
    again = pickle.loads(pickle.dumps(corpus()))
    assert again == corpus()
    assert again.source == tuple(EN)
    stub = pickle.loads(pickle.dumps(corpus().detach()))
    assert stub.n_texts == 2
    assert stub.detached


def test_read_together_they_give_a_vector_a_row():
    extractor = EmbeddingExtractor(PairEncoder(), two_texts="together")
    found = corpus().embed(extractor)
    assert found.n_pairs == 4
    assert found.widths == (8, 8)
    assert found.n_texts == 1
    np.testing.assert_array_equal(found.target, extractor.transform(KO))


def test_read_apart_they_are_twice_as_many_pairs():
    encoder = CountingEncoder()
    extractor = EmbeddingExtractor(encoder)
    found = corpus(weight=[1.0, 2.0, 3.0, 4.0]).embed(extractor)
    singles = ParallelCorpus(
        [text for row in EN for text in row],
        [text for row in KO for text in row],
        target_lang="ko",
        weight=[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0],
    )
    assert found == singles.embed(extractor)
    assert found.n_pairs == 8
    assert encoder.n_texts == len(set(encoder.texts)) == 14
    together = EmbeddingExtractor(PairEncoder(), two_texts="together")
    assert corpus().embed(together).n_pairs == 4  # remembered by what reads them
    pool = TextPool(KO, lang="ko").embed(extractor)
    assert pool.n_rows == 8
    np.testing.assert_array_equal(pool.rows, found.target)


def test_two_columns_a_side_of_a_file(tmp_path):
    rows = [(*en, *ko) for en, ko in zip(EN, KO, strict=True)]
    frame = pd.DataFrame(rows, columns=["p", "h", "p_ko", "h_ko"])
    frame.to_csv(tmp_path / "rows.tsv", sep="\t", index=False)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame.to_json(tmp_path / "rows.jsonl", orient="records", lines=True, force_ascii=False)
    sides, langs = (("p", "h"), ("p_ko", "h_ko")), {"target_lang": "ko"}
    assert ParallelCorpus.from_tsv(tmp_path / "rows.tsv", *sides, **langs) == corpus()
    assert ParallelCorpus.from_csv(tmp_path / "rows.csv", *sides, **langs) == corpus()
    assert ParallelCorpus.from_jsonl(tmp_path / "rows.jsonl", *sides, **langs) == corpus()
    assert ParallelCorpus.from_frame(frame, *sides, **langs) == corpus()
    pool = TextPool.from_tsv(tmp_path / "rows.tsv", ("p_ko", "h_ko"), lang="ko")
    assert pool == TextPool(KO, lang="ko")
    with pytest.raises(ValueError, match="one column, or two for rows of two texts"):
        ParallelCorpus.from_tsv(tmp_path / "rows.tsv", ("p", "h", "p_ko"), "h_ko")


def test_what_takes_single_texts():
    with pytest.raises(ValueError, match="one text each; these rows hold two"):
        clean_pairs(corpus())
    with pytest.warns(UserWarning, match="a map needs"):
        found = shared_strings([("NASA", "in 1969")], [("NASA는", "1969년")], target_lang="ko")
    assert found.corpus.source == ("1969", "NASA")
