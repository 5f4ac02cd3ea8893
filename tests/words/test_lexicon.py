"""Lexicons: counted, read, induced, judged; words in measures."""

import gzip

import numpy as np
import pandas as pd
import pytest

from langalign_sk.words import (
    GoldLinks,
    Lexicon,
    induce_lexicon,
    lexicon_precision,
    read_lexicon,
    token_divergence,
    vectors_of_unknown,
    word_alignment_score,
)


def test_a_table_of_words():
    lexicon = Lexicon([("a", "x", 0.2), ("a", "y", 0.9), ("b", "x")])
    assert lexicon.translations("a") == ["y", "x"]
    assert lexicon.translations("a", 1) == ["y"]
    assert lexicon.pairs(1) == [("a", "y"), ("b", "x")]
    assert lexicon.sources == ["a", "b"]
    assert lexicon.targets == ["y", "x"]
    assert lexicon.reversed().translations("x") == ["b", "a"]
    assert dict(lexicon) == {"a": {"y": 0.9, "x": 0.2}, "b": {"x": 1.0}}
    corpus = lexicon.to_corpus("en", "ko")
    assert (corpus.n_pairs, corpus.target_lang) == (3, "ko")
    with pytest.raises(ValueError, match="empty"):
        Lexicon().to_corpus()
    with pytest.raises(TypeError, match="holds words"):
        Lexicon([("a", 1)])


def test_counted_from_aligned_texts():
    source = [["The", "dog", "."], ["the", "cat", "."], ["dog"]]
    target = [["개", "."], ["고양이", "."], ["개"]]
    links = [[(1, 0), (2, 1)], np.array([[1, 0], [0, 0], [2, 1]]), [(0, 0)]]
    lexicon = Lexicon.from_alignments(source, target, links)
    assert lexicon.pairs() == [("dog", "개")]
    assert lexicon["dog"]["개"] == 1
    assert Lexicon.from_alignments(source, target, links, min_count=1).translations("the") == [
        "고양이"
    ]


def test_a_table_of_pandas_is_read_by_rows():
    frame = pd.DataFrame([("dog", "개"), ("cat", "고양이")], columns=["en", "ko"])
    assert Lexicon(frame).pairs() == [("dog", "개"), ("cat", "고양이")]
    words = frame.sort_values("en")  # its index is no longer that of the places
    found = induce_lexicon(words["en"], np.eye(2), words["ko"], np.eye(2))
    assert found.pairs() == [("cat", "고양이"), ("dog", "개")]


@pytest.mark.parametrize("entries", [["ab", "cd"], "ab", ["dog"], [("a", "b", 1, 2)], [1]])
def test_what_is_no_entry(entries):
    with pytest.raises(TypeError, match="entry 0 is .*: a word and its translation are needed"):
        Lexicon(entries)


def test_links_of_words_that_are_not_there():
    words = [["a", "b"]], [["x"]]
    gold = [GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0)}))]
    assert Lexicon.from_alignments(*words, gold, min_count=1).pairs() == [("a", "x")]
    for link in ((-1, 0), (2, 0)):
        with pytest.raises(ValueError, match=f"pair 0 links word {link[0]} with word 0, but the"):
            Lexicon.from_alignments(*words, [[link]])
    with pytest.raises(TypeError, match="the words of each text"):
        Lexicon.from_alignments(["a b"], ["x"], [[(0, 0)]])


def test_precision_with_several_translations():
    gold = Lexicon({"a": ["x", "y"], "b": ["z"], "c": ["w"]})
    found = Lexicon({"a": ["y", "q"], "b": ["q", "z"]})
    assert lexicon_precision(found, gold) == pytest.approx((1 / 3, 2 / 3, 3))
    assert lexicon_precision(found, gold, k=2).precision == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="no word to ask for"):
        lexicon_precision(found, Lexicon())


def test_induction_corrects_for_hubs():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 8)) + 1.0
    names = [f"s{i}" for i in range(40)], [f"t{i}" for i in range(43)]
    Y = X + 0.6 * rng.standard_normal((40, 8))
    Y = np.vstack([Y, np.ones((3, 8)) + 0.1 * rng.standard_normal((3, 8))])  # near to all
    gold = Lexicon((f"s{i}", f"t{i}") for i in range(40))
    by = {m: lexicon_precision(induce_lexicon(names[0], X, names[1], Y, method=m), gold).precision
          for m in ("cosine", "csls")}  # fmt: skip
    assert by["csls"] > by["cosine"] > 0.3
    several = induce_lexicon(names[0], X, names[1], Y, k=3)
    assert all(len(several.translations(word)) == 3 for word in several)
    mutual = induce_lexicon(names[0], X, names[1], Y, mutual=True)
    assert lexicon_precision(mutual, Lexicon({w: gold[w] for w in mutual})).precision > 0.7
    with pytest.raises(ValueError, match="1 source words have 40 vectors"):
        induce_lexicon(["s"], X, names[1], Y)


