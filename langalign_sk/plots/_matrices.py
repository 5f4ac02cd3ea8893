"""Heat maps: of an encoder's layers and ways of pooling, and of languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import clone

from langalign_sk._numeric import as_float_matrix
from langalign_sk.measures import linear_cka
from langalign_sk.plots._base import Display


class LayerPoolingDisplay(Display):
    """A score for every layer and pooling, as a heat map.

    Parameters
    ----------
    scores : array-like of shape (n_layers, n_poolings)
        The scores.
    layers : sequence of int
        Hidden layers, 0 being the output of the embeddings.
    poolings : sequence of str
        Ways of pooling.
    label : str, default="accuracy"
        What the scores are.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    Examples
    --------
    >>> from langalign_sk.plots import LayerPoolingDisplay
    >>> display = LayerPoolingDisplay([[0.5, 0.7], [0.8, 0.9]], [0, 1], ["mean", "cls"])
    >>> display.scores.max().item()
    0.9
    """

    def __init__(
        self,
        scores: Any,
        layers: Sequence[int],
        poolings: Sequence[str],
        *,
        label: str = "accuracy",
    ) -> None:
        self.scores = np.asarray(scores, dtype=float)
        self.layers, self.poolings, self.label = list(layers), list(poolings), label
        if self.scores.shape != (len(self.layers), len(self.poolings)):
            raise ValueError(
                f"scores have shape {self.scores.shape} for {len(self.layers)} layers and "
                f"{len(self.poolings)} poolings"
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Sequence[str],
        y: Any,
        X_target: Sequence[str],
        y_target: Any,
        *,
        layers: Sequence[int],
        poolings: Sequence[str] = ("mean", "cls"),
        parameter: str = "embed",
        ax: Any = None,
    ) -> Self:
        """Fit with every layer and pooling, score on target rows, and draw.

        Parameters
        ----------
        estimator : pipeline
            Not fitted. Pairs must be texts where they are (`TextAligner`), so that they are
            embedded anew by every setting.
        X, y : sequence of str, array-like
            Source texts and their classes.
        X_target, y_target : sequence of str, array-like
            Target texts and their classes.
        layers : sequence of int
            Hidden layers to try.
        poolings : sequence of str, default=("mean", "cls")
            Ways of pooling to try.
        parameter : str, default="embed"
            Name of the extractor among the estimator's parameters, such as
            ``"align__embedder"``.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        LayerPoolingDisplay
        """
        scores = np.empty((len(layers), len(poolings)))
        for row, layer in enumerate(layers):
            for column, pooling in enumerate(poolings):
                setting = {f"{parameter}__layer": layer, f"{parameter}__pooling": pooling}
                fitted = clone(estimator).set_params(**setting).fit(X, y)
                scores[row, column] = fitted.score(X_target, y_target)
        return cls(scores, layers, poolings).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return 2.2 + 0.9 * len(self.poolings), 1.2 + 0.4 * len(self.layers)

    def _draw(self, ax: Any) -> None:
        image = ax.imshow(self.scores, cmap="cividis", aspect="auto")
        middle = (np.nanmin(self.scores) + np.nanmax(self.scores)) / 2
        _label(ax, image, self.scores, middle, self.label)
        ax.set_xticks(range(len(self.poolings)), self.poolings)
        ax.set_yticks(range(len(self.layers)), [str(layer) for layer in self.layers])
        ax.set(xlabel="pooling", ylabel="layer")


class LanguageSimilarityDisplay(Display):
    """Similarity of every two languages, as a matrix.

    Parameters
    ----------
    similarity : array-like of shape (n_languages, n_languages)
        Similarities, 1 on the diagonal.
    languages : sequence of str
        The languages.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    See Also
    --------
    langalign_sk.measures.linear_cka : The similarity: how far a rotation can bring two languages
        together, not how near they are.

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
        return cls.from_predictions(vectors, ax=ax)

    @classmethod
    def from_predictions(cls, vectors: Mapping[str, Any], *, ax: Any = None) -> Self:
        """Measure row-aligned vectors, and draw.

        Parameters
        ----------
        vectors : dict of str to array-like of shape (n_rows, width)
            Language → vectors; widths may differ.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        LanguageSimilarityDisplay
        """
        rows = {lang: as_float_matrix(part, name=lang) for lang, part in vectors.items()}
        if len({len(part) for part in rows.values()}) != 1:
            counts = {lang: len(part) for lang, part in rows.items()}
            raise ValueError(f"row i must mean the same in every language, but rows are {counts}")
        sides = list(rows.values())
        similarity = [[linear_cka(one, other) for other in sides] for one in sides]
        return cls(similarity, list(rows)).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return 2.4 + 0.6 * len(self.languages), 2 + 0.5 * len(self.languages)

    def _draw(self, ax: Any) -> None:
        image = ax.imshow(self.similarity, cmap="cividis", vmin=0, vmax=1)
        _label(ax, image, self.similarity, 0.5, "linear CKA")
        ax.set_xticks(range(len(self.languages)), self.languages)
        ax.set_yticks(range(len(self.languages)), self.languages)


def _label(ax: Any, image: Any, values: Any, middle: float, label: str) -> None:
    """Write each value on its field, dark on light and light on dark, and what they are."""
    for (row, column), value in np.ndenumerate(values):
        colour = "black" if value > middle else "white"
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour)
    ax.figure.colorbar(image, ax=ax, label=label)
