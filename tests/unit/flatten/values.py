"""Values of JSON as the columns have them, one at a time: the ground of ``oracle``."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Any

from trunkline.types import Type

CLOCK = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
EARLIEST, LATEST = datetime(1, 1, 2), datetime(9999, 12, 31)  # noqa: DTZ001


class Bad(Exception):
    """A value that has no place in its column."""


class Refused(Exception):
    """A body that is no page."""


class Repeated(dict[str, Any]):
    """An object in which the names ``twice`` stand more than once."""

    names: set[str]


def loaded(body: bytes) -> Any:
    try:
        page = json.loads(
            body.decode("utf-8-sig", "surrogateescape"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=lambda _: Decimal("NaN"),
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError):
        raise Refused from None
    if not isinstance(page, dict):
        raise Refused
    return page


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    torn = Repeated(made)
    names = [name for name, _ in pairs]
    torn.names = {name for name in names if names.count(name) > 1}
    return torn


def _integer(text: str) -> Any:
    return int(text) if len(text) < 1000 else Decimal("NaN")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def twice(element: Any) -> set[str]:
    return element.names if isinstance(element, Repeated) else set()


def value(given: Any, type_: Type, name: str = "") -> Any:
    """The value that a column of the type has for it, or Bad."""
    if given is None:
        return None
    if type_ is Type.TEXT:
        return text(given)
    if type_ is Type.BOOLEAN:
        return given if isinstance(given, bool) else _bad()
    if type_ is Type.TIMESTAMP:
        return instant(given)
    if type_ in (Type.TEXT_LIST, Type.BIGINT_LIST):
        one = Type.TEXT if type_ is Type.TEXT_LIST else Type.BIGINT
        return [value(item, one) for item in given] if isinstance(given, list) else _bad()
    return _number(given, type_, name)


def _number(given: Any, type_: Type, name: str) -> Any:
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise Bad
    number = Decimal(given)
    if not number.is_finite():
        raise Bad
    if type_ is Type.DOUBLE:
        return float(number) if abs(float(number)) != float("inf") else _bad()
    if type_ is Type.BIGINT:
        # First of all whether it fits at all: a number of a million digits is not written out.
        if abs(number) > 2**64:
            raise Bad
        if number != int(number):
            return None if re.match("[nt][A-Z]", name) else _bad()
        return int(number) if -(2**63) <= number < 2**63 else _bad()
    limit = 10**18 if type_ is Type.METRIC else 10**12
    if abs(number) > 2 * limit:
        raise Bad
    with localcontext(prec=6000, rounding=ROUND_HALF_EVEN):
        rounded = number.quantize(Decimal("0.000001"))
    return rounded if abs(rounded) < limit else _bad()


def text(given: Any) -> str:
    if not isinstance(given, str):
        raise Bad
    return re.sub("[\ud800-\udfff]", "\ufffd", given)


def identity(given: Any) -> str | None:
    """A text by which something is told from others: nothing in it may be mended."""
    if given is None:
        return None
    return text(given) if text(given) == given else _bad()


def instant(given: Any) -> datetime:
    found = CLOCK.fullmatch(given) if isinstance(given, str) else None
    if not found:
        raise Bad
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        local = datetime(  # noqa: DTZ001
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
        micro = timedelta(milliseconds=int(((fraction or "") + "000")[:3]))
        made = local + micro - _offset(zone or "Z")
    except (ValueError, OverflowError):
        raise Bad from None
    return made.replace(tzinfo=UTC) if EARLIEST <= made < LATEST else _bad()


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise Bad
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def _bad() -> Any:
    raise Bad
