"""What stands around the endpoints: a bound on requests, a count and a log line of each."""

from __future__ import annotations

import logging
import time
from typing import Any

from fastapi import HTTPException
from fastapi.responses import JSONResponse

from langalign_sk.serve._metrics import Metrics

logger = logging.getLogger("langalign_sk.serve")


class BodyLimit:
    """Middleware of an ASGI application: passes requests on, counting what comes in."""

    def __init__(self, app: Any, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, or answer 413."""
        said = f"a request may have at most {self.most:,} bytes: send several"
        length = dict(scope.get("headers", ())).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.most:
            await JSONResponse({"detail": said}, 413)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise HTTPException(413, said)
            return message

        await self.app(scope, counted, send)


class Counted:
    """Middleware: counts requests to a path, and logs a line of each, without its texts."""

    def __init__(self, app: Any, path: str, metrics: Metrics) -> None:
        self.app = app
        self.path = path
        self.metrics = metrics

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on; one that fails is answered 500."""
        if scope["type"] != "http" or scope["path"] != self.path:
            await self.app(scope, receive, send)
            return
        started, code = time.perf_counter(), 0

        async def seen(message: Any) -> None:
            nonlocal code
            code = message.get("status", code)
            await send(message)

        try:
            await self.app(scope, receive, seen)
        except Exception as error:  # never with what it says, which may quote a text
            logger.error("failed: %s", type(error).__name__)
            logger.debug("failed", exc_info=True)
            if not code:
                said = {"detail": "the service failed; its log names the error"}
                await JSONResponse(said, 500)(scope, receive, seen)
        finally:
            seconds = time.perf_counter() - started
            self.metrics.request(code, seconds)
            rows = scope.get("state", {}).get("rows", 0)
            logger.info("%s %d rows=%d ms=%.1f", self.path, code, rows, 1e3 * seconds)
