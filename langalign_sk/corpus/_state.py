"""Where the rows of a corpus are, what they are known by, and how they are saved."""

from __future__ import annotations

import os
from typing import Any, ClassVar, Self

import numpy as np

from langalign_sk._numeric import Float64Array, Immutable
from langalign_sk._process import Memo, caches, joining, pairs_are_left_out, register
from langalign_sk.corpus import _storage
from langalign_sk.corpus._fingerprint import Hash, Rows, combine, extend_hash, start_hash
from langalign_sk.corpus._inputs import frozen
from langalign_sk.text import BlockLayout

_FORMAT = 1


class RowState(Immutable):
    """Sides of equally many rows, their languages and weights, and where they come from.

    The rows are in one of four states: in memory (`_sides`); the sum of two corpora, not joined
    yet (`_parts`); in a folder, not opened yet (`_path`); nowhere (a stub).
    """

    _side_names: ClassVar[tuple[str, ...]]
    _row_name: ClassVar[str]
    _parameter: ClassVar[str]

    _n: int
    _langs: tuple[str | None, ...]
    _widths: tuple[int, ...] | None
    _weight: Float64Array | None
    _layout: BlockLayout | None
    _spec: str | None
    _sides: tuple[Rows, ...] | None
    _parts: tuple[Self, Self] | None
    _path: str | None
    _fingerprint: str | None
    _hashes: tuple[Hash, ...] | None
    _embedded: Memo

    def _set(self, **fields: Any) -> None:
        """Set up a new object: what is not given is None."""
        names = ("_weight", "_layout", "_spec", "_sides", "_parts", "_path", "_fingerprint")
        self.__dict__.update(dict.fromkeys([*names, "_hashes"]), **fields)
        self.__dict__["_embedded"] = Memo(caches.embedded)
        if self._in_memory and self._fingerprint is not None:
            register(self)

    def _like(self, **fields: Any) -> Self:
        """Make a corpus that shares languages and origin with this one."""
        new = object.__new__(type(self))
        same = {name: getattr(self, name) for name in ("_langs", "_widths", "_layout", "_spec")}
        new._set(**{**same, **fields})
        return new

    @property
    def is_text(self) -> bool:
        """Whether the rows are texts; if not, they are vectors."""
        return self._widths is None

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
        """Whether the rows are out of reach: left behind when the object was saved."""
        if self._in_memory:
            return False
        try:
            return self._path is None or self._saved()["fingerprint"] != self._fingerprint
        except ValueError:
            return True

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

    @property
    def _in_memory(self) -> bool:
        """Whether rows can be had without opening a file."""
        return self._sides is not None or self._parts is not None

    def _rows(self) -> tuple[Rows, ...]:
        """Sides, opened or joined if need be."""
        if self._sides is None:
            with joining:
                if self._parts is not None:
                    self._join()
                elif self._sides is None:
                    self._open()
        assert self._sides is not None
        return self._sides

    def _weights(self) -> Float64Array | None:
        """Weights, from the folder if need be."""
        if not self._in_memory:
            self._rows()
        return self._weight

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

    def save(self, path: str | os.PathLike[str]) -> Self:
        """Write the rows to a folder, whole or not at all.

        Vectors go to ``.npy`` files, texts to JSON lines; no pickle is involved. A corpus that
        was saved there before is replaced, a folder with other files is refused.

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
        description = {
            "kind": type(self).__name__,
            "fingerprint": self.fingerprint,
            "n": self._n,
            "langs": list(self._langs),
            "widths": None if self._widths is None else list(self._widths),
            "layout": _plain(self._layout),
            "spec": self._spec,
        }
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
            Whether to read all vectors once and compare them with the fingerprint in the folder.
            Shapes and dtypes are always checked, and so is every text.

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
        new.__setstate__({**saved, "path": path, "rows": None})
        new._rows()
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
        sides, weight = _storage.read_rows(self._path, saved, self._side_names)
        self.__dict__.update(_sides=sides, _weight=weight)
        if self.is_text:
            self._verify()
        register(self)

    def _verify(self) -> None:
        """Compare the rows with the fingerprint that came with them."""
        found = self._like(_n=self._n, _weight=self._weight, _sides=self._sides).fingerprint
        if found != self._fingerprint:
            self.__dict__["_sides"] = None
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

    def __getstate__(self) -> dict[str, Any]:
        # Plain values only, and the fingerprint always among them: skops reads nothing else, and
        # joblib.hash must not change once the fingerprint or anything else has been computed.
        fingerprint = self.fingerprint
        by_value = self._in_memory and self._path is None and not pairs_are_left_out()
        return {
            "format": _FORMAT,
            "fingerprint": fingerprint,
            "n": self._n,
            "langs": list(self._langs),
            "widths": None if self._widths is None else list(self._widths),
            "layout": _plain(self._layout),
            "spec": self._spec,
            "path": self._path,
            "rows": list(self._rows()) if by_value else None,
            "weight": self._weight if by_value else None,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state["format"] != _FORMAT:
            raise ValueError(f"a {type(self).__name__} of unknown format {state['format']!r}")
        widths, layout, rows = state["widths"], state["layout"], state["rows"]
        if rows is not None:
            rows = tuple(tuple(s) if widths is None else frozen(s) for s in rows)
        weight = state.get("weight")
        self._set(
            _n=state["n"],
            _langs=tuple(state["langs"]),
            _widths=None if widths is None else tuple(widths),
            _weight=None if weight is None else frozen(weight),
            _layout=None if layout is None else BlockLayout(dict(layout)),
            _spec=state["spec"],
            _path=state["path"],
            _sides=rows,
            _fingerprint=state["fingerprint"],
        )

    def __sklearn_clone__(self) -> Self:
        return self

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, RowState)
        return self._n == other._n and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def _description(self) -> str:
        """Say what the rows are, for the repr."""
        what = "texts" if self._widths is None else "->".join(map(str, self._widths))
        no_rows = not self._in_memory and self._path is None
        return f"{self._n} {self._row_name} of {what}{', detached' if no_rows else ''}"


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
