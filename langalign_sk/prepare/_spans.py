"""Spans that no translator may touch: code, formulas, links, placeholders."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sklearn.utils._param_validation import StrOptions

from langalign_sk._io import as_texts, quoted
from langalign_sk.prepare._base import TextStep

#: What stands for span number i, and how it is found again: translators add blanks.
_MARK = "⟦{}⟧"
_MARKS = re.compile(r"⟦\s*(\d+)\s*⟧")
#: In the order in which they are tried: the longest and surest first.
_SPANS: tuple[str, ...] = (
    _MARKS.pattern,  # what looks like a mark of ours
    r"```.*?```|~~~.*?~~~",  # blocks of code
    r"`[^`\n]+`",
    r"\$\$.+?\$\$|\\\[.+?\\\]|\\\(.+?\\\)|\\begin\{(?P<env>\w+\*?)\}.*?\\end\{(?P=env)\}",
    r"(?<![\w$])\$(?=[^\s$])[^$\n]*?[^\s$\\]\$(?![\w$])",  # $x^2$, not "$5 and $6"
    r"(?:https?|ftp)://[^\s<>\"'）」』】]*[^\s<>\"'）」』】.,;:!?)\]]|\bwww\.[^\s<>\"']*\w",
    r"[\w.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    r"</?[A-Za-z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);",
    r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|#\{[^{}]*\}",
    r"\{\s*[\"'](?:[^{}]|\{[^{}]*\})*\}|\[\s*[{\"][^\[\]]*\]",  # JSON
    r"\{[A-Za-z0-9_.!:]*\}|%\([A-Za-z_]\w*\)[sdifrx]|%(?:\d+\$)?[-+0#]*\d*(?:\.\d+)?[sdifgxXc@]\b",
)


class ProtectedTranslator(TextStep):
    """Translate around code, formulas, JSON, links, addresses and placeholders.

    They are taken out before a translator sees the text, and put back byte for byte. What comes
    back without all of them, empty, or as a loop of one word is not believed.

    Parameters
    ----------
    translate : callable
        ``translate(texts)``: a list of str in, as many out.
    patterns : sequence of str, default=()
        Regular expressions of more spans to protect, such as names of products.
    on_fault : {"source", "error"}, default="source"
        What becomes of a text whose translation is not believed: it stays as it was, with one
        warning for all of them, or an error.
    column : str, or tuple of two str, optional
        Column with the texts, where X is a frame with several.

    See Also
    --------
    protect, restore : The two halves, for a translator that is no function.

    Notes
    -----
    Nothing is learned in ``fit``. A text that is nothing but spans never reaches the translator.

    References
    ----------
    Selective translation: Paul et al. (2025), Aligning LLMs to Low-Resource Languages by
    LLM-Based Selective Translation, arXiv:2507.14304.

    Examples
    --------
    >>> from langalign_sk.prepare import ProtectedTranslator
    >>> def translate(texts):  # yours: a model, a service
    ...     return [text.replace("Hello", "Hallo").replace("Open", "Öffne") for text in texts]
    >>> step = ProtectedTranslator(translate)
    >>> step.transform(["Hello {name}", "Open https://example.org/Open now"]).tolist()
    ['Hallo {name}', 'Öffne https://example.org/Open now']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "translate": [callable],
        "patterns": [list, tuple],
        "on_fault": [StrOptions({"source", "error"})],
    }

    def __init__(
        self,
        translate: Callable[[list[str]], Sequence[str]],
        *,
        patterns: Sequence[str] = (),
        on_fault: str = "source",
        column: Any = None,
    ) -> None:
        self.translate = translate
        self.patterns = patterns
        self.on_fault = on_fault
        self.column = column

    def check(self, X: Any) -> Translations:
        """Translate, and say which texts stayed as they were and why.

        Parameters
        ----------
        X : sequence of str, array, series or frame
            Texts, one a row.

        Returns
        -------
        Translations
        """
        self._validate_params()
        texts = as_texts(X, column=self.column)
        new, faults = self._translated(texts)
        rows = {i: faults[text] for i, text in enumerate(texts) if text in faults}
        return Translations([new[text] for text in texts], rows)

    def _changed(self, texts: Sequence[str]) -> list[str]:
        new, faults = self._translated(texts)
        if faults:
            counted = ", ".join(f"{n} {why}" for why, n in Counter(faults.values()).most_common())
            told = f"{len(faults)} of {len(texts)} different texts have no translation to believe"
            told = f"{told} ({counted}; the first is {quoted(next(iter(faults)))})"
            if self.on_fault == "error":
                raise ValueError(f"{told}; on_fault='source' leaves them as they are")
            warnings.warn(f"{told} and stay as they are", UserWarning, stacklevel=4)
        return [new[text] for text in texts]

    def _translated(self, texts: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the new text of each, and why some stayed as they were."""
        protected = {text: protect(text, self.patterns) for text in dict.fromkeys(texts)}
        asked = [text for text, own in protected.items() if _has_words(own.text)]
        came = list(self.translate([protected[text].text for text in asked])) if asked else []
        if len(came) != len(asked) or not all(isinstance(text, str) for text in came):
            raise ValueError(
                f"translate got {len(asked)} texts and gave back {len(came)} of "
                f"{sorted({type(text).__name__ for text in came})}; it must give one str for each"
            )
        new, faults = {text: text for text in protected}, {}
        for text, raw in zip(asked, came, strict=True):
            fault = _fault(protected[text], raw)
            if fault:
                faults[text] = fault
            else:
                new[text] = restore(raw, protected[text].spans)
        return new, faults


@dataclass(frozen=True)
class Translations:
    """Translations, and the texts that were left as they were.

    Attributes
    ----------
    texts : list of str
        A text for each row.
    faults : dict of int to str
        Row → what was wrong with its translation.
    """

    texts: list[str]
    faults: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Protected:
    """A text with marks in the place of spans.

    Attributes
    ----------
    text : str
        What a translator may see.
    spans : tuple of str
        What stood there; mark i is for span i.
    """

    text: str
    spans: tuple[str, ...]


def protect(text: str, patterns: Sequence[str] = ()) -> Protected:
    """Put marks in the place of code, formulas, JSON, links, addresses and placeholders.

    Parameters
    ----------
    text : str
        Any text.
    patterns : sequence of str, default=()
        Regular expressions of more spans.

    Returns
    -------
    Protected

    Examples
    --------
    >>> from langalign_sk.prepare import protect, restore
    >>> found = protect("Run `make` and write to me@example.org, {name}.")
    >>> found.text
    'Run ⟦0⟧ and write to ⟦1⟧, ⟦2⟧.'
    >>> restore("{name}: ⟦1⟧, ⟦0⟧, ⟦2⟧".removeprefix("{name}: "), found.spans)
    'me@example.org, `make`, {name}'
    """
    spans: list[str] = []

    def marked(found: re.Match[str]) -> str:
        spans.append(found[0])
        return _MARK.format(len(spans) - 1)

    return Protected(_pattern(patterns).sub(marked, text), tuple(spans))


def restore(text: str, spans: Sequence[str]) -> str:
    """Put spans back in the place of their marks.

    Parameters
    ----------
    text : str
        A translation of `Protected.text`.
    spans : sequence of str
        `Protected.spans`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        Where a mark is missing, twice there, or of no span.

    Examples
    --------
    >>> from langalign_sk.prepare import restore
    >>> restore("안녕하세요 ⟦ 0 ⟧님", ["{name}"])
    '안녕하세요 {name}님'
    """
    found = [int(number) for number in _MARKS.findall(text)]
    if sorted(found) != list(range(len(spans))):
        lost = sorted(set(range(len(spans))) - set(found))
        what = f"span {lost[0]} is lost" if lost else "a mark is there twice, or of no span"
        raise ValueError(f"the translation does not hold every span once: {what}")
    return _MARKS.sub(lambda mark: spans[int(mark[1])], text)


def _pattern(more: Sequence[str]) -> re.Pattern[str]:
    """Compile all patterns; the marks of ours always come first."""
    own, rest = _SPANS[:1], _SPANS[1:]
    try:
        for pattern in more:
            re.compile(pattern)
        every = "|".join(f"(?:{pattern})" for pattern in (*own, *more, *rest))
        return re.compile(every, re.DOTALL)
    except re.error as error:
        raise ValueError(f"patterns: not a regular expression: {error}") from None


def _fault(asked: Protected, came: str) -> str:
    """Say what is wrong with a translation; "" where nothing is."""
    if sorted(map(int, _MARKS.findall(came))) != list(range(len(asked.spans))):
        return "lost a span"
    if not _has_words(came):
        return "came back empty"
    words = _MARKS.sub(" ", came).split()
    if len(words) >= 8 and Counter(words).most_common(1)[0][1] > len(words) / 2:
        return "repeat one word"
    if len(came) > 10 * len(asked.text) + 100:
        return "came back ten times as long"
    return ""


def _has_words(text: str) -> bool:
    """Tell whether anything is left to translate."""
    return any(map(str.isalpha, _MARKS.sub("", text)))
