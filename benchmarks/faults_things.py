"""Small things to damage: texts in two languages, encoders, pairs, a model by the command."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    cli,
    report,
)
from langalign_sk._process import clear_caches
from langalign_sk.datasets import load_demo

CHUNK = 16
Ready = Callable[[], None]


class Things:
    """What the trials share; made once, alike in every run, with nothing in a process's caches."""

    def __init__(self) -> None:
        demo = load_demo("ko", n_train=64, n_test=60, n_pairs=160, n_unlabeled=40, random_state=0)
        self.demo = demo
        english, korean = list(demo.pairs.source), list(demo.pairs.target)
        self.encoders = {"en": NgramEncoder(24).fit(english), "ko": NgramEncoder(24).fit(korean)}
        self.old_texts = [*english[:40], *korean[:40]]
        self.new_texts = [*demo.train_texts[:20], *demo.test_texts[:20]]

    @property
    def texts(self) -> list[str]:
        """Texts that were embedded before, then texts that were not."""
        return [*self.old_texts, *self.new_texts]

    def extractor(self, cache: Any = None) -> EmbeddingExtractor:
        """Return an extractor of both languages."""
        return EmbeddingExtractor(self.encoders, cache=cache, default_language="ko", progress=False)

    def text_pairs(self) -> ParallelCorpus:
        """Return weighted pairs of texts."""
        source, target = self.demo.pairs.source, self.demo.pairs.target
        weight = np.linspace(0.5, 1.5, len(target))
        return ParallelCorpus(source, target, target_lang="ko", weight=weight)

    def pipeline(self, cache: Any = None) -> Pipeline:
        """Return a fitted pipeline."""
        embed = self.extractor(cache)
        aligner = ReverseAligner(self.text_pairs().embed(embed), method="ridge")
        pipe = Pipeline([("embed", embed), ("align", aligner), ("clf", LogisticRegression())])
        return pipe.fit(self.demo.train_texts, self.demo.train_labels)


class Command:
    """The command that writes a model folder, for labels in two versions; compared beforehand.

    Parameters
    ----------
    things : Things
    files : Path
        Folder for what the command reads; it is made.
    """

    def __init__(self, things: Things, files: Path) -> None:
        self.files = files
        self._reports: list[Any] = []
        files.mkdir(parents=True)
        write_tsv(files, "pairs", en=things.demo.pairs.source, ko=things.demo.pairs.target)
        (files / "texts.txt").write_text("\n".join(things.texts) + "\n", encoding="utf-8")
        compare = report.transfer_report

        def keep(*args: Any, **kwargs: Any) -> Any:
            self._reports.append(compare(*args, **kwargs))
            return self._reports[-1]

        with tempfile.TemporaryDirectory() as folder, patch.object(report, "transfer_report", keep):
            for version in (0, 1):
                labels = np.roll(things.demo.train_labels, version)
                write_tsv(files, "train", text=things.demo.train_texts, label=labels)
                self._run(Path(folder) / f"model{version}")
        clear_caches()  # a child must not find there what it should read

    def write(self, path: Path, version: int, ready: Ready = lambda: None) -> None:
        """Write a model folder; `ready` is called when the comparison is done."""
        prepared = _Prepared(self._reports[version], ready)
        with patch.object(report, "transfer_report", lambda *args, **kwargs: prepared):
            self._run(path)

    def predictions(self, model: Path) -> str:
        """Return what the other command makes of it, for texts old and new."""
        out = self.files / "predicted.txt"
        run_command(["predict", str(model), str(self.files / "texts.txt"), "--out", str(out)])
        return out.read_text(encoding="utf-8")

    def _run(self, out: Path) -> None:
        """Run the command."""
        given = {name: self.files / f"{name}.tsv" for name in ("train", "pairs")} | {"out": out}
        options = [part for name, path in given.items() for part in (f"--{name}", str(path))]
        run_command(["transfer", *options, "--encoder", "en=ngram", "--encoder", "ko=ngram"])


class _Prepared:
    """A report that says when its model is asked for: the command writes it next."""

    def __init__(self, result: Any, ready: Ready) -> None:
        self._result = result
        self._ready = ready

    def __getattr__(self, name: str) -> Any:
        if name == "fitted":
            self._ready()
        return getattr(self._result, name)


def write_tsv(folder: Path, name: str, **columns: Any) -> None:
    """Write columns as a tab-separated table."""
    rows = ["\t".join(columns), *map("\t".join, zip(*columns.values(), strict=True))]
    (folder / f"{name}.tsv").write_text("\n".join(map(str, rows)) + "\n", encoding="utf-8")


def run_command(arguments: list[str]) -> str:
    """Run a command in this process; an error is raised with what the user was told."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = cli.main(arguments)
    if code:
        raise ValueError(said.getvalue())
    return said.getvalue()


def content(corpus: ParallelCorpus) -> dict[str, Any]:
    """Return all that a corpus says of itself, and what is learned from it."""
    found = {
        "source": list(corpus.source) if corpus.is_text else np.asarray(corpus.source),
        "target": list(corpus.target) if corpus.is_text else np.asarray(corpus.target),
        "weight": corpus.weight,
        "languages": [corpus.source_lang, corpus.target_lang],
        "layout": repr(corpus.layout),
        "spec": corpus.spec,
        "fingerprint": corpus.fingerprint,
    }
    if not corpus.is_text:
        source = np.asarray(corpus.source)[:5]
        width = source.shape[1] if corpus.layout is None else corpus.layout.width
        X = np.pad(source, [(0, 0), (0, width - source.shape[1])])  # the source's block comes first
        found["aligned"] = LangAligner(corpus, gate=None).fit(X).transform(X)
    return found


def broken_off(texts: list[str], after: int) -> Iterator[str]:
    """Give some of the texts, then an interrupt."""
    yield from texts[:after]
    raise KeyboardInterrupt
