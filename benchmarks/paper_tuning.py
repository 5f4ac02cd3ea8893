"""Step 1 of `benchmarks.paper`: MiniLM tuned on the English rows of a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import real_data
from benchmarks.paper_data import Encode, Texts
from benchmarks.real_data import VectorStore, say
from langalign_sk import EmbeddingExtractor, TunedEncoder


def tuned_encoder(args: Any, task: Texts, seed: int) -> Encode:
    """Tune, or go on where a tuning was stopped, and return the encoder."""
    return VectorStore(EmbeddingExtractor(tuned_model(args, task, seed)), args.cache)


def tuned_model(args: Any, task: Texts, seed: int) -> TunedEncoder:
    """Tune, or go on where a tuning was stopped."""
    model = TunedEncoder(
        args.encoder or real_data.minilm(),
        epochs=args.epochs,
        learning_rate=3e-5,
        product=len(task.english) == 2,
        folder=Path(args.cache) / "paper-tunings",
        random_state=seed,
    )
    rows: Any = task.english[0] if len(task.english) == 1 else list(zip(*task.english, strict=True))
    say(f"{task.name}: tuning on {len(rows)} English rows, seed {seed}")
    model.fit(rows, task.y_english)
    say(f"{task.name}: tuned in {model.seconds_:.0f} s")
    return model
