"""The demo corpus: labelled requests, parallel sentences and unpaired text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.datasets._draws import Draws, entropy_of
from langalign_sk.datasets._grammar import LANGUAGES
from langalign_sk.datasets._speak import Utterance, say, utter
from langalign_sk.datasets._split import Meaning, Split, chat_frames, intents

_SOURCE = "en"
_CHAT_FRAMES = frozenset(frame.name for frame in chat_frames())


@dataclass(frozen=True, eq=False)
class DemoData:
    """What `load_demo` returns; labels are intents.

    Attributes
    ----------
    target : str
        The target language.
    intents : tuple of str
        The classes, sorted.
    train_texts, train_labels : list of str, ndarray of str
        Labelled English.
    target_train_texts, target_train_labels : list of str, ndarray of str
        Labelled text of the target language, for the native ceiling only: no transfer method may
        see it.
    test_texts, test_labels : list of str, ndarray of str
        Held-out labelled text of the target language.
    pairs : ParallelCorpus
        English sentences and their translations, unlabelled.
    unlabeled_source, unlabeled_target : TextPool
        Unpaired text of the two languages.
    meanings : dict of str to tuple of str
        Part → one id for each of its rows: the template and its filling. No id is in two parts.
    """

    target: str
    intents: tuple[str, ...]
    train_texts: list[str] = field(repr=False)
    train_labels: npt.NDArray[np.str_] = field(repr=False)
    target_train_texts: list[str] = field(repr=False)
    target_train_labels: npt.NDArray[np.str_] = field(repr=False)
    test_texts: list[str] = field(repr=False)
    test_labels: npt.NDArray[np.str_] = field(repr=False)
    pairs: ParallelCorpus
    unlabeled_source: TextPool
    unlabeled_target: TextPool
    meanings: dict[str, tuple[str, ...]] = field(repr=False)


def load_demo(
    target: str = "ko",
    *,
    n_train: int = 1200,
    n_test: int = 800,
    n_pairs: int = 4000,
    n_unlabeled: int = 4000,
    random_state: Any = 0,
) -> DemoData:
    """Make the demo corpus: customer-service requests in English and one other language.

    Eight intents (a refund, a late delivery, a locked account, ...) are put into words by templates
    and a lexicon written by hand in English, Korean, Japanese and Chinese, with synonyms, levels of
    politeness, greetings, asides that mention another intent, and typing slips.

    Parameters
    ----------
    target : {"ko", "ja", "zh"}, default="ko"
        The target language.
    n_train : int, default=1200
        Labelled texts in English, and as many in the target language for the native ceiling.
    n_test : int, default=800
        Labelled texts in the target language to test on.
    n_pairs : int, default=4000
        Parallel sentences: four in ten are unlabelled requests; the others are replies of a shop,
        reviews and small talk.
    n_unlabeled : int, default=4000
        Unpaired sentences in each of the two languages, of the same mixture.
    random_state : int, numpy Generator, RandomState or None, default=0
        The same int gives the same bytes on every machine, and the same English training text
        whatever the target.

    Returns
    -------
    DemoData

    Notes
    -----
    The text is synthetic. Use it to see that a pipeline is wired up and what its parts do, in
    examples and in tests. Do not use it to judge or compare methods: templates repeat themselves as
    no people do, and an accuracy on them says little about real text.

    No meaning (a template with its slots filled) and no text is in two parts, and two fifths of the
    test texts are worded by templates that no other part uses. A smaller part is the beginning of a
    larger one with the same seed, and the classes are balanced in both.

    Examples
    --------
    >>> from langalign_sk.datasets import load_demo
    >>> demo = load_demo("ko", n_train=80, n_test=16, n_pairs=100, n_unlabeled=100)
    >>> demo.intents
    ('account', 'address', 'cancel', 'defect', 'delivery', 'payment', 'product', 'refund')
    >>> len(demo.train_texts), len(demo.test_texts), demo.pairs.n_pairs
    (80, 16, 100)
    """
    targets = sorted(set(LANGUAGES) - {_SOURCE})
    if target not in targets:
        raise ValueError(f"no demo text in {target!r}; choose one of {targets}")
    entropy = entropy_of(random_state)
    split = Split(entropy)
    labelled, mixed = split.labelled_capacity, split.mixed_capacity
    _check_count("n_train", n_train, min(labelled("train"), labelled("target_train")))
    _check_count("n_test", n_test, labelled("test"))
    _check_count("n_pairs", n_pairs, mixed("pairs"))
    pools = ("unlabeled_source", "unlabeled_target")
    _check_count("n_unlabeled", n_unlabeled, min(mixed(pool) for pool in pools))

    writer = _Writer(entropy)
    train = writer.utterances("train", split.labelled("train"), n_train)
    test = writer.utterances("test", split.labelled("test"), n_test)
    native = writer.utterances("target_train", split.labelled("target_train"), n_train)
    pairs = writer.utterances("pairs", split.mixed("pairs"), n_pairs)
    source, other = (writer.utterances(pool, split.mixed(pool), n_unlabeled) for pool in pools)
    return DemoData(
        target=target,
        intents=intents(),
        train_texts=writer.write("train", train, _SOURCE),
        train_labels=_labels(train),
        # Written first, so that a text of another part that came out the same is worded anew.
        test_texts=writer.write("test", test, target),
        test_labels=_labels(test),
        target_train_texts=writer.write("target_train", native, target),
        target_train_labels=_labels(native),
        pairs=ParallelCorpus(
            writer.write("pairs", pairs, _SOURCE),
            writer.write("pairs", pairs, target),
            source_lang=_SOURCE,
            target_lang=target,
        ),
        unlabeled_source=TextPool(writer.write(pools[0], source, _SOURCE), lang=_SOURCE),
        unlabeled_target=TextPool(writer.write(pools[1], other, target), lang=target),
        meanings={
            part: tuple(utterance.meaning for utterance in utterances)
            for part, utterances in [
                ("train", train),
                ("target_train", native),
                ("test", test),
                ("pairs", pairs),
                (pools[0], source),
                (pools[1], other),
            ]
        },
    )


class _Writer:
    """Writes the parts down, no text twice."""

    def __init__(self, entropy: int) -> None:
        self._entropy = entropy
        self._seen: dict[str, set[str]] = {lang: set() for lang in LANGUAGES}

    def utterances(self, part: str, meanings: Iterator[Meaning], n: int) -> list[Utterance]:
        """The first ``n`` meanings of a part with all that is said around them."""
        draws = Draws(self._entropy, "utter", part)
        return [
            utter(frame, number, draws, chat=frame.name in _CHAT_FRAMES)
            for frame, number in islice(meanings, n)
        ]

    def write(self, part: str, utterances: Iterable[Utterance], lang: str) -> list[str]:
        """The utterances in one language."""
        draws = Draws(self._entropy, "say", part, lang)
        seen, texts = self._seen[lang], []
        for utterance in utterances:
            text = say(utterance, lang, draws, held_out=part == "test")
            # A slip of the pen is all that can make two meanings look alike, so this ends.
            while text in seen:
                text = say(utterance, lang, draws, held_out=part == "test")
            seen.add(text)
            texts.append(text)
        return texts


def _labels(utterances: Iterable[Utterance]) -> npt.NDArray[np.str_]:
    """Intent of every utterance."""
    return np.array([utterance.frame.intent for utterance in utterances], dtype=np.str_)


def _check_count(name: str, n: object, maximum: int) -> None:
    """Raise unless ``n`` is a count that the corpus can serve."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer):
        raise TypeError(f"{name} must be an int, got {type(n).__name__}")
    if not 1 <= n <= maximum:
        raise ValueError(
            f"{name} must be between 1 and {maximum} (all the demo corpus has), got {n}"
        )
