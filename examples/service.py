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
from typing import Annotated

import joblib
from fastapi import FastAPI, Request
from pydantic import BaseModel, Field

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


app = FastAPI(title="Text classifier", lifespan=lifespan)


@app.get("/health")
def health(request: Request) -> dict[str, list[str]]:
    """Answer as soon as the model is loaded."""
    return {"classes": [str(label) for label in request.app.state.model.classes_]}


@app.post("/predict")
def predict(body: Texts, request: Request) -> list[Answer]:
    """Return the class of every text; a plain ``def``, so that it runs in a thread of its own."""
    model = request.app.state.model
    proba = model.predict_proba(body.texts)
    best = proba.argmax(axis=1)
    return [
        Answer(label=str(model.classes_[at]), confidence=float(row[at]))
        for row, at in zip(proba, best, strict=True)
    ]
