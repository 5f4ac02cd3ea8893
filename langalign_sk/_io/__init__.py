"""Files: parallel text in, and writes that either happen whole or not at all."""

from langalign_sk._io._atomic import atomic_folder, new_version as new_version
from langalign_sk._io._encodings import encoding_name as encoding_name

# For the other rooms.
from langalign_sk._io._files import (
    atomic_file,
    disk_errors_name as disk_errors_name,
    hold as hold,
    is_held as is_held,
    keep_rights as keep_rights,
    locked as locked,
    real_path as real_path,
    release as release,
    sync_folder as sync_folder,
)
from langalign_sk._io._frames import language_column as language_column
from langalign_sk._io._grids import (
    TABLES as TABLES,
    Grid as Grid,
    ending as ending,
    listed_lines as listed_lines,
    read_grid as read_grid,
    read_guessed as read_guessed,
    read_sheet,
)
from langalign_sk._io._markup import plain_text
from langalign_sk._io._po import read_po
from langalign_sk._io._read import (
    Columns,
    fail as fail,
    numbered_lines as numbered_lines,
    read_text as read_text,
)
from langalign_sk._io._tables import (
    json_record as json_record,
    read_csv,
    read_jsonl,
    read_lines,
    read_tsv,
    table as table,
    text_table as text_table,
    unshielded as unshielded,
)
from langalign_sk._io._texts import (
    TextRow as TextRow,
    as_text_rows as as_text_rows,
    as_texts as as_texts,
    hold_two as hold_two,
    quoted as quoted,
    two_columns as two_columns,
    well_formed as well_formed,
    with_texts as with_texts,
)
from langalign_sk._io._workbook import workbook as workbook
from langalign_sk._io._xml import read_tmx, read_xliff

__all__ = [
    "Columns",
    "atomic_file",
    "atomic_folder",
    "plain_text",
    "read_csv",
    "read_jsonl",
    "read_lines",
    "read_po",
    "read_sheet",
    "read_tmx",
    "read_tsv",
    "read_xliff",
]
