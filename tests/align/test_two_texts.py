"""Rows of two texts through the aligners: each half moves as it would alone."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import (
    SKOPS_TRUSTED,
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    PairFeatures,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
)
from langalign_sk.align import stacked, stacked_langs, unstacked
from tests.helpers import CountingEncoder

RNG = np.random.default_rng(0)
S = RNG.normal(size=(120, 4))
ROTATION = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
T = S @ ROTATION + 3.0 + 0.1 * RNG.normal(size=S.shape)
PAIRS = ParallelCorpus(S, T, target_lang="ko")
#: Premises and hypotheses in any language.
U = np.vstack([S[:20], T[:20], S[20:30], T[20:30]])
V = np.vstack([S[40:60], T[40:60], T[60:70], S[60:70]])
LANGS = [("en", "en")] * 20 + [("ko", "ko")] * 20 + [("en", "ko")] * 10 + [("ko", "en")] * 10
X = np.hstack([U, V])


def both(aligner, given=PAIRS, X=X, u=U, v=V):
    """The rows of two moved at once, and each side moved alone."""
    two = aligner.set_params(n_texts=2).fit(X, pairs=given)
    one = aligner.__sklearn_clone__().set_params(n_texts=1).fit(u, pairs=given)
    return two, one, np.hstack([one.transform(u), one.transform(v)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gate", ["hard", "soft", None])
@pytest.mark.parametrize(
    "aligner", [LangAligner(), ReverseAligner(), ReverseAligner(round_trip=True)], ids=str
)
def test_each_half_moves_as_it_would_alone(aligner, gate, dtype):
    aligner = aligner.__sklearn_clone__().set_params(gate=gate)
    two, _one, expected = both(aligner, X=X.astype(dtype), u=U.astype(dtype), v=V.astype(dtype))
    found = two.transform(X.astype(dtype))
    assert found.dtype == dtype
    # Products of other numbers of rows may differ in their last bits.
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-5)
    assert two.n_features_in_ == 8
    assert len(two.get_feature_names_out()) == 8
    frames = two.fit_transform(np.asfortranarray(X.astype(dtype)), pairs=PAIRS)
    np.testing.assert_allclose(frames, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("aligner", [LangAligner(), ReverseAligner()], ids=str)
def test_a_half_that_stays_is_bit_for_bit_what_it_was(aligner):
    found = aligner.set_params(n_texts=2).fit(X, pairs=PAIRS).transform(X, lang=LANGS)
    stays = [code == aligner.stays_ for row in LANGS for code in row]
    before, after = X.reshape(120, 4), found.reshape(120, 4)
    np.testing.assert_array_equal(after[stays], before[stays])
    assert (after[~np.array(stays)] != before[~np.array(stays)]).any(axis=1).all()


def test_languages_may_be_said_by_row_or_by_text():
    aligner = ReverseAligner(n_texts=2).fit(X, pairs=PAIRS, lang=LANGS)
    assert aligner.source_rate_ == 0.5
    by_row = aligner.transform(X, lang=["ko"] * 60)
    np.testing.assert_array_equal(by_row, aligner.transform(X, lang="ko"))
    np.testing.assert_array_equal(by_row, aligner.transform(X, lang=[("ko", "ko")] * 60))
    with pytest.raises(ValueError, match="'ja' for row 1, second text, but the pairs cover"):
        aligner.transform(X[:2], lang=["ko", ("ko", "ja")])
    with pytest.raises(ValueError, match="names 3 languages for 2 rows"):
        aligner.transform(X[:2], lang=["ko"] * 3)


def test_probabilities_stand_side_by_side():
    aligner, one, _ = both(ReverseAligner(gate="soft"))
    proba = aligner.gate_proba(X)
    np.testing.assert_allclose(proba[:, :2], one.gate_proba(U), rtol=1e-10)
    np.testing.assert_allclose(proba[:, 2:], one.gate_proba(V), rtol=1e-10)


def test_the_way_back():
    aligner = LangAligner(n_texts=2, method="procrustes").fit(X, pairs=PAIRS)
    moved = aligner.transform(X, lang="en")
    np.testing.assert_allclose(aligner.inverse_transform(moved), X, atol=1e-9)
    with pytest.raises(ValueError, match="X has 4 features, but LangAligner gives 8; with n_texts"):
        aligner.inverse_transform(U)


@pytest.mark.parametrize("aligner", [LangAligner(), ReverseAligner(round_trip=True)], ids=str)
def test_blocks(aligner):
    wide = np.hstack([T, T[:, :2]])
    pairs = ParallelCorpus(S, wide, target_lang="ko")
    blocks = {"en": 4, "ko": 6}

    def in_block(rows):
        out = np.zeros((len(rows), 10))
        out[:, slice(0, 4) if rows.shape[1] == 4 else slice(4, 10)] = rows
        return out

    u = np.vstack([in_block(S[:10]), in_block(wide[:10])])
    v = np.vstack([in_block(wide[20:30]), in_block(S[20:30])])
    aligner = aligner.__sklearn_clone__().set_params(blocks=blocks)
    two, _, expected = both(aligner, pairs, np.hstack([u, v]), u, v)
    np.testing.assert_allclose(two.transform(np.hstack([u, v])), expected, atol=1e-12)
    broken = np.hstack([u, v])
    broken[3, 10:] = 0
    with pytest.raises(ValueError, match="row 3, second text, of X is zero in every"):
        two.transform(broken)


def test_the_way_back_into_blocks():
    rows = np.hstack([S[:10], np.zeros((10, 4)), S[10:20], np.zeros((10, 4))])
    aligner = LangAligner(PAIRS, n_texts=2, method="procrustes", blocks={"en": 4, "ko": 4})
    moved = aligner.fit_transform(rows)
    np.testing.assert_allclose(aligner.inverse_transform(moved), rows, atol=1e-9)


def test_batches_of_pairs_add_up():
    halves = [PAIRS.take(np.arange(60)), PAIRS.take(np.arange(60, 120))]
    aligner = ReverseAligner(n_texts=2)
    for half in halves:
        aligner.partial_fit(X, pairs=half)
    whole = ReverseAligner(n_texts=2).fit(X, pairs=PAIRS)
    np.testing.assert_allclose(aligner.transform(X), whole.transform(X), atol=1e-9)
    again = pickle.loads(pickle.dumps(aligner))
    np.testing.assert_array_equal(again.transform(X), aligner.transform(X))


def test_the_null_alignment_moves_nothing():
    moved = LangAligner("self", n_texts=2, method="procrustes", gate=None).fit_transform(X)
    np.testing.assert_allclose(moved, X, atol=1e-12)


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_widths_that_look_like_rows_of_two(aligner):
    with pytest.raises(ValueError, match=r"X has 8 columns, but .*rows of two texts.*n_texts=2"):
        aligner(PAIRS).fit(X)
    one, two = aligner(PAIRS).fit(U), aligner(PAIRS, n_texts=2).fit(X)
    with pytest.raises(
        ValueError, match=r"8 features.* expecting 4 .*rows of two texts.*n_texts=2"
    ):
        one.transform(X)
    with pytest.raises(ValueError, match="4 features.* expecting 8 .*with n_texts=2 a row holds"):
        two.transform(U)
    with pytest.raises(ValueError, match="X has 4 columns, 2 for each text, but .*with n_texts=2"):
        aligner(PAIRS, n_texts=2).fit(U)
    with pytest.raises(ValueError, match="7 columns, an odd number"):
        aligner(PAIRS, n_texts=2).fit(X[:, :7])
    with pytest.raises(ValueError, match="n_texts"):
        aligner(PAIRS, n_texts=3).fit(X)
    with pytest.raises(
        ValueError, match="a row holds the vectors of two texts, .*and pairs of one"
    ):
        aligner((X, X), n_texts=2).fit(X)
    with pytest.raises(ValueError, match='pairs="y" pairs rows of one text'):
        aligner("y", n_texts=2).fit(X, X)


def test_stacks():
    rows = stacked(X, 2)
    assert np.shares_memory(rows, X)
    np.testing.assert_array_equal(rows[:4], np.vstack([U[0], V[0], U[1], V[1]]))
    np.testing.assert_array_equal(unstacked(rows, 2), X)
    assert stacked_langs(["en", ("en", "ko")], 2) == ["en", "en", "en", "ko"]
    assert stacked_langs("en", 2) == "en"
    assert stacked_langs(None, 2) is None


# ------------------------------------------------------------------ texts


class Bilingual(CountingEncoder):
    """Korean vectors hold the English one, moved: what an aligner can find."""

    def vector(self, text):
        number = text.split()[-1]
        latent = CountingEncoder(self.dim).vector(f"latent {number}")
        return latent[::-1] + 2 if text.startswith("문장") else latent

    def fingerprint(self):
        return f"bilingual-{self.dim}"


class BilingualPairs(Bilingual):
    """Reads two texts together, in either language."""

    takes_pairs = True

    def vector(self, text):
        if isinstance(text, str):
            return super().vector(text)
        u, v = (super(BilingualPairs, self).vector(each) for each in text)
        return u * 0.7 + v * 0.3

    def fingerprint(self):
        return f"bilingual-pairs-{self.dim}"


EN = [f"sentence {i}" for i in range(80)]
KO = [f"문장 {i}" for i in range(80)]
SINGLES = ParallelCorpus(EN, KO, target_lang="ko")
EN_ROWS = list(zip(EN[:40], EN[40:], strict=True))
KO_ROWS = list(zip(KO[:40], KO[40:], strict=True))
TWOS = ParallelCorpus(EN_ROWS, KO_ROWS, target_lang="ko")


def shared():
    return EmbeddingExtractor(Bilingual(6), normalize=False)


def by_language():
    return EmbeddingExtractor({"en": Bilingual(6), "ko": Bilingual(6)}, normalize=False)


@pytest.mark.parametrize("pairs", [SINGLES, TWOS, [TWOS + TWOS]], ids=str)
@pytest.mark.parametrize("embedder", [shared, by_language])
def test_a_text_aligner_moves_each_text(embedder, pairs):
    aligner = TextAligner(embedder(), ReverseAligner(), pairs=pairs).fit(EN_ROWS)
    assert aligner.aligner_.n_texts == 2
    found = aligner.transform([*KO_ROWS[:5], (EN[0], KO[40])])
    expected = aligner.transform([*EN_ROWS[:5], (EN[0], EN[40])])
    np.testing.assert_allclose(found, expected, atol=0.02)
    assert found.shape == (6, 12)
    assert aligner.transform([]).shape == (0, 12)
    assert len(aligner.get_feature_names_out()) == 12
    single = TextAligner(embedder(), ReverseAligner(), pairs=SINGLES).fit(EN)
    assert single.aligner_.n_texts == 1
    with pytest.raises(ValueError, match="one text a row.*fitted on rows of two"):
        aligner.transform(KO)


def test_twice_as_many_pairs_from_rows_of_two():
    found = TextAligner(shared(), ReverseAligner(), pairs=TWOS).fit(EN_ROWS)
    same = TextAligner(shared(), ReverseAligner(), pairs=SINGLES).fit(EN_ROWS)
    assert found.aligner_.n_pairs_ == 80
    np.testing.assert_allclose(found.transform(KO_ROWS), same.transform(KO_ROWS), atol=1e-4)


def test_together_the_map_is_learned_from_pairs_of_pairs():
    embedder = EmbeddingExtractor(BilingualPairs(6), two_texts="together", normalize=False)
    aligner = TextAligner(embedder, ReverseAligner(), pairs=TWOS).fit(EN_ROWS)
    assert (aligner.aligner_.n_texts, aligner.aligner_.n_pairs_) == (1, 40)
    moved = aligner.transform(KO_ROWS)
    assert moved.shape == (40, 6)
    np.testing.assert_allclose(moved, aligner.transform(EN_ROWS), atol=0.02)
    pools = [TextPool(KO_ROWS, lang="ko")]
    assert aligner.set_params(unlabeled=pools).fit(EN_ROWS)


def test_pairs_that_do_not_go_with_the_rows():
    embedder = EmbeddingExtractor(BilingualPairs(6), two_texts="together")
    with pytest.raises(ValueError, match=r"two texts a row, read together .*pairs hold one.*apart"):
        TextAligner(embedder, ReverseAligner(), pairs=SINGLES).fit(EN_ROWS)
    with pytest.raises(ValueError, match="the pairs hold two texts a row.*but X holds one"):
        TextAligner(embedder, ReverseAligner(), pairs=TWOS).fit(EN)
    aligner = TextAligner(embedder, ReverseAligner(), TWOS, unlabeled=TextPool(KO, lang="ko"))
    with pytest.raises(ValueError, match="the unlabeled hold one"):
        aligner.fit(EN_ROWS)


def test_a_number_beside_korean_moves_with_it():
    texts = TextAligner(shared(), ReverseAligner(), pairs=SINGLES).fit(EN_ROWS)
    (found,) = texts.transform([("문장 3", "77")])
    (said,) = texts.transform([("문장 3", "77")], lang=["ko"])
    np.testing.assert_array_equal(found, said)
    (other,) = texts.transform([("sentence 3", "77")])
    assert np.abs(other[6:] - found[6:]).max() > 0.5


@pytest.mark.parametrize("embedder", [shared, by_language])
def test_a_pipeline_of_all_of_it(embedder):
    rows = np.array([(a, b) for i, a in enumerate(EN[:12]) for b in EN[i : i + 12 : 2]])
    y = np.array([a == b for a, b in rows])
    korean = np.array([[text.replace("sentence", "문장") for text in row] for row in rows])
    embed = embedder()
    model = make_pipeline(
        embed,
        ReverseAligner(SINGLES.embed(embed), n_texts=2),
        PairFeatures(("|u-v|", "u*v")),
        LogisticRegression(C=100),
    ).fit(rows, y)
    assert model.score(korean, y) > 0.95
    assert 0.1 < y.mean() < 0.9
    counts = embed.model if not isinstance(embed.model, dict) else embed.model["en"]
    assert len(set(counts.texts)) == len(counts.texts)


def test_skops_saves_all_of_it():
    frame = pd.DataFrame(EN_ROWS, columns=["p", "h"])
    embed = EmbeddingExtractor(
        {"en": NgramEncoder(8).fit(EN), "ko": NgramEncoder(8).fit(KO)}, column=("p", "h")
    )
    aligner = TextAligner(embed, ReverseAligner(), pairs=TWOS)
    y = np.arange(40) % 2
    model = make_pipeline(aligner, PairFeatures("symmetric"), LogisticRegression()).fit(frame, y)
    loaded = skops.io.loads(skops.io.dumps(model), trusted=SKOPS_TRUSTED)
    np.testing.assert_array_equal(loaded.predict_proba(KO_ROWS), model.predict_proba(KO_ROWS))
    np.testing.assert_array_equal(loaded.predict(frame), model.predict(frame))
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(KO_ROWS), model.predict_proba(KO_ROWS))
    with pytest.raises(ValueError, match="one text a row"):
        loaded.predict(KO)
