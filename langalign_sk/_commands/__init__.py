"""Commands of the command line, one module each; every one adds its own parser."""

# For the other rooms.
from langalign_sk._commands._answers import (
    EMPTY as EMPTY,
    answers as answers,
    in_language as in_language,
    languages_of as languages_of,
    reader_of as reader_of,
)
from langalign_sk._commands._cache import add_parser as add_cache
from langalign_sk._commands._embed import add_embed
from langalign_sk._commands._evaluate import add_evaluate
from langalign_sk._commands._export import add_export
from langalign_sk._commands._migrate import add_migrate
from langalign_sk._commands._plan import Planned
from langalign_sk._commands._predict import add_predict
from langalign_sk._commands._refit import add_refit
from langalign_sk._commands._saved import (
    folder_of as folder_of,
    load_model as load_model,
    saved_labels as saved_labels,
)
from langalign_sk._commands._stages import heard, say
from langalign_sk._commands._suggest import add_suggest
from langalign_sk._commands._transfer import add_parser as add_transfer
from langalign_sk._commands._watch import add_monitor

__all__ = [
    "Planned",
    "add_cache",
    "add_embed",
    "add_evaluate",
    "add_export",
    "add_migrate",
    "add_monitor",
    "add_predict",
    "add_refit",
    "add_suggest",
    "add_transfer",
    "heard",
    "say",
]
