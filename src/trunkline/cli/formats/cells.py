"""Values as text: what csv, table and xlsx share, and what JSON has no form for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from trunkline.lake.session import Answer


def rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    """The rows of every batch, as Python values."""
    for batch in answer.batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def headings(schema: pa.Schema, zone: str) -> list[str]:
    """The names of the columns; those of instants with the zone they are written in."""
    return [
        f"{field.name} ({zone})"
        if pa.types.is_timestamp(field.type) and field.type.tz
        else field.name
        for field in schema
    ]


def plain(value: Any, zone: ZoneInfo) -> str:
    """One cell as text: an instant in the zone; lists and structures as JSON; NULL is empty."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        return local.replace(tzinfo=None).isoformat(sep=" ", timespec=_spec(local))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return msgspec.json.encode(jsonable(value)).decode()
    return _text(value)


def jsonable(value: Any) -> Any:
    """A value as JSON has it; what JSON has no form for becomes text.

    A sum of BIGINTs is a DECIMAL(38,0) in Arrow: a whole number, which JSON writes at any width.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        return int(value)
    if isinstance(value, list) or type(value) is tuple:
        return [jsonable(element) for element in value]
    if isinstance(value, dict):
        return {str(key): jsonable(element) for key, element in value.items()}
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return _instant(value) if value.tzinfo else value.isoformat(timespec=_spec(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, pa.MonthDayNano):
        return _duration(value)
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else str(value)


def _instant(value: datetime) -> str:
    utc = value.astimezone(UTC)
    return utc.isoformat(timespec=_spec(utc)).replace("+00:00", "Z")


def _spec(value: datetime) -> str:
    return "microseconds" if value.microsecond % 1000 else "milliseconds"


def _duration(value: pa.MonthDayNano) -> str:
    """ISO 8601, as DuckDB keeps it: months, days and seconds are not carried over."""
    seconds = Decimal(value.nanoseconds).scaleb(-9).normalize()
    return f"P{value.months}M{value.days}DT{seconds:f}S"
