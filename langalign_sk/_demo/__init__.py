"""``langalign-sk demo``: English labels carried to three languages, start to finish."""

from langalign_sk._demo._command import add_parser

__all__ = ["add_parser"]
