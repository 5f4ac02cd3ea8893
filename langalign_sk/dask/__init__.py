"""More than one machine, on Dask: moments, models over partitions, folders of parquet."""

from langalign_sk.dask._apply import map_rows
from langalign_sk.dask._folder import FolderReport, embed_parquet
from langalign_sk.dask._moments import pair_moments, row_moments
from langalign_sk.dask._parquet import read_vectors

# For the other rooms.
from langalign_sk.dask._shipping import scheduler_at as scheduler_at

__all__ = [
    "FolderReport",
    "embed_parquet",
    "map_rows",
    "pair_moments",
    "read_vectors",
    "row_moments",
]
