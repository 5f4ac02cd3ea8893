"""Where pairs may come from, in which order, and what is said when they are wrong."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from langalign_sk import (
    BlockLayout,
    LangAligner,
    ParallelCorpus,
    ReverseAligner,
    RidgeMap,
    TextPool,
)

RNG = np.random.default_rng(0)
S = RNG.normal(size=(120, 4))
T = S @ RNG.normal(size=(4, 4)) + 6
T5 = S @ RNG.normal(size=(4, 5)) + 6
LABELS = RNG.integers(0, 3, size=120)
OTHER = ParallelCorpus(S[:60], T[:60] * 2, source_lang="en", target_lang="ko")
CORPUS = ParallelCorpus(S, T, source_lang="en", target_lang="ko")


def coef(aligner):
    return next(iter(aligner.maps_.values())).coef_


class TestPrecedence:
    def test_fit_argument_comes_first(self):
        given = LangAligner(OTHER).fit(S, T * 3, pairs=CORPUS)
        np.testing.assert_array_equal(coef(given), coef(LangAligner(CORPUS).fit(S)))

    def test_y_is_not_looked_at(self):
        given = LangAligner(CORPUS).fit(S, T * 3)
        np.testing.assert_array_equal(coef(given), coef(LangAligner(CORPUS).fit(S)))

    def test_a_tuple_of_arrays_is_a_corpus(self):
        for given in (LangAligner((S, T)).fit(S), LangAligner().fit(S, LABELS, pairs=[S, T])):
            np.testing.assert_array_equal(coef(given), coef(LangAligner(CORPUS).fit(S)))


class TestPairsFromY:
    def test_only_where_the_user_says_so(self):
        for aligner in (LangAligner(), ReverseAligner()):
            with pytest.raises(ValueError, match=r'has no parallel pairs.*or pairs="y" where y is'):
                aligner.fit(S, T)
            with pytest.raises(ValueError, match=r'no new pairs.*pairs="y"'):
                aligner.partial_fit(S, T)
        with pytest.raises(ValueError, match="has no parallel pairs"):
            make_pipeline(LangAligner(), Ridge()).fit(S, T[:, :2])

    def test_in_the_constructor_or_in_fit(self):
        known = coef(LangAligner(CORPUS).fit(S))
        for given in (
            LangAligner("y").fit(S, T),
            LangAligner().fit(S, T, pairs="y"),
            LangAligner(OTHER).fit(S, T, pairs="y"),
            LangAligner("y").partial_fit(S[:50], T[:50]).partial_fit(S[50:], T[50:]),
        ):
            np.testing.assert_allclose(coef(given), known)
            assert given.n_pairs_ == 120
        with pytest.raises(ValueError, match="no new pairs"):
            LangAligner(CORPUS).fit(S).partial_fit(S, T)

    @pytest.mark.parametrize(
        "y", [None, LABELS, LABELS.astype(float), np.eye(3)[LABELS], list("abc") * 40]
    )
    def test_labels_are_refused_even_then(self, y):
        with pytest.raises(ValueError, match=r'pairs="y" takes a 2-D float y.*class labels are'):
            LangAligner("y").fit(S, y)


@pytest.mark.parametrize(
    "y",
    [None, LABELS, LABELS.astype(float), np.eye(3)[LABELS], LABELS[:, None], list("abc") * 40],
    ids=["none", "labels", "float labels", "indicators", "int column", "strings"],
)
@pytest.mark.parametrize("aligner", [LangAligner(), ReverseAligner()])
def test_labels_are_never_pairs(aligner, y):
    told = "" if y is None else ".*class labels are not pairs"
    with pytest.raises(ValueError, match=f"has no parallel pairs{told}"):
        aligner.fit(S, y)


class TestErrors:
    @pytest.mark.parametrize(
        ("pairs", "message"),
        [
            (LABELS, "class labels are not pairs"),
            ("other", "strings known are 'self' and 'y'"),
            ((S,), r"a tuple \(source, target\), got 1"),
            ([], "pairs must be a ParallelCorpus"),
            ({"en": S}, "pairs must be a ParallelCorpus"),
            ((S, T[:7]), "120.*7"),
            (ParallelCorpus(["a"], ["b"]), "the pairs are texts.*embed.*TextAligner.*transform_in"),
            ((["a", "b"], ["c", "d"]), "the pairs are texts"),
        ],
    )
    def test_wrong_pairs(self, pairs, message):
        with pytest.raises(ValueError, match=f"(?s){message}"):
            LangAligner(pairs).fit(S)

    def test_labels_as_fit_pairs(self):
        with pytest.raises(ValueError, match="class labels are not pairs"):
            LangAligner().fit(S, pairs=LABELS)

    def test_unequal_rows_in_y(self):
        with pytest.raises(ValueError, match="120 and 7 rows"):
            LangAligner("y").fit(S, T[:7])

    def test_width_of_X(self):
        with pytest.raises(ValueError, match=r"X has 9 .* 4 wide in each of \['en', 'ko'\]"):
            LangAligner(CORPUS).fit(np.ones((3, 9)))
        with pytest.raises(ValueError, match='blocks={"source": 4, "target": 4}'):
            LangAligner((S, T)).fit(np.ones((3, 8)))

    def test_nan_vectors_name_the_row(self):
        broken = S.copy()
        broken[17, 2] = np.nan
        for aligner in (LangAligner(CORPUS), ReverseAligner(CORPUS)):
            with pytest.raises(ValueError, match=r"X.*row 17.*NaN"):
                aligner.fit(broken)
            with pytest.raises(ValueError, match=r"X.*row 17.*NaN"):
                aligner.fit(S).transform(broken)
        with pytest.raises(ValueError, match=r"row 17.*NaN"):
            LangAligner().fit(S, pairs=(broken, T))

    def test_gate(self):
        with pytest.raises(ValueError, match="The 'gate' parameter of LangAligner must be"):
            LangAligner(CORPUS, gate="none").fit(S)

    def test_several_ends(self):
        corpora = [CORPUS, ParallelCorpus(S, T, target_lang="ja")]
        with pytest.raises(ValueError, match=r"lead into \['ko', 'ja'\].*ReverseAligner"):
            LangAligner(corpora).fit(S)

    def test_one_language_twice(self):
        with pytest.raises(ValueError, match=r"two corpora for one language.*\+"):
            ReverseAligner([CORPUS, OTHER]).fit(S)

    def test_no_gate_for_several_languages(self):
        corpora = [CORPUS, ParallelCorpus(S, T + 9, target_lang="ja")]
        with pytest.raises(ValueError, match="gate=None moves every row"):
            ReverseAligner(corpora, gate=None).fit(S)

    def test_a_short_name_has_no_parameters(self):
        with pytest.raises(ValueError, match=r"method__alpha: method='ridge'.*method=RidgeMap\(\)"):
            LangAligner().set_params(method__alpha=1.0)
        aligner = LangAligner().set_params(method=RidgeMap(), method__alpha=1.0)
        assert aligner.method.alpha == 1.0
        with pytest.raises(ValueError, match="round_trip__alpha"):
            ReverseAligner(round_trip=True).set_params(round_trip__alpha=1.0)

    def test_unlabeled(self):
        pool = TextPool(T, lang="fr")
        with pytest.raises(ValueError, match=r"unlabeled text in \['fr'\]"):
            LangAligner(CORPUS, unlabeled=pool).fit(S)
        with pytest.raises(ValueError, match=r"the unlabeled are texts .*\.embed\(extractor\)"):
            LangAligner(CORPUS, unlabeled=TextPool(["a"], lang="ko")).fit(S)
        with pytest.raises(ValueError, match="must be a TextPool"):
            LangAligner(CORPUS, unlabeled=[S]).fit(S)
        with pytest.raises(ValueError, match=r"two TextPools in 'fr'; add them with \+"):
            LangAligner(CORPUS, unlabeled=[pool, pool]).fit(S)


class TestBlocks:
    layout = BlockLayout({"en": 4, "ko": 5})
    X = np.block([[S, np.zeros((120, 5))], [np.zeros((120, 4)), T5]])

    def aligner(self, **params):
        return LangAligner((S, T5), blocks={"en": 4, "ko": 5}, **params)

    def test_raw_arrays_with_blocks(self):
        out = self.aligner().fit(self.X).transform(self.X)
        np.testing.assert_allclose(out[:120], LangAligner("y").fit(S, T5).transform(S))
        np.testing.assert_array_equal(out[120:], T5)
        np.testing.assert_array_equal(
            self.aligner().fit(self.X).gate_proba(self.X), np.repeat(np.eye(2), 120, axis=0)
        )

    def test_unequal_widths_say_which_block_is_whose(self):
        turned = np.hstack([self.X[:, 4:], self.X[:, :4]])
        aligner = LangAligner((S, T5), blocks={"ko": 5, "en": 4}).fit(turned)
        np.testing.assert_allclose(
            aligner.transform(turned), self.aligner().fit(self.X).transform(self.X)
        )

    def test_of_equal_blocks_the_first_is_the_source_and_a_slip_is_reported(self):
        X = np.hstack([S, np.zeros_like(S)])
        right = LangAligner((S, T), blocks={"en": 4, "ko": 4}).fit(X)
        np.testing.assert_allclose(right.transform(X), LangAligner((S, T)).fit(S).transform(S))
        with pytest.warns(UserWarning, match=r"no row of X is in the source language.*\(ko\)"):
            LangAligner((S, T), blocks={"ko": 4, "en": 4}).fit(X[:, ::-1])

    def test_pairs_must_say_their_language(self):
        with pytest.raises(ValueError, match="don't say which language their target side is in"):
            LangAligner(ParallelCorpus(S, T5), blocks={"en": 4, "ko": 5}).fit(self.X)

    @pytest.mark.parametrize("order", [("en", "ko"), ("ko", "en")])
    def test_pairs_that_came_in_blocks_are_cut_exactly(self, order):
        layout = BlockLayout({lang: {"en": 4, "ko": 5}[lang] for lang in order})
        wide_s, wide_t = np.zeros((120, 9)), np.zeros((120, 9))
        wide_s[:, layout.columns("en")] = S
        wide_t[:, layout.columns("ko")] = T5
        known = LangAligner((wide_s, wide_t), blocks={k: layout.width_of(k) for k in order})
        found = LangAligner((wide_s, wide_t))
        for aligner in (known, found):
            np.testing.assert_allclose(
                aligner.fit(wide_s).transform(wide_s),
                self.aligner().fit(self.X).transform(self.X)[:120],
            )

    def test_ambiguous_borders_are_refused(self):
        wide_s, wide_t = np.zeros((120, 10)), np.zeros((120, 10))
        wide_s[:, :4], wide_t[:, 5:] = S, T5
        with pytest.raises(ValueError, match="borders can't be told.*blocks="):
            LangAligner((wide_s, wide_t)).fit(wide_s)

    def test_a_row_in_two_blocks(self):
        bad = self.X.copy()
        bad[3, 6] = 1.0
        with pytest.raises(
            ValueError, match=r"row 3 of X is non-zero in the blocks of \['en', 'ko'\]"
        ):
            self.aligner().fit(bad)

    def test_a_scaler_between_is_found_out(self):
        pipe = make_pipeline(StandardScaler(), self.aligner(), LogisticRegression(max_iter=2000))
        with pytest.raises(ValueError, match=r"exactly one language block.*StandardScaler"):
            pipe.fit(self.X, np.tile(LABELS, 2))

    def test_a_row_in_no_block(self):
        bad = self.X.copy()
        bad[5] = 0
        with pytest.raises(ValueError, match="row 5 of X is zero in every language block"):
            self.aligner().fit(bad)

    def test_a_language_without_pairs(self):
        aligner = LangAligner(
            ParallelCorpus(S, T5, target_lang="ko"), blocks={"en": 4, "ko": 5, "ja": 2}
        )
        X = np.pad(self.X, ((0, 0), (0, 2)))
        aligner.fit(X)
        X[7] = [0] * 9 + [1, 1]
        with pytest.raises(ValueError, match="row 7 of X is in language 'ja'.*add pairs"):
            aligner.transform(X)

    def test_widths_must_fit(self):
        with pytest.raises(ValueError, match=r"9 columns.*same extractor.*4 \(en\) or 5 \(ko\)"):
            self.aligner().fit(S[:, :3])
        with pytest.raises(ValueError, match="4 wide in 'en', but its block has 3 columns"):
            LangAligner((S, T5), blocks={"en": 3, "ko": 5}).fit(np.ones((2, 8)))
        with pytest.raises(ValueError, match="blocks must be a non-empty dict"):
            LangAligner((S, T5), blocks={}).fit(S)

    def test_declared_language_may_not_contradict(self):
        aligner = self.aligner().fit(self.X)
        aligner.transform(self.X[:1], lang="en")
        with pytest.raises(ValueError, match="lang= says 'ko' for row 0.*block of 'en'"):
            aligner.transform(self.X[:1], lang="ko")


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_of_unequal_widths_the_width_says_the_language(aligner):
    fitted = aligner("y").fit(S, T5)
    moved, stay = (S, T5) if aligner is LangAligner else (T5, S)
    assert fitted.transform(moved).shape == stay.shape
    np.testing.assert_array_equal(fitted.transform(stay), stay)
    with pytest.raises(ValueError, match=r"6 columns.*4 \(source\) or 5 \(target\)|5 .*or 4 "):
        fitted.transform(np.ones((2, 6)))
