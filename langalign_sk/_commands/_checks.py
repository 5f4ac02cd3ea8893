"""What is looked at before anything slow begins: all doubts in one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from langalign_sk._io import TextRow
from langalign_sk.corpus import ParallelCorpus, choose_groups, tied_rows
from langalign_sk.text import (
    LanguageDetector,
    dominant_scripts,
    learned_from,
    scripts_of,
    shares_scripts,
)

#: Rows of a class from which it is in every fold of a cross-validation.
RARE = 5
#: Pairs below which a map is of little use, however they are made.
FEW_PAIRS = 100
#: Pairs about from which a map between two encoders is of use.
ENOUGH_PAIRS = 400
_LOOKED_AT = 500  # texts or pairs
_TOLD_WELL = 0.9  # accuracy from which on a learned detector is believed


class Doubt(NamedTuple):
    """Something that looks wrong, and whether it makes the model worthless."""

    text: str
    fatal: bool = True


class Part(NamedTuple):
    """Texts of one file that are said to be in one language, and where it was named."""

    name: str
    texts: Sequence[TextRow]
    lang: str
    lines: Sequence[int] = ()
    labels: Sequence[str] = ()

    @property
    def single(self) -> list[str]:
        """Some of the texts, one by one, evenly spaced."""
        step = max(1, len(self.texts) // _LOOKED_AT)
        some = self.texts[::step]
        return [text for row in some for text in ([row] if isinstance(row, str) else row)]


@contextmanager
def gathered(doubts: list[Doubt]) -> Iterator[None]:
    """Turn what can't be read into a doubt, so that other files are looked at too."""
    try:
        yield
    except (OSError, ValueError) as error:
        doubts.append(Doubt(str(error)))


def settle(doubts: Sequence[Doubt], *, anyway: bool = False) -> list[str]:
    """Return the warnings; raise where a doubt makes the model worthless, unless `anyway`."""
    fatal = [doubt.text for doubt in doubts if doubt.fatal]
    if fatal and not anyway:
        if len(doubts) == 1:
            raise ValueError(fatal[0])
        rest = [doubt.text for doubt in doubts if not doubt.fatal]
        lines = [f"  {number}. {text}" for number, text in enumerate([*fatal, *rest], 1)]
        raise ValueError("\n".join([f"{len(lines)} doubts, nothing was started:", *lines]))
    return [doubt.text for doubt in doubts]


def check(
    langs: tuple[str, str], train: Sequence[Part], others: Sequence[Part], pairs: ParallelCorpus
) -> list[Doubt]:
    """Look at labels, languages and pairs; nothing here takes more than a second or two.

    Parameters
    ----------
    langs : tuple of str
        Source and target language.
    train : sequence of Part
        Labelled rows to learn from, in the source language.
    others : sequence of Part
        The other rows, in the language that is said of them.
    pairs : ParallelCorpus
        Pairs of texts, cleaned.
    """
    return [
        *check_labelled(train),
        *check_languages(langs, [*train, *others], pairs),
        *check_pairs(pairs),
    ]


def check_labelled(train: Sequence[Part]) -> Iterator[Doubt]:
    """Doubts about labels: one class, ids, texts in the place of labels, rare classes."""
    labels = [label for part in train for label in part.labels]
    names = " and ".join(part.name for part in train)
    counts = Counter(labels)
    if len(counts) < 2:
        if counts:
            yield Doubt(f"{names}: all labels are {labels[0][:40]!r}; two classes are needed")
        else:
            yield Doubt(f"{names}: no labelled row is left; two classes are needed")
        return
    once = sum(count == 1 for count in counts.values())
    if len(labels) >= 10 and len(counts) > len(labels) / 2:
        long = sum(map(len, counts)) / len(counts) > 30
        what = "they look like texts" if long else "they look like numbers or names of rows"
        yield Doubt(
            f"{names}: {len(counts):,} different labels in {len(labels):,} rows; {what}, not like "
            "classes. Name the column of the labels with --label-column"
        )
        return
    if once == len(counts):
        yield Doubt(f"{names}: each class has one row; two of each are the least to learn from")
        return
    rare = [f"{name[:20]!r} ({n})" for name, n in counts.most_common()[::-1] if n < RARE]
    if rare:
        more = f" and {len(rare) - 8} more" if len(rare) > 8 else ""
        yield Doubt(
            f"{names}: classes with fewer than {RARE} rows are learned badly, and those with one "
            f"row are left out of cross-validation: {', '.join(rare[:8])}{more}",
            fatal=False,
        )
    said: dict[TextRow, set[str]] = {}
    for part in train:
        for text, label in zip(part.texts, part.labels, strict=True):
            said.setdefault(text, set()).add(label)
    twice = sum(len(own) > 1 for own in said.values())
    if twice:
        yield Doubt(f"{names}: {twice:,} texts stand there with two labels", fatal=False)


