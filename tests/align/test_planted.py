"""Planted maps come back to 1e-6 through a whole pipeline: the proof that plumbing is right."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    ParallelCorpus,
    ProcrustesMap,
    ReverseAligner,
    RidgeMap,
)

from .planted import PlantedEncoder, affine, rotation, sentences

N_PAIRS, N_ALL = 300, 400
CLASSES = np.arange(N_ALL) // 4
METHODS = {"rotation": ProcrustesMap(), "affine": RidgeMap(alpha=1e-12)}
WIDTHS = {
    "shared": dict.fromkeys(("en", "ko", "ja", "zh"), 8),
    "equal blocks": dict.fromkeys(("en", "ko", "ja", "zh"), 8),
    "unequal blocks": {"en": 8, "ko": 12, "ja": 10, "zh": 9},
}


def world(space: str, kind: str, languages, *, seed: int = 0):
    """Extractor over planted encoders, and the vectors of every language at native width."""
    rng = np.random.default_rng(seed)
    widths = WIDTHS[space]
    latent = rng.normal(size=(N_ALL, widths["en"]))
    make = rotation if kind == "rotation" else affine
    maps = {"en": (np.eye(widths["en"]), np.zeros(widths["en"]))}
    for lang in languages:
        # In one shared space the languages must differ somewhere, or no gate could tell them.
        gap = 9 if space == "shared" else 1
        maps[lang] = (make(rng, widths["en"], widths[lang]), rng.normal(size=widths[lang]) * gap)
    model = {lang: PlantedEncoder(latent, {lang: known}) for lang, known in maps.items()}
    if space == "shared":
        model = PlantedEncoder(latent, maps)
    extractor = EmbeddingExtractor(model, normalize=False)
    vectors = {lang: latent @ coef + offset for lang, (coef, offset) in maps.items()}
    return extractor, vectors


def corpora(extractor, languages):
    rows = range(N_PAIRS)
    return [
        ParallelCorpus(
            sentences("en", rows), sentences(lang, rows), source_lang="en", target_lang=lang
        ).embed(extractor)
        for lang in languages
    ]


def fitted(extractor, aligner):
    """A whole pipeline, fitted on labelled English: four sentences a class."""
    pipe = Pipeline(
        [("embed", extractor), ("align", aligner), ("clf", KNeighborsClassifier(n_neighbors=1))]
    )
    return pipe.fit(sentences("en", range(N_ALL)), CLASSES)


def relative_error(found, expected):
    """Largest error of a row, relative to the length of the longest row."""
    lengths = np.linalg.norm(expected, axis=1)
    return np.linalg.norm(found - expected, axis=1).max() / lengths.max()


@pytest.mark.parametrize("kind", METHODS)
@pytest.mark.parametrize("space", WIDTHS)
def test_forward(space, kind):
    extractor, vectors = world(space, kind, ["ko"])
    pipe = fitted(extractor, LangAligner(corpora(extractor, ["ko"]), method=METHODS[kind]))
    held_out = np.arange(N_PAIRS, N_ALL)
    mixed = [*sentences("en", held_out), *sentences("ko", held_out)][::-1]
    expected = np.concatenate([vectors["ko"][held_out]] * 2)[::-1]
    assert relative_error(pipe[:-1].transform(mixed), expected) < 1e-6
    np.testing.assert_array_equal(pipe.predict(mixed), np.tile(CLASSES[held_out], 2)[::-1])


@pytest.mark.parametrize("kind", METHODS)
@pytest.mark.parametrize("space", WIDTHS)
@pytest.mark.parametrize("languages", [["ko"], ["ko", "ja", "zh"]], ids=len)
@pytest.mark.parametrize("round_trip", [False, True])
def test_reverse(space, kind, languages, round_trip):
    extractor, vectors = world(space, kind, languages)
    pipe = fitted(
        extractor,
        ReverseAligner(corpora(extractor, languages), method=METHODS[kind], round_trip=round_trip),
    )
    held_out = np.arange(N_PAIRS, N_ALL)
    mixed = [text for lang in ["en", *languages] for text in sentences(lang, held_out)][::-1]
    expected = np.concatenate([vectors["en"][held_out]] * (1 + len(languages)))[::-1]
    assert relative_error(pipe[:-1].transform(mixed), expected) < 1e-6
    expected = np.tile(CLASSES[held_out], 1 + len(languages))[::-1]
    np.testing.assert_array_equal(pipe.predict(mixed), expected)


@pytest.mark.parametrize("space", ["shared", "unequal blocks"])
def test_mixed_batches_are_row_wise_exact(space):
    extractor, _ = world(space, "affine", ["ko", "ja", "zh"])
    languages = ["ko", "ja", "zh"]
    pipe = fitted(extractor, ReverseAligner(corpora(extractor, languages), round_trip=True))[:-1]
    texts = [text for lang in ["en", *languages] for text in sentences(lang, range(20))]
    together = pipe.transform(texts)
    alone = np.concatenate([pipe.transform(texts[i : i + 20]) for i in range(0, 80, 20)])
    np.testing.assert_array_equal(together, alone)


def test_the_maps_themselves_are_exact_in_double_precision():
    rng = np.random.default_rng(1)
    source = rng.normal(size=(500, 6)) + 100
    coef, offset = affine(rng, 6, 9), rng.normal(size=9)
    target = source @ coef + offset
    aligner = LangAligner("y", method=RidgeMap(alpha=1e-14)).fit(source, target)
    np.testing.assert_allclose(aligner.maps_["source"].coef_, coef, atol=1e-6)
    np.testing.assert_allclose(aligner.transform(source), target, rtol=1e-9)
