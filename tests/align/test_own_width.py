"""Vectors that somebody has already, each language at a width of its own."""

import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from langalign_sk import (
    BlockLayout,
    LangAligner,
    ParallelCorpus,
    ReverseAligner,
    TextPool,
    TransferClassifier,
    TransferRegressor,
    to_blocks,
)
from langalign_sk.selection import estimate_target_accuracy, prediction_consistency

RNG = np.random.default_rng(0)
MEANING = RNG.normal(size=(500, 4))
SPACES = {lang: RNG.normal(size=(4, width)) for lang, width in [("en", 9), ("ko", 6), ("ja", 6)]}
EN, KO, JA = (MEANING @ space + RNG.normal(size=space.shape[1]) for space in SPACES.values())
Y = np.where(MEANING[:, 0] > 0, "yes", "no")
PAIRS = ParallelCorpus(EN[:200], KO[:200], target_lang="ko")
JAPANESE = ParallelCorpus(EN[:200], JA[:200], target_lang="ja")
HELD_OUT = ParallelCorpus(EN[200:300], KO[200:300], target_lang="ko")
ALIGNERS = [LangAligner(PAIRS), ReverseAligner(PAIRS), ReverseAligner(PAIRS, round_trip=True)]


def wide(lang, rows):
    return to_blocks(rows, lang, blocks={"en": 9, "ko": 6})[0]


@pytest.mark.parametrize("aligner", ALIGNERS)
def test_a_row_is_moved_as_it_is_in_blocks(aligner):
    X, blocks = to_blocks({"en": EN[200:300], "ko": KO[300:320]})
    in_blocks = type(aligner)(**{**aligner.get_params(deep=False), "blocks": blocks}).fit(X)
    apart = aligner.fit(EN[200:300])
    for fitted in (in_blocks, apart):
        moved = np.vstack([fitted.transform(EN[200:300]), fitted.transform(KO[300:320])])
        np.testing.assert_array_equal(moved, in_blocks.transform(X))
    assert apart.widths_ == {"en": 9, "ko": 6}
    assert apart.n_features_in_ == 9
    assert apart.source_rate_ == 1
    assert apart.gate_proba(KO[:2]).tolist() == [[0, 1], [0, 1]]
    again = pickle.loads(pickle.dumps(apart))
    np.testing.assert_array_equal(again.transform(KO), apart.transform(KO))


def test_what_was_moved_comes_back_at_the_width_that_fit_saw():
    layout = BlockLayout({"ko": 6, "ja": 6})
    pairs = ParallelCorpus(KO, JA, source_lang="ko", target_lang="ja", layout={"ko": 6, "ja": 6})
    assert pairs.layout == layout
    aligner = LangAligner(pairs, method="procrustes", blocks=layout)
    own = aligner.fit(KO, lang="ko").inverse_transform(JA)
    assert own.shape == KO.shape
    X = to_blocks({"ko": KO, "ja": JA[:3]})[0]
    np.testing.assert_allclose(aligner.fit(X).inverse_transform(JA), np.hstack([own, 0 * own]))


@pytest.mark.parametrize("aligner", ALIGNERS)
def test_a_head_learns_from_one_width_and_answers_at_the_other(aligner):
    pipe = make_pipeline(aligner, LogisticRegression()).fit(EN[200:350], Y[200:350])
    assert pipe.score(KO[350:], Y[350:]) > 0.9
    assert pipe.score(EN[350:], Y[350:]) > 0.9
    agreed = prediction_consistency(pipe, HELD_OUT)
    assert agreed.agreement > 0.9
    found = estimate_target_accuracy(pipe, EN[300:], Y[300:], HELD_OUT, TextPool(KO, lang="ko"))
    assert found.estimate > 0.8


def test_the_recipes_take_rows_of_either_width():
    model = TransferClassifier(pairs=PAIRS, random_state=0).fit(EN[200:350], Y[200:350])
    assert model.score(KO[350:], Y[350:]) > 0.9
    assert model.score(KO[350:], Y[350:], lang="ko") == model.score(KO[350:], Y[350:])
    with_blocks, blocks = to_blocks({"en": EN[200:350], "ko": KO[200:210]})
    pairs = ParallelCorpus(PAIRS.source, PAIRS.target, target_lang="ko", layout=blocks)
    mixed = TransferClassifier(pairs=pairs, random_state=0)
    mixed.fit(with_blocks, np.r_[Y[200:350], Y[200:210]])
    np.testing.assert_allclose(
        mixed.predict_proba(KO[350:]), mixed.predict_proba(wide("ko", KO[350:]))
    )
    # The same rows at their own width and in blocks: the same model.
    own, placed = (
        TransferClassifier(pairs=pairs, random_state=0).fit(X, Y[200:350])
        for X in (EN[200:350], wide("en", EN[200:350]))
    )
    np.testing.assert_allclose(own.predict_proba(KO[350:]), placed.predict_proba(KO[350:]))
    values = TransferRegressor(pairs=PAIRS).fit(EN[200:350], MEANING[200:350, 0])
    assert values.score(KO[350:], MEANING[350:, 0]) > 0.9
    unlabelled = TransferClassifier(pairs=PAIRS, unlabeled=TextPool(KO[300:], lang="ko"))
    assert unlabelled.fit(EN[200:350], Y[200:350]).score(KO[350:], Y[350:]) > 0.9
    forward = TransferClassifier(aligner=LangAligner(), pairs=PAIRS).fit(EN[200:350], Y[200:350])
    assert forward.score(KO[350:], Y[350:]) > 0.9


