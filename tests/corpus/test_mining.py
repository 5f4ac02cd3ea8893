"""Mining: the same pairs as the formulas give on whole matrices, scored as BUCC scores them."""

from __future__ import annotations

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor, TextPool
from langalign_sk.corpus import MinedPairs, mine_pairs
from tests.helpers import CountingEncoder


def pools(n=60, common=40, width=24, noise=0.8, seed=0):
    """Vectors of two pools; row i of the one is row perm[i] of the other, for `common` of them."""
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((n, width))
    B = rng.standard_normal((n + 5, width))
    place = rng.permutation(n + 5)[:common]
    B[place] = A[:common] + noise * rng.standard_normal((common, width))
    return A, B, np.c_[np.arange(common), place]


def by_formula(A, B, method, k):
    A, B = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (A, B))
    cosines = A @ B.T
    r_a = np.sort(cosines, axis=1)[:, -k:].mean(axis=1)[:, None]
    r_b = np.sort(cosines, axis=0)[-k:].mean(axis=0)
    if method == "cosine":
        return cosines
    return 2 * cosines / (r_a + r_b) if method == "margin" else 2 * cosines - r_a - r_b


def greedy(scores):
    """Take the best of either side, each row once, without cleverness."""
    best = {(i, int(row.argmax())) for i, row in enumerate(scores)}
    best |= {(int(column.argmax()), j) for j, column in enumerate(scores.T)}
    found, rows, columns = [], set(), set()
    for i, j in sorted(best, key=lambda pair: -scores[pair]):
        if i not in rows and j not in columns:
            found.append((i, j))
            rows.add(i)
            columns.add(j)
    return found


@pytest.mark.parametrize("method", ["margin", "csls", "cosine"])
@pytest.mark.parametrize("strategy", ["mutual", "max"])
def test_the_pairs_of_the_formula(method, strategy):
    A, B, _ = pools()
    scores = by_formula(A, B, method, 4)
    wanted = greedy(scores)
    if strategy == "mutual":
        wanted = [
            (i, j) for i, j in wanted if scores[i].argmax() == j and scores[:, j].argmax() == i
        ]
    found = mine_pairs(A, B, method=method, strategy=strategy)
    assert list(zip(found.source_rows, found.target_rows, strict=True)) == wanted
    np.testing.assert_allclose(
        found.scores, scores[found.source_rows, found.target_rows], rtol=1e-4, atol=1e-5
    )
    np.testing.assert_array_equal(found.corpus.source, A[found.source_rows])
    weight = found.corpus.weight
    assert weight[0] == 1 > weight[-1] > 0
    assert (np.diff(weight) < 0).all()


def test_sides_may_change_places():
    A, B, _ = pools(seed=1)
    there, back = mine_pairs(A, B), mine_pairs(B, A)
    pairs = {*zip(there.source_rows, there.target_rows, strict=True)}
    assert pairs == {*zip(back.target_rows, back.source_rows, strict=True)}


def mined(pairs, scores):
    i, j = np.array(pairs).T
    return MinedPairs(None, i, j, np.array(scores, dtype=np.float32))


def test_scores_by_hand():
    found = mined([(0, 0), (1, 1), (2, 3), (3, 2), (9, 9)], [5, 4, 3, 2, 1])
    gold = [(0, 0), (1, 1), (2, 2), (4, 4)]
    scores = found.against(gold)
    assert (scores.n_right, scores.n_mined, scores.n_gold) == (2, 5, 4)
    assert (scores.precision, scores.recall) == (0.4, 0.5)
    assert scores.f1 == pytest.approx(2 * 0.4 * 0.5 / 0.9)
    # After the first two: precision 1, recall .5; between the scores 4 and 3.
    assert found.threshold_for(gold) == 3.5
    assert found.threshold_for(gold, precision=0.6) == 2.5
    with pytest.raises(ValueError, match="none of the known pairs was mined"):
        found.threshold_for([(20, 20)])
    with pytest.raises(ValueError, match="the best is 0.500"):
        mined([(0, 1), (1, 1)], [2, 1]).threshold_for([(0, 0), (1, 1)], precision=0.9)


