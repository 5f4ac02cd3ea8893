"""``langalign-sk demo``: English labels carried to three languages, start to finish."""

from langalign_sk._demo._command import add_parser

# For the other rooms.
from langalign_sk._demo._report import (
    Score as Score,
    score_table as score_table,
    text_table as text_table,
)

__all__ = ["add_parser"]
