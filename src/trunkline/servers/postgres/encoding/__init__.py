"""Rows of Arrow record batches as bytes of the protocol, a batch at a time."""

from __future__ import annotations

from trunkline.servers.postgres.encoding.codings import SHOWN, columns_of
from trunkline.servers.postgres.encoding.copying import (
    CopyFormat,
    CopyOptions,
    copy_begin,
    copy_end,
    copy_rows,
    stream,
)
from trunkline.servers.postgres.encoding.rows import data_rows
from trunkline.servers.postgres.encoding.style import Style

__all__ = [
    "SHOWN",
    "CopyFormat",
    "CopyOptions",
    "Style",
    "columns_of",
    "copy_begin",
    "copy_end",
    "copy_rows",
    "data_rows",
    "stream",
]
