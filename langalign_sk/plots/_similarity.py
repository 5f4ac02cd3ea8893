"""How alike an encoder's pictures of several languages are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import as_float_matrix
from langalign_sk.measures import linear_cka
from langalign_sk.plots._axes import make_axes


class LanguageSimilarityDisplay:
    r"""Similarity of every two languages, as a matrix.

    Parameters
    ----------
    similarity : array-like of shape (n_languages, n_languages)
        Similarities, 1 on the diagonal.
    languages : sequence of str
        The languages.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the last `plot`.
    figure_ : matplotlib Figure
        Their figure.

    Notes
    -----
    The similarity is linear centred kernel alignment of row-aligned vectors,
    :math:`\lVert X^\top Y \rVert_F^2 / (\lVert X^\top X \rVert_F \lVert Y^\top Y
    \rVert_F)` with centred X and Y: 1 where one is a rotation of the other, whatever their
    widths. It says how far a rotation can bring two languages together, not how near they are.

    References
    ----------
    Kornblith et al. (2019), Similarity of Neural Network Representations Revisited, ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.plots import LanguageSimilarityDisplay
    >>> rng = np.random.default_rng(0)
    >>> english = rng.normal(size=(100, 5))
    >>> rotation, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    >>> display = LanguageSimilarityDisplay.from_predictions(
    ...     {"en": english, "ko": english @ rotation})
    >>> display.similarity.round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """

    def __init__(self, similarity: Any, languages: Any) -> None:
        self.similarity = np.asarray(similarity, dtype=float)
        self.languages = [str(language) for language in languages]
        n = len(self.languages)
        if self.similarity.shape != (n, n):
            raise ValueError(f"similarity has shape {self.similarity.shape} for {n} languages")

    @classmethod
    def from_estimator(cls, estimator: Any, texts: Mapping[str, Any], *, ax: Any = None) -> Self:
        """Embed the same sentences in several languages, and draw.

        Parameters
        ----------
        estimator : EmbeddingExtractor
            The encoder.
        texts : dict of str to sequence of str
            Language → sentences; row i means the same in every language.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        LanguageSimilarityDisplay
        """
        vectors = {lang: estimator.embed_language(rows, lang) for lang, rows in texts.items()}
        return cls.from_predictions(vectors).plot(ax=ax)

    @classmethod
    def from_predictions(cls, vectors: Mapping[str, Any]) -> Self:
        """Measure row-aligned vectors.

        Parameters
        ----------
        vectors : dict of str to array-like of shape (n_rows, width)
            Language → vectors; widths may differ.

        Returns
        -------
        LanguageSimilarityDisplay
        """
        rows = {lang: as_float_matrix(part, name=lang) for lang, part in vectors.items()}
        if len({len(part) for part in rows.values()}) != 1:
            counts = {lang: len(part) for lang, part in rows.items()}
            raise ValueError(f"row i must mean the same in every language, but rows are {counts}")
        sides = list(rows.values())
        return cls([[linear_cka(one, other) for other in sides] for one in sides], list(rows))

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        LanguageSimilarityDisplay
        """
        n = len(self.languages)
        ax = make_axes(ax, size=(2.4 + 0.6 * n, 2 + 0.5 * n))
        image = ax.imshow(self.similarity, cmap="cividis", vmin=0, vmax=1)
        for (row, column), value in np.ndenumerate(self.similarity):
            colour = "black" if value > 0.5 else "white"
            ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour)
        ax.set_xticks(range(n), self.languages)
        ax.set_yticks(range(n), self.languages)
        ax.figure.colorbar(image, ax=ax, label="linear CKA")
        self.ax_, self.figure_ = ax, ax.figure
        return self
