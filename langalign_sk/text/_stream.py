"""More texts than memory: vectors a chunk at a time, or straight into a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk._progress import progress_bar
from langalign_sk.encoders import Run, keep_report
from langalign_sk.text._embedding import Embedding
from langalign_sk.text._parameters import build_encoders
from langalign_sk.text._stream_file import GrowingFile, texts_digest
from langalign_sk.text._stream_source import check_chunk, chunks_of, count_of


class StreamingMixin(Embedding):
    """Mixin of an extractor: ``transform`` for texts that do not fit in memory."""

    spec: Callable[[], str]

    def iter_transform(self, X: Any, *, chunk: int = 1024) -> Iterator[Float32Array]:
        """Encode texts a chunk at a time.

        Parameters
        ----------
        X : iterable of str, array, series, frame, open text file or path
            Texts. A generator is read as it goes; a path (not a str) or a file holds one text per
            line.
        chunk : int, default=1024
            Texts taken, encoded and given back at a time; more than one chunk is never held. A
            text that occurs in several chunks is encoded once if there is a cache.

        Yields
        ------
        ndarray of shape (up to chunk, width), float32
            In the order of X; together they are what ``transform`` gives for all of X.
        """
        return self._chunked(X, check_chunk(chunk))

    def transform_to(
        self, path: str | os.PathLike[str], X: Any, *, chunk: int = 1024
    ) -> np.memmap[Any, np.dtype[np.float32]]:
        """Encode texts into a ``.npy`` file, which appears whole or not at all.

        If the process is killed, the same call goes on where it was: of the chunks that are done,
        those made from the same texts with the same models are kept, up to the first one that
        differs. Nothing is kept for an encoder that another process can't recognise, such as an
        object with ``encode`` alone.

        Parameters
        ----------
        path : str or path
            The file to write. What has been done so far waits beside it, in ``NAME.partial`` and
            ``NAME.journal``; delete these to start over. The journal has digests, no texts.
        X : iterable of str, array, series, frame, open text file or path
            Texts, as in ``iter_transform``.
        chunk : int, default=1024
            Texts encoded and written at a time; a kill costs at most one chunk. For the same
            chunks to be found again, it has to be the same.

        Returns
        -------
        memmap of shape (n_texts, width), float32
            The file, opened for reading; its rows are read from disk when used.
        """
        size = check_chunk(chunk)
        target = Path(path)
        if target.is_dir():
            raise ValueError(f"{target} is a folder; a file name is needed")
        run = self._run_in_parts()
        with (
            GrowingFile(target, self.spec()) as out,
            progress_bar(
                count_of(X), desc="Embedding", unit="texts", progress=self.progress
            ) as bar,
        ):
            row = 0
            for part in chunks_of(X, size):
                with _located(row):
                    texts, langs = self._read(part)
                    digest = texts_digest(texts, langs)
                    if not out.has(digest):
                        encoders = build_encoders(self)
                        out.append(digest, self._vectors(texts, langs, encoders, run))
                row += len(texts)
                bar.update(len(texts))
            width = out.width
            out.finish(
                self._vectors(*self._read([]), build_encoders(self), run).shape[1]
                if width is None
                else width
            )
        self._tell_of_cuts(run, stacklevel=3)
        found: np.memmap[Any, np.dtype[np.float32]] = np.load(target, mmap_mode="r")
        return found

    def _chunked(self, X: Any, chunk: int) -> Iterator[Float32Array]:
        """Give the vectors of one chunk after the other."""
        run, row = self._run_in_parts(), 0
        with progress_bar(
            count_of(X), desc="Embedding", unit="texts", progress=self.progress
        ) as bar:
            for part in chunks_of(X, chunk):
                with _located(row):
                    texts, langs = self._read(part)
                    vectors = self._vectors(texts, langs, build_encoders(self), run)
                row += len(vectors)
                bar.update(len(vectors))
                yield vectors
        self._tell_of_cuts(run, stacklevel=3)

    def _run_in_parts(self) -> Run:
        """Return the counts of a call that goes chunk by chunk, and forget those of the last."""
        run = Run(in_parts=True)
        keep_report(self, run.report())
        return run


@contextmanager
def _located(row: int) -> Iterator[None]:
    """Add to an error where its chunk begins: the rows that it names count from there."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if row:
            error.add_note(f"Rows are counted from row {row}, where this chunk begins.")
        raise
