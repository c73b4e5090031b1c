"""Parameters in text: what the ``in`` functions of PostgreSQL's types read, in ISO style."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.parameters import moments
from trunkline.servers.postgres.parameters.array_text import parsed
from trunkline.servers.postgres.parameters.interval_text import interval
from trunkline.servers.postgres.parameters.values import NUMBER, within
from trunkline.servers.postgres.types import PgType

_BLANKS = " \t\n\r\v\f"
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,9})?", re.IGNORECASE)
_NOT_FINITE = re.compile(r"[+-]?(inf|infinity)|nan", re.IGNORECASE)
_UUID = re.compile(r"\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?", re.IGNORECASE)
_OCTAL = re.compile(rb"\\(\\|[0-3][0-7]{2})|([^\\]+)")
_DIGITS = 131_072  # of a numeric before the point, as in PostgreSQL; it has 16,383 after it
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True,
             "false": False, "no": False, "off": False, "0": False}  # fmt: skip


def read(value: bytes, type_: PgType, zone: ZoneInfo) -> Any:
    """A value of a type. ValueError where the text is none, OverflowError out of range."""
    if type_.oid == pg.BYTEA.oid:
        return _bytea(value)
    words = value.decode()
    if "\0" in words:
        raise ValueError(type_.name)
    return _read(words, type_, zone)


def _read(words: str, type_: PgType, zone: ZoneInfo) -> Any:
    if type_.element:
        element = type_.element
        return parsed(words, lambda word: _read(word, element, zone))
    if type_.oid not in _READERS and type_.oid != pg.TIMESTAMPTZ.oid:
        return words  # text, or a type of the catalogue's own (regclass), which reads it itself
    words = words.strip(_BLANKS)
    if type_.oid == pg.TIMESTAMPTZ.oid:
        return moments.instant(words, zone)
    return _READERS[type_.oid](words)


def _whole(words: str, bits: int) -> int:
    if not _WHOLE.fullmatch(words):
        raise ValueError("integer")
    if len(words.lstrip("+-0")) > 19:
        raise OverflowError(NUMBER)
    return within(int(words), bits)


def _oid(words: str) -> int:
    number = _whole(words, 34)
    if not -(1 << 31) <= number < 1 << 32:
        raise OverflowError(NUMBER)
    return number & 0xFFFFFFFF


def _float(words: str) -> float:
    if not _NUMBER.fullmatch(words) and not _NOT_FINITE.fullmatch(words):
        raise ValueError("float")
    number = float(words)
    if number in (float("inf"), float("-inf")) and not _NOT_FINITE.fullmatch(words):
        raise OverflowError(NUMBER)
    return number


def _numeric(words: str) -> Decimal:
    if not _NUMBER.fullmatch(words) and not _NOT_FINITE.fullmatch(words):
        raise ValueError("numeric")
    number = Decimal(words)
    # 1e999999999 is short here and a gigabyte where it is written out.
    if number.is_finite() and (len(words) > 2 * _DIGITS or abs(number.adjusted()) > _DIGITS):
        raise OverflowError(NUMBER)
    return number


def _bool(words: str) -> bool:
    """Any beginning of a word for it that is no beginning of another."""
    found = {truth for word, truth in _BOOLEANS.items() if words and word.startswith(words.lower())}
    if len(found) != 1:
        raise ValueError("boolean")
    return found.pop()


def _bytea(value: bytes) -> bytes:
    if value[:2] == b"\\x":
        return bytes.fromhex(value[2:].decode("ascii"))
    parts, at = [], 0
    while at < len(value):
        found = _OCTAL.match(value, at)
        if not found:
            raise ValueError("bytea")
        escaped, plain = found.groups()
        parts.append(plain or (b"\\" if escaped == b"\\" else bytes([int(escaped, 8)])))
        at = found.end()
    return b"".join(parts)


def _uuid(words: str) -> UUID:
    if not _UUID.fullmatch(words) or words.startswith("{") != words.endswith("}"):
        raise ValueError("uuid")
    return UUID(words)


def _bits(words: str) -> str:
    if words.strip("01"):
        raise ValueError("bit varying")
    return words


_READERS: dict[int, Callable[[str], Any]] = {
    pg.BOOL.oid: _bool,
    pg.INT2.oid: lambda words: _whole(words, 16),
    pg.INT4.oid: lambda words: _whole(words, 32),
    pg.INT8.oid: lambda words: _whole(words, 64),
    pg.OID.oid: _oid,
    pg.FLOAT4.oid: _float,
    pg.FLOAT8.oid: _float,
    pg.NUMERIC.oid: _numeric,
    pg.BYTEA.oid: lambda words: _bytea(words.encode()),
    pg.DATE.oid: moments.day,
    pg.TIME.oid: moments.clock,
    pg.TIMETZ.oid: moments.zoned_clock,
    pg.TIMESTAMP.oid: moments.moment,
    pg.INTERVAL.oid: interval,
    pg.UUID.oid: _uuid,
    pg.VARBIT.oid: _bits,
}
