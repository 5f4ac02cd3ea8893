"""Vectors by text, in memory and on disk."""

# For the other rooms.
from langalign_sk.store._care import parts as parts, prune as prune, verify as verify
from langalign_sk.store._disk import DiskCache, claim as claim
from langalign_sk.store._folder import cache_folder as cache_folder
from langalign_sk.store._memory import MemoryCache, VectorCache, text_key as text_key
from langalign_sk.store._pool import expect_workers as expect_workers
from langalign_sk.store._resolve import resolve_cache as resolve_cache

__all__ = [
    "DiskCache",
    "MemoryCache",
    "VectorCache",
]
