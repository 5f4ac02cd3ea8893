"""What training libraries change for the whole process, put back."""

from __future__ import annotations

import gc
import logging
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from langalign_sk._process import free_memory, random_state_kept, turns_at

_TALKERS = ("accelerate", "datasets", "peft", "sentence_transformers", "transformers")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Train inside; one at a time in a process, since all of this is the process's own.

    Random states, environment variables, logging levels and accelerate's shared state are after
    the block what they were before, however it ends.
    """
    with turns_at("tuning"), ExitStack() as stack:
        for keep in (_random_states, _environment, _logging, _accelerate):
            stack.enter_context(keep())
        stack.callback(_give_back)
        yield


def _give_back() -> None:
    """Free a trainer, which holds itself in circles, and with it the model and its optimizer."""
    gc.collect()
    free_memory()


@contextmanager
def _random_states() -> Iterator[None]:
    """Keep Python's, NumPy's and torch's global generators."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with random_state_kept():
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


@contextmanager
def _environment() -> Iterator[None]:
    """Keep the environment variables."""
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        for name, value in before.items():
            if os.environ.get(name) != value:
                os.environ[name] = value


@contextmanager
def _logging() -> Iterator[None]:
    """Let the libraries below report errors alone; keep their levels."""
    loggers = [logging.getLogger(name) for name in _TALKERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _accelerate() -> Iterator[None]:
    """Keep what accelerate shares among all its objects: devices, precision, counters."""
    import accelerate.state

    shared: list[dict[str, Any]] = [
        state._shared_state
        for state in (
            accelerate.state.PartialState,
            accelerate.state.AcceleratorState,
            accelerate.state.GradientState,
        )
    ]
    before = [dict(state) for state in shared]
    for state in shared:
        state.clear()
    try:
        yield
    finally:
        for state, kept in zip(shared, before, strict=True):
            state.clear()
            state.update(kept)
