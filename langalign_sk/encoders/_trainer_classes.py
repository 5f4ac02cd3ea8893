"""Classes over sentence-transformers' trainer, made when needed: it takes seconds to import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langalign_sk._progress import progress_bar
from langalign_sk.encoders._tuning_folder import TuningFolder

_STATE = "trained.pt"


def trainer_class() -> Any:
    """Return the class of a trainer whose checkpoints hold all that it needs to go on."""
    import torch
    from sentence_transformers import SentenceTransformerTrainer

    class Batches(torch.utils.data.BatchSampler):
        """Batches whose order is told by the seed and the epoch, in every version below."""

        def __init__(self, inner: Any, generator: Any, seed: int, epoch: Any) -> None:
            self.inner, self.generator, self.seed, self.epoch = inner, generator, seed, epoch
            self.batch_size, self.drop_last = inner.batch_size, inner.drop_last

        def __iter__(self) -> Any:
            epoch = self.epoch(len(self.inner))
            self.inner.set_epoch(epoch)
            self.generator.manual_seed(self.seed + epoch)
            return iter(self.inner)

        def __len__(self) -> int:
            return len(self.inner)

    class Trainer(SentenceTransformerTrainer):
        """A trainer whose checkpoints hold all that is trained, the head of the loss included."""

        def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
            place = Path(output_dir or self.args.output_dir)
            place.mkdir(parents=True, exist_ok=True)
            trained = {n: p for n, p in self.loss.named_parameters() if p.requires_grad}
            torch.save({name: p.detach().cpu() for name, p in trained.items()}, place / _STATE)

        def _load_from_checkpoint(self, checkpoint_path: str, model: Any = None) -> None:
            state = torch.load(Path(checkpoint_path) / _STATE, weights_only=True)
            self.loss.load_state_dict(state, strict=False)

        def _load_best_model(self) -> None:
            self._load_from_checkpoint(self.state.best_model_checkpoint)

        def get_batch_sampler(self, dataset: Any, batch_size: int, **options: Any) -> Any:
            generator = torch.Generator()
            options |= {"generator": generator, "seed": self.args.seed}
            inner = super().get_batch_sampler(dataset, batch_size=batch_size, **options)
            training = dataset is self.train_dataset

            def epoch(count: int) -> int:
                return self.state.global_step // count if training else 0

            return Batches(inner, generator, self.args.seed, epoch)

        def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
            """Write no model card: it would ask the Hub about the model."""

    return Trainer


def watch_class() -> Any:
    """Return the class of what shows progress and looks after the checkpoints."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        """Progress, and checkpoints known to be whole."""

        def __init__(self, folder: TuningFolder, total: int, progress: bool | str) -> None:
            self.folder = folder
            self.bar = progress_bar(total, desc="tuning", unit="steps", progress=progress)
            self.done = 0

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            # Older trainers leave the gradients of what is in the loss alone: they would add up.
            kwargs["optimizer"].zero_grad()
            self.bar.update(state.global_step - self.done)
            self.done = state.global_step

        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            self.folder.saved(state.global_step, state.best_model_checkpoint)

    return Watch
