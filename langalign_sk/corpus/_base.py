"""Rows that do not change: what ParallelCorpus and TextPool share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from sklearn.utils import check_random_state

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Immutable,
    as_float_matrix,
    row_blocks,
)
from langalign_sk._process import Memo, caches, joining, living, pairs_are_left_out, register
from langalign_sk.corpus import _storage
from langalign_sk.corpus._content import (
    Hash,
    Rows,
    choose_groups,
    combine,
    extend_hash,
    single_texts,
    start_hash,
    tied_rows,
)
from langalign_sk.corpus._inputs import (
    as_count,
    as_indices,
    as_pair_weights,
    as_rows,
    check_in_layout,
    frozen,
)
from langalign_sk.text import BlockLayout, match_code, normal_code

_FORMAT = 1
#: Rows in a folder are proven and added up in chunks of about so many bytes, so that what is larger
#: than the memory is read from the disk once.
_CHUNK_BYTES = 2**30


class Corpus(Immutable):
    """Sides of equally many rows, their languages and weights, and where they come from.

    The rows are in one of four states: in memory or mapped into it (`_sides`, with `_proofs` of
    what was not read yet); the sum of two corpora, not joined yet (`_parts`); in a folder, not
    opened yet (`_path`); nowhere (a stub).

    Deliberately without length, shape, iteration and conversion to an array: scikit-learn cuts
    whatever has these to its folds, and prints it.
    """

    _side_names: ClassVar[tuple[str, ...]]
    _row_name: ClassVar[str]
    _parameter: ClassVar[str]

    _n: int
    _langs: tuple[str | None, ...]
    _widths: tuple[int, ...] | None
    _n_texts: int
    _weight: Float64Array | None
    _layout: BlockLayout | None
    _spec: str | None
    _sides: tuple[Rows, ...] | None
    _proofs: tuple[_storage.Proof, ...]
    _parts: tuple[Self, Self] | None
    _path: str | None
    _fingerprint: str | None
    _hashes: tuple[Hash, ...] | None
    _embedded: Memo

    def _set(self, **fields: Any) -> None:
        """Set up a new object: what is not given is None."""
        names = ("_weight", "_layout", "_spec", "_sides", "_parts", "_path", "_fingerprint")
        self.__dict__.update(dict.fromkeys([*names, "_hashes"]), _proofs=())
        self.__dict__.update(fields, _embedded=Memo(caches.embedded))
        if self._in_memory and self._fingerprint is not None:
            register(self)

    def _like(self, **fields: Any) -> Self:
        """Make a corpus that shares languages and origin with this one."""
        new = object.__new__(type(self))
        shared = ("_langs", "_widths", "_n_texts", "_layout", "_spec")
        same = {name: getattr(self, name) for name in shared}
        new._set(**{**same, **fields})
        return new

    @property
    def is_text(self) -> bool:
        """True for texts, False for vectors."""
        return self._widths is None

    @property
    def n_texts(self) -> int:
        """How many texts a row holds on each side; 1 for vectors."""
        return self._n_texts

    @property
    def layout(self) -> BlockLayout | None:
        """Blocks of the extractor that the vectors came from."""
        return self._layout

    @property
    def spec(self) -> str | None:
        """Specification of the extractor that the vectors came from."""
        return self._spec

    @property
    def path(self) -> str | None:
        """Folder the rows are read from."""
        return self._path

    @property
    def detached(self) -> bool:
        """True where the rows are out of reach: left behind when the object was saved."""
        if self._in_memory:
            return False
        try:
            return self._path is None or self._saved()["fingerprint"] != self._fingerprint
        except ValueError:
            return True

    # ------------------------------------------------------------------ rows

    @property
    def _in_memory(self) -> bool:
        """True where rows can be had without opening a file."""
        return self._sides is not None or self._parts is not None

    def _attached(self) -> tuple[Rows, ...]:
        """Sides, opened or joined if need be; those in a folder are not proven yet."""
        if self._sides is None:
            with joining:
                if self._parts is not None:
                    self._join()
                elif self._sides is None:
                    self._open()
        assert self._sides is not None
        return self._sides

    def _rows(self) -> tuple[Rows, ...]:
        """Sides, all of which may be read."""
        sides = self._attached()
        for proof in self._proofs:
            proof.check()
        return sides

    def _weights(self) -> Float64Array | None:
        """Weights, from the folder if need be."""
        if not self._in_memory:
            self._attached()
        return self._weight

    def _join(self) -> None:
        """Join the rows of a sum; its parts become views, so that each row is held once."""
        node, sums = self, []
        while node._parts is not None:
            sums.append((node, node._parts[1]))
            node = node._parts[0]
        parts = [node, *(added for _, added in reversed(sums))]
        sides = tuple(map(_joined, zip(*(part._rows() for part in parts), strict=True)))
        view = node._window(sides, 0)
        for total, added in reversed(sums):
            both = (view, added._window(sides, view._n))
            view = total._window(sides, 0)
            view.__dict__["_parts"] = both
        self.__dict__.update(_parts=view._parts, _sides=sides)

    def _window(self, sides: tuple[Rows, ...], start: int) -> Self:
        """Make this corpus again as a slice of `sides`, with what is known of its content."""
        return self._like(
            _n=self._n,
            _weight=self._weight,
            _sides=tuple(side[start : start + self._n] for side in sides),
            _fingerprint=self._fingerprint,
            _hashes=self._hashes,
        )

    def _subset(self, index: Any) -> Self:
        """Rows by number, in the order given."""
        sides = self._attached()
        for proof in self._proofs:
            proof.check(index)
        weight = None if self._weight is None else as_pair_weights(self._weight[index], len(index))
        chosen = tuple(
            tuple(side[i] for i in index) if isinstance(side, tuple) else frozen(side[index])
            for side in sides
        )
        return self._like(_n=len(index), _weight=weight, _sides=chosen)

    def take(self, indices: Any = None, *, n: int | None = None, random_state: Any = None) -> Self:
        """Pick rows: those at `indices`, or `n` at random.

        Parameters
        ----------
        indices : sequence of int or of bool, optional
            Row numbers in the order wanted (repetitions allowed), or a mask.
        n : int, optional
            Number of rows to draw without replacement; they stay in their order.
        random_state : int, RandomState or None
            Of the drawing; None draws differently each time.

        Returns
        -------
        ParallelCorpus or TextPool
            A new corpus with copies of the rows and their weights.
        """
        if (indices is None) == (n is None):
            raise ValueError("take() needs either indices or n=")
        if n is None:
            return self._subset(as_indices(indices, self._n))
        if isinstance(n, bool) or not 1 <= n <= self._n:
            raise ValueError(f"n must be between 1 and the {self._n} rows, got {n!r}")
        return self._subset(np.sort(_random(random_state).permutation(self._n)[: int(n)]))

    def split(self, size: float, *, random_state: Any = None) -> tuple[Self, Self]:
        """Split at random into two disjoint corpora that share no text.

        Rows with the same text (or an equal vector) on any side stay together, directly or
        through other rows: otherwise the second part would hold what the first part has seen.

        Parameters
        ----------
        size : float or int
            Size of the first part: a fraction in (0, 1) or a number of rows. Where rows that
            belong together do not fit, the first part is smaller.
        random_state : int, RandomState or None
            Of the drawing; None draws differently each time.

        Returns
        -------
        first, second : ParallelCorpus or TextPool
            New corpora with copies of the rows, in their order.
        """
        count = as_count(size, self._n)
        first = choose_groups(tied_rows(self._rows()), count, _random(random_state))
        if not first.any():
            raise ValueError(
                f"{self!r} cannot be split at {size!r}: its rows hang together through equal texts "
                "in groups larger than that; remove repeated rows, or choose rows with take()"
            )
        return self._subset(np.flatnonzero(first)), self._subset(np.flatnonzero(~first))

    def __add__(self, other: object) -> Self:
        """Rows of both, this one's first; moments are added, not accumulated again."""
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, type(self))
        for what, ours, theirs in (
            ("languages", *map(_spelt, (self._langs, other._langs))),
            ("kinds of rows", self._kind(), other._kind()),
            ("layouts", self._layout, other._layout),
            ("extractor specifications", self._spec, other._spec),
        ):
            if ours != theirs:
                raise ValueError(
                    f"{self!r} and {other!r} cannot be added: their {what} differ, {ours} "
                    f"and {theirs}"
                )
        weights: list[Any] = [self._weights(), other._weights()]
        total = None
        if any(weight is not None for weight in weights):
            rows = zip(weights, (self._n, other._n), strict=True)
            total = frozen(np.concatenate([np.ones(n) if w is None else w for w, n in rows]))
        return self._like(_n=self._n + other._n, _weight=total, _parts=(self, other))

    def _texts(self) -> str:
        """Say how many texts a row holds."""
        return "texts" if self._n_texts == 1 else "two texts"

    def _kind(self) -> str:
        """Say what the rows are: texts, or vectors of which numbers and widths."""
        node = self
        while node._parts is not None:
            node = node._parts[0]
        return " and ".join(
            self._texts()
            if isinstance(side, tuple)
            else f"{side.dtype} vectors of width {side.shape[1]}"
            for side in node._attached()
        )

    # ------------------------------------------------------------------ content

    @property
    def fingerprint(self) -> str:
        """Digest of every byte, order, shape, dtype, language, weight and the layout."""
        if self._fingerprint is None:
            header = {
                "kind": type(self).__name__,
                "n": self._n,
                "langs": self._langs,
                "layout": _plain(self._layout),
                "weighted": self._weight is not None,
            }
            value = combine(header, self._side_hashes(), self._weight)
            self.__dict__["_fingerprint"] = value
            register(self)
        assert self._fingerprint is not None
        return self._fingerprint

    def _side_hashes(self) -> tuple[Hash, ...]:
        """Hash of each side. A sum goes on where its first part ended: old rows are not read."""
        node, sums = self, []
        while node._hashes is None and node._parts is not None:
            sums.append(node)
            node = node._parts[0]
        hashes = node._hashes
        if hashes is None:
            hashes = tuple(extend_hash(start_hash(side), side) for side in node._rows())
            node.__dict__["_hashes"] = hashes
        for node in reversed(sums):
            assert node._parts is not None
            added = node._parts[1]._rows()
            hashes = tuple(extend_hash(*both) for both in zip(hashes, added, strict=True))
            node.__dict__["_hashes"] = hashes
        return hashes

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Corpus)
        return self._n == other._n and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __sklearn_clone__(self) -> Self:
        return self

    def _description(self) -> str:
        """Say what the rows are, for the repr."""
        what = self._texts() if self._widths is None else "->".join(map(str, self._widths))
        no_rows = not self._in_memory and self._path is None
        return f"{self._n} {self._row_name} of {what}{', detached' if no_rows else ''}"

    # ------------------------------------------------------------------ moments

    def _shared_moments(self) -> Any:
        """Moments of the rows, accumulated once per process and content."""
        if self.is_text:
            raise ValueError(
                f"{self!r} holds texts, which have no moments: embed first, with .embed(extractor)"
            )
        if self._parts is None:
            self._attached()  # a stub raises, even where its moments are still known
        return caches.moments.get(self.fingerprint, self._compute_moments)

    def _compute_moments(self) -> Any:
        """Accumulate, or add up the moments of the parts of a sum."""
        node, added = self, []
        while node._parts is not None and (node is self or node.fingerprint not in caches.moments):
            node, right = node._parts
            added.append(right)
        if added:
            return sum(
                (right._shared_moments() for right in reversed(added)), node._shared_moments()
            )
        return self._accumulate(self._chunks())

    def _chunks(self) -> Iterator[tuple[tuple[Any, ...], Float64Array | None]]:
        """All rows, in pieces where they are in a folder: each is proven just before its use."""
        sides, weight = self._attached(), self._weight
        if not self._proofs:
            yield sides, weight
            return
        for rows in row_blocks(self._n, sum(self._widths or ()), block_bytes=_CHUNK_BYTES):
            for proof in self._proofs:
                proof.check(rows)
            yield tuple(side[rows] for side in sides), None if weight is None else weight[rows]

    def _accumulate(self, chunks: Iterator[tuple[tuple[Any, ...], Float64Array | None]]) -> Any:
        """Pass over vectors and their weights."""
        raise NotImplementedError

    # ------------------------------------------------------------------ vectors

    def _embed(self, extractor: Any) -> Self:
        """Encode each side in its language; remembered per specification of the extractor."""
        if not self.is_text:
            raise ValueError(f"{self!r} holds vectors already; embed() is for texts")
        if not hasattr(extractor, "embed_language"):
            return self._encoded(extractor, None, None)
        layout = extractor.get_layout()
        if layout is not None:
            for lang, name in zip(self._langs, self._side_names, strict=True):
                check_in_layout(layout, lang, name)
        spec = str(extractor.spec())
        return self._embedded.get(spec, lambda: self._encoded(extractor, layout, spec))

    def _embed_apart(self, *extractors: Any) -> Self:
        """Encode each side with an extractor of its own."""
        if not self.is_text:
            raise ValueError(f"{self!r} holds vectors already; embed() is for texts")
        parts = zip(extractors, self._rows(), self._langs, self._side_names, strict=True)
        sides = tuple(_embed_side(*part, None) for part in parts)
        widths = tuple(side.shape[1] for side in sides)
        return self._like(
            _n=self._n, _weight=self._weight, _sides=sides, _n_texts=1, _widths=widths
        )

    def _encoded(self, extractor: Any, layout: BlockLayout | None, spec: str | None) -> Self:
        """Corpus of the vectors that an extractor gives.

        Rows of two texts that it reads apart are two rows, of one text each.
        """
        apart = self._n_texts == 2 and getattr(extractor, "two_texts", "apart") == "apart"
        n, weight, texts = self._n, self._weight, self._rows()
        if apart:
            n, weight = 2 * n, None if weight is None else frozen(np.repeat(weight, 2))
            texts = tuple(tuple(single_texts(side)) for side in texts)  # type: ignore[arg-type]
        sides = tuple(
            _embed_side(extractor, side, lang, name, layout)
            for side, lang, name in zip(texts, self._langs, self._side_names, strict=True)
        )
        langs = self._langs
        if layout is not None:  # from here on, a language is spelt as the extractor spells it
            langs = tuple(lang and match_code(lang, layout.languages) for lang in langs)
        return self._like(
            _n=n,
            _weight=weight,
            _sides=sides,
            _n_texts=1,
            _widths=tuple(side.shape[1] for side in sides),
            _layout=layout,
            _spec=spec,
            _langs=langs,
        )

    def renamed(self, *langs: str | None) -> Self:
        """Give the same rows other names of their languages.

        Parameters
        ----------
        *langs : str or None
            Language of each side.

        Returns
        -------
        ParallelCorpus or TextPool
            A new corpus, which shares the rows with this one; this one where nothing changes.
        """
        if langs == self._langs:
            return self
        weight, sides, hashes = self._weights(), self._attached(), self._side_hashes()
        kept = {"_weight": weight, "_sides": sides, "_proofs": self._proofs, "_hashes": hashes}
        return self._like(_n=self._n, _langs=langs, **kept)

    # ------------------------------------------------------------------ folders and pickles

    def save(self, path: str | os.PathLike[str]) -> Self:
        """Write the rows to a folder, whole or not at all.

        Vectors go to ``.npy`` files, texts to JSON lines; no pickle is involved. A corpus that
        was saved there before is replaced, a folder with other files is refused. At every instant
        the folder holds the old corpus or the new one, even if the process is killed or the power
        goes.

        Parameters
        ----------
        path : path
            The folder; it is made if it does not exist.

        Returns
        -------
        ParallelCorpus or TextPool
            The same rows read from the folder, as `load` gives them: vectors are mapped into
            memory, and the object pickles as its path.
        """
        description = {"kind": type(self).__name__, **self._facts()}
        _storage.write_folder(path, description, self._side_names, self._rows(), self._weights())
        return type(self).load(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, verify: bool = False) -> Self:
        """Open a folder written by `save`.

        Parameters
        ----------
        path : path
            The folder.
        verify : bool, default=False
            Read all vectors at once and compare them with their checksums and the fingerprint. By
            default a block of vectors is compared with its checksum when its rows are first read.
            Texts are always compared.

        Returns
        -------
        ParallelCorpus or TextPool
            Pickles as its path and fingerprint, and opens the folder again on first use; if that
            is gone or holds other rows by then, using the rows raises and says so.
        """
        path = os.path.abspath(path)
        saved = _storage.read_description(path)
        if saved["kind"] != cls.__name__:
            raise ValueError(f"{path} holds a {saved['kind']}; use {saved['kind']}.load")
        new = object.__new__(cls)
        new.__setstate__({**saved, "format": _FORMAT, "path": path, "rows": None})
        new._attached()
        if verify:
            new._verify()
        return new

    def _saved(self) -> dict[str, Any]:
        """Read the description of the folder this corpus lives in."""
        assert self._path is not None
        saved = _storage.read_description(self._path)
        if saved["kind"] != type(self).__name__:
            raise ValueError(f"{self._path} holds a {saved['kind']} by now")
        return saved

    def _open(self) -> None:
        """Attach the rows in the folder; a clear error where there are none."""
        if self._path is None:
            raise ValueError(
                f"{self!r} was saved without its {self._row_name}: to fit again, set them with "
                f"set_params({self._parameter}=...), clone() a fitted estimator before it goes to "
                "parallel jobs, or keep them in a folder (save) that both processes can reach"
            )
        saved = self._saved()
        if saved["fingerprint"] != self._fingerprint:
            raise ValueError(
                f"{self._path} holds other {self._row_name} by now than {self!r}: restore the "
                f"folder or set the new ones with set_params({self._parameter}=...)"
            )
        try:
            sides, weight, proofs = _storage.read_rows(self._path, saved, self._side_names)
        except ValueError:
            if self._saved() == saved:
                raise
            return self._open()  # replaced since the description was read
        self.__dict__.update(_sides=sides, _weight=weight, _proofs=proofs)
        if self.is_text:
            self._verify()
        register(self)

    def _verify(self) -> None:
        """Compare the rows with the fingerprint that came with them."""
        sides = self._rows()
        found = self._like(_n=self._n, _weight=self._weight, _sides=sides).fingerprint
        if found != self._fingerprint:
            self.__dict__.update(_sides=None, _proofs=())
            raise ValueError(
                f"{self._path} was changed after it was saved: its rows have another fingerprint"
            )

    def detach(self) -> Self:
        """Give the stub: everything but the rows.

        Returns
        -------
        ParallelCorpus or TextPool
            With the same fingerprint, number of rows, widths, languages, layout, specification
            and, for a corpus in a folder, path (where its rows are found again). `live` finds the
            rows in this process.
        """
        if not self._in_memory:
            return self
        return self._like(_n=self._n, _path=self._path, _fingerprint=self.fingerprint)

    def _facts(self) -> dict[str, Any]:
        """Tell everything but the rows.

        Plain values only, and the fingerprint always among them: skops reads nothing else, and
        joblib.hash must not change once the fingerprint or anything else has been computed.
        """
        return {
            "fingerprint": self.fingerprint,
            "n": self._n,
            "langs": list(self._langs),
            "widths": None if self._widths is None else list(self._widths),
            "n_texts": self._n_texts,
            "layout": _plain(self._layout),
            "spec": self._spec,
        }

    def __getstate__(self) -> dict[str, Any]:
        facts = self._facts()
        by_value = self._in_memory and self._path is None and not pairs_are_left_out()
        return {
            "format": _FORMAT,
            **facts,
            "path": self._path,
            "rows": list(self._rows()) if by_value else None,
            "weight": self._weight if by_value else None,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state["format"] != _FORMAT:
            raise ValueError(f"a {type(self).__name__} of unknown format {state['format']!r}")
        widths, layout, rows = state["widths"], state["layout"], state["rows"]
        if rows is not None:
            rows = tuple(as_rows(s, "rows") if widths is None else frozen(s) for s in rows)
        weight = state.get("weight")
        self._set(
            _n=state["n"],
            _langs=tuple(state["langs"]),
            _widths=None if widths is None else tuple(widths),
            _n_texts=state.get("n_texts", 1),
            _weight=None if weight is None else frozen(weight),
            _layout=None if layout is None else BlockLayout(dict(layout)),
            _spec=state["spec"],
            _path=state["path"],
            _sides=rows,
            _fingerprint=state["fingerprint"],
        )


AnyCorpus = TypeVar("AnyCorpus", bound=Corpus)


def live(stub: AnyCorpus) -> AnyCorpus:
    """Find the corpus of this process that a stub stands for.

    Parameters
    ----------
    stub : ParallelCorpus or TextPool
        Usually the result of ``detach()``, or of unpickling what was pickled `without_pairs`.

    Returns
    -------
    ParallelCorpus or TextPool
        A corpus with the same fingerprint that has its rows, if this process holds one; otherwise
        `stub` itself.

    Examples
    --------
    >>> from langalign_sk.corpus import ParallelCorpus, live
    >>> pairs = ParallelCorpus(["a cat", "a dog"], ["고양이", "개"], target_lang="ko")
    >>> live(pairs.detach()) is pairs
    True
    """
    if stub._in_memory:
        return stub
    for candidate in living():
        if type(candidate) is type(stub) and candidate._fingerprint == stub._fingerprint:
            found: AnyCorpus = candidate
            return found
    return stub


def _embed_side(
    extractor: Any, texts: Rows, lang: str | None, name: str, layout: BlockLayout | None
) -> FloatArray:
    """Vectors of the texts of one side, checked: one row per text, as wide as the layout says.

    Anything with ``transform`` will do; an extractor that knows languages is asked for the
    vectors of this side's language alone, without the zeros of the other blocks.
    """
    kind = type(extractor).__name__
    if hasattr(extractor, "embed_language"):
        vectors = extractor.embed_language(list(texts), lang)
    elif hasattr(extractor, "transform"):
        vectors = extractor.transform(list(texts))
        if hasattr(vectors, "toarray"):
            raise TypeError(
                f"{kind}.transform gives sparse vectors; put a TruncatedSVD behind it, or use "
                "NgramEncoder"
            )
    else:
        raise TypeError(
            f"embed() needs an EmbeddingExtractor or an object with transform(texts), got {kind}"
        )
    matrix = as_float_matrix(vectors, name=f"{name} vectors")
    if len(matrix) != len(texts):
        raise ValueError(f"{kind} gave {len(matrix)} vectors for {len(texts)} {name} texts")
    if layout is not None and lang is not None and matrix.shape[1] != layout.width_of(lang):
        raise ValueError(
            f"{kind} gave {name} vectors of width {matrix.shape[1]}; its block of {lang!r} has "
            f"{layout.width_of(lang)}"
        )
    return frozen(matrix)


def _random(random_state: Any) -> np.random.RandomState:
    """Random numbers that are nobody else's: None is fresh entropy, not numpy's global state."""
    if random_state is None:
        return np.random.RandomState()  # scikit-learn's kind, as check_random_state
    state: np.random.RandomState = check_random_state(random_state)
    return state


def _plain(layout: BlockLayout | None) -> list[list[Any]] | None:
    """Layout as lists, which any serialiser takes."""
    if layout is None:
        return None
    return [[lang, layout.width_of(lang)] for lang in layout.languages]


def _joined(sides: tuple[Any, ...]) -> Rows:
    """Rows of several corpora, one after the other."""
    if isinstance(sides[0], tuple):
        return tuple(text for side in sides for text in side)
    return frozen(np.concatenate(sides))


def _spelt(langs: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Codes of languages, all spelt one way."""
    return tuple(None if lang is None else normal_code(lang) for lang in langs)