def test_a_tie_stays_on_one_side_of_the_threshold():
    found = mined([(0, 0), (1, 5), (2, 2)], [3, 3, 1])
    assert found.threshold_for([(0, 0), (2, 2)], precision=0.5) < 1.0001
    with pytest.raises(ValueError, match="best is 0.667"):
        found.threshold_for([(0, 0), (2, 2)], precision=0.9)


def test_a_part_of_the_pairs_tells_the_precision():
    A, B, gold = pools(n=900, common=450, width=32, noise=1.0, seed=2)
    every = mine_pairs(A, B)
    known = gold[::3]
    guess, truth = every.against(known, complete=False), every.against(gold)
    assert truth.precision < 0.8
    assert guess.precision == pytest.approx(truth.precision, abs=0.07)
    found = mine_pairs(A, B, known=known, precision=0.9)
    assert found.against(gold).precision == pytest.approx(0.9, abs=0.06)
    # Weights say how often pairs are right, all of them.
    low = mine_pairs(A, B, known=known, threshold=0.0).corpus
    assert low.n_pairs == every.corpus.n_pairs
    assert (np.diff(low.weight) <= 0).all()
    assert low.weight.mean() == pytest.approx(truth.precision, abs=0.07)
    assert 0 <= low.weight.min() < 0.3 < 0.9 < low.weight.max() <= 1


def test_a_mean_that_all_rows_have_is_taken_off():
    A, B, gold = pools(n=200, common=200, noise=1.5, seed=3)
    B = B + 8.0
    assert (
        mine_pairs(A, B, center=True).against(gold).recall
        > mine_pairs(A, B).against(gold).recall + 0.05
    )


def test_texts_come_back_in_their_languages():
    english = [f"sentence {i}" for i in range(20)]
    korean = [f"문장 {i}" for i in range(5, 30)][::-1]

    class OneSpace(CountingEncoder):
        def vector(self, text):
            return super().vector(text.split()[-1])

    embed = EmbeddingExtractor(OneSpace(64))
    found = mine_pairs(TextPool(english, lang="en"), TextPool(korean, lang="ko"), embedder=embed)
    pairs = found.corpus.take(np.arange(15))
    assert (found.corpus.source_lang, found.corpus.target_lang) == ("en", "ko")
    assert {*zip(pairs.source, pairs.target, strict=True)} == {
        (f"sentence {i}", f"문장 {i}") for i in range(5, 20)
    }
    bare = mine_pairs(english, korean, embedder=embed)
    np.testing.assert_array_equal(bare.source_rows, found.source_rows)
    assert bare.corpus.source_lang is None


def test_what_can_not_be_mined_is_told():
    A, B, _ = pools()
    with pytest.raises(ValueError, match="'best' is unknown"):
        mine_pairs(A, B, strategy="best")
    with pytest.raises(ValueError, match="at least 1"):
        mine_pairs(A, B, n_neighbors=0)
    with pytest.raises(ValueError, match="no pair has a score of 99 or more; the best is 1."):
        mine_pairs(A, B, threshold=99)
    with pytest.raises(ValueError, match="source holds texts; give the embedder"):
        mine_pairs(["a"], B)
    with pytest.raises(ValueError, match="source has 24 columns and target has 9"):
        mine_pairs(A, B[:, :9])
    with pytest.raises(ValueError, match="integers of shape"):
        mine_pairs(A, B, known=[1, 2])
    for pair in ([-1, 0], [0, len(B)]):
        with pytest.raises(ValueError, match=f"known: pair 1 is of rows {pair[0]} and {pair[1]}"):
            mine_pairs(A, B, known=[[0, 0], pair])
    apart = EmbeddingExtractor({"en": CountingEncoder(6), "ko": CountingEncoder(6)})
    with pytest.raises(ValueError, match="share no space"):
        mine_pairs(TextPool(["a", "b"], lang="en"), TextPool(["가"], lang="ko"), embedder=apart)


def test_near_rows_hold_the_pairs():
    pytest.importorskip("faiss")
    A, B, gold = pools(n=1500, common=1000, width=48, noise=0.6, seed=4)
    exact, near = (mine_pairs(A, B, search=search) for search in ("exact", "faiss"))
    pairs = [set(zip(f.source_rows, f.target_rows, strict=True)) for f in (exact, near)]
    assert len(pairs[0] & pairs[1]) > 0.95 * len(pairs[0])
    assert near.against(gold).recall > 0.99
