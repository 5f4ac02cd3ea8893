"""Encoders: hub models, n-grams, HTTP, ONNX and objects; texts in, vectors out."""

from langalign_sk._process import release_models

# For the other rooms.
from langalign_sk.encoders._batches import Prepared as Prepared, chunked as chunked
from langalign_sk.encoders._http import HttpEncoder
from langalign_sk.encoders._make import (
    is_name as is_name,
    make_encoder as make_encoder,
    named_checkpoint as named_checkpoint,
    unwrapped as unwrapped,
)
from langalign_sk.encoders._named import NamedEncoder as NamedEncoder
from langalign_sk.encoders._ngram import NgramEncoder
from langalign_sk.encoders._onnx import OnnxEncoder, export_onnx
from langalign_sk.encoders._output import checked_rows as checked_rows
from langalign_sk.encoders._protocol import Encoder as Encoder
from langalign_sk.encoders._run import (
    Run as Run,
    RunReport as RunReport,
    keep_report as keep_report,
    kept_report as kept_report,
)
from langalign_sk.encoders._settings import Settings as Settings, specification as specification
from langalign_sk.encoders._wrapped import pickles_by_value as pickles_by_value

__all__ = [
    "HttpEncoder",
    "NgramEncoder",
    "OnnxEncoder",
    "export_onnx",
    "release_models",
]
