"""Changing the encoder: one language, two encoders, the vectors of one as those of the other."""

# For the measurements.
from langalign_sk.migrate._choose import (
    Fitter as Fitter,
    best as best,
    named_maps as named_maps,
    tried as tried,
)
from langalign_sk.migrate._convert import check_target as check_target, convert
from langalign_sk.migrate._judge import (
    native_neighbours as native_neighbours,
    neighbour_scores as neighbour_scores,
    relevance_scores as relevance_scores,
)
from langalign_sk.migrate._migrate import migrate
from langalign_sk.migrate._migration import Migration

__all__ = ["Migration", "convert", "migrate"]
