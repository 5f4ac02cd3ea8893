"""Where torch computes, in which type, and what to do when a device's memory runs out.

The one policy for encoders, maps and measures. Nothing that lives on a device outlasts the work it
was made for, except loaded models, and nothing of it is saved: results are numpy arrays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")

#: Looked for in this order where no device is named.
BEST = ("cuda", "xpu", "mps")
_MEMORY_SIGNS = ("out of memory", "allocate memory", "alloc_failed")
#: Share of a device's free memory that data may take; the rest is for the work on it.
_SHARE_FOR_DATA = 0.5
#: Bytes of an array that are on their way to a device at a time.
_UPLOAD = 64 * 2**20


def resolve_device(device: Any = None) -> Any:
    """Return the ``torch.device`` that is meant, and make sure that this process can use it.

    None and "auto" are the best there is: a CUDA (or ROCm) GPU, an Intel one, an Apple one, else
    the processor. A device that is named is never replaced by another.
    """
    import torch

    place = None if device is None or device == "auto" else _named(device)
    # Asked first: in such a child torch finds no GPU at all.
    if (place is None or place.type == "cuda") and torch.cuda._is_in_bad_fork():
        raise RuntimeError(
            "this process was forked from one that used the GPU, and CUDA works in no such child: "
            "start workers anew (joblib's loky, or multiprocessing's 'spawn'), or compute with "
            "device='cpu' here"
        )
    if place is None:
        return torch.device(next((kind for kind in BEST if _count(kind)), "cpu"))
    lack = _lack(place)
    if lack is not None:
        raise ValueError(  # a saved pipeline may meet such a machine
            f"device={str(device)!r}: this machine has {lack}; device=None takes the best device "
            "there is"
        )
    return place


def device_exists(device: Any) -> bool:
    """Tell whether this machine has the device, and torch for it; raise for what is none."""
    if find_spec("torch") is None:
        return False
    return device == "auto" or _lack(_named(device)) is None


def precision(device: Any, dtype: str) -> Any:
    """Context in which products are of that type; weights and sums stay float32.

    It is bfloat16 only where somebody asked for it, on every device.
    """
    import torch

    wanted = dtype != "float32"
    return torch.autocast(device.type, getattr(torch, dtype) if wanted else None, enabled=wanted)


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Leave torch's global generators, those of GPUs too, as they were before the block."""
    import torch

    with torch.random.fork_rng(devices=range(_count("cuda"))):
        yield


def to_device(array: npt.NDArray[Any], device: Any) -> Any:
    """Return a copy of an array there; a GPU takes it while the processor goes on."""
    import torch

    if device.type != "cuda":
        return torch.tensor(array, device=device)
    kind = torch.from_numpy(np.empty(0, array.dtype)).dtype
    pinned = torch.empty(array.shape, dtype=kind, pin_memory=True)
    pinned.numpy()[...] = array
    return pinned.to(device, non_blocking=True)  # torch keeps what is pinned until it has arrived


def placed(
    shape: tuple[int, ...], part: Callable[[slice], npt.NDArray[np.float32]], device: Any
) -> Any:
    """Return rows there as float32, written part by part: pinned memory is dear."""
    import torch

    rows = torch.empty(shape, dtype=torch.float32, device=device)
    step = max(1, _UPLOAD // (4 * int(np.prod(shape[1:]))))
    for start in range(0, shape[0], step):
        taken = slice(start, min(start + step, shape[0]))
        rows[taken] = to_device(part(taken), device)
    return rows


def room_for_data(device: Any) -> int:
    """Return how many bytes of data a device may keep throughout a piece of work; 0 for others.

    A processor reads its own memory, or a file, anyway.
    """
    import torch

    if device.type != "cuda":
        return 0
    return int(torch.cuda.mem_get_info(device)[0] * _SHARE_FOR_DATA)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether memory ran out: on a GPU, or in a runtime such as ONNX's."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return any(sign in str(error).lower() for sign in _MEMORY_SIGNS)


def free_memory() -> None:
    """Give unused memory of a GPU back, where torch holds some."""
    torch = sys.modules.get("torch")
    if torch is None:
        return
    for kind in BEST:
        if _count(kind):
            getattr(torch, kind).empty_cache()


def in_parts(count: int, size: int, compute: Callable[[slice], T]) -> Iterator[T]:
    """Compute rows in runs of `size`, in shorter ones from where memory runs out on.

    One row that does not fit raises what its device raised.
    """
    start = 0
    while start < count:
        rows, result = slice(start, min(start + size, count)), None
        try:
            result = compute(rows)
        except (RuntimeError, MemoryError) as error:
            if rows.stop - start == 1 or not is_out_of_memory(error):
                raise
        # Outside of the handler, where the error no longer holds on to the tensors.
        if result is None:
            size = (rows.stop - start) // 2
            free_memory()
            continue
        yield result
        start = rows.stop


def _named(device: Any) -> Any:
    """Return a device of torch for its name."""
    import torch

    try:
        return torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"device={device!r}: no such kind of device; take 'auto', 'cpu', 'cuda', 'cuda:1' or "
            "what else torch.device takes"
        ) from error


def _count(kind: str) -> int:
    """How many devices of a kind this machine has."""
    import torch

    if kind == "mps":
        return int(torch.backends.mps.is_available())
    module: Any = getattr(torch, kind)
    return int(module.device_count()) if module.is_available() else 0


def _lack(device: Any) -> str | None:
    """What a machine lacks for a device, in words; None for nothing that is known here."""
    if device.type not in BEST:
        return None
    count = _count(device.type)
    name = device.type.upper()
    if not count:
        return f"no {name} device"
    if (device.index or 0) >= count:
        return f"{count} {name} device{'s' if count > 1 else ''}, numbered from 0"
    return None
