"""Labels in one language, predictions in another."""

from __future__ import annotations

import gc
import pickle
import weakref

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import (
    SKOPS_TRUSTED,
    BlockLayout,
    EmbeddingExtractor,
    LangAligner,
    ParallelCorpus,
    ReverseAligner,
    RidgeMap,
    TextPool,
    TransferClassifier,
    without_pairs,
)
from langalign_sk.transfer import GaussianHead, KernelHead, NoisyCopies
from langalign_sk.transfer._targets import Classes
from tests.align.planted import PlantedEncoder, affine, sentences

CLASSIFIERS = [
    TransferClassifier(pairs="self"),
    TransferClassifier(aligner=ReverseAligner(method="procrustes"), pairs="self"),
    TransferClassifier(aligner=ReverseAligner(gate=None), pairs="self", head=LogisticRegression()),
    TransferClassifier(aligner=LangAligner(method="procrustes", gate="soft"), pairs="self"),
]


@parametrize_with_checks(CLASSIFIERS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


DISCRIMINANT = GaussianHead()
WIDTHS = {"en": 6, "ko": 5, "ja": 7}


class World:
    """Rows of three languages that share a meaning of five dimensions, told with noise."""

    def __init__(self, noise: float = 0.3) -> None:
        rng = np.random.default_rng(0)
        meaning = rng.normal(size=(900, 5))
        maps = {lang: affine(rng, 5, width) for lang, width in WIDTHS.items()}
        self.rows = {
            lang: meaning @ coef + noise * rng.normal(size=(900, coef.shape[1])) + 1.0
            for lang, coef in maps.items()
        }
        self.y = np.array(["a", "b", "c"])[np.argmax(meaning[:, :3], axis=1)]
        self.layout = BlockLayout(WIDTHS)

    def block(self, lang: str, rows: slice):
        out = np.zeros((len(range(*rows.indices(900))), self.layout.width))
        out[:, self.layout.columns(lang)] = self.rows[lang][rows]
        return out

    def pairs(self, lang: str, rows: slice = slice(0, 400)):
        return ParallelCorpus(
            self.rows["en"][rows],
            self.rows[lang][rows],
            source_lang="en",
            target_lang=lang,
            layout=self.layout,
        )

    def pool(self, lang: str, rows: slice = slice(400, 650)):
        return TextPool(self.rows[lang][rows], lang=lang, layout=self.layout)


TRAIN, TEST = slice(400, 650), slice(650, 900)


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"head": DISCRIMINANT},
        {"head": KernelHead()},
        {"head": LogisticRegression()},
        {"aligner": ReverseAligner(method="ridge")},
        {"aligner": ReverseAligner(method="ridge"), "head": KernelHead()},
        {"aligner": ReverseAligner(method="ridge"), "head": LogisticRegression()},
    ],
    ids=[
        "default",
        "discriminant",
        "kernel",
        "own head",
        "reverse",
        "reverse, kernel",
        "reverse, own head",
    ],
)
def test_several_languages_in_one_batch(world, params):
    model = TransferClassifier(
        pairs=[world.pairs("ko"), world.pairs("ja")], random_state=0, **params
    )
    model.fit(world.block("en", TRAIN), world.y[TRAIN])
    X = np.vstack([world.block(lang, TEST) for lang in ("ko", "ja", "en")])
    right = (model.predict(X) == np.tile(world.y[TEST], 3)).reshape(3, -1).mean(axis=1)
    native = [
        LinearDiscriminantAnalysis()
        .fit(world.rows[lang][TRAIN], world.y[TRAIN])
        .score(world.rows[lang][TEST], world.y[TEST])
        for lang in ("ko", "ja", "en")
    ]
    # The scatter told by these pairs is the task's own, and the even part of it only costs.
    assert (right > np.array(native) - 0.1).all()
    assert np.allclose(model.predict_proba(X).sum(axis=1), 1)


def test_an_aligner_into_the_target_space(world):
    model = TransferClassifier(aligner=LangAligner(), pairs=world.pairs("ko"))
    model.fit(world.block("en", TRAIN), world.y[TRAIN])
    assert model.score(world.block("ko", TEST), world.y[TEST]) > 0.75


