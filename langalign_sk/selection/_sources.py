"""Which labelled language to start from, and which measure tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk.measures import (
    checked,
    cosine_gap,
    linear_cka,
    neuron_overlap,
    retrieval,
)

if TYPE_CHECKING:
    import pandas as pd

_MEASURES: tuple[tuple[str, Callable[[Any, Any], float]], ...] = (
    ("cosine", lambda S, T: cosine_gap(S, T).matched),
    ("gap", lambda S, T: cosine_gap(S, T).gap),
    ("cka", lambda S, T: float(linear_cka(S, T))),
    ("retrieval", lambda S, T: retrieval(S, T).mean.p_at_1),
    ("neurons", lambda S, T: neuron_overlap(S, T).alignment),
)


@dataclass(frozen=True)
class SourceRanking:
    """Source languages, most alike first.

    Attributes
    ----------
    languages : tuple of str
    scores : tuple of float
        What they are ordered by, descending.
    measure : str
    """

    languages: tuple[str, ...]
    scores: tuple[float, ...]
    measure: str

    @property
    def best(self) -> str:
        """The language to start from."""
        return self.languages[0]


@checked(measure=[callable, str])
def rank_sources(
    target: Any, sources: Mapping[str, Any], *, measure: Any = "cosine"
) -> SourceRanking:
    """Order languages by how alike they are to the target language in an encoder's space.

    For the choice of the language that labels are in, or are to be made in: a head learned in a
    language that the encoder places near the target's carries over better.

    Parameters
    ----------
    target : array-like of shape (n, d)
        Vectors of texts of the target language.
    sources : mapping of str to array-like of shape (n, d)
        Vectors of the same texts in each language that labels could be in; a few hundred
        sentences that were translated into all of them do.
    measure : {"cosine", "gap", "cka", "retrieval", "neurons"} or callable, default="cosine"
        "cosine" is the mean cosine of translations (mPLM-Sim), "gap" that less the cosine of other
        pairs, the others are those of :mod:`langalign_sk.measures`. A callable gets source and
        target rows and returns a number, the higher the more alike.

    Returns
    -------
    SourceRanking

    See Also
    --------
    transfer_correlations : Which measure tells it on your tasks.

    References
    ----------
    Lin et al. (2024), mPLM-Sim: Better Cross-Lingual Similarity and Transfer in Multilingual
    Pretrained Language Models.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.selection import rank_sources
    >>> italian, noise = np.random.default_rng(0).normal(size=(2, 50, 8))
    >>> found = rank_sources(italian, {"en": italian + noise, "es": italian + noise / 4})
    >>> found.best, found.languages
    ('es', ('es', 'en'))
    """
    if not sources:
        raise ValueError("sources: vectors of one language at least are needed")
    known = dict(_MEASURES)
    if isinstance(measure, str) and measure not in known:
        raise ValueError(f"measure: {measure!r} is unknown; choose one of {', '.join(known)}")
    compare = known[measure] if isinstance(measure, str) else measure
    scores = {lang: float(compare(rows, target)) for lang, rows in sources.items()}
    ordered = sorted(scores, key=lambda lang: -scores[lang])
    name = measure if isinstance(measure, str) else getattr(measure, "__name__", "callable")
    return SourceRanking(tuple(ordered), tuple(scores[lang] for lang in ordered), name)


def transfer_correlations(
    measures: Mapping[str, Any], transfer: Any, *, input_type: str | None = None
) -> pd.DataFrame:
    """Rank correlation of each measure with measured transfer, by task.

    Parameters
    ----------
    measures : mapping of str to array-like of shape (n,)
        Values of each measure in n cells: pairs of a source and a target language, layers,
        encoders, methods.
    transfer : array-like of shape (n,), or mapping of str to array-like of shape (n,)
        Accuracy in the same cells, by task where there are several; NaN where it was not measured.
    input_type : str, optional
        What the texts are, such as "sentences" or "words"; a column of the table.

    Returns
    -------
    DataFrame
        A row per measure and task: measure, task, input_type, n (cells), spearman, p_value (of no
        correlation, two-sided); best measures first within a task.

    See Also
    --------
    rank_sources : The choice itself.

    Notes
    -----
    A measure that chooses is to be checked against accuracy, never reported in its place. Cells
    that share a language are not independent, and p-values are then too small.

    References
    ----------
    Blaschke et al. (2025), Analyzing the effect of linguistic similarity on cross-lingual transfer:
    tasks and input representations matter.

    Examples
    --------
    >>> from langalign_sk.selection import transfer_correlations
    >>> table = transfer_correlations(
    ...     {"cka": [0.2, 0.5, 0.6, 0.9], "cosine": [0.3, 0.2, 0.4, 0.1]},
    ...     {"topics": [0.5, 0.6, 0.7, 0.8]})
    >>> table[["measure", "task", "n", "spearman"]].round(1).values.tolist()
    [['cka', 'topics', 4, 1.0], ['cosine', 'topics', 4, -0.4]]
    """
    import pandas as pd
    from scipy.stats import spearmanr

    tasks = transfer if isinstance(transfer, Mapping) else {"": transfer}
    rows = []
    for task, accuracy in tasks.items():
        reached = np.asarray(accuracy, dtype=float)
        for measure, values in measures.items():
            x = np.asarray(values, dtype=float)
            if x.ndim != 1 or x.shape != reached.shape:
                raise ValueError(
                    f"{measure} and the accuracy{f' of {task}' if task else ''}: one value per "
                    f"cell is needed, got {x.shape} and {reached.shape}"
                )
            both = np.isfinite(x) & np.isfinite(reached)
            rho, p = float("nan"), float("nan")
            if both.sum() > 2 and np.ptp(x[both]) > 0 and np.ptp(reached[both]) > 0:
                rho, p = map(float, spearmanr(x[both], reached[both]))
            rows.append((measure, task, input_type or "", int(both.sum()), rho, p))
    columns = ["measure", "task", "input_type", "n", "spearman", "p_value"]
    table = pd.DataFrame(rows, columns=columns)
    number = {task: place for place, task in enumerate(tasks)}
    order = table.assign(place=table["task"].map(number)).sort_values(
        ["place", "spearman"], ascending=[True, False], kind="stable"
    )
    return table.loc[order.index].reset_index(drop=True)
