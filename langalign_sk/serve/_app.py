"""The endpoints of a service."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from langalign_sk._version import __version__
from langalign_sk.serve._around import BodyLimit, Counted
from langalign_sk.serve._batches import Batches
from langalign_sk.serve._metrics import Metrics
from langalign_sk.serve._model import ServedModel
from langalign_sk.serve._page import page

logger = logging.getLogger("langalign_sk.serve")

_ABOUT = """A classifier of texts. Texts are in no log and no error.

Send texts to `POST /predict`; every row is answered, in order."""


class Texts(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"texts": ["환불해 주세요", "Where is my parcel?", "👍"]},
                {"texts": ["Wo ist mein Paket?"], "language": "de"},
            ]
        }
    )
    texts: list[str | tuple[str, str]] = Field(
        description="Texts; pairs of two where the model reads two texts a row"
    )
    language: str | None = Field(None, description="Language of all texts; told for each without")


class Row(BaseModel):
    """The answer for one text."""

    label: str = Field(description="The class", examples=["refund"])
    confidence: float | None = Field(description="How sure the model is, 0 to 1", examples=[0.93])
    reason: str = Field(description="Why the answer is worth little; empty for most", examples=[""])


class Answers(BaseModel):
    """An answer for every text, in their order."""

    answers: list[Row]


class BadRow(BaseModel):
    """A text that can't be answered; it is not repeated."""

    row: int | None = Field(description="Place in `texts`, from 0", examples=[2])
    problem: str = Field(examples=["a text is needed"])


class Refusal(BaseModel):
    """Why a request was refused."""

    detail: list[BadRow]


class State(BaseModel):
    """What is served."""

    status: str = Field(examples=["ready"])
    classes: list[str] = Field(examples=[["delivery", "refund"]])
    languages: list[str] = Field(examples=[["en", "ko"]])


class _RefusedError(Exception):
    """Rows that can't be answered, and why."""

    def __init__(self, *problems: tuple[int | None, str]) -> None:
        super().__init__("refused")
        self.problems = problems


def make_app(
    model: Any, *, max_rows: int, max_characters: int, max_bytes: int, counts: Path | None
) -> FastAPI:
    """Make the application; the model is opened when a server starts it."""
    metrics = Metrics(counts)
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        served = await asyncio.to_thread(ServedModel, model, metrics, counts)
        state.update(model=served, batches=Batches(served.work))
        logger.info("ready: %d classes", len(served.classes))
        yield
        state.pop("model")
        state.pop("batches").close()

    app = FastAPI(
        title="Text classifier",
        description=_ABOUT,
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load scripts from another host
        redoc_url=None,
    )
    app.add_middleware(BodyLimit, most=max_bytes)
    app.add_middleware(Counted, path="/predict", metrics=metrics)  # around it

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _refusal(metrics, _problems(error))

    @app.exception_handler(_RefusedError)
    async def refused(request: Request, error: _RefusedError) -> JSONResponse:
        return _refusal(metrics, error.problems)

    @app.post(
        "/predict",
        responses={422: {"model": Refusal}, 413: {"description": "The request is too large"}},
    )
    async def predict(body: Texts, request: Request) -> Answers:
        """Answer every text, in order; those that say nothing get a label and a reason."""
        served: ServedModel = state["model"]
        request.state.rows = len(body.texts)
        _check(body.texts, served.n_texts, max_rows, max_characters)
        try:
            language = served.language(body.language)
        except ValueError as error:
            raise _RefusedError((None, f"language: {error}")) from None
        found = await _answered(state["batches"], body.texts, language)
        metrics.answers([answer.reason for answer in found])
        return Answers(answers=[Row(**answer._asdict()) for answer in found])

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Tell that the process lives."""
        return {"status": "ok"}

    @app.get("/ready", responses={503: {"description": "The model is not there (any more)"}})
    async def ready() -> Any:
        """Tell that the model is loaded, and what it knows."""
        served = state.get("model")
        if served is None:
            return JSONResponse({"status": "not ready"}, 503)
        known = {"classes": served.classes, "languages": list(served.languages)}
        return State(status="ready", **known)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def measured() -> PlainTextResponse:
        """Return counts, as Prometheus reads them."""
        served: ServedModel | None = state.get("model")
        text = metrics.text()
        if served is not None and served.watch is not None:
            text += served.watch.text()
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    @app.get("/docs", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    return app


async def _answered(batches: Batches, texts: list[Any], language: str | None) -> list[Any]:
    """Return an answer for each text; say which of them can't be answered."""
    try:
        return await batches.answer(texts, language)
    except ValueError:
        tried = [batches.answer([text], language) for text in texts]
        found = await asyncio.gather(*tried, return_exceptions=True)
        bad = [row for row, one in enumerate(found) if isinstance(one, ValueError)]
        problems: list[tuple[int | None, str]] = [(row, "can't be read") for row in bad]
        if not problems:
            raise
        raise _RefusedError(*problems) from None


def _check(texts: list[Any], n_texts: int, max_rows: int, max_characters: int) -> None:
    """Refuse what the model can't read, row by row."""
    if not 1 <= len(texts) <= max_rows:
        raise _RefusedError((None, f"1 to {max_rows:,} texts are taken, got {len(texts):,}"))
    wanted = "one text" if n_texts == 1 else "two texts, [first, second],"
    bad: list[tuple[int | None, str]] = []
    for row, text in enumerate(texts):
        sides = [text] if isinstance(text, str) else text
        if len(sides) != n_texts:
            bad.append((row, f"{wanted} a row is needed"))
        elif max(map(len, sides)) > max_characters:
            bad.append((row, f"a text may have at most {max_characters:,} characters"))
    if bad:
        raise _RefusedError(*bad)


def _problems(error: RequestValidationError) -> tuple[tuple[int | None, str], ...]:
    """Return the rows of a body that are no texts, or what else is wrong with it."""
    found: dict[int | None, str] = {}
    for problem in error.errors():
        place = problem["loc"]
        if place[1:2] == ("texts",) and len(place) > 2:
            found.setdefault(int(place[2]), "a text is needed")
        elif problem["type"] == "json_invalid":
            found.setdefault(None, "the body is no JSON")
        elif place[1:2] in (("texts",), ("language",)):
            found.setdefault(None, f"{place[1]}: {problem['msg']}")
        else:
            found.setdefault(None, 'a JSON object is needed: {"texts": ["...", "..."]}')
    return tuple(found.items())


def _refusal(metrics: Metrics, problems: Any) -> JSONResponse:
    """Return the answer to a request with bad rows."""
    metrics.refused(sum(row is not None for row, _ in problems))
    return JSONResponse(
        {"detail": [{"row": row, "problem": problem} for row, problem in problems]}, 422
    )
