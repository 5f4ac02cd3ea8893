"""Requests that arrive while the model is at work: the next piece of work answers them together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any


@dataclass(eq=False)
class _Request:
    """Rows that a client waits for."""

    rows: Sequence[Any]
    kind: Hashable
    answers: asyncio.Future[list[Any]]


class Batches:
    """Work through requests in the order of their arrival, as many as fit at a time.

    ``work(rows, kind)`` gives an answer per row, in a thread beside the event loop. A request that
    finds nobody at work begins at once. Where a piece of work fails, each request of it is worked
    on by itself: an error is the error of one request alone.

    Parameters
    ----------
    work : callable
        From rows, and their kind, to a list of answers.
    most : int
        Rows of a piece of work, unless one request alone has more.
    """

    def __init__(self, work: Callable[[Sequence[Any], Any], list[Any]], most: int = 64) -> None:
        self._work = work
        self._most = most
        self._waiting: deque[_Request] = deque()
        self._running: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="langalign-serve")

    async def answer(self, rows: Sequence[Any], kind: Hashable = None) -> list[Any]:
        """Return an answer for each row; rows of different kinds are never worked on together."""
        loop = asyncio.get_running_loop()
        request = _Request(rows, kind, loop.create_future())
        self._waiting.append(request)
        if self._running is None:
            self._running = loop.create_task(self._run())
        return await request.answers

    async def _run(self) -> None:
        """Work until nobody waits."""
        try:
            while self._waiting:
                batch = self._next()
                if batch:
                    await self._serve(batch)
        finally:
            self._running = None

    def _next(self) -> list[_Request]:
        """Take the first request, and those of its kind behind it that fit."""
        batch: list[_Request] = []
        left: deque[_Request] = deque()
        room = 0
        for request in self._waiting:
            if request.answers.done():  # whoever asked has gone away
                continue
            first = not batch
            room = self._most if first else room
            if first or (request.kind == batch[0].kind and len(request.rows) <= room):
                batch.append(request)
                room -= len(request.rows)
            else:
                left.append(request)
        self._waiting = left
        return batch

    async def _serve(self, batch: list[_Request]) -> None:
        """Work on some requests, and hand each its answers or its error."""
        loop = asyncio.get_running_loop()
        rows = [row for request in batch for row in request.rows]
        try:
            answers = await loop.run_in_executor(self._pool, self._work, rows, batch[0].kind)
        except Exception as error:
            if len(batch) > 1:
                for request in batch:
                    await self._serve([request])
            elif not batch[0].answers.done():
                batch[0].answers.set_exception(error)
            return
        start = 0
        for request in batch:
            stop = start + len(request.rows)
            if not request.answers.done():
                request.answers.set_result(answers[start:stop])
            start = stop

    def close(self) -> None:
        """Give up the thread."""
        self._pool.shutdown()
