"""Pipelines and encoders for a process without torch, scikit-learn and transformers."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from langalign_sk import encoders, text
from langalign_sk._io import atomic_folder
from langalign_sk._version import __version__
from langalign_sk.align import LangAligner, ReverseAligner, TextAligner
from langalign_sk.encoders import (
    HubModel,
    NgramEncoder,
    OnnxEncoder,
    is_name,
    ngram_arrays,
    replaced,
    unwrapped,
    with_settings,
    write_graph,
)
from langalign_sk.saved import _onnx_runner as runner
from langalign_sk.saved._one_file import one_file
from langalign_sk.saved._onnx_graph import Graph
from langalign_sk.saved._onnx_heads import Said, headed, labelled, scaled, transferred
from langalign_sk.saved._onnx_maps import Rows, aligned
from langalign_sk.text import Embedding, EmbeddingExtractor, LanguageDetector, match_code
from langalign_sk.transfer import TransferClassifier, TransferRegressor

RUN = "run.py"
#: What `run.py` is made of, each after what it needs.
_MODULES = (
    (text, "_codes"),
    (text, "_telling"),
    (encoders, "_grams"),
    (encoders, "_ngram_run"),
    (encoders, "_onnx_run"),
)
_TITLE = "Run the model in this folder: NumPy, onnxruntime and tokenizers are all it needs."
_TEXTS = ["a", "Two words", "where is my order 123?", "환불이 되나요?", "これは何ですか"]
_NOTHING = (None, "passthrough")


def export_onnx(model: Any, folder: str | os.PathLike[str], *, revision: str | None = None) -> Path:
    """Write a fitted pipeline, or an encoder alone, for a process without torch.

    A pipeline becomes a folder with a graph for each encoder, one for aligner and head, and
    ``run.py``, which needs NumPy, onnxruntime and tokenizers, and nothing else: neither torch nor
    scikit-learn, transformers or this package.

    Parameters
    ----------
    model : Pipeline, TransferClassifier, TransferRegressor, TextAligner, EmbeddingExtractor, str, \
            path or HubModel
        - Fitted, of texts: an `EmbeddingExtractor`, an aligner or none, a head or none.
        - The name or folder of a checkpoint with a fast tokeniser, or a `HubModel` of one: the
          folder is then for `OnnxEncoder`.
    folder : path
        The folder to write; it appears whole or not at all.
    revision : str, optional
        Branch, tag or commit of a checkpoint given by name.

    Returns
    -------
    Path
        The folder.

    See Also
    --------
    save : The whole model, for this package.
    to_sentence_transformers : An aligned encoder, for torch.
    langalign_sk.encoders.OnnxEncoder : An encoder's graph in a pipeline of this package.

    Notes
    -----
    Exported can be: encoders by name (also `TunedEncoder`), `OnnxEncoder` and `NgramEncoder`, one
    or one per language; languages told by script or learned from pairs (others are said to
    ``predict(texts, lang=...)``); both aligners and `TextAligner` with maps by matrices, kernels
    and networks; scalers and PCA; linear heads, `TransferClassifier` and `TransferRegressor` with
    heads of this package or linear ones. For all else there is an error that says so.

    Some texts go both ways before the folder is kept: probabilities and values must agree within
    1e-4. Needs torch, onnx and onnxscript (``pip install langalign-sk[onnx-export]``), and takes
    about a minute per encoder.

    Examples
    --------
    >>> from langalign_sk.saved import export_onnx
    >>> export_onnx(pipeline, "intents-onnx")  # doctest: +SKIP

    Then, wherever NumPy, onnxruntime and tokenizers are installed:

    >>> from run import Model  # doctest: +SKIP
    >>> Model().predict(["환불해 주세요"])  # doctest: +SKIP
    """
    if is_name(model) or isinstance(model, HubModel):
        settings = with_settings(model)
        if revision is not None:
            settings = replaced(settings, revision=revision)
        write_graph(settings, Path(folder))
        return Path(folder)
    if revision is not None:
        raise ValueError("revision= goes with the name of a checkpoint; a pipeline has its own")
    parts = _Parts.of(model)
    with atomic_folder(folder, marker=runner.MANIFEST) as place:
        _write(parts, place)
        _compare(model, runner.Model(place))
    return Path(folder)


@dataclass
class _Parts:
    """A pipeline of texts, taken apart."""

    extractor: EmbeddingExtractor
    steps: list[Any] = field(default_factory=list)
    #: What tells languages where the extractor declares none.
    detector: LanguageDetector | None = None

    @classmethod
    def of(cls, model: Any) -> _Parts:
        """Take a fitted model apart."""
        first, *rest = [step for step in _flat(model) if step not in _NOTHING]
        if isinstance(first, TextAligner):
            return cls(_embedder(first), [first.aligner_, *rest], first.detector_)
        if isinstance(first, TransferClassifier | TransferRegressor) and first.embedder is not None:
            return cls(_embedder(first), [first, *rest], first.detector_)
        if not isinstance(first, EmbeddingExtractor):
            raise ValueError(
                f"an export begins with texts, but the first step is a {type(first).__name__}: "
                "give a pipeline that begins with an EmbeddingExtractor or a TextAligner"
            )
        return cls(first, rest)


def _flat(model: Any) -> list[Any]:
    """Return the steps of a pipeline, those of pipelines in it too."""
    if isinstance(model, FrozenEstimator):
        return _flat(model.estimator)
    if isinstance(model, Pipeline):
        return [step for _, part in model.steps for step in _flat(part)]
    return [model]


def _embedder(owner: Any) -> EmbeddingExtractor:
    """Return the fitted extractor of what has one."""
    found = getattr(owner, "embedder_", None)
    if not isinstance(found, EmbeddingExtractor):
        raise ValueError(f"the embedder of this {type(owner).__name__} is no EmbeddingExtractor")
    return found


def _write(parts: _Parts, place: Path) -> None:
    """Write all files of an export."""
    own = parts.extractor
    if getattr(own, "n_texts_", 1) == 2:
        raise ValueError("rows of two texts can't be exported yet")
    embedding = Embedding(own)
    embedding.check_weights()
    layout = None if embedding.languages is None else embedding.layout
    width = embedding.width(None) if layout is None else layout.width
    about: dict[str, Any] = {"kind": runner.KIND, "format": 1, "langalign_sk": __version__}
    about |= {"width": width, "blocks": {}}
    graph = Graph()
    value = graph.node("Cast", graph.take("vectors", "float32", width), to=11)  # to float64
    rows = Rows(graph, value, width, [])
    if layout is not None:
        rows.layout, rows.languages = layout, list(layout.languages)
        rows.code = graph.take("language", "int64")
        about["blocks"] = {
            lang: [layout.columns(lang).start, layout.columns(lang).stop]
            for lang in layout.languages
        }
    said, rows, covered = _steps(rows, parts.steps)
    about |= _languages(parts, embedding, rows, covered, place)
    about |= _outputs(graph, rows, said, parts, place)
    about["encoders"] = _encoders(embedding, own, place)  # last, for it takes long
    sources = [Path(str(room.__file__)).parent / f"{name}.py" for room, name in _MODULES]
    sources.append(Path(runner.__file__))
    (place / RUN).write_text(one_file(sources, _TITLE), encoding="utf-8")
    files = sorted(path for path in place.rglob("*") if path.is_file())
    about["files"] = {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    written = json.dumps(about, ensure_ascii=False, indent=1)
    (place / runner.MANIFEST).write_text(written, encoding="utf-8")


def _steps(rows: Rows, steps: list[Any]) -> tuple[Said | None, Rows, list[str] | None]:
    """Write the steps behind the encoders; return what the head says, and whose rows it takes."""
    covered = None
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if isinstance(step, LangAligner | ReverseAligner):
            covered = [str(lang) for lang in step.languages_]
            rows = aligned(rows, step)
        elif isinstance(step, TransferClassifier | TransferRegressor):
            covered = [str(lang) for lang in step.languages_.names]
            return transferred(rows, step), rows, covered
        elif hasattr(step, "transform") and not (last and hasattr(step, "predict")):
            rows = scaled(rows, step)
        else:
            return headed(rows, step), rows, covered
    return None, rows, covered


def _encoders(embedding: Embedding, extractor: EmbeddingExtractor, place: Path) -> dict[str, str]:
    """Write each encoder once; return where that of each language is."""
    found: dict[str, str] = {}
    known: dict[Any, str] = {}
    for lang, settings in embedding.models.items():
        key = embedding.encoders[lang].spec, settings.truncate_dim
        if key not in known:
            known[key] = f"encoders/{len(known)}"
            _encoder(settings, place / known[key], bool(extractor.normalize))
        found[lang or ""] = known[key]
    return found


def _encoder(settings: HubModel, place: Path, normalize: bool) -> None:
    """Write one encoder, as the extractor has its vectors."""
    place.parent.mkdir(exist_ok=True)
    model = unwrapped(settings)
    if isinstance(model, NgramEncoder | OnnxEncoder) and settings.truncate_dim is not None:
        raise ValueError(f"truncate_dim: not with an exported {type(model).__name__}")
    if isinstance(model, NgramEncoder):
        place.mkdir()
        np.savez(place / runner.NGRAMS, **ngram_arrays(model))
    elif isinstance(model, OnnxEncoder):
        model.copy_to(place, normalize=normalize)
    else:
        write_graph(settings, place, normalize=normalize)


def _languages(
    parts: _Parts, embedding: Embedding, rows: Rows, covered: list[str] | None, place: Path
) -> dict[str, Any]:
    """Write what tells the language of a text, and say which ones there are."""
    names = rows.languages
    known = names if covered is None else [n for n in names if match_code(n, covered) is not None]
    about: dict[str, Any] = {"languages": names, "covered": known, "tells": ""}
    detector = parts.detector
    if embedding.languages is not None and parts.extractor.lang_column is None:
        detector = embedding.detector(embedding.languages)
    if embedding.languages is None and detector is None:
        return about | {"tells": "vectors"}
    if not names or detector is None:
        return about
    how, rule = detector.rule()
    if rule is None:
        return about | {"tells": how and match_code(how, names)}
    order = [match_code(lang, names) for lang in rule.languages]
    np.savez_compressed(place / runner.RULE, **rule.arrays)
    default = match_code(detector.default_language, names)
    return about | {"tells": "rule", "order": order, "default": default}


def _outputs(
    graph: Graph, rows: Rows, said: Said | None, parts: _Parts, place: Path
) -> dict[str, Any]:
    """Write the graph, and say what it gives."""
    if said is None:
        graph.save(place / runner.HEAD, {"vector": (rows.value, "float32", ("width",))})
        return {"gives": "vectors", "sure": False, "classes": []}
    said = labelled(graph, said)
    columns: tuple[str, ...] = (said.kind,)
    outputs = {"score": (said.score, "float64", columns)}
    if said.label is not None:
        outputs["label"] = (said.label, "int64", columns if said.kind == "labels" else ())
    graph.save(place / runner.HEAD, outputs)
    classes = np.asarray([] if said.classes is None else said.classes)
    about = {"gives": said.kind, "sure": said.sure, "classes": classes.tolist()}
    about["dtype"] = "object" if classes.dtype.kind == "O" else None
    if classes.dtype.kind in "iufb":
        about["dtype"] = classes.dtype.str
    head = parts.steps[-1]
    about["one_column"] = getattr(head, "_one_column", np.ndim(getattr(head, "coef_", 0)) < 2)
    if said.none is not None:
        about["none"] = np.asarray(said.none).item()
    return about


def _compare(model: Any, exported: runner.Model) -> None:
    """Raise for an export that answers otherwise than the model."""
    about = exported.about
    sure = "predict_proba" if about["sure"] else "decision_function"
    way = {"values": "predict", "vectors": "transform"}.get(about["gives"], sure)
    langs = None
    texts = [text for text in _TEXTS if _is_known(exported, text)]
    if about["languages"] and not about["tells"]:
        texts = _TEXTS
        langs = [about["covered"][row % len(about["covered"])] for row in range(len(texts))]
    found = getattr(exported, way)(texts, langs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of texts that show no language
        wanted = _answers(_flat(model), texts, langs, way)
    if found.shape != wanted.shape or not np.allclose(found, wanted, rtol=1e-4, atol=1e-4):
        apart = np.abs(found - wanted).max() if found.shape == wanted.shape else np.nan
        raise ValueError(
            f"the export does not answer as the model does ({way}: {apart:.1e} apart), and was not "
            "kept: please report it, with the steps of the pipeline"
        )


def _is_known(exported: runner.Model, text: str) -> bool:
    """Tell whether a text is in a language that the model takes."""
    try:
        exported.codes([text], None)
    except ValueError:
        return False
    return True


def _answers(steps: list[Any], texts: list[str], langs: Any, way: str) -> Any:
    """Return what the steps of a pipeline answer, languages told or not."""
    first, *rest = [step for step in steps if step not in _NOTHING]
    told = {} if langs is None else {"lang": langs}
    if not rest:
        return getattr(first, way)(texts, **told)
    rows = first.transform(texts, **told)
    for step in rest[:-1]:
        rows = step.transform(rows)
    return getattr(rest[-1], way)(rows)
