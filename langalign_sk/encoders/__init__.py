"""Encoders: hub models, n-grams, HTTP, ONNX and objects; texts in, vectors out."""

from langalign_sk._process import release_models

# For the other rooms.
from langalign_sk.encoders._aligned import write_aligned as write_aligned
from langalign_sk.encoders._batches import chunked as chunked
from langalign_sk.encoders._carried import (
    copy_checkpoint as copy_checkpoint,
    fingerprint_of as fingerprint_of,
    kind_of_name as kind_of_name,
    licence_of as licence_of,
    local_checkpoint as local_checkpoint,
)
from langalign_sk.encoders._checks import check_parameters as check_parameters
from langalign_sk.encoders._counting import count_parameters as count_parameters
from langalign_sk.encoders._distilled import DistilledEncoder
from langalign_sk.encoders._held import HeldCheckpoint as HeldCheckpoint
from langalign_sk.encoders._http import HttpEncoder
from langalign_sk.encoders._hub_encoder import (
    HubEncoder as HubEncoder,
    checkpoint_of as checkpoint_of,
)
from langalign_sk.encoders._hub_folder import (
    download_file as download_file,
    upload_folder as upload_folder,
)
from langalign_sk.encoders._hub_model import (
    SHORTHANDS as SHORTHANDS,
    HubModel,
    is_name as is_name,
    replaced as replaced,
    specification as specification,
    unwrapped as unwrapped,
    with_settings as with_settings,
)
from langalign_sk.encoders._ngram import NgramEncoder, ngram_arrays as ngram_arrays
from langalign_sk.encoders._ngram_run import ngram_vectors as ngram_vectors
from langalign_sk.encoders._objects import make_encoder as make_encoder
from langalign_sk.encoders._onnx import OnnxEncoder
from langalign_sk.encoders._onnx_run import graph_in as graph_in, session_of as session_of
from langalign_sk.encoders._onnx_write import write_graph as write_graph
from langalign_sk.encoders._protocol import (
    Encoder as Encoder,
    Prepared as Prepared,
    checked_rows as checked_rows,
)
from langalign_sk.encoders._run import (
    Run as Run,
    RunReport as RunReport,
)
from langalign_sk.encoders._saving import (
    cannot_be_saved as cannot_be_saved,
    tell_of_saving as tell_of_saving,
)
from langalign_sk.encoders._sound_files import check_files as check_files
from langalign_sk.encoders._tuned import TunedEncoder
from langalign_sk.encoders._word_vectors import WordVectors

__all__ = [
    "DistilledEncoder",
    "HttpEncoder",
    "HubModel",
    "NgramEncoder",
    "OnnxEncoder",
    "TunedEncoder",
    "WordVectors",
    "release_models",
]