def test_target_labels_are_rows(world):
    X = np.vstack([world.block("en", slice(400, 430)), world.block("ko", TRAIN)])
    y = np.r_[world.y[400:430], world.y[TRAIN]]
    make = TransferClassifier(pairs=world.pairs("ko"), random_state=0)
    few = make.fit(X[:30], y[:30]).predict_proba(world.block("ko", TEST))
    both = clone(make).fit(X, y)
    assert both.score(world.block("ko", TEST), world.y[TEST]) > np.mean(
        both.classes_[few.argmax(axis=1)] == world.y[TEST]
    )
    unweighted = clone(make).set_params(target_weight=0).fit(X, y)
    np.testing.assert_allclose(unweighted.predict_proba(world.block("ko", TEST)), few)
    weighted = clone(make).fit(X, y, sample_weight=np.r_[np.ones(30), np.zeros(250)])
    np.testing.assert_allclose(weighted.predict_proba(world.block("ko", TEST)), few)


def test_labels_in_a_third_language_count_too(world):
    pairs = [world.pairs("ko"), world.pairs("ja")]
    X = np.vstack([world.block("en", slice(400, 415)), world.block("ja", TRAIN)])
    y = np.r_[world.y[400:415], world.y[TRAIN]]
    alone = TransferClassifier(pairs=pairs, random_state=0).fit(X[:15], y[:15])
    both = TransferClassifier(pairs=pairs, random_state=0, target_weight=1.0).fit(X, y)
    test = world.block("ko", TEST), world.y[TEST]
    assert both.score(*test) > alone.score(*test)


def test_texts_are_embedded_and_pairs_with_them(world):
    latent = np.random.default_rng(1).normal(size=(300, 4))
    maps = {
        lang: (affine(np.random.default_rng(seed), 4, 4), 0.5)
        for seed, lang in ((2, "en"), (3, "ko"))
    }
    embedder = EmbeddingExtractor({lang: PlantedEncoder(latent, maps) for lang in maps})
    english, korean = sentences("en", range(200)), sentences("ko", range(200))
    pairs = ParallelCorpus(english, korean, source_lang="en", target_lang="ko")
    y = (latent[:, 0] > 0).astype(int)
    model = TransferClassifier(embedder, pairs=pairs, random_state=0).fit(english, y[:200])
    assert model.score(sentences("ko", range(200, 300)), y[200:]) > 0.9
    by_hand = TransferClassifier(pairs=pairs.embed(embedder), random_state=0)
    by_hand.fit(embedder.fit_transform(english), y[:200])
    probe = sentences("ko", range(200, 300))
    np.testing.assert_allclose(
        model.predict_proba(probe), by_hand.predict_proba(embedder.transform(probe)), atol=1e-6
    )
    assert model.predict_proba([]).shape == (0, 2)
    in_vectors = TransferClassifier(embedder, pairs=pairs.embed(embedder))
    with pytest.raises(ValueError, match="needs texts"):
        in_vectors.fit(english, y[:200])


@pytest.mark.filterwarnings("ignore:no row of X is in the source language")
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"pairs": None}, "no parallel pairs"),
        ({"aligner": RidgeMap()}, "The 'aligner' parameter of TransferClassifier must be"),
        ({"aligner": ReverseAligner("self")}, "pairs of its own"),
        ({"target_weight": 0.0}, "leaves no labelled row"),
        ({"unlabeled": ["text"]}, "must be a TextPool"),
    ],
)
def test_errors(world, params, message):
    params = {"pairs": world.pairs("ko"), **params}
    X = world.block("ko" if "target_weight" in params else "en", TRAIN)
    with pytest.raises((ValueError, TypeError), match=message):
        TransferClassifier(**params).fit(X, world.y[TRAIN])


@pytest.mark.parametrize("head", [None, DISCRIMINANT, NoisyCopies(LogisticRegression())])
@pytest.mark.parametrize("rounds", [0, 2])
def test_pairs_stay_behind_when_saved(world, head, rounds):
    model = TransferClassifier(
        head=head,
        pairs=world.pairs("ko"),
        unlabeled=world.pool("ko"),
        self_training=rounds,
        random_state=0,
    ).fit(world.block("en", TRAIN), world.y[TRAIN])
    with without_pairs():
        saved = pickle.dumps(model)
    assert world.rows["ko"][:5].tobytes() not in saved
    X = world.block("ko", TEST)
    np.testing.assert_array_equal(pickle.loads(saved).predict_proba(X), model.predict_proba(X))


