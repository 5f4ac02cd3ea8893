"""Texts as people write them: typing errors, registers, dialects, letters that look alike."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from importlib import resources
from numbers import Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval

from langalign_sk.prepare._base import RandomTextStep, cased

_WORD = re.compile(r"[^\W\d_]{3,}")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    key: [other for j in (i - 1, i + 1) if 0 <= j < len(row) for other in row[j]]
    for row in _ROWS
    for i, key in enumerate(row)
}
#: Rules of characters: no word borders, upper and lower case apart.
_OF_LETTERS = ("homoglyphs",)
Rule = tuple[re.Pattern[str], str]


class TextPerturber(RandomTextStep):
    r"""Change texts as people and keyboards do, for stress tests and for training copies.

    Parameters
    ----------
    kind : str or sequence of (pattern, replacement), default="typos"
        "typos" (letters swapped, dropped, doubled or hit beside the key, in any script),
        "homoglyphs" (Cyrillic letters for Latin ones that look the same), "informal" (English typed
        in a hurry), a variety of English ("african_american", "appalachian", "indian",
        "singapore"), or your own rules: regular expressions and what stands in the place of what
        they match.
    rate : float, default=0.2
        Share of the places a rule fits (for "typos": of the words of three letters or more) that
        are changed; 0 changes nothing.
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
    langalign_sk.selection.stress_gap : What a model loses on such texts.
    Augmented : A model trained on such copies too.

    Notes
    -----
    Rules are a few lines of a data file each. They show what a model loses when forms change;
    nobody speaks like that, and people who do speak the variety should judge any claim about it.
    Rules match whole words, in any case, one after the other.

    References
    ----------
    Ziems et al. (2023), Multi-VALUE: A Framework for Cross-Dialectal English NLP, arXiv:2212.08011.

    Examples
    --------
    >>> from langalign_sk.prepare import TextPerturber
    >>> hurried = TextPerturber("informal", rate=1.0, random_state=0)
    >>> hurried.fit_transform(["Please do not cancel my order."]).tolist()
    ["Pls don't cancel my order."]
    >>> polite = TextPerturber([(r"(\w+) please", r"please \1")], rate=1.0).fit([])
    >>> polite.transform(["refund please"]).tolist()
    ['please refund']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **RandomTextStep._parameter_constraints,
        "kind": [str, list, tuple],
        "rate": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        kind: str | Sequence[tuple[str, str]] = "typos",
        *,
        rate: float = 0.2,
        column: Any = None,
        random_state: Any = None,
    ) -> None:
        self.kind = kind
        self.rate = rate
        self.column = column
        self.random_state = random_state

    def _changer(self) -> Callable[[str, random.Random], str]:
        rate = self.rate
        if self.kind == "typos":
            return lambda text, rng: _WORD.sub(
                lambda found: _mistyped(found[0], rng) if rng.random() < rate else found[0], text
            )
        rules = _rules(self.kind)

        def ruled(text: str, rng: random.Random) -> str:
            for pattern, new in rules:
                text = pattern.sub(
                    lambda found, new=new: (  # type: ignore[misc]
                        cased(found.expand(new), found[0]) if rng.random() < rate else found[0]
                    ),
                    text,
                )
            return text

        return ruled


def _mistyped(word: str, rng: random.Random) -> str:
    """Return a word with one typing error."""
    at = rng.randrange(len(word) - 1)
    beside = _BESIDE.get(word[at].lower())
    error = rng.choice(["swap", "drop", "double", "beside"])
    if error == "beside" and beside:
        return word[:at] + rng.choice(beside) + word[at + 1 :]
    if error == "drop":
        return word[:at] + word[at + 1 :]
    if error == "double":
        return word[: at + 1] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _rules(kind: Any) -> list[Rule]:
    """Return compiled rules: those given, or those of a data file."""
    if not isinstance(kind, str):
        wrong = next((one for one in kind if isinstance(one, str) or len(one) != 2), None)
        if wrong is not None:
            raise ValueError(
                f"kind: {wrong!r} is no rule (pattern, replacement); of the kinds with a name give "
                "one, and several steps one after the other"
            )
        return [_rule(*pair) for pair in kind]
    folder = resources.files("langalign_sk.prepare") / "rules"
    known = sorted(file.name.removesuffix(".tsv") for file in folder.iterdir())
    if kind not in known:
        raise ValueError(
            f"kind={kind!r} is not known; give one of {['typos', *known]} or a list of "
            "(pattern, replacement)"
        )
    lines = (folder / f"{kind}.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    if kind in _OF_LETTERS:
        return [(re.compile(re.escape(old)), new) for old, new in pairs]
    return [_rule(old, new) for old, new in pairs]


def _rule(pattern: str, new: str) -> Rule:
    """Compile a rule, between borders of words."""
    try:
        return re.compile(rf"\b(?:{pattern})(?:\b|(?<!\w))", re.IGNORECASE), new
    except re.error as error:
        raise ValueError(f"kind: {pattern!r} is not a regular expression: {error}") from None
