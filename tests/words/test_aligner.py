"""WordAligner: texts in, links out; what it learns; and the vectors of words below it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from langalign_sk import EmbeddingExtractor, ParallelCorpus
from langalign_sk.words import (
    GoldLinks,
    WordAligner,
    alignment_scores,
    contextual_word_retrieval,
)
from langalign_sk.words._gold import as_gold
from tests.helpers import TEXT_CHECKS, CountingEncoder

WORDS = [f"w{i}" for i in range(30)]


class Twin(CountingEncoder):
    """Words of the other language hold the vector of the English one, turned and with noise."""

    def __init__(self, dim=8, seed=0, noise=0.3, turn=False):
        super().__init__(dim, seed)
        self.noise, self.turn = noise, turn

    def fingerprint(self):
        return f"twin {self.dim} {self.seed} {self.noise} {self.turn}"

    def vector(self, text):
        if not text.startswith("x"):
            return super().vector(text)
        own = super().vector("w" + text[1:])
        if self.turn:
            own = np.roll(own, 1) * ([1, -1] * (self.dim // 2))
        return own + self.noise * super().vector(text)


def planted(n, seed=0):
    """Sentences of words, their translations in another order with words of their own, links."""
    rng = np.random.default_rng(seed)
    pairs, gold = [], []
    for _ in range(n):
        source = rng.choice(30, 6, replace=False)
        order = rng.permutation(6)[:5]
        target = [f"x{source[i]}" for i in order] + [f"z{rng.integers(50)}"]
        pairs.append((" ".join(WORDS[i] for i in source), " ".join(target)))
        gold.append({(int(i), j) for j, i in enumerate(order)})
    return pairs, gold


def test_finds_what_is_planted():
    pairs, gold = planted(30)
    embed = EmbeddingExtractor(Twin())
    for method in ("argmax", "itermax", "match", "softmax", "entmax", "unbalanced"):
        aligner = WordAligner(embed, method)
        scores = alignment_scores(aligner.predict(pairs), gold)
        assert scores.f1 > 0.7, method
        assert aligner.score(pairs, gold) == scores.f1
    corpus = ParallelCorpus(*map(list, zip(*pairs, strict=True)), source_lang="en", target_lang="x")
    swapped = [(b, a) for a, b in pairs]
    there = WordAligner(embed).predict(corpus)
    back = WordAligner(embed).predict(swapped)
    assert [as_gold(own).sure for own in there] == [
        frozenset((i, j) for j, i in own.tolist()) for own in back
    ]


def test_words_that_stand_alone_have_no_link_where_mass_may_stay():
    pairs, gold = planted(40, seed=1)
    f1 = {
        method: alignment_scores(
            WordAligner(EmbeddingExtractor(Twin()), method).predict(pairs), gold
        ).f1
        for method in ("transport", "unbalanced")
    }
    assert f1["unbalanced"] > f1["transport"]


def test_a_map_is_learned_from_what_stands_together():
    pairs, gold = planted(200, seed=2)
    embed = EmbeddingExtractor(Twin(noise=0.2, turn=True))
    bare = WordAligner(embed, "argmax")
    counts = WordAligner(embed, "argmax", cooccurrence=1.0).fit(pairs)
    both = WordAligner(embed, "argmax", cooccurrence=1.0, map="procrustes").fit(pairs)
    f1 = [one.score(pairs, gold) for one in (bare, counts, both)]
    assert f1[2] > f1[1] > f1[0]
    assert f1[2] > 0.8
    with pytest.raises(NotFittedError, match="call fit first"):
        clone(both).predict(pairs)


def test_encoders_of_different_widths_need_a_map():
    pairs, gold = planted(200, seed=3)
    embed = EmbeddingExtractor({"en": Twin(8), "ko": Twin(10, noise=0.0)})
    settings = {"source_lang": "en", "target_lang": "ko"}
    with pytest.raises(ValueError, match="8 wide and target words 10: give a map"):
        WordAligner(embed, **settings).predict(pairs[:1])
    aligner = WordAligner(embed, "argmax", map="ridge", cooccurrence=1.0, **settings).fit(pairs)
    assert aligner.map_.n_features_out_ == 10
    assert aligner.score(pairs, gold) > 0.6


def test_the_classifier_learns_from_people():
    pairs, gold = planted(80, seed=4)
    drawn = [GoldLinks(frozenset(own), frozenset(own)) for own in gold]
    embed = EmbeddingExtractor(Twin(noise=0.8))
    learned = WordAligner(embed, "classifier").fit(pairs[:40], drawn[:40])
    usual = WordAligner(embed, "itermax")
    assert learned.score(pairs[40:], gold[40:]) > usual.score(pairs[40:], gold[40:])
    swapped = learned.predict([(b, a) for a, b in pairs[40:50]])
    for there, back in zip(learned.predict(pairs[40:50]), swapped, strict=True):
        assert {(i, j) for i, j in there.tolist()} == {(i, j) for j, i in back.tolist()}
    with pytest.raises(ValueError, match="links that people drew"):
        WordAligner(embed, "classifier").fit(pairs)
    with pytest.raises(ValueError, match="the texts have 6 and 6 words"):
        WordAligner(embed, "classifier").fit(pairs[:1], [[(0, 99)]])
    with pytest.raises(ValueError, match="y: pair 0 links word 0 with word -1"):
        WordAligner(embed, "classifier").fit(pairs[:1], [[(0, -1)]])
    blank = WordAligner(embed, "classifier").fit([("", ""), *pairs[:40]], [(), *drawn[:40]])
    same = zip(blank.predict(pairs[40:]), learned.predict(pairs[40:]), strict=True)
    assert all(one.tolist() == other.tolist() for one, other in same)


def test_inputs():
    embed = EmbeddingExtractor(Twin())
    assert WordAligner(embed).predict([("", "x1")])[0].shape == (0, 2)
    assert WordAligner(embed).predict([]) == []
    with pytest.raises(ValueError, match="two texts a row"):
        WordAligner(embed).predict(["w1"])
    with pytest.raises(ValueError, match="choose one of argmax"):
        WordAligner(embed, "fast_align").predict([])
    with pytest.raises(ValueError, match="vectors of texts"):
        WordAligner(embed).predict(ParallelCorpus(np.eye(2), np.eye(2)))
    with pytest.raises(ValueError, match="X is empty"):
        WordAligner(embed).fit([])
    frame = pd.DataFrame([("w1 w2", "x2 x1")], columns=["en", "ko"], index=[7])
    assert WordAligner(embed).predict(frame)[0].tolist() == [[0, 1], [1, 0]]
    found = WordAligner(embed, split=lambda text: text.split("_")).align([("w1_w2", "x2_x1")])[0]
    assert found.source.words == ["w1", "w2"]
    assert found.links.tolist() == [[0, 1], [1, 0]]
    assert found.similarity.shape == (2, 2)


@pytest.mark.parametrize("check", TEXT_CHECKS, ids=lambda check: check.__name__)
def test_scikit_learns_checks(check):
    check("WordAligner", WordAligner(EmbeddingExtractor(Twin())))


def test_words_in_their_texts_find_their_translations():
    pairs, gold = planted(20, seed=5)
    embed = EmbeddingExtractor(Twin(noise=0.1))
    source, target = (embed.embed_words(list(side)) for side in zip(*pairs, strict=True))
    scores = contextual_word_retrieval(source, target, gold, method="cosine")
    # Of a word in several texts one occurrence is as near as the other: only one is right.
    assert 0.2 < scores.mean <= 1
    alone = contextual_word_retrieval(source, target, [gold[0], *([()] * 19)], method="cosine")
    assert alone.forward == alone.backward == 1
    with pytest.raises(ValueError, match="links of 1 pairs"):
        contextual_word_retrieval(source, target, [gold[0]])
    with pytest.raises(ValueError, match="holds none"):
        contextual_word_retrieval(source, target, [()] * 20)
    # Gold links as read_pharaoh gives them; and none that runs on into the next text.
    drawn = [as_gold(own) for own in gold]
    assert contextual_word_retrieval(source, target, drawn, method="cosine") == scores
    with pytest.raises(ValueError, match="links: pair 0 links word 6 with word 0, but the texts"):
        contextual_word_retrieval(source, target, [[(6, 0)], *gold[1:]])
