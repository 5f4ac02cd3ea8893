"""What was found out about a change of encoder, and what there is to do with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk._numeric import FloatArray, as_float_matrix
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import BaseMap
from langalign_sk.measures import wilson_interval
from langalign_sk.migrate._convert import convert
from langalign_sk.migrate._judge import kept_table, relevance_scores
from langalign_sk.migrate._thresholds import threshold_table

if TYPE_CHECKING:
    import pandas as pd

NATIVE = "embedded anew"
FORWARD = "old vectors mapped"
BACK = "new queries mapped"
OLD = "old encoder"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 2rem }
main { max-width: 60rem; margin: auto; overflow-x: auto }
table { border-collapse: collapse } th, td { padding: .2rem .6rem; text-align: right }
tbody th { text-align: left } tr { border-bottom: 1px solid #ccc }
"""


@dataclass(frozen=True)
class Migration:
    """A change of encoder: the maps, and what a search keeps with them.

    `migrate` makes it. All figures are of texts that the maps were not fitted on; all tables are
    pandas frames, intervals are 95% over texts.

    Attributes
    ----------
    map : map
        Leads from old vectors to new ones. Its rows have length 1 where those of the new encoder
        have.
    back : map
        Leads from new vectors to old ones.
    names : tuple of str
        Which maps these are.
    retention : DataFrame
        A row per way: all texts embedded anew, old vectors mapped, new queries mapped, everything
        left to the old encoder. Columns: what is kept of a search by the new encoder alone, with
        ``_low`` and ``_high``. "ndcg": its nearest texts in their order; "neighbours": the share of
        them; "found_1", "found_10": how often the text itself is the first, among the first ten.
    candidates : DataFrame
        The "ndcg" of each map on texts left out, each way by the neighbours in the space it leads
        to, and the seconds it took.
    curve : DataFrame
        `retention` of old vectors mapped, by the number of texts.
    checked : tuple of map
        Both maps fitted without `held_out`.
    held_out : ParallelCorpus
        Vectors of the texts that the figures are of.
    n_texts : int
        How many texts there were.
    n_neighbors : int
        How many nearest texts were compared.
    encoders : tuple
        Extractors of the old and of the new encoder; None for vectors.

    See Also
    --------
    migrate : Makes it.

    Notes
    -----
    "ndcg" takes the nearest texts by the new encoder's own vectors for relevant, the nearest for
    the most relevant one: gains k, k - 1 ... 1 for the first to the k-th. Where it is known what is
    relevant, `judge` says more.
    """

    map: BaseMap
    back: BaseMap = field(repr=False)
    names: tuple[str, str]
    retention: pd.DataFrame = field(repr=False)
    candidates: pd.DataFrame = field(repr=False)
    curve: pd.DataFrame = field(repr=False)
    checked: tuple[BaseMap, BaseMap] = field(repr=False)
    held_out: ParallelCorpus = field(repr=False)
    n_texts: int = field(repr=False)
    n_neighbors: int = field(repr=False)
    encoders: tuple[Any, ...] = field(repr=False)

    @property
    def kept(self) -> float:
        """What old vectors that are mapped keep of the new encoder's neighbours ("ndcg")."""
        return float(self.retention["ndcg"].loc[FORWARD])

    @property
    def side(self) -> str:
        """Which side to map: "old vectors mapped" or "new queries mapped", which keeps more."""
        of = self.retention["ndcg"]
        return FORWARD if of[FORWARD] >= of[BACK] else BACK

    def judge(self, queries: Any, documents: Any, relevance: Any) -> pd.DataFrame:
        """Measure a search for which it is known what is relevant.

        Parameters
        ----------
        queries, documents : sequence of str, or tuple of two arrays
            Texts, where both encoders were given to `migrate`; otherwise the vectors by the old and
            by the new encoder. Best of texts that were not fitted on.
        relevance : array or sparse matrix of shape (n_queries, n_documents)
            How relevant a document is to a query; 0 for not at all. Each query has one at least.

        Returns
        -------
        DataFrame
            As `retention`: what each way keeps of the nDCG and of the recall of the new encoder,
            among the first `n_neighbors`; ``ndcg_itself``, ``recall_itself`` are the figures
            themselves.
        """
        from scipy.sparse import csr_array

        (q_old, q_new), (d_old, d_new) = (
            self._vectors(side, name)
            for side, name in ((queries, "queries"), (documents, "documents"))
        )
        gains = csr_array(relevance)
        if gains.shape != (len(q_old), len(d_old)):
            raise ValueError(
                f"relevance has shape {gains.shape} for {len(q_old)} queries and {len(d_old)} "
                "documents"
            )
        if not (gains.data >= 0).all():
            raise ValueError("relevance holds NaN or less than 0: fill what is not known with 0")
        gains.eliminate_zeros()
        empty = np.flatnonzero(np.diff(gains.indptr) == 0)
        if len(empty):
            raise ValueError(f"query {empty[0]} has no relevant document: leave it out")
        sides = {
            NATIVE: (q_new, d_new),
            FORWARD: (q_new, self.map.transform(d_old)),
            BACK: (self.back.transform(q_new), d_old),
            OLD: (q_old, d_old),
        }
        ways = {
            name: relevance_scores(*both, gains, self.n_neighbors) for name, both in sides.items()
        }
        return kept_table(ways, absolute=True)

    def thresholds(self, values: Sequence[float]) -> pd.DataFrame:
        """Translate thresholds of a cosine between vectors of the old encoder.

        Parameters
        ----------
        values : sequence of float
            Thresholds in use.

        Returns
        -------
        DataFrame
            A row per threshold: the one that as many pairs of texts pass with old vectors mapped
            (``mapped``, with its interval) and with all texts embedded anew (``anew``), and the
            share of the pairs that passed before and pass now (``same``, ``same_anew``). NaN where
            no two texts are so near.
        """
        S, T = self.held_out.source, self.held_out.target
        return threshold_table(values, S, T, self.checked[0].transform(S))

    def carry(self, classifier: Any) -> Any:
        """Let a classifier of old vectors read vectors of the new encoder.

        Parameters
        ----------
        classifier : estimator
            Fitted on vectors of the old encoder. Not changed, not fitted again.

        Returns
        -------
        Pipeline
            `back`, then the classifier: for rows of the new encoder.
        """
        from sklearn.pipeline import Pipeline

        return Pipeline([("back", self.back), ("classifier", classifier)])

    def agreement(self, classifier: Any) -> tuple[float, float, float]:
        """Measure how often a carried classifier says of a text what it said before.

        Parameters
        ----------
        classifier : estimator
            Fitted on vectors of the old encoder.

        Returns
        -------
        share, low, high : float
            With a 95% interval.
        """
        before = classifier.predict(self.held_out.source)
        now = classifier.predict(self.checked[1].transform(self.held_out.target))
        same = int(np.sum(np.asarray(before) == np.asarray(now)))
        return same / len(before), *wilson_interval(same, len(before))

    def convert(
        self,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str],
        *,
        column: str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Path:
        """Convert a file of old vectors to one of new vectors.

        Parameters
        ----------
        source, target : path
            A ``.npy``, ``.parquet`` or ``.faiss`` file, and the one to write.
        column : str, optional
            Column of the vectors in a parquet file.
        progress : callable, optional
            Called with the number of rows done, and of all rows.

        Returns
        -------
        Path
            The new file.

        See Also
        --------
        langalign_sk.migrate.convert : Says more.
        """
        return convert(self.map, source, target, column=column, progress=progress)

    def _vectors(self, side: Any, name: str) -> tuple[FloatArray, FloatArray]:
        """Return vectors by the old and by the new encoder."""
        if isinstance(side, tuple) and len(side) == 2 and not isinstance(side[0], str):
            old, new = (as_float_matrix(rows, name=name) for rows in side)
            if len(old) != len(new):
                raise ValueError(f"{name}: {len(old)} old vectors and {len(new)} new ones")
            return old, new
        if None in self.encoders:
            raise ValueError(
                f"{name} are texts, but migrate() was given vectors: give a tuple of the vectors "
                "by the old and by the new encoder"
            )
        old, new = (encoder.transform(list(side)) for encoder in self.encoders)
        return old, new

    def __repr__(self) -> str:
        width, other = self.map.n_features_in_, self.map.n_features_out_
        return (
            f"Migration({self.names[0]}, {width} -> {other} columns, {self.n_texts:,} texts, "
            f"ndcg kept {self.kept:.3f})"
        )

    def page(self, tables: Mapping[str, Any] | None = None) -> str:
        """Return a page of HTML with the figures.

        Parameters
        ----------
        tables : dict of str to DataFrame, optional
            What it shows; None for `retention`, `candidates` and `curve`.

        Returns
        -------
        str
        """
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Changing the '
            f"encoder</title><style>{_STYLE}</style></head><body><main><h1>Changing the encoder"
            f"</h1>{self._sections(tables)}</main></body></html>\n"
        )

    def _repr_html_(self) -> str:
        """Return the tables for a notebook."""
        return self._sections(None)

    def _sections(self, tables: Mapping[str, Any] | None) -> str:
        names = ("retention", "candidates", "curve")
        shown = tables or {name: getattr(self, name) for name in names}
        parts = [
            f"<h2>{escape(name)}</h2>{table.to_html(border=0, float_format='{:.3f}'.format)}"
            for name, table in shown.items()
        ]
        said = f"<p>{escape(repr(self))}</p><p>Most is kept with: {self.side}.</p>"
        return said + "".join(parts)
