"""Words of a text in another language, by a dictionary."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval

from langalign_sk.prepare._base import RandomTextStep
from langalign_sk.prepare._phrases import Phrases


class CodeSwitcher(RandomTextStep):
    """Put translations in the place of words, or of names, at a rate.

    A head that saw "cancel my 주문" in training relies less on English words alone. For training
    texts only: put it into `Augmented`, which leaves the texts to be predicted alone.

    Parameters
    ----------
    dictionary : dict of str to str or to sequence of str
        Words, or names of several words, and their translations. Of several translations each is
        as likely; the longest entry that fits is taken; upper and lower case are the same.
    rate : float, default=0.3
        Share of the words and names found in the dictionary that are switched; 0 changes nothing.
    column : str, or tuple of two str, optional
        Column with the texts, where X is a frame with several.
    random_state : int, RandomState instance or None, default=None
        Of the draws. What becomes of a text depends on it and on the text alone.

    Attributes
    ----------
    seed_ : int
        What the draws start from.

    See Also
    --------
    Augmented : Copies of the training texts, made by a step such as this one.

    References
    ----------
    Qin et al. (2020), CoSDA-ML, arXiv:2006.06402. Chaudhary et al. (2020), DICT-MLM,
    arXiv:2010.12566. Whitehouse et al. (2022), EntityCS, arXiv:2210.12540. Li et al. (2024),
    PreAlign, arXiv:2407.16222.

    Examples
    --------
    >>> from langalign_sk.prepare import CodeSwitcher
    >>> switch = CodeSwitcher({"order": "주문", "New York": "뉴욕"}, rate=1.0)
    >>> switch.fit_transform(["Cancel my order to New York."]).tolist()
    ['Cancel my 주문 to 뉴욕.']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **RandomTextStep._parameter_constraints,
        "dictionary": [Mapping],
        "rate": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        dictionary: Mapping[str, str | Sequence[str]],
        *,
        rate: float = 0.3,
        column: Any = None,
        random_state: Any = None,
    ) -> None:
        self.dictionary = dictionary
        self.rate = rate
        self.column = column
        self.random_state = random_state

    def _changer(self) -> Callable[[str, random.Random], str]:
        phrases, rate = Phrases(_choices(self.dictionary), "dictionary"), self.rate

        def switched(text: str, rng: random.Random) -> str:
            parts, done = [], 0
            for start, stop, choices in phrases.found_in(text):
                if rng.random() < rate:
                    parts += [text[done:start], rng.choice(choices)]
                    done = stop
            return "".join(parts) + text[done:]

        return switched


def _choices(dictionary: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
    """Return the translations of each entry as a list; entries without any are left out."""
    found = {}
    for word, own in dictionary.items():
        found[word] = (
            [own] if isinstance(own, str) else list(own) if isinstance(own, Iterable) else [own]
        )
        if not all(isinstance(one, str) for one in found[word]):
            raise TypeError(f"dictionary: the translations of {word!r} must be texts, got {own!r}")
    return {word: own for word, own in found.items() if own}
