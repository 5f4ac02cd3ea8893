"""A language model tuned on labelled texts."""

from __future__ import annotations

import time
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, Self

from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from langalign_sk.encoders._base import base_checkpoint, base_model, needed, write_checkpoint
from langalign_sk.encoders._checks import check_parameters
from langalign_sk.encoders._held import HeldCheckpoint
from langalign_sk.encoders._labelled import labelled, split
from langalign_sk.encoders._layers import adapters, freeze, language_model, mixed
from langalign_sk.encoders._losses import classification, contrastive
from langalign_sk.encoders._trained import TrainedEncoder
from langalign_sk.encoders._trainer import Course, Rows, place_to_train, train
from langalign_sk.encoders._tuning_folder import TuningFolder, digest_of, tuning_folder
from langalign_sk.encoders._undisturbed import undisturbed

_DEFINING = (
    "loss",
    "freeze",
    "lora",
    "blend",
    "two_texts",
    "product",
    "validation_fraction",
    "max_length",
)


class TunedEncoder(TrainedEncoder):
    """Tune a language model on labelled texts; then an encoder like any other.

    Training is that of sentence-transformers (``pip install 'langalign-sk[tune]'``); encoding and
    loading what was saved need no more than any other model.

    Parameters
    ----------
    model : str or path
        The name or folder of a sentence-transformers or of a plain transformers checkpoint, which
        is not changed.
    loss : {"classification", "contrastive"}, default="classification"
        - "classification": cross-entropy of a linear classifier behind the vectors; for rows of two
          texts behind ``u, v, |u - v|``. The classifier begins as the logistic regression on the
          frozen vectors, and is left behind.
        - "contrastive": texts of one class nearer to one another than to those of other classes
          (``BatchHardSoftMarginTripletLoss``), for rows of one text.
    epochs : float, default=1
        How often each row is seen.
    batch_size : int, default=16
        Rows in a step.
    learning_rate : float, default=2e-5
        Highest rate, after a tenth of the steps; it falls to zero by the end.
    freeze : int, default=0
        How many of the lower layers stay as they are, the embeddings with them.
    lora : int, default=None
        Train matrices of this rank beside the weights, which they are merged into at the end
        (``pip install 'langalign-sk[lora]'``).
    blend : float, default=1.0
        Share of the tuned weights in a mean with the frozen ones. Below 1, the vectors stay closer
        to those that pairs of other texts can carry to another language.
    two_texts : {"apart", "together"}, default="apart"
        How rows of two texts are read: each text by itself, the classifier behind ``u, v,
        |u - v|``; or both at once, the classifier behind one vector, as a cross-encoder does. Give
        the `EmbeddingExtractor` the same.
    product : bool, default=False
        Add ``u * v`` to what the classifier sees of two texts apart.
    validation_fraction : float, default=0.0
        Share of the rows held out. The weights with the lowest loss on them are kept, of those at
        the end of each epoch, or after each 500 steps where an epoch takes longer.
    patience : int, default=None
        With held-out rows: end after so many looks at them without a lower loss.
    max_length : int, default=None
        Most tokens of a text, in tuning and after it; None takes the model's own limit.
    device : str, default=None
        Where to train, such as "cpu" or "cuda"; None takes the best there is.
    dtype : {"float32", "bfloat16", "float16"}, default="float32"
        Type of the products while training. The weights are float32 always.
    folder : str or path, default=None
        Where checkpoints of tunings are kept, each in a folder of its own, known by a digest of its
        rows, labels, settings and model. A tuning that was killed goes on when called again with
        the same; one that ended is found and not repeated, in other processes too.
    random_state : int, RandomState instance or None, default=0
        Seed of the order of rows, dropout and what is held out. NumPy's and torch's global states
        are not touched.
    progress : {"auto", True, False}, default="auto"
        Show a bar; "auto": on a terminal, for work longer than two seconds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes it was tuned on.
    checkpoint_ : object
        The tuned weights and their tokeniser, in memory.
    history_ : list of dict
        Losses on the way, by epoch: ``loss`` of the training rows, ``eval_loss`` of those held out.
    seconds_ : float
        How long the tuning took.

    See Also
    --------
    EmbeddingExtractor : Takes it fitted or not; tunes it on the rows of its language if not.
    DistilledEncoder : Teach another model the vectors of this one.

    Notes
    -----
    On a processor, the same seed gives the same weights, a tuning that was interrupted included.

    A pickle holds the weights, 90 MB for a small model, and is read without the packages that
    tuning needs, on a machine with a GPU or without.

    References
    ----------
    Wortsman, M. et al. (2022). Robust fine-tuning of zero-shot models. CVPR.

    Kumar, A. et al. (2022). Fine-tuning can distort pretrained features and underperform
    out-of-distribution. ICLR.

    Examples
    --------
    >>> from langalign_sk import EmbeddingExtractor, TunedEncoder
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> tuned = TunedEncoder("sentence-transformers/all-MiniLM-L6-v2", epochs=4)
    >>> model = make_pipeline(EmbeddingExtractor(tuned), LogisticRegression())
    >>> model.fit(texts, labels)  # doctest: +SKIP
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "loss": [StrOptions({"classification", "contrastive"})],
        "epochs": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "freeze": [Interval(Integral, 0, None, closed="left")],
        "lora": [Interval(Integral, 1, None, closed="left"), None],
        "blend": [Interval(Real, 0, 1, closed="right")],
        "two_texts": [StrOptions({"apart", "together"})],
        "product": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "patience": [Interval(Integral, 1, None, closed="left"), None],
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "device": [str, None],
        "dtype": [StrOptions({"float32", "bfloat16", "float16"})],
        "random_state": ["random_state"],
        "progress": ["boolean", StrOptions({"auto"})],
    }

    def __init__(
        self,
        model: Any,
        *,
        loss: str = "classification",
        epochs: float = 1,
        batch_size: int = 16,
        learning_rate: float = 2e-5,
        freeze: int = 0,
        lora: int | None = None,
        blend: float = 1.0,
        two_texts: str = "apart",
        product: bool = False,
        validation_fraction: float = 0.0,
        patience: int | None = None,
        max_length: int | None = None,
        device: str | None = None,
        dtype: str = "float32",
        folder: Any = None,
        random_state: Any = 0,
        progress: bool | str = "auto",
    ) -> None:
        self.model = model
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.freeze = freeze
        self.lora = lora
        self.blend = blend
        self.two_texts = two_texts
        self.product = product
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.max_length = max_length
        self.device = device
        self.dtype = dtype
        self.folder = folder
        self.random_state = random_state
        self.progress = progress

    def fit(self, X: Any, y: Any) -> Self:
        """Tune the model.

        Parameters
        ----------
        X : list, array, series or one-column frame
            Texts; or rows of two texts, as tuples or an n x 2 array.
        y : array-like of shape (n_rows,)
            Class of each row.

        Returns
        -------
        self
            Fitted as a whole or, where it was interrupted, not at all.
        """
        owner, started = type(self).__name__, time.perf_counter()
        check_parameters(self)
        rows, classes = labelled(X, y, owner, together=self.two_texts == "together")
        self._check_settings(len(rows.columns))
        needed(owner, "tune", *(("lora",) if self.lora is not None else ()))
        checkpoint = base_checkpoint(self.model, owner)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        course = Course(
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=seed,
            patience=self.patience,
            by_label=self.loss == "contrastive",
            device=self.device,
            dtype=self.dtype,
            progress=self.progress,
        )
        settings = [*course.defining(), *(getattr(self, name) for name in _DEFINING)]
        with tuning_folder(self.folder, digest_of(checkpoint.fingerprint, settings, rows)) as place:
            found = place.finished()
            if found is None:
                with undisturbed():
                    found = self._tune(checkpoint, rows, len(classes), course, place)
            held = HeldCheckpoint.read(found[0])
        self.classes_, self.checkpoint_, self.history_ = classes, held, found[1]
        self.seconds_ = time.perf_counter() - started
        return self

    def _tune(
        self, checkpoint: Any, rows: Rows, n_classes: int, course: Course, folder: TuningFolder
    ) -> tuple[Path, Any]:
        """Tune and write the checkpoint; return its place and the losses on the way."""
        import torch

        torch.manual_seed(course.seed)
        model = base_model(checkpoint, place_to_train(self.device), self.max_length)
        inner, seed = language_model(model), course.seed
        used, held_out = split(rows, self.validation_fraction, seed)
        with mixed(model, self.blend):
            if self.loss == "contrastive":
                loss = contrastive(model)
            else:
                loss = classification(model, used, n_classes, product=self.product, seed=seed)
            with adapters(inner, self.lora):
                freeze(inner, self.freeze)
                history = train(model, loss, used, held_out, course, folder)
        return folder.finish(lambda path: write_checkpoint(model, path), history), history

    def _check_settings(self, n_texts: int) -> None:
        """Raise for settings that have no effect, or do not go together."""
        if self.loss == "contrastive" and n_texts == 2:
            raise ValueError(
                'loss="contrastive" is for rows of one text, and X holds two in each: '
                'loss="classification" tunes on two'
            )
        if self.product and n_texts == 1:
            raise ValueError("product=True is for rows of two texts apart, and X holds none")
        if self.patience is not None and not self.validation_fraction:
            raise ValueError(
                f"patience={self.patience} looks at held-out rows: give a validation_fraction"
            )
        if self.folder is not None and not isinstance(self.random_state, Integral):
            raise ValueError(
                f"folder: a tuning is found again by its seed: give random_state as a number, not "
                f"{self.random_state!r}"
            )
