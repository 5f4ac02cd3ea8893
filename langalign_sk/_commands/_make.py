"""How a model is made: encoders, vectors, the comparison, and which way is kept."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._encoders import NGRAM
from langalign_sk._commands._stages import say, stage

if TYPE_CHECKING:
    from langalign_sk.corpus import ParallelCorpus
    from langalign_sk.report import TransferReport

#: Ways that may be asked for, besides the name of a map.
WAYS = ("auto", "no map", "transfer classifier")
_DIRECTIONS = ("forward", "reverse", "round trip")


@dataclass
class Material:
    """What a model is made of: rows of labelled texts, pairs, and texts without labels."""

    train: list[Any]
    labels: list[str]
    pairs: ParallelCorpus
    test: list[Any] = field(default_factory=list)
    test_labels: list[str] = field(default_factory=list)
    unlabeled: list[Any] = field(default_factory=list)
    #: Labelled rows of the target language to learn from.
    target: list[Any] = field(default_factory=list)
    target_labels: list[str] = field(default_factory=list)
    #: What was read and cleaned: dicts of what, name, rows and note, for the report's page.
    files: list[dict[str, Any]] = field(default_factory=list)
    #: What a reader of the page is to be warned of.
    warnings: list[str] = field(default_factory=list)
    #: Columns of the texts.
    names: tuple[str, ...] = ("text",)

    @property
    def source_lang(self) -> str:
        """Language of the labels."""
        return str(self.pairs.source_lang)

    @property
    def target_lang(self) -> str:
        """Language to predict."""
        return str(self.pairs.target_lang)

    @property
    def counts(self) -> dict[str, int]:
        """How often each label is there to learn from."""
        return dict(Counter([*self.labels, *self.target_labels]).most_common())


def check_method(method: str) -> None:
    """Refuse a way that there is none of, before the work."""
    from langalign_sk.maps import names_of_maps

    maps = names_of_maps()
    known = [*WAYS, *maps, *(f"{way}, {name}" for way in _DIRECTIONS for name in maps)]
    if _plain(method) not in map(_plain, known):
        near = difflib.get_close_matches(_plain(method), list(map(_plain, known)), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        ways = ", ".join(repr(way) for way in WAYS)
        raise ValueError(
            f"--method {method!r} is not known{hint}. There are {ways}, a map ({', '.join(maps)})"
            ", and a map in one direction, such as 'round trip, ridge'"
        )


def extractor(encoders: Any, material: Material, *, cache: Path | None) -> Any:
    """Build the extractor; character encoders are fitted on every text of their language."""
    from langalign_sk import EmbeddingExtractor, NgramEncoder

    # A text that shows no language, such as an emoji, comes from where the model is used.
    given: dict[str, Any] = {"default_language": material.target_lang}
    given["cache"] = "memory" if cache is None else cache
    if not isinstance(encoders, Mapping):
        languages = [material.source_lang, material.target_lang]
        return EmbeddingExtractor(encoders, languages=languages, **given)
    spare = {
        material.source_lang: material.train,
        material.target_lang: [*material.unlabeled, *material.target],
    }
    models: dict[str, Any] = {}
    for lang, name in encoders.items():
        models[lang] = name
        if isinstance(name, str) and name == NGRAM:
            side = material.pairs.source
            side = side if lang == material.pairs.source_lang else material.pairs.target
            texts = list(dict.fromkeys([*side, *_singles(spare[lang])]))
            with stage("fit the ngram encoder", f"{lang}, {len(texts):,} texts"):
                models[lang] = NgramEncoder(min(384, max(2, len(texts) // 2))).fit(texts)
    return EmbeddingExtractor(models, **given)


def encode(embedder: Any, material: Material) -> None:
    """Fill the extractor's cache, with a bar and the rest of the time on a terminal."""
    from langalign_sk.align import learn_languages

    by_lang = {
        material.source_lang: [*material.train, *material.pairs.source],
        material.target_lang: [
            *material.pairs.target,
            *material.unlabeled,
            *material.test,
            *material.target,
        ],
    }
    if len(material.names) == 2:
        return  # pairs are of single texts, and rows hold two: the report knows how to join them
    learn_languages(embedder, [material.pairs])
    for lang, texts in by_lang.items():
        distinct = list(dict.fromkeys(texts))
        with stage("encode", f"{len(distinct):,} texts in {lang}") as facts:
            embedder.embed_language(distinct, lang)
            facts |= {"language": lang, "texts": len(distinct)}


def compare(embedder: Any, material: Material, *, method: str, seed: int) -> TransferReport:
    """Compare the standard ways and the whole recipe, and the ways that are asked for."""
    from langalign_sk.corpus import TextPool
    from langalign_sk.report import transfer_report

    unlabeled = None
    if material.unlabeled:
        unlabeled = TextPool(material.unlabeled, lang=material.target_lang)
    own = _map_of(method)
    with stage("compare", "ways of carrying the labels over") as facts:
        report = transfer_report(
            material.train,
            material.labels,
            pairs=material.pairs,
            embedder=embedder,
            candidates=None if own in (None, "ridge") else {own: own},
            unlabeled=unlabeled,
            X_target=material.test or None,
            y_target=material.test_labels or None,
            target_labels=(material.target, material.target_labels) if material.target else None,
            random_state=seed,
        )
        facts |= {"ways": len(report.scores), "advised": report.advice.candidate}
    return report


def kept(report: TransferReport, method: str) -> str:
    """Return the name of the way whose model is kept: the advised one, or that asked for."""
    names = [str(name) for name in report.scores["candidate"]]
    wanted = _plain(method)
    if wanted == "auto":
        return str(report.advice.candidate)
    fitting = [name for name in names if _plain(name) == wanted]
    if not fitting:  # a map, in whichever direction is best
        fitting = [name for name in names if _plain(name).endswith(f" {wanted}")]
    scores = dict(zip(names, report.scores["accuracy" if "accuracy" in report.scores else "score"],
                      strict=True))  # fmt: skip
    chosen = max(fitting, key=lambda name: scores[name])
    if chosen != report.advice.candidate:
        say(f"kept as asked: {chosen}; advised is {report.advice.candidate}", kind="note")
    return chosen


def _map_of(method: str) -> str | None:
    """Return the name of the map in the name of a way."""
    from langalign_sk.maps import names_of_maps

    wanted = f" {_plain(method)}"
    fitting = [name for name in names_of_maps() if wanted.endswith(f" {_plain(name)}")]
    return max(fitting, key=len, default=None)


def _plain(name: str) -> str:
    """Return a name without what people write in different ways."""
    return " ".join(name.lower().replace("-", " ").replace("_", " ").replace(",", " ").split())


def _singles(rows: Sequence[Any]) -> list[str]:
    """Return the texts of rows one by one."""
    return [text for row in rows for text in ([row] if isinstance(row, str) else row)]