def check_languages(
    langs: tuple[str, str], parts: Sequence[Part], pairs: ParallelCorpus
) -> Iterator[Doubt]:
    """Doubts about the languages of files: by script, or by what the pairs show of spelling."""
    sides = [
        Part(f"--pairs, the {lang} side", side, lang)
        for lang, side in zip(langs, (pairs.source, pairs.target), strict=True)
    ]
    alike = shares_scripts(langs)
    odd: set[str] = set()
    for part in [*parts, *sides]:
        own = scripts_of(part.lang)
        if not own or not part.texts:
            continue
        seen = dominant_scripts(part.single)
        share = sum(seen.get(script, 0.0) for script in own)
        other = langs[0] if part.lang == langs[1] else langs[1]
        if not seen or share >= 0.5:
            continue
        odd.add(part.name)
        theirs = sum(seen.get(script, 0.0) for script in scripts_of(other))
        if theirs >= 0.5 and not alike:
            yield Doubt(
                f"{part.name}: {theirs:.0%} of the texts are written like {other}, not like "
                f"{part.lang}; is it another file, or are the languages the other way round?"
            )
        else:
            most = max(seen, key=seen.__getitem__)
            yield Doubt(
                f"{part.name}: {1 - share:.0%} of the texts are not written as {part.lang} is "
                f"({seen[most]:.0%} are in the script {most}); is it another file?"
            )
    left = [part for part in parts if part.name not in odd and part.texts]
    if alike:
        yield from _by_spelling(langs, left, pairs)
    else:
        yield from _strays(langs, left)


