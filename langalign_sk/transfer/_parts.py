"""What a saved estimator of this room is made of."""

from langalign_sk._numeric import GaussianKernel
from langalign_sk.align import PairFeatures
from langalign_sk.transfer._adapting import LanguageHeads
from langalign_sk.transfer._classifier import TransferClassifier
from langalign_sk.transfer._gaussian_head import GaussianHead
from langalign_sk.transfer._kernel_head import KernelHead
from langalign_sk.transfer._linear_head import LinearHead
from langalign_sk.transfer._looks import Languages, Look
from langalign_sk.transfer._neighbors_head import CSLSNeighborsClassifier
from langalign_sk.transfer._noisy_copies import NoisyCopies
from langalign_sk.transfer._regressor import TransferRegressor
from langalign_sk.transfer._targets import Classes, Labels, Values

#: Besides arrays.
PARTS = (
    CSLSNeighborsClassifier,
    Classes,
    GaussianHead,
    GaussianKernel,
    KernelHead,
    Labels,
    LanguageHeads,
    Languages,
    LinearHead,
    Look,
    NoisyCopies,
    PairFeatures,
    TransferClassifier,
    TransferRegressor,
    Values,
)
