"""Calls of an ASGI application in this process, without a server."""

import asyncio
import json
from contextlib import asynccontextmanager
from typing import NamedTuple


class Answer(NamedTuple):
    """What came back."""

    status: int
    text: str

    @property
    def json(self):
        return json.loads(self.text)


async def request(app, path, body=None, *, method=None, headers=None, parts=None):
    """Send one request: a body as JSON, bytes, or parts of which nobody says the length."""
    parts = parts or [body if isinstance(body, bytes | None) else json.dumps(body).encode()]
    left = [part or b"" for part in parts]
    status, said = [], []
    given = {"content-type": "application/json", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method or ("GET" if body is None and parts == [None] else "POST"),
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(key.encode(), value.encode()) for key, value in given.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }

    async def receive():
        if not left:
            await asyncio.sleep(3600)
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def send(message):
        status.extend([message["status"]] if "status" in message else [])
        said.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status[0], b"".join(said).decode())


@asynccontextmanager
async def started(app):
    """Start an application as a server does, and stop it."""
    to, back = asyncio.Queue(), asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.create_task(app(scope, to.get, back.put))
    await to.put({"type": "lifespan.startup"})
    begun = await back.get()
    assert begun["type"] == "lifespan.startup.complete", begun
    try:
        yield app
    finally:
        await to.put({"type": "lifespan.shutdown"})
        await back.get()
        await task


def ask(app, *requests):
    """Answers to requests, one after the other; each is the arguments of `request`."""

    async def run():
        async with started(app):
            return [await request(app, *args, **kwargs) for args, kwargs in requests]

    return asyncio.run(run())
