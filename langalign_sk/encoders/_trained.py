"""What encoders trained here have in common: a checkpoint in memory, and what is done with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import NotFittedError

from langalign_sk._io import TextRow, as_text_rows, as_texts
from langalign_sk._numeric import Float32Array
from langalign_sk._stamp import VersionStamped
from langalign_sk.encoders._base import base_name
from langalign_sk.encoders._held import HeldCheckpoint
from langalign_sk.encoders._hub_encoder import named_encoder
from langalign_sk.encoders._hub_model import HubModel, specification
from langalign_sk.encoders._protocol import Encoder, Prepared, checked_rows
from langalign_sk.encoders._run import Run


class TrainedEncoder(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, VersionStamped, BaseEstimator
):
    """Base of encoders that are fitted here, and are then a checkpoint held in memory."""

    model: Any
    device: str | None
    checkpoint_: HeldCheckpoint

    def transform(self, X: Any) -> Float32Array:
        """Encode texts.

        Parameters
        ----------
        X : list, array, series or one-column frame of str
            Texts, possibly none; rows of two for what was tuned on two together.

        Returns
        -------
        ndarray of shape (n_texts, width), float32
        """
        texts: list[Any] = as_text_rows(X) if self._reads_two() else list(as_texts(X))
        encoder = self.encoder(HubModel(self))
        prepared = encoder.prepare(texts or [""])
        vectors = checked_rows(encoder.name, texts or [""], encoder.encode(prepared.items, Run()))
        return vectors[: len(texts)]

    def encode(self, texts: Any) -> Float32Array:
        """Encode texts: `transform` under the name that sentence encoders use.

        Parameters
        ----------
        texts : list, array, series or one-column frame of str
            Texts, possibly none; rows of two for what was tuned on two together.

        Returns
        -------
        ndarray of shape (n_texts, width), float32
        """
        return self.transform(texts)

    def fingerprint(self) -> str:
        """Digest of the weights and settings that define the vectors.

        Returns
        -------
        str
            The same as that of the folder that `save` writes.
        """
        return self._fitted().fingerprint

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write a plain sentence-transformers checkpoint.

        Parameters
        ----------
        folder : str or path
            A folder that is new or empty. ``EmbeddingExtractor(folder)`` and
            ``SentenceTransformer(folder)`` read it.
        """
        held, place = self._fitted(), Path(folder).expanduser()
        if place.exists() and any(place.iterdir()):
            raise FileExistsError(f"{os.fspath(folder)!r} is not empty: give a new folder")
        held.write(place)

    def encoder(self, settings: HubModel) -> Encoder:
        """Return what encodes, with the settings of a `HubModel`.

        Parameters
        ----------
        settings : HubModel
            Settings; its model is this encoder.

        Returns
        -------
        Encoder
        """
        return self._fitted().encoder(settings, f"the {type(self).__name__} object")

    def is_fitted(self) -> bool:
        """Tell whether there is something to encode with.

        Returns
        -------
        bool
        """
        return hasattr(self, "checkpoint_")

    def _reads_two(self) -> bool:
        """Tell whether two texts are read at once."""
        return getattr(self, "two_texts", "apart") == "together"

    def _fitted(self) -> HeldCheckpoint:
        """Return the checkpoint, if there is one."""
        if not self.is_fitted():
            raise NotFittedError(
                f"this {type(self).__name__} is not fitted: call fit first, or fit the "
                "EmbeddingExtractor that holds it"
            )
        return self.checkpoint_

    @property
    def _n_features_out(self) -> int:
        """Width, where scikit-learn's mixin looks for it."""
        width = self.encoder(HubModel(self)).width()
        assert width is not None
        return width

    def __sklearn_is_fitted__(self) -> bool:
        return self.is_fitted()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


class UnfittedEncoder:
    """Stands for an encoder that is to be fitted: it has a width, and no vectors."""

    takes_threads = False

    def __init__(self, owner: TrainedEncoder) -> None:
        self.name = f"the {type(owner).__name__} object"
        #: Digest under which there may be a width, and never a vector.
        self.spec = specification("not fitted", base_name(owner.model, type(owner).__name__))
        self.weights = (self.name, "not fitted")  # told like a name: its width is not looked up
        self._owner = owner

    def width(self) -> int | None:
        """Width of the vectors, that of the checkpoint it begins with."""
        return named_encoder(HubModel(self._owner.model)).width()

    def chunk(self) -> tuple[int | None, int]:
        """Raise."""
        raise self._error()

    def prepare(self, texts: Sequence[TextRow]) -> Prepared:
        """Raise."""
        raise self._error()

    def encode(self, items: Sequence[Any], run: Run) -> Any:
        """Raise."""
        raise self._error()

    def _error(self) -> NotFittedError:
        return NotFittedError(
            f"{self.name} in this EmbeddingExtractor is not fitted: call fit(X, y) with labelled "
            "texts, or give an encoder that is fitted already"
        )
