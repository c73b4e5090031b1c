"""Rows as text: one writer a format, each taking batches as they come.

Timestamps are ISO 8601: with ``Z`` in json and jsonl, in the session's zone in csv, whose header
names it. Whole numbers of any width are JSON numbers; decimals keep their scale as strings.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import chain, repeat
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from trunkline.lake.session import Answer

Writer = Callable[[Answer, BinaryIO, str], None]
TABLE_ROWS = 1_000


def write(form: str, answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write every row of an answer."""
    FORMATS[form](answer, sink, zone)


def _rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    for batch in answer.batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _json(value: Any) -> Any:
    """A value as JSON has it; what JSON has no form for becomes text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return [_json(element) for element in value]
    if isinstance(value, dict):
        return {str(key): _json(element) for key, element in value.items()}
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return _utc(value) if value.tzinfo else value.isoformat(timespec="milliseconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _utc(instant: datetime) -> str:
    spec = "microseconds" if instant.microsecond % 1000 else "milliseconds"
    return instant.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")


def _objects(answer: Answer) -> Iterator[bytes]:
    names = answer.schema.names
    for row in _rows(answer):
        yield msgspec.json.encode(dict(zip(names, map(_json, row), strict=True)))


def _write_json(answer: Answer, sink: BinaryIO, zone: str) -> None:
    del zone
    sink.write(b"[")
    separators = chain((b"\n",), repeat(b",\n"))
    sink.writelines(
        before + line for before, line in zip(separators, _objects(answer), strict=False)
    )
    sink.write(b"\n]\n")


def _write_jsonl(answer: Answer, sink: BinaryIO, zone: str) -> None:
    del zone
    sink.writelines(line + b"\n" for line in _objects(answer))


def _write_csv(answer: Answer, sink: BinaryIO, zone: str) -> None:
    text = io.TextIOWrapper(sink, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_headings(answer.schema, zone))
    local = ZoneInfo(zone)
    for row in _rows(answer):
        writer.writerow([_plain(value, local) for value in row])
    text.detach()


def _headings(schema: pa.Schema, zone: str) -> list[str]:
    return [
        f"{field.name} ({zone})"
        if pa.types.is_timestamp(field.type) and field.type.tz
        else field.name
        for field in schema
    ]


def _plain(value: Any, zone: ZoneInfo) -> str:
    """One cell as text; NULL is empty."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        spec = "microseconds" if local.microsecond % 1000 else "milliseconds"
        return local.replace(tzinfo=None).isoformat(sep=" ", timespec=spec)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return msgspec.json.encode(_json(value)).decode()
    return str(value)


def _write_table(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Columns aligned for reading; at most ``TABLE_ROWS`` rows, and a word on the rest."""
    local = ZoneInfo(zone)
    shown: list[list[str]] = []
    total = 0
    for row in _rows(answer):
        total += 1
        if total <= TABLE_ROWS:
            shown.append([_cell(value, local) for value in row])
    lines = _aligned(_headings(answer.schema, zone), shown, _numeric(answer.schema))
    sink.writelines(line.encode() + b"\n" for line in lines)
    more = f", {total - TABLE_ROWS:,} not shown: use --format csv" if total > TABLE_ROWS else ""
    sink.write(f"({total:,} row{'' if total == 1 else 's'}{more})\n".encode())


def _cell(value: Any, zone: ZoneInfo) -> str:
    return _plain(value, zone).replace("\n", "\\n").replace("\t", "\\t").replace("\x1b", "\\e")


def _numeric(schema: pa.Schema) -> list[bool]:
    return [
        pa.types.is_integer(field.type)
        or pa.types.is_floating(field.type)
        or pa.types.is_decimal(field.type)
        for field in schema
    ]


def _aligned(names: list[str], rows: list[list[str]], numeric: list[bool]) -> Iterable[str]:
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


FORMATS: dict[str, Writer] = {
    "table": _write_table,
    "csv": _write_csv,
    "json": _write_json,
    "jsonl": _write_jsonl,
}
