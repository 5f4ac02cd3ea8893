"""The recipe: labels in one language, predictions in others."""

from langalign_sk.transfer._classifier import TransferClassifier
from langalign_sk.transfer._gaussian_head import GaussianHead
from langalign_sk.transfer._kernel_head import KernelHead
from langalign_sk.transfer._linear_head import LinearHead
from langalign_sk.transfer._neighbors_head import CSLSNeighborsClassifier
from langalign_sk.transfer._noisy_copies import NoisyCopies

# For the other rooms.
from langalign_sk.transfer._parts import PARTS as PARTS
from langalign_sk.transfer._reader import reader_of_source as reader_of_source
from langalign_sk.transfer._regressor import TransferRegressor
from langalign_sk.transfer._reject import name_of_none as name_of_none
from langalign_sk.transfer._targets import Classes as Classes, Labels as Labels

__all__ = [
    "CSLSNeighborsClassifier",
    "GaussianHead",
    "KernelHead",
    "LinearHead",
    "NoisyCopies",
    "TransferClassifier",
    "TransferRegressor",
]
