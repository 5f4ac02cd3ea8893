"""What tuning minimises: a classifier behind the vectors, or distances within a batch."""

from __future__ import annotations

import importlib
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression, Ridge

from langalign_sk.encoders._protocol import told_width
from langalign_sk.encoders._trainer import Rows

_PROBE_ROWS = 5000


def classification(model: Any, rows: Rows, n_classes: int, *, product: bool, seed: int) -> Any:
    """Cross-entropy of a linear classifier, over ``u`` or over ``u, v, |u - v|`` (``u * v``).

    It begins as the logistic regression on the frozen vectors. A random one would push the
    vectors about before it has learned anything.
    """
    import torch

    width = told_width(model)
    if len(rows.columns) == 2:
        loss = losses().SoftmaxLoss(
            model, width, n_classes, concatenation_sent_multiplication=product
        )
    else:
        loss = _head_class()(model, width, n_classes)
    some = rows.take(_some(len(rows.labels), seed))
    found = LogisticRegression(C=10.0, max_iter=200).fit(
        _features(model, some.columns, product=product), some.labels
    )
    weights = np.zeros((n_classes, found.coef_.shape[1]))
    bias = np.full(n_classes, found.intercept_.min())
    if len(found.classes_) == 2:
        weights[found.classes_] = np.stack([-found.coef_[0], found.coef_[0]]) / 2
        bias[found.classes_] = np.array([-found.intercept_[0], found.intercept_[0]]) / 2
    else:
        weights[found.classes_], bias[found.classes_] = found.coef_, found.intercept_
    with torch.no_grad():
        loss.classifier.weight.copy_(torch.from_numpy(weights))
        loss.classifier.bias.copy_(torch.from_numpy(bias))
    return loss


def contrastive(model: Any) -> Any:
    """Distances in a batch: those of one class closer together than to any other."""
    return losses().BatchHardSoftMarginTripletLoss(model)


def distillation(model: Any, rows: Rows, seed: int) -> Any:
    """Mean squared error to given vectors.

    A student of another width gets a linear layer on top, which begins as the ridge regression of
    the vectors on its own.
    """
    import torch

    own, width = told_width(model), rows.labels.shape[1]
    if own != width:
        some = rows.take(_some(len(rows.labels), seed))
        found = Ridge(alpha=1.0).fit(_features(model, some.columns[:1]), np.stack(some.labels))
        layer = modules().Dense(own, width, activation_function=torch.nn.Identity())
        with torch.no_grad():
            layer.linear.weight.copy_(torch.from_numpy(found.coef_))
            layer.linear.bias.copy_(torch.from_numpy(found.intercept_))
        model.append(layer.to(model.device))
    return losses().MSELoss(model)


def _some(count: int, seed: int) -> npt.NDArray[np.intp]:
    """Return rows that are enough for a first guess."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:_PROBE_ROWS])


def modules() -> Any:
    """Return the module with sentence-transformers' modules, which has moved."""
    try:
        return importlib.import_module("sentence_transformers.sentence_transformer.modules")
    except ModuleNotFoundError:
        return importlib.import_module("sentence_transformers.models")


def losses() -> Any:
    """Return the module with sentence-transformers' losses, which has moved."""
    try:
        return importlib.import_module("sentence_transformers.sentence_transformer.losses")
    except ModuleNotFoundError:
        return importlib.import_module("sentence_transformers.losses")


def _features(
    model: Any, columns: list[list[Any]], *, product: bool = False
) -> npt.NDArray[np.float64]:
    """Return what the classifier sees of frozen vectors; each text is encoded once."""
    places = {text: n for n, text in enumerate(dict.fromkeys(chain(*columns)))}
    vectors = model.encode(list(places), show_progress_bar=False).astype(np.float64)
    sides = [vectors[[places[text] for text in column]] for column in columns]
    if len(sides) == 2:
        u, v = sides
        sides = [u, v, np.abs(u - v), *([u * v] if product else [])]
    return np.hstack(sides)


def _head_class() -> Any:
    """Class of a classifier behind single vectors, for which sentence-transformers has no loss."""
    import torch

    class Head(torch.nn.Module):
        """A linear classifier and its cross-entropy."""

        def __init__(self, model: Any, width: int, n_classes: int) -> None:
            super().__init__()
            self.model = model
            self.classifier = torch.nn.Linear(width, n_classes, device=model.device)

        def forward(self, sentence_features: Any, labels: Any) -> Any:
            vectors = self.model(next(iter(sentence_features)))["sentence_embedding"]
            logits = self.classifier(vectors.to(self.classifier.weight.dtype))
            return torch.nn.functional.cross_entropy(logits, labels.view(-1))

    return Head
