"""Rows of two texts in the recipe: each text moved on its own, one language a row."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import skops.io
from sklearn.metrics import r2_score

from langalign_sk import (
    SKOPS_TRUSTED,
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    PairFeatures,
    ParallelCorpus,
    TextPool,
    TransferClassifier,
    TransferRegressor,
)
from langalign_sk.datasets import load_demo
from langalign_sk.text import BlockLayout
from langalign_sk.transfer import GaussianHead, LinearHead
from langalign_sk.transfer._constants import OWN_SCATTER

WIDTH = 8


class World:
    """Texts of two languages as vectors, and whether two of them mean about the same."""

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        turn = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0]
        self.meaning = rng.normal(size=(1500, WIDTH))
        self.korean = self.meaning @ turn + 1.0 + 0.2 * rng.normal(size=self.meaning.shape)
        first = rng.integers(300, 1500, size=900)
        near = rng.random(900) < 0.5
        u, other = self.meaning[first], rng.normal(size=(900, WIDTH))
        v = np.where(near[:, None], u + 0.5 * other, other)
        self.english = np.hstack([u, v])
        translated = v @ turn + 1.0 + 0.2 * rng.normal(size=v.shape)
        self.target = np.hstack([self.korean[first], translated])
        self.same = np.where(near, "same", "other")
        self.cosine = np.einsum("ij,ij->i", u, v) / np.linalg.norm(u, axis=1)
        self.pairs = ParallelCorpus(
            self.meaning[:300],
            self.korean[:300],
            target_lang="ko",
            layout=BlockLayout({"en": WIDTH, "ko": WIDTH}),
        )


def in_blocks(rows, *langs):
    """Rows of two in the blocks of their languages, the same for both unless told."""
    langs = langs * 2 if len(langs) == 1 else langs
    out = np.zeros((len(rows), 2, 2 * WIDTH))
    for text, lang in enumerate(langs):
        start = 0 if lang == "en" else WIDTH
        out[:, text, start : start + WIDTH] = rows[:, text * WIDTH : (text + 1) * WIDTH]
    return out.reshape(len(rows), -1)


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture(scope="module")
def model(world):
    model = TransferClassifier(pairs=world.pairs, features=PairFeatures(), random_state=0)
    return model.fit(in_blocks(world.english[:600], "en"), world.same[:600])


def test_whether_two_agree_is_carried(world, model):
    rows = in_blocks(world.target[600:], "ko")
    assert model.score(rows, world.same[600:]) > 0.75
    alone = TransferClassifier(pairs=world.pairs, features=PairFeatures(["u", "v"]), random_state=0)
    alone.fit(in_blocks(world.english[:600], "en"), world.same[:600])
    assert alone.score(rows, world.same[600:]) < 0.6  # it does not show in either of them
    assert model.n_features_in_ == 4 * WIDTH
    looks = model.heads_["ko"].looks
    assert [type(look.head) for look in looks] == [LinearHead, LinearHead]
    english = in_blocks(world.english[600:], "en")
    assert model.score(english, world.same[600:]) > 0.75


def test_carried_texts_lie_about_as_far_apart_as_real_ones(world, model):
    # Two means differ less than two translations; the part of the scatter makes up for it.
    own = model.heads_["ko"].looks[0]
    columns = PairFeatures(["|u-v|"], normalize=False)
    real = columns.fit_transform(world.target[:600]).mean()
    seen = []
    for share in (0.0, OWN_SCATTER):
        rng = np.random.RandomState(0)
        (way,) = [*_ways(model, world)]
        rows = own.through(way.map, world.english[:600])
        drawn = rng.standard_normal((1200, WIDTH)) @ np.linalg.cholesky(way.noise.covariance).T
        rows = rows + np.sqrt(share) * drawn.reshape(600, -1)
        seen.append(columns.fit_transform(rows).mean())
    assert seen[0] < seen[1] < real


def _ways(model, world):
    looks = model.languages_.looks([world.pairs], None)["ko"]
    return looks[0].ways.values()


def test_values_of_two_texts(world):
    model = TransferRegressor(pairs=world.pairs, features=PairFeatures(), random_state=0)
    model.fit(in_blocks(world.english[:600], "en"), world.cosine[:600])
    told = model.predict(in_blocks(world.target[600:], "ko"))
    assert r2_score(world.cosine[600:], told) > 0.4


def test_unlabelled_rows_of_two(world):
    pool = TextPool(world.target[600:].reshape(-1, WIDTH), lang="ko")
    model = TransferClassifier(
        pairs=world.pairs, unlabeled=pool, features=PairFeatures(), random_state=0
    ).fit(in_blocks(world.english[:600], "en"), world.same[:600])
    assert model.heads_["ko"].student is not None
    assert model.score(in_blocks(world.target[600:], "ko"), world.same[600:]) > 0.75
    odd = TextPool(world.target[600:].reshape(-1, WIDTH)[:-1], lang="ko")
    with pytest.raises(ValueError, match="599 vectors in 'ko', an odd number"):
        model.fit(in_blocks(world.english[:600], "en"), world.same[:600], unlabeled=odd)


def test_it_is_saved_with_what_joins_rows(world, model):
    rows = in_blocks(world.target[600:620], "ko")
    expected = model.predict_proba(rows)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(rows), expected)
    loaded = skops.io.loads(skops.io.dumps(model), trusted=SKOPS_TRUSTED)
    np.testing.assert_array_equal(loaded.predict_proba(rows), expected)


@pytest.mark.parametrize(
    ("params", "heads"),
    [
        ({"head": GaussianHead()}, [GaussianHead]),
        ({"aligner": LangAligner()}, [LinearHead]),
    ],
    ids=["own head", "own aligner"],
)
def test_other_heads_and_aligners(world, params, heads):
    model = TransferClassifier(pairs=world.pairs, features=PairFeatures(), random_state=0, **params)
    model.fit(in_blocks(world.english[:600], "en"), world.same[:600])
    assert [type(look.head) for look in model.heads_["ko"].looks] == heads
    assert model.score(in_blocks(world.target[600:], "ko"), world.same[600:]) > 0.65


def test_a_row_in_two_blocks_is_refused(world, model):
    rows = in_blocks(world.english[:4], "en")
    rows[2] = in_blocks(world.english[2:3], "en", "ko")
    with pytest.raises(ValueError, match=r"row 2 of X holds one text in 'en' and one in 'ko'"):
        model.predict(rows)


# ------------------------------------------------------------------ texts


@pytest.fixture(scope="module")
def requests():
    """Requests in twos, English and Korean: are they of one kind?"""
    data = load_demo("ko", n_train=400, n_test=300, n_pairs=500, n_unlabeled=300, random_state=0)
    rng = np.random.default_rng(0)

    def in_twos(texts, labels):
        first, second = rng.integers(len(texts), size=(2, 500))
        rows = [(texts[i], texts[j]) for i, j in zip(first, second, strict=True)]
        return rows, np.asarray(labels)[first] == np.asarray(labels)[second]

    embed = EmbeddingExtractor(
        {
            "en": NgramEncoder(32).fit(data.unlabeled_source.rows),
            "ko": NgramEncoder(32).fit(data.unlabeled_target.rows),
        }
    )
    english = in_twos(data.train_texts, data.train_labels)
    return embed, data.pairs, english, in_twos(data.test_texts, data.test_labels)


def test_texts_of_a_row_are_in_one_language(requests):
    embed, pairs, (rows, same), (korean, _) = requests
    model = TransferClassifier(embed, pairs=pairs, random_state=0).fit(rows, same)
    assert isinstance(model.heads_["ko"].looks[0].joined, PairFeatures)
    told = model.predict_proba(korean[:20])
    assert told.shape == (20, 2)
    # A name alone looks English; beside a Korean question it is a Korean row's.
    mixed = [("환불은 언제 되나요? 아직 돈이 안 들어왔어요", "iPhone 15 Pro"), ("4.7", "🙂")]
    by_hand = model.predict_proba(mixed, lang="ko")
    np.testing.assert_array_equal(model.predict_proba(mixed), by_hand)
    pool = TextPool(korean[100:], lang="ko")
    heard = TransferClassifier(embed, pairs=pairs, unlabeled=pool, random_state=0).fit(rows, same)
    assert heard.predict(korean[:20]).shape == (20,)


def test_what_does_not_fit_two_texts(requests):
    embed, pairs, (rows, same), (korean, _) = requests
    single = TextPool([first for first, _ in korean[:50]], lang="ko")
    model = TransferClassifier(embed, pairs=pairs, random_state=0)
    with pytest.raises(ValueError, match="X holds two texts a row, but unlabeled holds one text"):
        model.fit(rows, same, unlabeled=single)
    with pytest.raises(ValueError, match="features joins the vectors of two texts a row"):
        model.set_params(features=PairFeatures()).fit([first for first, _ in rows], same)
