"""Names and notes of objects: one for each, gone with it."""

import gc

from langalign_sk._process import _objects, identity, note, noted


class Plain:
    pass


class Bare:
    __slots__ = ()  # cannot be referred to weakly


def test_no_two_objects_ever_share_a_name():
    seen = set()
    for _ in range(300):
        for kind in (Plain, Bare):
            thing = kind()
            name = identity(thing)
            assert identity(thing) == name
            assert name not in seen
            seen.add(name)
            del thing


def test_objects_without_weak_references_are_not_collected_for_ever():
    gc.collect()
    before = len(_objects._tokens)
    for _ in range(500):
        identity(Bare())
    assert len(_objects._tokens) <= before + _objects._STRONG
    assert len(_objects._strong) <= _objects._STRONG


def test_notes_go_with_their_object():
    thing = Plain()
    assert noted(thing) is None
    note(thing, "one")
    note(thing, "two")
    assert noted(thing) == "two"
    before = len(_objects._notes)
    del thing
    gc.collect()
    assert len(_objects._notes) == before - 1
