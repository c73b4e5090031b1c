"""``table``: columns aligned for reading; the first ``TABLE_ROWS`` rows, and a word on the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pyarrow as pa

from trunkline.cli.formats.cells import headings, plain, rows
from trunkline.lake.session import Answer

TABLE_ROWS = 1_000


def write_table(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write the rows that are shown, and how many there are."""
    local = ZoneInfo(zone)
    shown: list[list[str]] = []
    total = 0
    for row in rows(answer):
        total += 1
        if total <= TABLE_ROWS:
            shown.append([_cell(value, local) for value in row])
    lines = aligned(headings(answer.schema, zone), shown, _numeric(answer.schema))
    sink.writelines(line.encode() + b"\n" for line in lines)
    more = f", {total - TABLE_ROWS:,} not shown: use --format csv" if total > TABLE_ROWS else ""
    sink.write(f"({total:,} row{'' if total == 1 else 's'}{more})\n".encode())


def _cell(value: Any, zone: ZoneInfo) -> str:
    return plain(value, zone).replace("\n", "\\n").replace("\t", "\\t").replace("\x1b", "\\e")


def _numeric(schema: pa.Schema) -> list[bool]:
    return [
        pa.types.is_integer(field.type)
        or pa.types.is_floating(field.type)
        or pa.types.is_decimal(field.type)
        for field in schema
    ]


def aligned(names: list[str], rows: list[list[str]], numeric: list[bool]) -> Iterable[str]:
    """Lines of columns: those that are ``numeric`` to the right."""
    widths = [
        max([len(name), *(len(row[place]) for row in rows)]) for place, name in enumerate(names)
    ]
    yield "  ".join(name.ljust(width) for name, width in zip(names, widths, strict=True)).rstrip()
    yield "  ".join("-" * width for width in widths)
    for row in rows:
        cells = zip(row, widths, numeric, strict=True)
        yield "  ".join(
            cell.rjust(width) if number else cell.ljust(width) for cell, width, number in cells
        ).rstrip()
