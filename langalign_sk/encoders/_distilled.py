"""A language model that learns another one's vectors from pairs of translations."""

from __future__ import annotations

import time
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, Self

from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from langalign_sk._io import as_texts
from langalign_sk._numeric import Float32Array
from langalign_sk.encoders._base import base_checkpoint, base_model, needed, write_checkpoint
from langalign_sk.encoders._checks import check_parameters
from langalign_sk.encoders._held import HeldCheckpoint
from langalign_sk.encoders._hub_model import with_settings
from langalign_sk.encoders._losses import distillation
from langalign_sk.encoders._objects import make_encoder
from langalign_sk.encoders._protocol import checked_rows
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._trained import TrainedEncoder
from langalign_sk.encoders._trainer import Course, Rows, place_to_train, train
from langalign_sk.encoders._tuning_folder import TuningFolder, digest_of, tuning_folder
from langalign_sk.encoders._undisturbed import undisturbed


class DistilledEncoder(TrainedEncoder):
    """Teach a model the vectors of another one, from translations; then an encoder for both.

    The student learns that a sentence and its translation both have the vector that the teacher
    gives to the sentence (mean squared error). It is the rival of a map: learned from the same
    pairs, in minutes instead of milliseconds, and it may know what a linear map cannot.

    Parameters
    ----------
    model : str or path
        The student: a checkpoint that knows the target language.
    teacher : str, path, HubModel or object
        Any encoder of the source language that `EmbeddingExtractor` takes, such as a fitted
        `TunedEncoder`. Where its vectors have another width than the student's, the student gets a
        linear layer on top.
    epochs : float, default=1
        How often each pair is seen.
    batch_size : int, default=32
        Pairs in a step.
    learning_rate : float, default=2e-5
        Highest rate, after a tenth of the steps; it falls to zero by the end.
    max_length : int, default=None
        Most tokens of a text; None takes the model's own limit.
    device, dtype, folder, random_state, progress
        As for `TunedEncoder`.

    Attributes
    ----------
    checkpoint_ : object
        The student's weights and its tokeniser, in memory.
    history_ : list of dict
        The loss on the way, by epoch.
    seconds_ : float
        How long it took, the teacher's vectors included.

    See Also
    --------
    TunedEncoder : Tune an encoder on labels.
    langalign_sk.TextAligner : A map from the same pairs.

    References
    ----------
    Reimers, N. and Gurevych, I. (2020). Making monolingual sentence embeddings multilingual using
    knowledge distillation. EMNLP.

    Examples
    --------
    >>> from langalign_sk import DistilledEncoder, EmbeddingExtractor, TransferClassifier
    >>> student = DistilledEncoder("xlm-roberta-base", teacher="all-MiniLM-L6-v2", epochs=5)
    >>> student.fit(pairs)  # doctest: +SKIP
    >>> model = TransferClassifier(EmbeddingExtractor(student), pairs=pairs)  # doctest: +SKIP
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "epochs": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "device": [str, None],
        "dtype": [StrOptions({"float32", "bfloat16", "float16"})],
        "random_state": ["random_state"],
        "progress": ["boolean", StrOptions({"auto"})],
    }

    def __init__(
        self,
        model: Any,
        teacher: Any,
        *,
        epochs: float = 1,
        batch_size: int = 32,
        learning_rate: float = 2e-5,
        max_length: int | None = None,
        device: str | None = None,
        dtype: str = "float32",
        folder: Any = None,
        random_state: Any = 0,
        progress: bool | str = "auto",
    ) -> None:
        self.model = model
        self.teacher = teacher
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.max_length = max_length
        self.device = device
        self.dtype = dtype
        self.folder = folder
        self.random_state = random_state
        self.progress = progress

    def fit(self, pairs: Any, y: Any = None) -> Self:
        """Teach the student.

        Parameters
        ----------
        pairs : ParallelCorpus or (source texts, target texts)
            Sentences in the teacher's language, and their translations.
        y : ignored
            Accepted for pipelines.

        Returns
        -------
        self
            Fitted as a whole or, where it was interrupted, not at all.
        """
        owner, started = type(self).__name__, time.perf_counter()
        check_parameters(self)
        source, target = _sides(pairs)
        needed(owner, "tune")
        checkpoint = base_checkpoint(self.model, owner)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        rows = Rows([source, target], self._taught(source))
        course = Course(
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=seed,
            device=self.device,
            dtype=self.dtype,
            progress=self.progress,
        )
        settings = [*course.defining(), self.max_length]
        with tuning_folder(self.folder, digest_of(checkpoint.fingerprint, settings, rows)) as place:
            found = place.finished()
            if found is None:
                with undisturbed():
                    found = self._teach(checkpoint, rows, course, place)
            held = HeldCheckpoint.read(found[0])
        self.checkpoint_, self.history_ = held, found[1]
        self.seconds_ = time.perf_counter() - started
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters; those of the teacher, which is fitted, are not among them.

        Parameters
        ----------
        deep : bool, default=True
            Makes no difference.

        Returns
        -------
        dict
        """
        params: dict[str, Any] = super().get_params(deep=False)
        return params

    def __sklearn_clone__(self) -> Self:
        # The teacher is shared: a clone of a fitted one would be unfitted.
        shell = object.__new__(type(self))
        shell.__dict__.update(vars(self), teacher=None)
        new: Self = super(DistilledEncoder, shell).__sklearn_clone__()
        new.teacher = self.teacher
        return new

    def _taught(self, texts: list[str]) -> Float32Array:
        """Return the teacher's vectors."""
        encoder = make_encoder(with_settings(self.teacher))
        prepared = encoder.prepare(texts)
        return checked_rows(encoder.name, texts, encoder.encode(prepared.items, Run()))

    def _teach(
        self, checkpoint: Any, rows: Rows, course: Course, folder: TuningFolder
    ) -> tuple[Path, Any]:
        """Train and write the checkpoint; return its place and the losses on the way."""
        import torch

        torch.manual_seed(course.seed)
        model = base_model(checkpoint, place_to_train(self.device), self.max_length)
        loss = distillation(model, rows, course.seed)
        history = train(model, loss, rows, None, course, folder)
        return folder.finish(lambda place: write_checkpoint(model, place), history), history


def _sides(pairs: Any) -> tuple[list[str], list[str]]:
    """Return the texts of both sides."""
    if hasattr(pairs, "source") and hasattr(pairs, "target"):
        pairs = (pairs.source, pairs.target)
    if not isinstance(pairs, tuple | list) or len(pairs) != 2:
        raise TypeError(
            "DistilledEncoder.fit takes a ParallelCorpus of texts or (source texts, target texts), "
            f"got {type(pairs).__name__}"
        )
    source, target = (
        as_texts(pairs[0], what="source texts"),
        as_texts(pairs[1], what="target texts"),
    )
    if len(source) != len(target):
        raise ValueError(f"{len(source)} source texts and {len(target)} target texts are no pairs")
    if not source:
        raise ValueError("DistilledEncoder.fit got no pairs: at least one is needed")
    return source, target
