"""One question, one page: how good is the transfer, and which way to take."""

# For the other rooms.
from langalign_sk.report._advice import (
    UNDERSTANDS as UNDERSTANDS,
    Advice,
    simplest as simplest,
)
from langalign_sk.report._bare import compared_ways as compared_ways
from langalign_sk.report._candidates import KINDS as KINDS
from langalign_sk.report._markup import (
    filled as filled,
    framed as framed,
    write_page as write_page,
)
from langalign_sk.report._plain import language as language
from langalign_sk.report._provenance import (
    listed as listed,
    merged as merged,
    now as now,
    versions as versions,
)
from langalign_sk.report._refit import RefitReport, refit_report
from langalign_sk.report._report import transfer_report
from langalign_sk.report._result import TransferReport

__all__ = [
    "Advice",
    "RefitReport",
    "TransferReport",
    "refit_report",
    "transfer_report",
]
