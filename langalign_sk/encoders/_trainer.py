"""sentence-transformers' trainer, told to leave no traces and to save what it needs to go on."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._process import resolve_device
from langalign_sk.encoders._trainer_classes import trainer_class, watch_class
from langalign_sk.encoders._tuning_folder import TuningFolder

_STEPS = 500  # between checkpoints and looks at held-out rows, where an epoch takes longer
_WARM_UP = 0.1
_HEAD_RATE = 1e-3


@dataclass(frozen=True)
class Rows:
    """Columns of texts, or of two texts to be read at once, and a label for each row."""

    columns: list[list[Any]]
    labels: Any

    def dataset(self) -> Any:
        """Return the rows as the trainers take them."""
        from datasets import Dataset

        texts = {f"text{n}": column for n, column in enumerate(self.columns)}
        return Dataset.from_dict({**texts, "label": list(self.labels)})

    def take(self, rows: Any) -> Rows:
        """Return some rows."""
        columns = [[column[row] for row in rows] for column in self.columns]
        return Rows(columns, [self.labels[row] for row in rows])


@dataclass(frozen=True)
class Course:
    """How long, in which steps, where and how exactly is trained."""

    epochs: float
    batch_size: int
    learning_rate: float
    seed: int
    patience: int | None = None
    by_label: bool = False
    device: str | None = None
    dtype: str = "float32"
    progress: bool | str = "auto"

    def defining(self) -> list[Any]:
        """Return what makes a difference to the weights, as far as it can be known before."""
        steps = (self.epochs, self.batch_size, self.learning_rate, self.patience)
        return [*steps, self.seed, self.dtype]


def train(
    model: Any, loss: Any, rows: Rows, held_out: Rows | None, course: Course, folder: TuningFolder
) -> list[dict[str, float]]:
    """Train a SentenceTransformer and its loss, from the last checkpoint in the folder if any.

    Return what is known of the way: losses by epoch.
    """
    import torch
    from transformers import EarlyStoppingCallback

    per_epoch = math.ceil(len(rows.labels) / course.batch_size)
    total = math.ceil(per_epoch * course.epochs)
    watches = watch_class()(folder, total, course.progress)
    callbacks = [watches]
    if held_out is not None and course.patience is not None:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=course.patience))
    with warnings.catch_warnings(), torch.serialization.safe_globals(_numpy_names()):
        # That the batches of a resumed epoch are skipped, that lists become tensors ...
        warnings.filterwarnings("ignore", module=r"(transformers|accelerate|torch)\.")
        trainer = trainer_class()(
            model=model,
            args=_arguments(course, folder, per_epoch, total, best=held_out is not None),
            train_dataset=rows.dataset(),
            eval_dataset=None if held_out is None else held_out.dataset(),
            loss=loss,
            callbacks=callbacks,
            optimizers=(_optimizer(model, loss, course.learning_rate), None),
        )
        _remove_printers(trainer)
        last = folder.last()
        with watches.bar:
            trainer.train(resume_from_checkpoint=None if last is None else str(last))
    return [
        {name: float(value) for name, value in entry.items() if name in _TOLD}
        for entry in trainer.state.log_history
        if "loss" in entry or "eval_loss" in entry
    ]


_TOLD = ("epoch", "loss", "eval_loss")


def _arguments(
    course: Course, folder: TuningFolder, per_epoch: int, total: int, *, best: bool
) -> Any:
    """Arguments of the trainer."""
    from sentence_transformers import SentenceTransformerTrainingArguments

    kind = place_to_train(course.device).type
    at = min(_STEPS, per_epoch)
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder.path),
        num_train_epochs=course.epochs,
        per_device_train_batch_size=course.batch_size,
        per_device_eval_batch_size=course.batch_size,
        learning_rate=course.learning_rate,
        warmup_steps=int(_WARM_UP * total),
        seed=course.seed,
        data_seed=course.seed,
        use_cpu=kind == "cpu",
        bf16=course.dtype == "bfloat16",
        fp16=course.dtype == "float16",
        eval_strategy="steps" if best else "no",
        save_strategy="steps",
        logging_strategy="steps",
        eval_steps=at,
        save_steps=at,
        logging_steps=at,
        load_best_model_at_end=best,
        metric_for_best_model="eval_loss" if best else None,
        greater_is_better=False if best else None,
        batch_sampler="group_by_label" if course.by_label else "batch_sampler",
        dataloader_pin_memory=kind == "cuda",
        disable_tqdm=True,
        report_to="none",
        log_level="error",
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # copies on several cards are not for small batches
    return arguments


def _optimizer(model: Any, loss: Any, rate: float) -> Any:
    """AdamW; what a loss has of its own, such as a head, begins from nothing and goes faster."""
    import torch

    own = {id(parameter) for parameter in model.parameters()}
    inner = [p for p in loss.parameters() if id(p) in own and p.requires_grad]
    outer = [p for p in loss.parameters() if id(p) not in own and p.requires_grad]
    groups = [
        {"params": [p for p in inner if p.ndim > 1], "lr": rate, "weight_decay": 0.01},
        {"params": [p for p in inner if p.ndim <= 1], "lr": rate, "weight_decay": 0.0},
        {"params": outer, "lr": max(rate, _HEAD_RATE), "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([group for group in groups if group["params"]])


def _remove_printers(trainer: Any) -> None:
    """Print nothing."""
    from transformers import PrinterCallback, ProgressCallback

    for printer in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(printer)


def _numpy_names() -> list[Any]:
    """Return what the random states in a checkpoint are made of, which torch asks to be named."""
    array = np.zeros(1, dtype=np.uint32)
    return [array.__reduce__()[0], np.ndarray, np.dtype, type(array.dtype)]


def place_to_train(device: str | None) -> Any:
    """Return the device to train on."""
    place = resolve_device(device)
    if place.index:
        raise ValueError(
            f"device={device!r}: the trainers take the first device; choose with the environment "
            "variable CUDA_VISIBLE_DEVICES which one that is"
        )
    return place
