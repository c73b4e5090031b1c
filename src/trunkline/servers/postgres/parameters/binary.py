"""Parameters in binary: what the ``recv`` functions of PostgreSQL's types read."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import time, timedelta, timezone
from decimal import Decimal
from math import prod
from typing import Any
from uuid import UUID

from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.parameters.values import (
    MIDNIGHT_MICROSECONDS,
    MOMENT,
    Interval,
    aware,
    date_of,
    moment_of,
)
from trunkline.servers.postgres.types import PgType

_NEGATIVE = 0x4000
_SPECIAL = {0xC000: "NaN", 0xD000: "Infinity", 0xF000: "-Infinity"}
_DIMENSIONS = 6  # as many as PostgreSQL has


def read(value: bytes, type_: PgType) -> Any:
    """A value of a type. ValueError where the bytes are none, OverflowError out of range."""
    if type_.element:
        return _array(value, type_.element)
    try:
        return (_READERS.get(type_.oid) or _stranger(type_))(value)
    except (struct.error, KeyError):
        raise ValueError(type_.name) from None


def _stranger(type_: PgType) -> Callable[[bytes], Any]:
    """Of the catalogue's own types: OIDs of a kind (regclass), which have four bytes."""
    return {4: _fixed("!I"), 1: _text}[type_.size]


def _array(value: bytes, element: PgType) -> list[Any]:
    try:
        depth, flags, oid = struct.unpack_from("!iiI", value)
        if not 0 <= depth <= _DIMENSIONS or flags not in (0, 1) or oid != element.oid:
            raise ValueError("array")
        lengths = struct.unpack_from(f"!{2 * depth}i", value, 12)[::2]
        at = 12 + 8 * depth
        # Every item has four bytes at least: what claims more than there are is not begun.
        count = prod(lengths) if depth else 0
        if min(lengths, default=0) < 0 or count > (len(value) - at) // 4:
            raise ValueError("array")
        items, at = _items(value, at, element, count)
    except struct.error:
        raise ValueError("array") from None
    if at != len(value):
        raise ValueError("array")
    return _nested(items, lengths[1:])


def _items(value: bytes, at: int, element: PgType, count: int) -> tuple[list[Any], int]:
    items = []
    for _ in range(count):
        (size,) = struct.unpack_from("!i", value, at)
        at += 4
        if size < -1 or at + size > len(value):
            raise ValueError("array")
        items.append(None if size < 0 else read(value[at : at + size], element))
        at += max(size, 0)
    return items, at


def _nested(items: list[Any], lengths: tuple[int, ...]) -> list[Any]:
    """Items laid flat, gathered from the innermost dimension outwards."""
    for length in reversed(lengths):
        items = [items[at : at + length] for at in range(0, len(items), length)] if length else []
    return items


def _numeric(value: bytes) -> Decimal:
    count, weight, sign, scale = struct.unpack_from("!HhHH", value)
    if sign in _SPECIAL:
        return Decimal(_SPECIAL[sign])
    groups = struct.unpack(f"!{count}H", value[8:])
    if sign not in (0, _NEGATIVE) or scale > 0x3FFF or max(groups, default=0) > 9999:
        raise ValueError("numeric")
    digits, exponent = "".join(f"{group:04d}" for group in groups) or "0", 4 * (weight - count + 1)
    wanted = exponent + scale  # digits to add at the end, or to take away
    digits = (digits + "0" * wanted if wanted >= 0 else digits[:wanted]) or "0"
    return Decimal((int(sign == _NEGATIVE), tuple(map(int, digits)), -scale))


def _fixed(layout: str) -> Callable[[bytes], Any]:
    return lambda value: struct.unpack(layout, value)[0]


def _bool(value: bytes) -> bool:
    return bool(struct.unpack("!B", value)[0])


def _text(value: bytes) -> str:
    decoded = value.decode()
    if "\0" in decoded:
        raise ValueError("text")
    return decoded


def _jsonb(value: bytes) -> str:
    if value[:1] != b"\1":
        raise ValueError("jsonb")
    return _text(value[1:])


def _time(value: bytes) -> time:
    (microseconds,) = struct.unpack("!q", value)
    return clock(microseconds)


def clock(microseconds: int) -> time:
    """A time of day. Python has no 24:00."""
    if microseconds == MIDNIGHT_MICROSECONDS:
        raise OverflowError(MOMENT)
    if not 0 <= microseconds < MIDNIGHT_MICROSECONDS:
        raise ValueError("time")
    seconds, fraction = divmod(microseconds, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, fraction)


def _timetz(value: bytes) -> time:
    microseconds, west = struct.unpack("!qi", value)
    if abs(west) >= 16 * 3600:
        raise ValueError("timetz")
    return clock(microseconds).replace(tzinfo=timezone(timedelta(seconds=-west)))


def _interval(value: bytes) -> Interval:
    microseconds, days, months = struct.unpack("!qii", value)
    return Interval(months, days, microseconds)


def _varbit(value: bytes) -> str:
    (count,) = struct.unpack_from("!i", value)
    bits = "".join(f"{byte:08b}" for byte in value[4:])
    if count < 0 or (count + 7) // 8 != len(value) - 4:
        raise ValueError("bit varying")
    return bits[:count]


_READERS: dict[int, Callable[[bytes], Any]] = {
    pg.BOOL.oid: _bool,
    pg.INT2.oid: _fixed("!h"),
    pg.INT4.oid: _fixed("!i"),
    pg.INT8.oid: _fixed("!q"),
    pg.OID.oid: _fixed("!I"),
    pg.FLOAT4.oid: _fixed("!f"),
    pg.FLOAT8.oid: _fixed("!d"),
    pg.NUMERIC.oid: _numeric,
    **dict.fromkeys(
        (type_.oid for type_ in (pg.TEXT, pg.NAME, pg.VARCHAR, pg.BPCHAR, pg.JSON, pg.UNKNOWN)),
        _text,
    ),
    pg.JSONB.oid: _jsonb,
    pg.BYTEA.oid: bytes,
    pg.DATE.oid: lambda value: date_of(struct.unpack("!i", value)[0]),
    pg.TIME.oid: _time,
    pg.TIMETZ.oid: _timetz,
    pg.TIMESTAMP.oid: lambda value: moment_of(struct.unpack("!q", value)[0]),
    pg.TIMESTAMPTZ.oid: lambda value: aware(moment_of(struct.unpack("!q", value)[0])),
    pg.INTERVAL.oid: _interval,
    pg.UUID.oid: lambda value: UUID(bytes=value),
    pg.VARBIT.oid: _varbit,
}
