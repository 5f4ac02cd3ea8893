"""``langalign-sk demo``: English labels carried to three languages, start to finish."""

from langalign_sk._demo._command import add_demo

# For the benchmarks.
from langalign_sk._demo._tables import Score as Score, score_table as score_table

__all__ = ["add_demo"]
