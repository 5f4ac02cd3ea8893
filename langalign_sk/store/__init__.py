"""Vectors by text, in memory and on disk."""

# For the other rooms.
from langalign_sk.store._care import parts as parts, prune as prune, verify as verify
from langalign_sk.store._choice import resolve_cache as resolve_cache
from langalign_sk.store._disk import DiskCache, claim as claim
from langalign_sk.store._folder import store_at as store_at
from langalign_sk.store._memory import MemoryCache, VectorCache, text_key as text_key

__all__ = [
    "DiskCache",
    "MemoryCache",
    "VectorCache",
]