def test_files(tmp_path):
    muse = tmp_path / "en-it.txt"
    muse.write_text("# comment\ndog cane\ndog cagna\n", encoding="utf-8")
    assert read_lexicon(muse).pairs() == [("dog", "cane"), ("dog", "cagna")]
    assert read_lexicon(muse, first=1).pairs() == [("dog", "cane")]
    tab = tmp_path / "words.tsv"
    tab.write_text("ice cream\tgelato; sorbetto\tnoun\n", encoding="utf-8")
    assert read_lexicon(tab).translations("ice cream") == ["gelato", "sorbetto"]
    muse.write_text("dog cane\nice cream gelato\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2: a word, a blank and its translation"):
        read_lexicon(muse)
    muse.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no word with a translation"):
        read_lexicon(muse)


def test_a_dictionary_of_dictd(tmp_path):
    entries = [
        ("00databaseinfo", "00databaseinfo\nFreeDict"),
        ("dog", "dog /dɒɡ/ <n>\n犬, いぬ\nan animal that barks"),
        ("run", 'run /rʌn/\n1. correre "he runs" [past ran]\n2. gestire\nto manage'),
    ]
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    data, index = b"", []
    for word, entry in entries:
        place = [len(data), len(entry.encode())]
        coded = ["".join(digits[n >> s & 63] for s in (6, 0)) for n in place]
        index.append("\t".join([word, *coded]))
        data += entry.encode()
    with gzip.open(tmp_path / "d.dict.dz", "wb") as file:
        file.write(data)
    with pytest.raises(ValueError, match=r"d.index must lie beside it"):
        read_lexicon(tmp_path / "d.dict.dz")
    (tmp_path / "d.index").write_text("\n".join(index) + "\n", encoding="utf-8")
    found = read_lexicon(tmp_path / "d.index")
    assert found.pairs() == [("dog", "犬"), ("dog", "いぬ"), ("run", "correre"), ("run", "gestire")]
    assert read_lexicon(tmp_path / "d.dict.dz").pairs() == found.pairs()
    (tmp_path / "d.index").write_text("dog\tA!\tB\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: a word and two numbers"):
        read_lexicon(tmp_path / "d.index")


def test_the_score_of_a_dictionary():
    lexicon = Lexicon({"a": ["x", "y"], "b": ["z"]})
    A, B = np.eye(2), np.array([[1, 0.1], [0.9, 1.0], [0.1, 1]])
    scores = word_alignment_score(lexicon, A, B)
    assert (scores.forward, scores.backward) == (1.0, pytest.approx(2 / 3))
    assert scores.n_words == (2, 3)
    with pytest.raises(ValueError, match="lexicon.sources has 2 words"):
        word_alignment_score(lexicon, B, B)


def test_divergence_finds_what_was_changed():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((8, 16))
    B = A + 0.1 * rng.standard_normal((8, 16))
    changed = np.arange(8) < 3
    B[changed] = rng.standard_normal((3, 16))
    there, back = token_divergence(A, B)
    assert there[changed].min() > there[~changed].max()
    assert back[changed].min() > back[~changed].max()
    assert token_divergence(A, np.zeros((0, 16)))[0].tolist() == [1.0] * 8


def test_unknown_words_from_their_neighbours():
    rng = np.random.default_rng(0)
    helper, turn = rng.standard_normal((200, 6)), np.linalg.qr(rng.standard_normal((6, 6)))[0]
    space = helper @ turn
    made = vectors_of_unknown(helper[:20], helper[20:], space[20:], k=5)
    right = np.einsum("ij,ij->i", made, space[:20]) / np.linalg.norm(made, axis=1)
    assert (right / np.linalg.norm(space[:20], axis=1)).mean() > 0.8
    with pytest.raises(ValueError, match="known_helper has 199 words"):
        vectors_of_unknown(helper[:1], helper[1:], space)
    with pytest.raises(ValueError, match="temperature"):
        vectors_of_unknown(helper, helper, space, temperature=0)
