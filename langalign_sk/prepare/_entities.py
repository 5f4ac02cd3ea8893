"""Entities of a gazetteer, as columns beside text vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from langalign_sk._io import as_text_rows
from langalign_sk._stamp import VersionStamped
from langalign_sk.prepare._phrases import Phrases


class EntityFeatures(TransformerMixin, VersionStamped, BaseEstimator):
    """Tell which entities a text names: a column for each, the same in every language.

    A name says the same in all languages once a list knows its forms: "France", 프랑스 and フランス
    share a column, and a head that learned from one knows the others. Beside text vectors it
    stands in a FeatureUnion, where an aligner moves the text columns alone (see Examples).

    Parameters
    ----------
    gazetteer : dict of str to str
        Names in all languages → the entity, or a kind of entities ("country"). The longest name
        that fits counts; upper and lower case are the same.
    column : str, or tuple of two str, optional
        Column with the texts, where X is a frame with several.

    Attributes
    ----------
    entities_ : list of str
        Entities that the fitted texts name, sorted: the columns.

    References
    ----------
    Ri et al. (2022), mLUKE: The Power of Entity Representations in Multilingual Pretrained
    Language Models, arXiv:2110.08151.

    Examples
    --------
    >>> from sklearn.pipeline import FeatureUnion, make_pipeline
    >>> from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ParallelCorpus
    >>> from langalign_sk.prepare import EntityFeatures
    >>> names = {"France": "FR", "프랑스": "FR", "Seoul": "seoul", "서울": "seoul"}
    >>> english, korean = ["to France", "Seoul by night"], ["프랑스로", "서울의 밤"]
    >>> EntityFeatures(names).fit(english).transform(korean)
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    >>> embed = EmbeddingExtractor(NgramEncoder(3).fit(english + korean))
    >>> pairs = ParallelCorpus(english, korean, target_lang="ko").embed(embed)
    >>> both = FeatureUnion([
    ...     ("text", make_pipeline(embed, LangAligner(pairs, method="mean_shift", gate=None))),
    ...     ("entities", EntityFeatures(names)),
    ... ])
    >>> both.fit_transform(english)[:, -2:]
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"gazetteer": [Mapping]}

    def __init__(self, gazetteer: Mapping[str, str], *, column: Any = None) -> None:
        self.gazetteer = gazetteer
        self.column = column

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the entities that the texts name.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        y : object, optional
            Ignored.

        Returns
        -------
        self
        """
        self._validate_params()
        self.entities_ = sorted({entity for found in self._found(X) for entity in found})
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float32]:
        """Tell which of the entities each text names.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.

        Returns
        -------
        ndarray of shape (n_texts, n_entities), float32
            1 where a text, or one of two, names the entity; 0 elsewhere.
        """
        check_is_fitted(self)
        found = self._found(X)
        columns = {entity: j for j, entity in enumerate(self.entities_)}
        out = np.zeros((len(found), len(columns)), dtype=np.float32)
        for row, entities in zip(out, found, strict=True):
            row[[columns[entity] for entity in entities & columns.keys()]] = 1
        return out

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the names of the entities.

        Parameters
        ----------
        input_features : object, optional
            Ignored.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        return np.array(self.entities_, dtype=object)

    def _found(self, X: Any) -> list[set[str]]:
        """Return the entities of each row."""
        phrases = Phrases(self.gazetteer, "gazetteer")
        # What missing texts become is said to the extractor beside it; they name nothing.
        rows = as_text_rows(X, column=self.column, missing="keep")
        return [
            {
                str(entity)
                for text in (row if isinstance(row, tuple) else (row,))
                for _, _, entity in phrases.found_in(text or "")
            }
            for row in rows
        ]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags
