"""Commands of the command line, one module each; every one adds its own parser."""

from langalign_sk._commands._cache import add_parser as add_cache
from langalign_sk._commands._predict import add_predict, add_suggest
from langalign_sk._commands._transfer import add_parser as add_transfer

__all__ = ["add_cache", "add_predict", "add_suggest", "add_transfer"]
