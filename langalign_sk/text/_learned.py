"""Which language a text is in, learned from pairs: for languages that share a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from langalign_sk._io import hold_two
from langalign_sk._numeric import Float64Array
from langalign_sk._process import caches
from langalign_sk.text._codes import same_code
from langalign_sk.text._letters import dominant_scripts
from langalign_sk.text._scripts import scripts_of, share_a_script
from langalign_sk.text._telling import SPELLING_WIDTH, spelling_cells, spelling_scores

#: Texts of a language that are read, evenly spaced over its corpora.
MOST_TEXTS = 3000
_INVERSE_PENALTY = 10.0
#: Share of a language's texts from which a script counts as one of its own.
_ENOUGH = 0.25
#: One text in so many is held out.
_FOLDS = 5


class LearnedDetector:
    """What pairs of texts say about the scripts and the spelling of their languages.

    Attributes
    ----------
    languages : tuple of str
        Languages of the pairs.
    scripts : dict of str to tuple of str
        Scripts that the pairs show each language in.
    told_apart : tuple of str
        Languages that share a script with another one; the model knows these.
    accuracy : float
        Share of held-out texts whose language the model tells right, mean over `told_apart`; NaN
        where there is nothing to tell apart, or too little to hold out.
    """

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self.languages = tuple(texts)
        self.scripts = {lang: _scripts_seen(lang, rows) for lang, rows in texts.items()}
        self.told_apart = tuple(
            lang
            for lang in texts
            if any(
                share_a_script(self.scripts[lang], self.scripts[other])
                for other in texts
                if other != lang
            )
        )
        self.accuracy = float("nan")
        if self.told_apart:
            self._learn(texts)

    def __repr__(self) -> str:
        return f"LearnedDetector({', '.join(self.languages)}, accuracy={self.accuracy:.3f})"

    def scores(self, texts: Sequence[str]) -> Float64Array:
        """Return how much each text looks like each of the languages `told_apart`."""
        return spelling_scores(texts, self._coef, self._intercept)

    def arrays(self) -> dict[str, Any]:
        """Return what is known of the spelling, for a `LanguageRule`."""
        return {"coef": self._coef, "intercept": self._intercept}

    def _learn(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Fit without a fifth of the texts, to see how often it is right, then on all of them."""
        rows = [text for lang in self.told_apart for text in texts[lang]]
        codes = np.repeat(np.arange(len(self.told_apart)), [len(texts[k]) for k in self.told_apart])
        held_out = np.concatenate([np.arange(len(texts[k])) % _FOLDS for k in self.told_apart]) == 0
        X = _features(rows)
        sizes = np.bincount(codes, minlength=len(self.told_apart))
        if sizes.min() >= 2 * _FOLDS:
            self._fit(X[~held_out], codes[~held_out])
            scores = self.scores([row for row, out in zip(rows, held_out, strict=True) if out])
            right = scores.argmax(axis=1) == codes[held_out]
            of = codes[held_out]
            self.accuracy = float(np.mean([right[of == k].mean() for k in np.unique(of)]))
        self._fit(X, codes)

    def _fit(self, X: Any, codes: Any) -> None:
        """Fit the logistic regression; half precision is plenty, and small when saved."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=200, class_weight="balanced")
        model.fit(X, codes)
        self._coef = model.coef_.T.astype(np.float16)
        self._intercept = model.intercept_


def learned_from(pairs: Any) -> LearnedDetector:
    """Return the detector that a corpus of texts, or several, give; learned once per process."""
    if isinstance(pairs, LearnedDetector):
        return pairs
    corpora = list(pairs) if isinstance(pairs, list | tuple) else [pairs]
    for corpus in corpora:
        if not (corpus.is_text and not corpus.detached):
            why = "was saved without its pairs" if corpus.detached else "holds vectors"
            raise ValueError(f"detect= learns languages from pairs of texts, but {corpus!r} {why}")
    key = tuple(corpus.fingerprint for corpus in corpora)
    found: LearnedDetector = caches.learned.get(key, lambda: LearnedDetector(_texts_of(corpora)))
    return found


def is_corpus(value: Any) -> bool:
    """Tell whether this is a corpus of pairs, or several; that room comes later than this one."""
    several = isinstance(value, list | tuple)
    corpora = value if several else [value]
    return bool(len(corpora)) and all(
        hasattr(c, "source_lang") and hasattr(c, "fingerprint") for c in corpora
    )


def _texts_of(corpora: Sequence[Any]) -> dict[str, list[str]]:
    """Return distinct texts of each language, without those that two languages have."""
    sides: dict[str, list[Sequence[Any]]] = {}
    for corpus in corpora:
        for lang, side, unnamed in (
            (corpus.source_lang, corpus.source, "source"),
            (corpus.target_lang, corpus.target, "target"),
        ):
            name = lang or unnamed
            known = next((code for code in sides if same_code(code, name)), name)
            sides.setdefault(known, []).append(side)
    found: dict[str, dict[str, None]] = {}
    for lang, parts in sides.items():
        most = MOST_TEXTS // len(parts)
        chosen: dict[str, None] = {}
        for part in parts:
            if hold_two(part):
                part = [text for row in part for text in row]
            step = max(1, len(part) // most)
            chosen |= dict.fromkeys(part[: step * most : step])
        found[lang] = chosen
    pairs = combinations(found.values(), 2)
    twice = {text for one, other in pairs for text in one if text in other}
    # Where all rows are alike, as in the null alignment, there is nothing to learn and no harm.
    return {
        lang: [text for text in rows if text not in twice] or list(rows)
        for lang, rows in found.items()
    }


def _scripts_seen(lang: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Scripts of a language: those it is known for, and those that its texts are often in."""
    known = scripts_of(lang)
    seen = dominant_scripts(texts)
    least = _ENOUGH if known else _ENOUGH / 5
    return tuple(dict.fromkeys([*known, *(code for code, n in seen.items() if n >= least)]))


def _features(texts: Sequence[str]) -> Any:
    """Return counts of n-grams, logarithmic, of unit length."""
    row, column, value = spelling_cells(texts)
    return csr_array((value, (row, column)), shape=(len(texts), SPELLING_WIDTH))
