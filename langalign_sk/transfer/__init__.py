"""The recipe: labels in one language, predictions in others."""

# For the other rooms.
from langalign_sk.transfer._classifier import PARTS as PARTS, TransferClassifier
from langalign_sk.transfer._head import GaussianHead, NoisyCopies
from langalign_sk.transfer._kernel_head import KernelHead
from langalign_sk.transfer._reader import reader_of_source as reader_of_source

__all__ = [
    "GaussianHead",
    "KernelHead",
    "NoisyCopies",
    "TransferClassifier",
]
