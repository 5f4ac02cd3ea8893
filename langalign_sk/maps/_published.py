"""The published combinations of steps, by name."""

from __future__ import annotations

from typing import Any

from langalign_sk.maps._base import BaseMap
from langalign_sk.maps._multistep import MultiStepMap
from langalign_sk.maps._normalized import NormalizedMap

_WHITENED = {"whiten": True, "shrinkage": 0.0}
_WEIGHTED = {**_WHITENED, "reweight": 1.0, "dewhiten": "source"}

#: Name → what is done to the rows, and the parameters of the `MultiStepMap`.
PUBLISHED: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "mikolov2013": ((), {**_WHITENED, "reweight": 1.0}),
    "faruqui2014": (("unit", "center"), _WHITENED),
    "xing2015": (("unit",), {}),
    "artetxe2016": (("unit", "center"), {}),
    "artetxe2018": (("unit", "center"), _WEIGHTED),
    "vecmap2018": (("unit", "center", "unit"), _WEIGHTED),
}


def published_map(name: str) -> BaseMap:
    """Return the unfitted map of a published combination of steps.

    Parameters
    ----------
    name : str
        ================ ============================================== ==========================
        name             steps                                          reference
        ================ ============================================== ==========================
        ``mikolov2013``  least squares without penalty or intercept     [1]_
        ``faruqui2014``  unit, center, whiten both sides (CCA)          [2]_
        ``xing2015``     unit, rotation                                 [3]_
        ``artetxe2016``  unit, center, rotation                         [4]_
        ``artetxe2018``  unit, center, whiten, re-weight, de-whiten     [5]_
        ``vecmap2018``   the same after unit, center, unit              [6]_
        ================ ============================================== ==========================

    Returns
    -------
    map
        A `MultiStepMap`, or a `NormalizedMap` around one; its parameters are there to be changed
        (``published_map("faruqui2014").set_params(method__rank=200)``).

    See Also
    --------
    MultiStepMap : The steps, and how they land in the raw target space.

    Notes
    -----
    The published systems move both sides into a third space and compare by cosine. Here one side
    stays, so what was done to it is undone on the side that moves: re-weighting by the root of
    the correlations on both sides becomes re-weighting by the correlations on one, and canonical
    variates are brought back by the roots of the target covariance.

    References
    ----------
    .. [1] T. Mikolov, Q. V. Le, I. Sutskever. Exploiting similarities among languages for machine
       translation. arXiv:1309.4168, 2013.
    .. [2] M. Faruqui, C. Dyer. Improving vector space word representations using multilingual
       correlation. EACL 2014.
    .. [3] C. Xing, D. Wang, C. Liu, Y. Lin. Normalized word embedding and orthogonal transform for
       bilingual word translation. NAACL 2015.
    .. [4] M. Artetxe, G. Labaka, E. Agirre. Learning principled bilingual mappings of word
       embeddings while preserving monolingual invariance. EMNLP 2016.
    .. [5] M. Artetxe, G. Labaka, E. Agirre. Generalizing and improving bilingual word embedding
       mappings with a multi-step framework of linear transformations. AAAI 2018.
    .. [6] M. Artetxe, G. Labaka, E. Agirre. A robust self-learning method for fully unsupervised
       cross-lingual mappings of word embeddings. ACL 2018.

    Examples
    --------
    >>> from langalign_sk.maps import published_map
    >>> published_map("xing2015")
    NormalizedMap(method=MultiStepMap(center=False))
    """
    if name not in PUBLISHED:
        raise ValueError(f"unknown combination {name!r}; the names are {sorted(PUBLISHED)}")
    steps, parameters = PUBLISHED[name]
    between = MultiStepMap(center=False, **parameters)
    return NormalizedMap(between, steps=steps) if steps else between
