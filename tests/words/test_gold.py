"""Gold links: the format, and the published definitions on an example by hand."""

import numpy as np
import pytest

from langalign_sk.words import GoldLinks, alignment_scores, read_pharaoh, to_pharaoh


def test_definitions_by_hand():
    gold = [
        GoldLinks(frozenset({(0, 0), (1, 1)}), frozenset({(0, 0), (1, 1), (1, 2)})),
        GoldLinks(frozenset({(0, 1)}), frozenset({(0, 1)})),
    ]
    found = [np.array([[0, 0], [1, 2], [2, 2]]), [(0, 1)]]
    scores = alignment_scores(found, gold)
    # A = 4 links, 3 of them possible, 2 sure; S = 3.
    assert scores.precision == 3 / 4
    assert scores.recall == 2 / 3
    assert scores.f1 == pytest.approx(2 * 0.75 * (2 / 3) / (0.75 + 2 / 3))
    assert scores.aer == pytest.approx(1 - (2 + 3) / (4 + 3))
    assert (scores.n_found, scores.n_sure) == (4, 3)
    assert alignment_scores([line.sure for line in gold], gold).aer == 0
    assert alignment_scores([[], []], gold)[:4] == (1.0, 0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="1 pairs were found, but gold has 2"):
        alignment_scores([[]], gold)


def test_the_format(tmp_path):
    file = tmp_path / "gold.txt"
    file.write_text("0-0 1p2 2?1\n\n3-4:0.5\n", encoding="utf-8")
    gold = read_pharaoh(file)
    assert [sorted(line.sure) for line in gold] == [[(0, 0)], [], [(3, 4)]]
    assert sorted(gold[0].possible) == [(0, 0), (1, 2), (2, 1)]
    assert to_pharaoh(gold[0]) == "0-0 1p2 2p1"
    file.write_text("1-1\n", encoding="utf-8")
    assert read_pharaoh(file, first=1)[0].sure == {(0, 0)}
    file.write_text("1-1\n0-1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"gold.txt, line 2: '0-1' lies before the first word"):
        read_pharaoh(file, first=1)
    file.write_text("0-0 x\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: 'x' is no link such as 0-0"):
        read_pharaoh(file)
    with pytest.raises(TypeError, match="read_pharaoh"):
        alignment_scores(["0-0"], [[]])


@pytest.mark.parametrize("links", [[(0, 0), (1, 1)], [np.zeros((2, 3))]])
def test_links_of_one_pair_are_not_those_of_all(links):
    with pytest.raises(TypeError, match="links must be pairs of numbers"):
        alignment_scores(links, [[(0, 0)]] * len(links))
