"""A model that `export_onnx` wrote, run: texts in, labels out.

`export_onnx` writes it, with what it imports from this package, as one file ``run.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk.encoders import graph_in, ngram_vectors, session_of
from langalign_sk.text import LanguageRule, match_code

MANIFEST = "onnx_pipeline.json"
HEAD = "head.onnx"
RULE = "languages.npz"
NGRAMS = "ngrams.npz"
KIND = "a pipeline of langalign_sk as ONNX"
_TEXTS = 1024


class Model:
    """A pipeline in a folder: encoders, aligner and head, and what tells languages.

    Parameters
    ----------
    folder : path, optional
        The folder; None for the one that this file is in.
    n_threads : int, optional
        Threads of each graph; None lets onnxruntime choose.

    Attributes
    ----------
    classes : list
        The classes, in the order of the columns of `predict_proba`.
    languages : list of str
        Languages that texts may be in; none where nobody asks.
    """

    def __init__(self, folder: Any = None, *, n_threads: int | None = None) -> None:
        self.folder = Path(__file__).parent if folder is None else Path(folder)
        self.about = read_manifest(self.folder)
        self.classes, self.languages = self.about["classes"], self.about["languages"]
        self._head = session_of(self.folder / HEAD, n_threads)
        self._encoders = {
            place: _encoder(self.folder / place, n_threads)
            for place in self.about["encoders"].values()
        }
        self._rule = None
        if self.about["tells"] == "rule":
            with np.load(self.folder / RULE, allow_pickle=False) as arrays:
                self._rule = LanguageRule(self.about["order"], arrays)

    def predict(self, texts: Sequence[str], lang: Any = None) -> npt.NDArray[Any]:
        """Return the class of each text, or its labels or values.

        Parameters
        ----------
        texts : sequence of str
            Texts in any of the languages.
        lang : str or sequence of str, optional
            Language of all texts, or of each; it is told from the texts otherwise.
        """
        return self.answers(texts, lang)[0]

    def predict_proba(self, texts: Sequence[str], lang: Any = None) -> npt.NDArray[np.float64]:
        """Return the probability of each class or label; see `predict`."""
        if not self.about["sure"]:
            raise ValueError("the head of this model has no probabilities")
        return self._ask(texts, lang)["score"]

    def decision_function(self, texts: Sequence[str], lang: Any = None) -> npt.NDArray[np.float64]:
        """Return the scores of a head without probabilities; see `predict`."""
        if self.about["sure"] or self.about["gives"] != "classes":
            raise ValueError("this model has no scores but those of predict and predict_proba")
        scores = self._ask(texts, lang)["score"]
        return scores[:, 1] if len(self.classes) == 2 else scores

    def transform(self, texts: Sequence[str], lang: Any = None) -> npt.NDArray[Any]:
        """Return the aligned vectors of a model without a head; see `predict`."""
        if self.about["gives"] != "vectors":
            raise ValueError("this model has a head: predict gives its answers")
        return self._ask(texts, lang)["vector"]

    def answers(self, texts: Sequence[str], lang: Any = None) -> tuple[npt.NDArray[Any], Any]:
        """Return what `predict` and `predict_proba` do, in one go; None without probabilities."""
        if self.about["gives"] == "vectors":
            raise ValueError("this model has no head: transform gives its vectors")
        found = self._ask(texts, lang)
        score = found["score"] if self.about["sure"] else None
        if self.about["gives"] == "values":
            values = found["score"]
            return (values[:, 0] if self.about["one_column"] else values), score
        if self.about["gives"] == "labels":
            return found["label"], score
        names = [*self.classes, *([self.about["none"]] if "none" in self.about else [])]
        kind = None if self.about["dtype"] is None else np.dtype(self.about["dtype"])
        return np.array(names, dtype=kind)[found["label"]], score

    def _ask(self, texts: Sequence[str], lang: Any) -> dict[str, npt.NDArray[Any]]:
        """Return what the head says of texts."""
        if isinstance(texts, str):
            raise ValueError("texts must be a list of texts, got one text")
        texts = list(texts)
        wrong = [row for row, text in enumerate(texts) if not isinstance(text, str)]
        if wrong:
            raise ValueError(f"row {wrong[0]} is no text but {type(texts[wrong[0]]).__name__}")
        codes = self.codes(texts, lang)
        names = [node.name for node in self._head.get_outputs()]
        parts: list[list[Any]] = []
        for start in range(0, max(len(texts), 1), _TEXTS):
            part = slice(start, start + _TEXTS)
            given: dict[str, Any] = {"vectors": self._vectors(texts[part], codes[part])}
            if any(node.name == "language" for node in self._head.get_inputs()):
                given["language"] = codes[part]
            parts.append(self._head.run(names, given))
        return {name: np.concatenate([part[j] for part in parts]) for j, name in enumerate(names)}

    def _vectors(self, texts: list[str], codes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return the vectors of texts, each in the columns of its language."""
        vectors = np.zeros((len(texts), self.about["width"]), dtype=np.float32)
        for lang, place in self.about["encoders"].items():
            start, stop = self.about["blocks"].get(lang, (0, self.about["width"]))
            own = np.ones(len(texts), dtype=bool)
            if lang:
                own = codes == self.languages.index(lang)
            rows = np.flatnonzero(own)
            if len(rows):
                once = list(dict.fromkeys(texts[row] for row in rows))
                number = {text: n for n, text in enumerate(once)}
                found = self._encoders[place](once)
                vectors[rows, start:stop] = found[[number[texts[row]] for row in rows]]
        return vectors

    def codes(self, texts: Sequence[str], lang: Any) -> npt.NDArray[np.int64]:
        """Return the number of each text's language, -1 where the vectors are to tell it."""
        if not self.languages:
            return np.full(len(texts), -1)
        told = self.about["tells"]
        if lang is not None:
            names = [lang] * len(texts) if isinstance(lang, str) else list(lang)
            if len(names) != len(texts):
                raise ValueError(f"lang names {len(names)} languages for {len(texts)} texts")
            found = [match_code(str(name), self.languages) for name in names]
        elif told == "vectors":
            return np.full(len(texts), -1)
        elif self._rule is not None:
            names = [code or self.about["default"] for code in self._rule.tell(texts)]
            found = list(names)
        elif told:
            names = [told] * len(texts)
            found = list(names)
        else:
            raise ValueError(
                "what told the languages of this model could not be exported: say lang, one of "
                f"{self.languages}, or one for each text"
            )
        for row, (name, known) in enumerate(zip(names, found, strict=True)):
            if known is None or known not in self.about["covered"]:
                raise ValueError(
                    f"row {row} is in language {name!r}; this model knows {self.about['covered']}"
                )
        return np.array([self.languages.index(str(code)) for code in found], dtype=np.int64)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a folder holds, and compare its files with it."""
    try:
        about: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{folder} has no {MANIFEST}: export_onnx has not written it") from None
    except ValueError as error:
        raise ValueError(f"{folder / MANIFEST} is damaged: {error}") from error
    if about.get("kind") != KIND or about.get("format") != 1:
        raise ValueError(f"{folder / MANIFEST} does not describe {KIND} that this file can run")
    for name, digest in about["files"].items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            found = None
        if found != digest:
            raise ValueError(
                f"{folder / name} is not the file that was exported, but "
                f"{'missing' if found is None else 'damaged or changed'}: copy the folder again"
            )
    return about


def _encoder(folder: Path, n_threads: int | None) -> Any:
    """Return what makes vectors of texts."""
    if not (folder / NGRAMS).exists():
        return graph_in(folder, n_threads).encode
    with np.load(folder / NGRAMS, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return lambda texts: ngram_vectors(texts, arrays)


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer the lines of a file: the class and, where there is one, its probability."""
    parser = argparse.ArgumentParser(description="Answer texts, one a line.")
    parser.add_argument("texts", nargs="?", default="-", help="a file; - for standard input")
    parser.add_argument("--lang", help="language of all texts; told from each otherwise")
    args = parser.parse_args(arguments)
    model = Model()
    if model.about["gives"] == "vectors":
        parser.error("this model has no head; in Python, Model().transform(texts) gives vectors")
    piped = args.texts == "-"
    read = sys.stdin.read() if piped else Path(args.texts).read_text(encoding="utf-8")
    texts = read.removesuffix("\n").split("\n")
    answers, sure = model.answers(texts, args.lang)
    for row, answer in enumerate(answers):
        shown = "\t".join(map(str, np.atleast_1d(answer).tolist()))
        best = "" if sure is None or answer.ndim else f"\t{sure[row].max():.4f}"
        print(f"{shown}{best}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