def test_nothing_of_the_rows_stays_but_landmarks(world):
    model = TransferClassifier(
        pairs=world.pairs("ko"), unlabeled=world.pool("ko"), random_state=0
    ).fit(world.block("en", TRAIN), world.y[TRAIN])
    heads = model.heads_["ko"]
    assert sorted(vars(heads)) == ["least", "looks", "middle", "ratio", "student", "taught"]
    assert all(look.ways == {} for look in heads.looks)
    discriminant, kernel = (look.head for look in heads.looks)
    assert set(vars(discriminant)) == {"noise", "coef_", "intercept_", "_targets"}
    for head in (kernel, heads.student):
        own = set(vars(head)) - set(head.get_params())
        fitted = {"sureness_", "penalty_"}
        assert own == {*fitted, "_targets", "_share", "_kernel", "_dual", "_gamma"}
        assert set(vars(head._kernel)) == {"mean_", "landmarks_", "gamma_"}
        assert head._dual.shape == (len(head._kernel.landmarks_), 3)
    sizes = []
    for n in (200, 400):
        rows = slice(400, 400 + n)
        small = TransferClassifier(head=KernelHead(n_landmarks=30), pairs=world.pairs("ko"))
        small.fit(world.block("en", rows), world.y[rows])
        with without_pairs():
            sizes.append(len(pickle.dumps(small)))
    assert abs(sizes[1] - sizes[0]) < 5 * 400  # some landmarks: 400 in steps of 14, 200 of 7


def test_a_grid_reaches_its_parameters(world):
    model = TransferClassifier(
        aligner=ReverseAligner(method=RidgeMap()), head=GaussianHead(), pairs=world.pairs("ko")
    )
    grid = GridSearchCV(
        model, {"head__noise": [0.0, 1.0], "aligner__method__alpha": [0.01, "gcv"]}, cv=2
    )
    grid.fit(world.block("en", TRAIN), world.y[TRAIN])
    assert grid.score(world.block("ko", TEST), world.y[TEST]) > 0.7


def test_wrong_pairs_are_passed_over(world):
    pairs = world.pairs("ko")
    target = pairs.target.copy()
    target[:120] = np.roll(target[:120], 1, axis=0)
    broken = ParallelCorpus(
        pairs.source, target, source_lang="en", target_lang="ko", layout=world.layout
    )
    X, test = world.block("en", TRAIN), (world.block("ko", TEST), world.y[TEST])
    scores = [
        TransferClassifier(pairs=p, robust=robust, random_state=0)
        .fit(X, world.y[TRAIN])
        .score(*test)
        for p, robust in ((pairs, None), (broken, "trim"))
    ]
    assert scores[1] > scores[0] - 0.05


@pytest.mark.parametrize("robust", [None, "trim", "weight"])
def test_rows_of_a_corpus_that_is_gone_are_gone(world, robust):
    source = world.rows["en"][:400].copy()
    pairs = ParallelCorpus(
        source, world.rows["ko"][:400].copy(), target_lang="ko", layout=world.layout
    )
    model = TransferClassifier(pairs=pairs, robust=robust, random_state=0)
    aligner = LangAligner(pairs, robust=robust, method="ridge")
    X = world.block("en", TRAIN)
    held = [weakref.ref(rows) for rows in (source, pairs.target.base)]
    model.fit(X, world.y[TRAIN])
    aligner.fit(X)
    del pairs, source, model, aligner
    gc.collect()
    assert [rows() is None for rows in held] == [True, True]


# ------------------------------------------------------------------ the looks


