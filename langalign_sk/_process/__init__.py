"""What a process shares: bounded caches, locks, loaded models."""

from langalign_sk._process._bounded import BoundedCache as BoundedCache
from langalign_sk._process._models import (
    encode_lock as encode_lock,
    identity as identity,
    load_once as load_once,
)
from langalign_sk._process._pickling import (
    pairs_are_left_out as pairs_are_left_out,
    register as register,
)