def check_pairs(pairs: ParallelCorpus) -> Iterator[Doubt]:
    """Doubts about pairs: too few, or no translations of each other."""
    n = pairs.n_pairs
    tied = tied_rows([pairs.source, pairs.target])
    held_out = choose_groups(tied, n // 5, np.random.RandomState(0))
    if held_out.sum() < 2:
        alone = len(np.unique(tied))
        same = "" if alone == n else f" ({alone} of them share no text with another)"
        yield Doubt(
            f"--pairs: {n} pairs{same} are too few: 10 that share no text are the least, about "
            f"{ENOUGH_PAIRS} make a map of use"
        )
        return
    if n < FEW_PAIRS:
        yield Doubt(
            f"--pairs: {n} pairs are few; about {ENOUGH_PAIRS} make a map of use", fatal=False
        )
    if pairs.n_texts == 1:
        yield from _translations(pairs)


def _by_spelling(
    langs: tuple[str, str], parts: Sequence[Part], pairs: ParallelCorpus
) -> Iterator[Doubt]:
    """Doubts about languages of one script."""
    learned = learned_from(pairs)
    if not learned.accuracy >= _TOLD_WELL:
        return
    detector = LanguageDetector(langs, detect=learned)
    wrong = []
    for part in parts:
        texts = part.single
        told = detector.detect(texts)
        share = sum(lang != part.lang for lang in told) / len(told)
        if share >= 0.6:
            wrong.append((part, share))
        elif share >= 0.2:
            other = langs[0] if part.lang == langs[1] else langs[1]
            yield Doubt(
                f"{part.name}: {share:.0%} of the texts look like {other}, not like {part.lang}",
                fatal=False,
            )
    if len(wrong) == len(parts) and (len(wrong) > 1 or len(parts) == 1):
        names = " and ".join(part.name for part, _ in wrong)
        yield Doubt(
            f"--pairs: the columns look swapped, unless {names} is in the other language: so say "
            f"{wrong[0][1]:.0%} of the texts there, by the spelling in the pairs. Name "
            f"the columns in the order {langs[0]}, {langs[1]}: --pairs FILE:COLUMN,COLUMN"
        )
        return
    for part, share in wrong:
        other = langs[0] if part.lang == langs[1] else langs[1]
        yield Doubt(
            f"{part.name}: {share:.0%} of the texts look like {other}, not like {part.lang}; is "
            "it another file?"
        )


def _strays(langs: tuple[str, str], parts: Sequence[Part]) -> Iterator[Doubt]:
    """Name files of which some texts are in the other language, by script."""
    detector = LanguageDetector(langs)
    for part in parts:
        told = detector.detect(part.single)
        other = langs[0] if part.lang == langs[1] else langs[1]
        share = sum(lang == other for lang in told) / len(told)
        # Texts that show none count as the target language.
        if share >= (0.1 if other == langs[0] else 0.02):
            first = ""
            if part.lines and isinstance(part.texts[0], str):
                where = detector.detect([str(text) for text in part.texts]).index(other)
                first = f", line {part.lines[where]} for one"
            yield Doubt(
                f"{part.name}: {share:.0%} of the texts look like {other}, not like {part.lang}"
                f"{first}",
                fatal=False,
            )


def _translations(pairs: ParallelCorpus) -> Iterator[Doubt]:
    """Doubts about what the pairs say: by lengths, and by n-grams that go together."""
    n = pairs.n_pairs
    if n < 40:
        return
    lengths = [_ranks([len(text) for text in side]) for side in (pairs.source, pairs.target)]
    agree = _correlation(*lengths)
    step = max(1, n // _LOOKED_AT)
    wrong = _wrong_share(pairs.source[::step], pairs.target[::step])
    moved = [
        shift
        for shift in (-1, 1)
        if _correlation(lengths[0], np.roll(lengths[1], shift)) > max(0.5, agree + 0.3)
    ]
    if moved:
        where = "above" if moved[0] == 1 else "below"
        yield Doubt(
            "--pairs: the two sides look moved by one row against each other: the lengths of "
            f"texts fit those of the row {where}"
        )
    # Of translations, lengths agree by .6 to .9 and hardly any looks wrong.
    elif wrong >= 0.2 and agree < max(0.15, 2 / np.sqrt(n)):
        yield Doubt(
            "--pairs: these look like no translations of each other (words that go together do "
            "not, and long texts stand beside short ones): are both sides in the same order?"
        )
    elif wrong >= 0.15 and n >= FEW_PAIRS:
        yield Doubt(
            f"--pairs: about {min(wrong, 1):.0%} of the pairs look like no translations",
            fatal=False,
        )


def _wrong_share(source: Sequence[str], target: Sequence[str]) -> float:
    """Estimate the share of wrong pairs; character n-grams show it, whatever the encoders."""
    from langalign_sk.encoders import NgramEncoder
    from langalign_sk.maps import judge_pairs

    sides = []
    for texts in (source, target):
        width = min(256, max(2, len(texts) // 2))
        sides.append(NgramEncoder(width).fit(texts).transform(texts))
    return judge_pairs(*sides).bad_share


def _ranks(values: Sequence[int]) -> np.ndarray:
    """Return ranks, equal values alike, centred and of unit length."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    mean = (np.cumsum(count) - (count - 1) / 2)[place]
    mean -= mean.mean()
    return mean / max(float(np.linalg.norm(mean)), 1e-12)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Rank correlation."""
    return float(one @ other)
