"""What a user sees when an embedding server fails: ``python -m benchmarks.http_faults``.

A real HTTP server on loopback serves all-MiniLM-L6-v2 to an `HttpEncoder` and fails on order. Each
row embeds the same texts through a disk cache of its own; where the first run ends in an error, a
second one follows, and the texts that the server embedded are counted over both.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.embedding_server import EmbeddingServer
from langalign_sk import EmbeddingExtractor
from langalign_sk._io import text_table
from langalign_sk.encoders import HttpEncoder

#: Fault, and the answers before and after it: None is a right one.
CASES: dict[str, list[Any]] = {
    "none": [],
    "slow answer, then right": [None, "slow"],
    "429, asked to wait 1 s": [None, (429, {"Retry-After": "1"})],
    "500 twice": [None, 500, 500],
    "connection cut": [None, "cut"],
    "answer cut in half": [None, "half"],
    "answer is no JSON": [None, "html"],
    "500 for good": [None, *[500] * 3],
    "wrong number of rows": [None, "rows"],
    "NaN": [None, "nan"],
    "answers in another order": ["order", "order"],
    "key refused": [None, 401],
    "redirect": [None, (307, {"Location": "http://127.0.0.1:9/"})],
}
N_TEXTS = 400


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http_faults", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--texts", type=int, default=N_TEXTS, help="default: %(default)s")
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    logging.getLogger("langalign_sk").addHandler(logging.NullHandler())
    texts = list(dict.fromkeys(real_data.sib200(args.data, "en").texts))[: args.texts]
    local = real_data.english_encoder(args.encoder)
    wanted = local.transform(texts)
    rows = [case(name, faults, texts, local, wanted) for name, faults in CASES.items()]
    head = ["fault", "what the user saw", "result", "texts embedded / texts"]
    print(text_table([head, *([str(row[name]) for name in head] for row in rows)]))
    if not args.dry_run:
        real_data.write_result(
            "http_faults", {"n_texts": len(texts), "rows": rows, "versions": real_data.versions()}
        )


def case(
    name: str, faults: list[Any], texts: list[str], local: EmbeddingExtractor, wanted: Any
) -> dict[str, Any]:
    """One row of the table."""
    embedded = 0

    def encode(batch: list[str]) -> Any:
        nonlocal embedded
        embedded += len(batch)
        return local.transform(batch)

    seen = []
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddingServer(encode, list(faults), slow=4.0) as server,
    ):
        encoder = HttpEncoder(
            server.url, "minilm", batch_size=32, concurrency=1, timeout=2.0, max_retries=2
        )
        embed = EmbeddingExtractor(encoder, cache=Path(folder) / "cache")
        log = _Messages()
        logging.getLogger("langalign_sk").addHandler(log)
        try:
            vectors = embed.transform(texts)
        except (OSError, ValueError) as error:
            seen.append(f"{type(error).__name__}: {error}")
            vectors = embed.transform(texts)
        finally:
            logging.getLogger("langalign_sk").removeHandler(log)
        seen = [*log.messages, *seen]
        shown = " | ".join(message.replace(server.url, "URL") for message in seen)
    closest = float(np.abs(vectors - wanted).max())
    return {
        "fault": name,
        "what the user saw": shown or "nothing",
        "result": "right" if closest < 1e-5 else f"WRONG by {closest:.3g}",
        "texts embedded / texts": round(embedded / len(texts), 3),
    }


class _Messages(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.messages.append(record.getMessage())


if __name__ == "__main__":
    main()
