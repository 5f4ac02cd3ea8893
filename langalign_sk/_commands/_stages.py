"""What a command says while it works: lines for people, objects for machines, little in pipes."""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LOGGER = logging.getLogger("langalign_sk.commands")
#: Facts of a record for machines, beside its words.
_FACTS = "langalign_facts"


class Stopped(KeyboardInterrupt):
    """An interrupt that knows what is kept of the work."""


@contextmanager
def heard(*, as_json: bool) -> Iterator[None]:
    """Bring what commands and the library say to standard error, for people or as JSON lines.

    A warning is one line in the words of the library, without the place in its source, and is said
    once.
    """
    handler = _JsonLines(sys.stderr) if as_json else _Words(sys.stderr)
    level, passed_on = _LOGGER.level, _LOGGER.propagate
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False
    try:
        with warnings.catch_warnings():
            said: set[str] = set()

            def show(message: Any, *_: Any, **__: Any) -> None:
                text = " ".join(str(message).split())
                if text not in said:
                    said.add(text)
                    say(text, kind="warning")

            warnings.showwarning = show
            yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(level)
        _LOGGER.propagate = passed_on


def say(message: str, *, kind: str = "", **facts: Any) -> None:
    """Say a line on standard error; results go to standard output.

    `kind` is "note", "warning" or "error", which a reader is to see as such, "stopped", or nothing.
    """
    prefix = {"": "", "stopped": "langalign-sk: "}.get(kind, f"langalign-sk: {kind}: ")
    told = {kind or "info": message, **facts}
    level = {"warning": logging.WARNING, "error": logging.ERROR}.get(kind, logging.INFO)
    _LOGGER.log(level, "%s%s", prefix, message, extra={_FACTS: told})


@contextmanager
def stage(name: str, about: str = "") -> Iterator[dict[str, Any]]:
    """Announce a stage on a terminal, and report its end to machines, with the facts put in."""
    facts: dict[str, Any] = {}
    line = f"{name}: {about}" if about else name
    _LOGGER.info("%s ...", line, extra={_FACTS: None})
    begin, status = time.perf_counter(), "failed"
    try:
        yield facts
        status = "done"
    except KeyboardInterrupt:
        status = "interrupted"
        raise
    finally:
        told = {"stage": name, "status": status, "seconds": round(time.perf_counter() - begin, 3)}
        _LOGGER.info("", extra={_FACTS: told | facts})


@contextmanager
def keeps(what: str) -> Iterator[None]:
    """Say what is kept where the work is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(what) from None


class _Words(logging.StreamHandler[Any]):
    """Lines for people; those of stages only on a terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        of_stage = getattr(record, _FACTS, None) is None
        if message and (not of_stage or self.stream.isatty()):
            self.stream.write(f"{message}\n")
            self.stream.flush()


class _JsonLines(logging.StreamHandler[Any]):
    """One JSON object a line."""

    def emit(self, record: logging.LogRecord) -> None:
        facts = getattr(record, _FACTS, {"info": record.getMessage()})
        if facts is not None:
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + "Z"
            line = json.dumps({"time": moment, **facts}, ensure_ascii=False, default=str)
            self.stream.write(f"{line}\n")
            self.stream.flush()
