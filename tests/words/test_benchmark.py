"""The benchmark: IBM's first model by hand, gold links that fit their words, every cell there."""

import numpy as np

from benchmarks import word_alignment, word_alignment_ibm
from langalign_sk import EmbeddingExtractor
from langalign_sk.words import split_words
from tests.helpers import CountingEncoder


def test_the_first_model_learns_by_counting():
    source = [["the", "house"], ["the", "book"], ["a", "book"]]
    target = [["das", "haus"], ["das", "buch"], ["ein", "buch"]]
    found = word_alignment_ibm.align(source, target, grow=False)
    assert found == [{(0, 0), (1, 1)}] * 3
    # One step of EM by hand: "book" stands with das, buch, ein, buch, each a third (of the empty
    # word, the other word and itself).
    first = word_alignment_ibm.probabilities(source, target, rounds=1)
    np.testing.assert_allclose(first[1][2], [1 / 4, 2 / 4])


def test_growing_adds_neighbours_of_words_that_are_free():
    source = [["a", "b"], ["a"], ["b", "c"], ["c"]]
    target = [["x", "y"], ["x"], ["y", "z", "w"], ["z", "w"]]
    few = word_alignment_ibm.align(source, target, grow=False)
    more = word_alignment_ibm.align(source, target, grow=True)
    assert all(own <= grown for own, grown in zip(few, more, strict=True))
    assert sum(map(len, more)) > sum(map(len, few))


def test_gold_links_fit_their_words():
    for lang in word_alignment.LANGUAGES:
        pairs, links = word_alignment.read_gold(lang)
        assert len(pairs) == len(links) == 20
        for (english, target), gold in zip(pairs, links, strict=True):
            shape = len(split_words(english)), len(split_words(target))
            assert all(i < shape[0] and j < shape[1] for i, j in gold.possible)
            # Every English word is somewhere on the other side.
            assert {i for i, _ in gold.possible} == set(range(shape[0]))
            assert gold.sure


def test_every_cell_is_measured(monkeypatch):
    gold = {
        lang: tuple(side[:5] for side in word_alignment.read_gold(lang)) for lang in ("ja", "it")
    }
    embed = {"made up": EmbeddingExtractor(CountingEncoder())}
    cells = word_alignment.aligned(embed, gold, [("a b", "c d"), ("a", "c")] * 3, "it")
    assert len(cells) == 3 + len(word_alignment.METHODS) + 4 + 1
    assert all(0 <= cell["low"] <= cell["high"] <= 1 for cell in cells.values())
    perfect = word_alignment.scored([line.sure for line in gold["it"][1]], gold["it"][1])
    assert perfect["f1"] == perfect["low"] == 1
