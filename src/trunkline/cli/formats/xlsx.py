"""``xlsx``: one sheet of real dates and numbers, as far as Excel keeps them exactly.

What Excel would change is written as text instead, and a notice counts it: whole numbers and
decimals of more than 15 digits; times finer than a millisecond; days before 1 March 1900, where
Excel's calendar has a 29 February 1900. What does not fit at all ends the file: more rows, columns
or characters than a sheet, its columns or a cell hold. Limits:
https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3

Text stays text, whatever it looks like: no formulas, no links.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import click
import pyarrow as pa
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from trunkline.cli.formats.cells import headings, plain, rows
from trunkline.errors import LimitExceeded
from trunkline.lake.session import Answer

SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
CELL_CHARACTERS = 32_767
EXACT_DIGITS = 15
EXACT_FROM = date(1900, 3, 1)
DAY, INSTANT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss.000"
_OPTIONS = {
    "constant_memory": True,
    "use_zip64": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# What to write a value as: a number, a date, a truth value, or text; None where it is NULL.
Cell = bool | float | Decimal | date | str | None


def write_xlsx(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write the header and every row. LimitExceeded where the answer does not fit a sheet."""
    with _workbook(sink, answer.temporary) as book:
        sheet = book.add_worksheet("answer")
        sheet.freeze_panes(1, 0)
        formats = [_number_format(field.type) for field in answer.schema]
        columns = [book.add_format({"num_format": form}) if form else None for form in formats]
        texts = _fill(sheet, answer, columns, zone)
    for name, count in texts.items():
        click.echo(
            f"notice: {count:,} value{'' if count == 1 else 's'} of column {name!r} "
            "stand as text, since Excel would round them",
            err=True,
        )


@contextmanager
def _workbook(sink: BinaryIO, below: Path | None) -> Iterator[xlsxwriter.Workbook]:
    """A workbook whose rows wait in a directory that is gone in the end, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="trunkline-", dir=below) as folder:
        book = xlsxwriter.Workbook(sink, {**_OPTIONS, "tmpdir": folder})
        try:
            yield book
        except BaseException:
            for sheet in book.worksheets():
                sheet._opt_close()  # noqa: SLF001
            raise
        book.close()


def _fill(sheet: Worksheet, answer: Answer, columns: list[Any], zone: str) -> Counter[str]:
    """Every cell; how many values of each column stand as text although they are not."""
    names, local = answer.schema.names, ZoneInfo(zone)
    if len(names) > SHEET_COLUMNS:
        raise _too_much(f"{len(names):,} columns; a sheet holds {SHEET_COLUMNS:,}")
    for place, heading in enumerate(headings(answer.schema, zone)):
        _text(sheet, 0, place, heading)
    texts: Counter[str] = Counter()
    for number, row in enumerate(rows(answer), start=1):
        if number >= SHEET_ROWS:
            raise _too_much(f"more than {SHEET_ROWS - 1:,} rows; a sheet holds no more")
        for place, value in enumerate(row):
            cell = exact(value, local)
            _put(sheet, (number, place), cell, columns[place])
            if isinstance(cell, str) and isinstance(value, int | float | Decimal | date):
                texts[names[place]] += 1
    return texts


def exact(value: Any, zone: ZoneInfo) -> Cell:
    """The value as Excel keeps it, as text where Excel would change it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return value if _digits(value) <= EXACT_DIGITS else plain(value, zone)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else plain(value, zone)
    if isinstance(value, datetime):
        local = (value.astimezone(zone) if value.tzinfo else value).replace(tzinfo=None)
        kept = local.microsecond % 1000 == 0 and local.date() >= EXACT_FROM
        return local if kept else plain(value, zone)
    if isinstance(value, date):
        return value if value >= EXACT_FROM else plain(value, zone)
    return plain(value, zone)


def _digits(value: int | Decimal) -> int:
    """Of a number as it is written, without zeros in front or at the end of its fraction."""
    whole, _, fraction = f"{Decimal(value):f}".lstrip("-").partition(".")
    return len((whole + fraction.rstrip("0")).lstrip("0"))


def _put(sheet: Worksheet, at: tuple[int, int], cell: Cell, form: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        _text(sheet, *at, cell)
        return
    put: Callable[..., int] = sheet.write_number
    if isinstance(cell, bool):
        put = sheet.write_boolean
    elif isinstance(cell, date):
        put = sheet.write_datetime
    put(*at, cell, form)


def _text(sheet: Worksheet, row: int, place: int, text: str) -> None:
    if sheet.write_string(row, place, _raw(text)):
        raise _too_much(
            f"a text of {len(text):,} characters in column {place + 1}; "
            f"a cell holds {CELL_CHARACTERS:,}"
        )


def _raw(text: str) -> str:
    """The library takes a text between these tags for XML, so give it the XML of this text."""
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text)}</t></r>'
    return text


def _number_format(kind: pa.DataType) -> str | None:
    if pa.types.is_timestamp(kind):
        return INSTANT
    if pa.types.is_date(kind):
        return DAY
    if pa.types.is_decimal(kind) and kind.scale > 0:
        return f"0.{'0' * kind.scale}"
    return "0" if pa.types.is_integer(kind) or pa.types.is_decimal(kind) else None


def _too_much(what: str) -> LimitExceeded:
    return LimitExceeded(
        f"the answer does not fit an Excel file: it has {what}",
        hint="Aggregate, choose fewer columns, or shorten the text with left(); "
        "csv and parquet have no such limits.",
    )
