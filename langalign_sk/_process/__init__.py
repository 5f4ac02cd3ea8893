"""State that a process shares: bounded caches, locks, loaded models. There is none elsewhere."""

from langalign_sk._process._bounded import BoundedCache as BoundedCache, held_bytes as held_bytes
from langalign_sk._process._caches import (
    Memo as Memo,
    caches as caches,
    clear_caches as clear_caches,
    computed_once as computed_once,
    give_back as give_back,
)
from langalign_sk._process._device import (
    device_exists as device_exists,
    free_memory as free_memory,
    in_parts as in_parts,
    is_out_of_memory as is_out_of_memory,
    placed as placed,
    precision as precision,
    random_state_kept as random_state_kept,
    resolve_device as resolve_device,
    room_for_data as room_for_data,
    to_device as to_device,
)
from langalign_sk._process._fork import Lock as Lock, renew_in_children as renew_in_children
from langalign_sk._process._in_flight import in_flight as in_flight
from langalign_sk._process._models import load_once as load_once, release_models as release_models
from langalign_sk._process._objects import (
    identity as identity,
    joining as joining,
    living as living,
    mark as mark,
    marked as marked,
    note as note,
    noted as noted,
    register as register,
)
from langalign_sk._process._pickling import (
    pairs_are_left_out as pairs_are_left_out,
    without_pairs as without_pairs,
)
from langalign_sk._process._turns import Turns as Turns, turns_at as turns_at