@pytest.mark.parametrize("order", [("en", "ko"), ("ko", "en")])
def test_blocks_are_found_out_where_widths_tell_them(order):
    rows = {"en": EN[200:300], "ko": KO[300:320]}
    X, blocks = to_blocks({lang: rows[lang] for lang in order})
    found = ReverseAligner(PAIRS).fit(X)
    assert found.layout_ == BlockLayout(blocks)
    np.testing.assert_array_equal(found.transform(KO), ReverseAligner(PAIRS).fit(EN).transform(KO))
    alone = to_blocks(EN[200:300], "en", blocks=blocks)[0]
    assert ReverseAligner(PAIRS).fit(alone).layout_ == BlockLayout(blocks)
    unused = X.copy()
    unused[:, [0, 5, 8]] = 0  # a border that the rows leave open is asked for
    with pytest.raises(ValueError, match="give the aligner blocks="):
        ReverseAligner(PAIRS).fit(unused)


def test_a_search_goes_over_rows_at_their_own_width():
    grid = GridSearchCV(
        make_pipeline(ReverseAligner(PAIRS), LogisticRegression()),
        {"reversealigner__round_trip": [False, True]},
        cv=3,
        error_score="raise",
    )
    assert grid.fit(EN[200:350], Y[200:350]).score(KO[350:], Y[350:]) > 0.9


def test_two_languages_of_one_width_are_told_by_the_user():
    aligner = ReverseAligner([PAIRS, JAPANESE]).fit(EN)
    with pytest.raises(ValueError, match=r"6 columns, and so .* \['ko', 'ja'\].*lang='ko'"):
        aligner.transform(KO)
    np.testing.assert_allclose(aligner.transform(JA, lang="ja"), EN, atol=0.01)
    both = aligner.transform(np.vstack([KO[:2], JA[2:3]]), lang=["ko", "ko", "ja"])
    np.testing.assert_allclose(both, EN[:3], atol=0.01)
    with pytest.raises(ValueError, match=r"'en' for row 1 of X.*9 wide, and X has 6 columns"):
        aligner.transform(KO[:2], lang=["ko", "en"])
    model = TransferClassifier(pairs=[PAIRS, JAPANESE], random_state=0).fit(EN[200:], Y[200:])
    assert model.score(JA[:200], Y[:200], lang="ja") > 0.9


@pytest.mark.parametrize(
    "estimator", [LangAligner(PAIRS), ReverseAligner(PAIRS), TransferClassifier(pairs=PAIRS)]
)
def test_errors_name_the_true_widths(estimator):
    told = r"7 columns.*9 \(en\) or 6 \(ko\).*\"en\": 9, \"ko\": 6"
    with pytest.raises(ValueError, match=told):
        estimator.fit(np.ones((4, 7)), [0, 1, 0, 1])
    estimator.fit(EN, Y)
    use = estimator.predict if hasattr(estimator, "predict") else estimator.transform
    with pytest.raises(ValueError, match=told):
        use(np.ones((4, 7)))


def test_two_texts_a_row_at_their_own_width():
    aligner = ReverseAligner(PAIRS, n_texts=2).fit(np.hstack([EN[:100], EN[100:200]]))
    moved = aligner.transform(np.hstack([KO[:100], KO[100:200]]))
    np.testing.assert_allclose(moved, np.hstack([EN[:100], EN[100:200]]), atol=0.01)


@given(
    st.lists(st.sampled_from(["en", "ko"]), min_size=1, max_size=8),
    st.sampled_from([(3, 2), (2, 2)]),
)
def test_rows_in_blocks_are_where_their_language_is(langs, widths):
    blocks = dict(zip(("en", "ko"), widths, strict=True))
    parts = {lang: np.arange(1, 1 + langs.count(lang) * blocks[lang]) for lang in set(langs)}
    parts = {lang: rows.reshape(-1, blocks[lang]).astype(float) for lang, rows in parts.items()}
    X, found = to_blocks(parts, blocks=blocks)
    assert found == blocks
    assert X.shape == (len(langs), sum(widths))
    start = 0
    for lang, rows in parts.items():
        own = X[start : start + len(rows)]
        np.testing.assert_array_equal(own[:, BlockLayout(blocks).columns(lang)], rows)
        assert own.sum() == rows.sum()
        start += len(rows)


def test_blocks_of_rows_with_a_language_each():
    rows = np.array([[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]])
    X, _ = to_blocks(rows, ["ko", "en", "EN"], blocks={"en": 2, "ko": 2})
    assert X[:2].tolist() == [[0, 0, 1, 2], [3, 4, 0, 0]]
    assert X[2, 0] > 0  # a row of zeros keeps its language
    assert to_blocks({"ko": rows.astype(np.float32)})[0].dtype == np.float32


@pytest.mark.parametrize(
    ("args", "keywords", "message"),
    [
        ((np.ones((2, 3)),), {}, "language of the rows is not known.*to_blocks"),
        (({},), {}, "empty dict"),
        (({"en": np.ones((2, 3))}, "en"), {}, "leave lang out"),
        (({"en": np.ones((2, 3))},), {"blocks": {"en": 4}}, "3 wide.*'en' has 4 columns"),
        (({"fr": np.ones((2, 3))},), {"blocks": {"en": 3}}, r"'fr' have no block.*\['en'\]"),
        (({"en": [[np.nan]]},), {}, r"rows\['en'\].*NaN"),
        ((np.ones((2, 3)), ["en"]), {}, "1 languages for 2 rows"),
        ((np.ones((2, 3)), ["en", None]), {}, "that of row 1 is none"),
    ],
)
def test_what_cannot_be_put_into_blocks(args, keywords, message):
    with pytest.raises(ValueError, match=message):
        to_blocks(*args, **keywords)
