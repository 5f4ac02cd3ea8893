"""Watching a fitted model: what comes in, against what it was made for."""

from langalign_sk.monitor._abstain import Abstention, answer_above, bounded as bounded
from langalign_sk.monitor._comparison import Comparison
from langalign_sk.monitor._monitor import Monitor

# For the other rooms.
from langalign_sk.monitor._reading import NO_WORDS as NO_WORDS, OTHER_SCRIPT as OTHER_SCRIPT
from langalign_sk.monitor._reference import REFERENCE_FILE as REFERENCE_FILE, Reference
from langalign_sk.monitor._window import Window as Window

__all__ = ["Abstention", "Comparison", "Monitor", "Reference", "answer_above"]
