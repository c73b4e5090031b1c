"""``csv``: RFC 4180, UTF-8, a header; instants in the session's zone, which the header names.

Faithful: a text that begins with ``=`` is written as it is, since a program that reads the file
must get what was asked for. A spreadsheet may take it for a formula: use xlsx there, where text
stays text.

NULL is empty and an empty text is ``""``, as PostgreSQL's and DuckDB's COPY write and read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from trunkline.cli.formats.cells import headings, plain, rows
from trunkline.lake.session import Answer

_QUOTED = re.compile(r'[",\r\n]|^$|^\s|\s$')


def write_csv(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write the header and every row."""
    local = ZoneInfo(zone)
    sink.write(_line(headings(answer.schema, zone), local))
    sink.writelines(_line(row, local) for row in rows(answer))


def _line(row: Iterable[Any], zone: ZoneInfo) -> bytes:
    cells = [_cell(value, zone) for value in row]
    # Many readers skip an empty line, and with it the NULL of an answer of one column.
    text = '""' if cells == [""] else ",".join(cells)
    return f"{text}\r\n".encode()


def _cell(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    text = plain(value, zone)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
