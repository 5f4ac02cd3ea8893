"""A classifier behind HTTP, with FastAPI.

    pip install langalign-sk fastapi uvicorn
    LANGALIGN_MODEL=out/model.joblib uvicorn examples.service:app --port 8000
    curl localhost:8000/predict -H 'Content-Type: application/json' \
        -d '{"texts": ["환불해 주세요"]}'

The model is what `langalign-sk transfer` wrote, or any fitted pipeline saved by joblib: load only
files that you trust. Requests run in a pool of threads, which the pipeline allows; start more
processes (``--workers``) to use more cores.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import joblib
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MOST_BYTES = 8 * 2**20  # of a request; 256 texts of 20,000 characters may be more, and are refused
Text = Annotated[str, Field(max_length=20_000)]


class Texts(BaseModel):
    """What a client sends."""

    texts: Annotated[list[Text], Field(min_length=1, max_length=256)]


class Answer(BaseModel):
    """The class of one text, and how sure the classifier is."""

    label: str
    confidence: float


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the model before the first request is let in, encoder included."""
    app.state.model = joblib.load(os.environ["LANGALIGN_MODEL"])
    app.state.model.predict(["warm up"])
    yield


class BodyLimit:
    """Middleware: a request that is too large is refused before it fills the memory."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, counting what comes in."""
        length = dict(scope.get("headers", ())).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            await JSONResponse({"detail": "request too large"}, 413)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_BYTES:
                raise HTTPException(413, "request too large")
            return message

        await self.app(scope, counted, send)


app = FastAPI(title="Text classifier", lifespan=lifespan)
app.add_middleware(BodyLimit)


@app.exception_handler(RequestValidationError)
def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong with a request, and where, without repeating what is in it."""
    detail = [{key: problem[key] for key in ("type", "loc", "msg")} for problem in error.errors()]
    return JSONResponse({"detail": detail}, 422)


@app.get("/health")
def health(request: Request) -> dict[str, list[str]]:
    """Answer as soon as the model is loaded."""
    return {"classes": [str(label) for label in request.app.state.model.classes_]}


@app.post("/predict")
def predict(body: Texts, request: Request) -> list[Answer]:
    """Return the class of every text; a plain ``def``, so that it runs in a thread of its own."""
    model = request.app.state.model
    try:
        proba = model.predict_proba(body.texts)
    except ValueError:  # its message quotes a text
        raise HTTPException(422, "a text is in none of the model's languages") from None
    best = proba.argmax(axis=1)
    return [
        Answer(label=str(model.classes_[at]), confidence=float(row[at]))
        for row, at in zip(proba, best, strict=True)
    ]
