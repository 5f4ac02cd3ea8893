"""Texts whose vectors hide a known map, so that a whole pipeline can be held to it."""

from __future__ import annotations

import re

import numpy as np

SENTENCE = {"en": "sentence {}", "ko": "문장 {}", "ja": "ぶん {}", "zh": "句子 {}"}


def sentences(lang: str, numbers) -> list[str]:
    return [SENTENCE[lang].format(i) for i in numbers]


class PlantedEncoder:
    """Vector of "<words> i" in a language: latent row i through that language's affine map."""

    def __init__(self, latent, maps) -> None:
        self.latent, self.maps = latent, maps

    def encode(self, texts):
        rows = []
        for text in texts:
            found = [lang for lang in self.maps if text.startswith(SENTENCE[lang].format(""))]
            # A text of another kind is a probe for the width.
            coef, offset = self.maps[found[0] if found else next(iter(self.maps))]
            number = re.search(r"\d+", text)
            rows.append(self.latent[int(number[0]) if number else 0] @ coef + offset)
        return np.array(rows).reshape(len(rows), -1)


def rotation(rng, d_in: int, d_out: int | None = None):
    """An orthogonal matrix or, for unequal widths, one with orthonormal rows or columns."""
    d_out = d_in if d_out is None else d_out
    u, _, vt = np.linalg.svd(rng.normal(size=(d_in, d_out)), full_matrices=False)
    return u @ vt


def affine(rng, d_in: int, d_out: int):
    """A well-conditioned linear map: singular values between one half and two."""
    u, _, vt = np.linalg.svd(rng.normal(size=(d_in, d_out)), full_matrices=False)
    return (u * rng.uniform(0.5, 2.0, size=min(d_in, d_out))) @ vt
