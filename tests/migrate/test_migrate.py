"""From one encoder to another: figures against their definitions, and what is refused."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ndcg_score

from langalign_sk import EmbeddingExtractor, LangAligner, ParallelCorpus, load, save
from langalign_sk.migrate import _choose, _judge, migrate
from langalign_sk.migrate._thresholds import threshold_table
from tests.helpers import CountingEncoder

WAYS = ["embedded anew", "old vectors mapped", "new queries mapped", "old encoder"]


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def two_encoders(n=500, seed=0, noise=0.1):
    rng = np.random.default_rng(seed)
    meaning = rng.standard_normal((n, 12))
    old, new = (
        unit(meaning @ rng.standard_normal((12, d)) + noise * rng.standard_normal((n, d)))
        for d in (20, 16)
    )
    return old, new, meaning


@pytest.fixture(scope="module")
def found():
    old, new, _ = two_encoders()
    return migrate(old, new, maps=["ridge", "procrustes"])


def test_the_figures_of_neighbours_are_those_of_their_definitions():
    rng = np.random.default_rng(1)
    queries, keys, new = (unit(rng.standard_normal((40, 5))) for _ in range(3))
    native = _judge.native_neighbours(new, 4)
    scores = _judge.neighbour_scores(queries, keys, native)
    for row in range(40):
        cosines = queries[row] @ keys.T
        assert scores["found_1"][row] == (cosines.argmax() == row)
        assert scores["found_10"][row] == (np.sum(cosines > cosines[row]) < 10)
        others = np.delete(np.arange(40), row)
        order = others[np.argsort(-cosines[others])][:4]
        wanted = others[np.argsort(-(new[row] @ new[others].T))][:4]
        assert native[row].tolist() == wanted.tolist()
        assert scores["neighbours"][row] == len(set(order) & set(wanted)) / 4
        gains = np.zeros(40)
        gains[wanted] = [4, 3, 2, 1]
        reference = ndcg_score([gains[others]], [cosines[others]], k=4)
        assert scores["ndcg"][row] == pytest.approx(reference, abs=1e-6)


def test_the_figures_of_what_is_relevant_are_scikit_learns():
    rng = np.random.default_rng(2)
    queries, keys = unit(rng.standard_normal((30, 6))), unit(rng.standard_normal((50, 6)))
    gains = rng.integers(0, 4, (30, 50)) * (rng.random((30, 50)) < 0.2)
    gains[:, 0] = 1
    scores = _judge.relevance_scores(queries, keys, csr_array(gains), 10)
    for row in range(30):
        reference = ndcg_score([gains[row]], [queries[row] @ keys.T], k=10)
        assert scores["ndcg"][row] == pytest.approx(reference, abs=1e-6)
        first = np.argsort(-(queries[row] @ keys.T))[:10]
        of = min(10, np.count_nonzero(gains[row]))
        assert scores["recall"][row] == pytest.approx(np.count_nonzero(gains[row, first]) / of)


def test_a_way_is_found_where_there_is_one(found):
    assert found.retention.index.tolist() == WAYS
    assert (found.retention.loc["embedded anew", ["ndcg", "neighbours", "found_1"]] == 1).all()
    mapped = found.retention.loc["old vectors mapped"]
    assert mapped["ndcg_low"] < mapped["ndcg"] < mapped["ndcg_high"]
    assert found.kept == mapped["ndcg"] > found.retention.loc["old encoder", "ndcg"]
    assert found.names == ("ridge", "ridge")
    assert found.candidates.loc["ridge", "forward"] > found.candidates.loc["procrustes", "forward"]
    assert found.curve.index.tolist() == [50, 100, 200, 400]
    assert found.curve["ndcg"].iloc[-1] == pytest.approx(found.kept)
    assert found.kept > found.curve["ndcg"].iloc[0]
    old, new, _ = two_encoders()
    lengths = np.linalg.norm(found.map.transform(old), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)  # as those of the new encoder
    assert np.mean(np.sum(found.map.transform(old) * new, axis=1)) > 0.95
    assert np.mean(np.sum(found.back.transform(new) * old, axis=1)) > 0.95
    assert "ridge, 20 -&gt; 16 columns, 500 texts" in found._repr_html_()
    assert found.page().startswith("<!DOCTYPE html>")


def test_unrelated_encoders_keep_nothing():
    rng = np.random.default_rng(0)
    old, new = unit(rng.standard_normal((300, 8))), unit(rng.standard_normal((300, 8)))
    found = migrate(old, new, maps="ridge")
    mapped = found.retention.loc["old vectors mapped"]
    assert mapped["neighbours"] < 0.3
    assert mapped["found_1"] < 0.1


def test_a_map_of_texts_alone_leads_where_the_texts_lead():
    old, new, _ = two_encoders(100)
    texts = [f"text {row}" for row in range(100)]

    class Of:
        def __init__(self, rows):
            self.rows = dict(zip(texts, rows, strict=True))

        def encode(self, batch):
            return np.stack([self.rows[text] for text in batch])

    by_rows = migrate(old, new, texts, maps="ridge")
    mixed = migrate(old, Of(new), texts, maps="ridge")
    by_texts = migrate(Of(old), Of(new), texts, maps="ridge")
    np.testing.assert_allclose(by_texts.map.transform(old), by_rows.map.transform(old), atol=1e-6)
    np.testing.assert_allclose(mixed.map.transform(old), by_rows.map.transform(old), atol=1e-6)
    relevance = np.eye(20)
    judged = by_texts.judge(texts[:20], texts[:20], relevance)
    arrays = by_rows.judge((old[:20], new[:20]), (old[:20], new[:20]), relevance)
    np.testing.assert_allclose(judged, arrays, atol=1e-5)
    with pytest.raises(ValueError, match="queries are texts, but migrate"):
        by_rows.judge(texts[:20], texts[:20], relevance)


def test_what_is_known_to_be_relevant(found):
    old, new, meaning = two_encoders()
    topics = meaning[:, :3].argmax(axis=1)
    relevance = topics[:100, None] == topics[None, 100:]
    table = found.judge((old[:100], new[:100]), (old[100:], new[100:]), relevance)
    assert table.index.tolist() == WAYS
    np.testing.assert_allclose(table["ndcg"], table["ndcg_itself"] / table["ndcg_itself"].iloc[0])
    assert 0.9 < table.loc["old vectors mapped", "ndcg"] < 1.1
    with pytest.raises(ValueError, match=r"shape \(100, 399\) for 100 queries and 400 documents"):
        found.judge((old[:100], new[:100]), (old[100:], new[100:]), relevance[:, 1:])
    unknown = np.where(relevance > 0, relevance, np.nan)  # as a pivot table has it
    with pytest.raises(ValueError, match="relevance holds NaN or less than 0"):
        found.judge((old[:100], new[:100]), (old[100:], new[100:]), unknown)
    with pytest.raises(ValueError, match="query 3 has no relevant document"):
        found.judge(
            (old[:100], new[:100]),
            (old[100:], new[100:]),
            relevance & (np.arange(100) != 3)[:, None],
        )


def test_a_classifier_is_carried_over(found):
    old, new, meaning = two_encoders()
    labels = meaning[:, 0] > 0
    classifier = LogisticRegression().fit(old[:300], labels[:300])
    carried = found.carry(classifier)
    assert carried.score(new[300:], labels[300:]) > classifier.score(old[300:], labels[300:]) - 0.05
    share, low, high = found.agreement(classifier)
    assert 0.9 < share <= 1
    assert low < share < high or share == 1


def test_thresholds_let_as_many_pairs_pass(found):
    S, T = found.held_out.source, found.held_out.target
    mapped = found.checked[0].transform(S)
    table = found.thresholds([0.3, 0.6, 2.0])
    apart = ~np.eye(len(S), dtype=bool)
    for value in (0.3, 0.6):
        row = table.loc[value]
        assert row["mapped_low"] <= row["mapped"] <= row["mapped_high"]
        before = np.sum((S @ S.T)[apart] >= value)
        assert abs(np.sum((T @ mapped.T)[apart] >= row["mapped"]) - before) <= 2
        assert 0.2 < row["same"] <= 1
    assert np.isnan(table.loc[2.0, "mapped"])
    same = threshold_table([0.5], S, S, S)
    assert same["mapped"].iloc[0] == pytest.approx(0.5, abs=0.01)
    assert same["same"].iloc[0] == 1


def test_maps_are_saved_as_any_other(found, tmp_path):
    old, new, _ = two_encoders()
    loaded = load(save(found.map, tmp_path / "map"))
    np.testing.assert_array_equal(loaded.transform(old), found.map.transform(old))
    pipeline = found.carry(LogisticRegression().fit(old, old[:, 0] > 0))
    again = load(save(pipeline, tmp_path / "pipeline"))
    np.testing.assert_array_equal(again.predict(new), pipeline.predict(new))


def test_lengths_are_left_alone_where_the_new_encoder_has_none():
    rng = np.random.default_rng(0)
    old = rng.standard_normal((200, 6))
    found = migrate(old, old @ rng.standard_normal((6, 4)) * 3, maps="ridge")
    assert np.linalg.norm(found.map.transform(old), axis=1).std() > 0.1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((np.eye(60), np.eye(61)), "old has 60 rows and new 61"),
        ((np.eye(60), np.eye(60), ["a"] * 3), "old has 60 rows for 3 texts"),
        ((np.eye(20), np.eye(20)), "20 texts are too few"),
        ((np.eye(60), CountingEncoder(3)), "new is an encoder, and there are no texts"),
    ],
)
def test_what_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        migrate(*arguments)


def test_no_map_and_no_share_to_test():
    with pytest.raises(ValueError, match="at least one map"):
        migrate(np.eye(60), np.eye(60), maps=[])
    with pytest.raises(ValueError, match="test_size: a share between 0 and 1"):
        migrate(np.eye(60), np.eye(60), test_size=1.5)


def test_names_of_maps():
    assert list(_choose.named_maps(None)) == list(_choose.DEFAULT)
    assert _choose.named_maps({"mine": "ridge"}) == {"mine": "ridge"}


def test_one_language_and_two_encoders():
    texts = [f"text {row}" for row in range(30)]
    pairs = ParallelCorpus(texts, texts, source_lang="en", target_lang="en")
    old, new = EmbeddingExtractor(CountingEncoder(4)), CountingEncoder(6, seed=1)
    vectors = pairs.embed(old, EmbeddingExtractor(new))
    assert vectors.widths == (4, 6)
    assert (vectors.source_lang, vectors.target_lang) == ("en", "en")
    np.testing.assert_array_equal(vectors.source, old.transform(texts))
    with pytest.raises(ValueError, match="is of one language, so no row could be told to move"):
        LangAligner(vectors).fit(vectors.source)
    with pytest.raises(ValueError, match="source and target are both in 'en'"):
        ParallelCorpus(texts, texts[::-1], source_lang="en", target_lang="en")
    with pytest.raises(ValueError, match="holds vectors already"):
        vectors.embed(old, old)