def test_two_spaces_are_looked_at_twice_and_averaged(world):
    model = TransferClassifier(pairs=world.pairs("ko"), random_state=0)
    model.fit(world.block("en", TRAIN), world.y[TRAIN])
    first, second = model.heads_["ko"].looks
    assert [type(look.head) for look in (first, second)] == [GaussianHead, KernelHead]
    (english,) = model.heads_["en"].looks
    assert isinstance(english.head, KernelHead)
    # Each is what it would be by hand, with one ridge there and one back.
    S, T, there, back = world.rows["en"], world.rows["ko"], RidgeMap(), RidgeMap()
    there.fit(S[:400], T[:400])
    back.fit(T[:400], S[:400])
    own = first.head.say(T[TEST])
    kernel = second.head.say(back.transform(T[TEST]))
    np.testing.assert_allclose(
        model.predict_proba(world.block("ko", TEST)), (own + kernel) / 2, atol=1e-9
    )
    round_trip = back.transform(there.transform(S[TRAIN]))
    by_hand = KernelHead()._fit_soft(
        round_trip,
        np.ones(250),
        np.eye(3)[np.unique(world.y[TRAIN], return_inverse=True)[1]],
        Classes(np.array(["a", "b", "c"])),
    )
    np.testing.assert_allclose(by_hand.say(round_trip), second.head.say(round_trip), atol=1e-6)


def one_space(n_pairs: int):
    """Rows of two languages that one encoder reads, and pairs of other texts."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 800)
    meaning = 0.8 * rng.normal(size=(3, 24))[y] + rng.normal(size=(800, 24))
    source, target = (meaning + 0.5 * rng.normal(size=meaning.shape) for _ in range(2))
    pairs = ParallelCorpus(source[:n_pairs], target[:n_pairs], target_lang="ko")
    return source, target, y, pairs


@pytest.mark.filterwarnings(
    "ignore::langalign_sk.maps.FewPairsWarning", "ignore::langalign_sk.align.GateWarning"
)
@pytest.mark.parametrize("n_pairs", [40, 400])
def test_one_space_is_looked_at_once_and_hardly_moved(n_pairs):
    source, target, y, pairs = one_space(n_pairs)
    labelled, test = slice(400, 600), slice(600, 800)
    model = TransferClassifier(pairs=pairs, random_state=0)
    model.fit(source[labelled], y[labelled], lang="en")
    (look,) = model.heads_["ko"].looks
    assert isinstance(look.head, KernelHead)
    as_they_are = TransferClassifier(pairs="self").fit(source[labelled], y[labelled])
    without = as_they_are.score(target[test], y[test])
    assert without > 0.7
    assert model.score(target[test], y[test], lang="ko") >= without - 0.01


def test_the_order_of_rows_does_not_count(world):
    X, y, test = world.block("en", TRAIN), world.y[TRAIN], world.block("ko", TEST)
    order = np.random.default_rng(0).permutation(len(y))
    model = TransferClassifier(pairs=world.pairs("ko"), unlabeled=world.pool("ko"), random_state=0)
    np.testing.assert_allclose(
        clone(model).fit(X[order], y[order]).predict_proba(test),
        clone(model).fit(X, y).predict_proba(test),
        atol=1e-9,
    )


def test_a_class_of_one_language_alone_is_told_in_all(world):
    # Nobody labelled "c" in English; Korean rows tell it.
    X = np.vstack([world.block("en", TRAIN), world.block("ko", TRAIN)])
    y = np.tile(world.y[TRAIN], 2)
    kept = (np.arange(500) >= 250) | (y != "c")
    pairs = [world.pairs("ko"), world.pairs("ja")]
    model = TransferClassifier(pairs=pairs, random_state=0).fit(X[kept], y[kept])
    for lang in ("en", "ko", "ja"):
        found = model.predict(world.block(lang, TEST))
        assert np.mean(found[world.y[TEST] == "c"] == "c") > 0.5


def test_skops_loads_it_with_our_types_trusted(world):
    io = pytest.importorskip("skops.io")
    X = world.block("ko", TEST)
    for head in (None, NoisyCopies(LogisticRegression())):
        model = TransferClassifier(
            pairs=world.pairs("ko"), unlabeled=world.pool("ko"), head=head, random_state=0
        ).fit(world.block("en", TRAIN), world.y[TRAIN])
        loaded = io.loads(io.dumps(model), trusted=SKOPS_TRUSTED)
        np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
