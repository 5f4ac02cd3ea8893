"""Which encoder reads the source language where the target's may read it as well."""

from __future__ import annotations

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor, ParallelCorpus, TransferClassifier
from langalign_sk.transfer._reader import reader_of_source
from tests.align.planted import PlantedEncoder, affine, sentences

RNG = np.random.default_rng(0)
LATENT = RNG.normal(size=(400, 5))
PAIRS = ParallelCorpus(
    sentences("en", range(200)), sentences("ko", range(200)), source_lang="en", target_lang="ko"
)
MORE = ParallelCorpus(
    sentences("en", range(200)), sentences("ja", range(200)), source_lang="en", target_lang="ja"
)


class Reader(PlantedEncoder):
    """Knows meaning in its languages, and in English with so much noise."""

    def __init__(self, noise: float, *languages: str) -> None:
        rng = np.random.default_rng(1)
        super().__init__(LATENT, {lang: (affine(rng, 5, 8), 1.0) for lang in ("en", *languages)})
        self.noise = noise

    def encode(self, texts):
        rows = super().encode(texts)
        noise = self.noise * np.random.default_rng(2).normal(size=(400, 8))
        numbers = [int("".join(c for c in text if c.isdigit()) or 0) for text in texts]
        english = np.array([text.startswith("sentence") for text in texts], bool)
        return rows + english[:, None] * noise[numbers]


@pytest.mark.parametrize(("own", "targets", "chosen"), [(1.0, 0.1, True), (0.1, 1.0, False)])
def test_the_one_that_tells_more_of_the_translations(own, targets, chosen):
    english, korean = Reader(own), Reader(targets, "ko")
    embedder = EmbeddingExtractor({"en": english, "ko": korean})
    found = reader_of_source(embedder, [PAIRS])
    assert found.model["en"] is (korean if chosen else english)
    assert embedder.model["en"] is english  # what was given stays
    y = (LATENT[:, 0] > 0).astype(int)
    model = TransferClassifier(embedder, pairs=PAIRS, random_state=0)
    model.fit(sentences("en", range(200)), y[:200])
    assert model.embedder_.model["en"] is (korean if chosen else english)
    assert model.score(sentences("ko", range(200, 400)), y[200:]) > 0.85


def test_there_must_be_one_other_encoder():
    own, korean = Reader(1.0), Reader(0.1, "ko", "ja")
    shared = EmbeddingExtractor(korean, languages=["en", "ko"])
    assert reader_of_source(shared, [PAIRS]) is shared
    same = EmbeddingExtractor({"en": korean, "ko": korean})
    assert reader_of_source(same, [PAIRS]) is same
    two = EmbeddingExtractor({"en": own, "ko": korean, "ja": Reader(0.1, "ja")})
    assert reader_of_source(two, [PAIRS, MORE]) is two
    one = EmbeddingExtractor({"en": own, "ko": korean, "ja": korean})
    assert reader_of_source(one, [PAIRS, MORE]).model["en"] is korean
    assert reader_of_source(object, [PAIRS]) is object
