"""The slow path: one record at a time, over the same declarations, for pages pyarrow refuses.

What it understands becomes the same nested arrays as on the fast path; what it does not is
quarantined with a reason that names the attribute and never quotes the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import pyarrow as pa

from trunkline.catalog import Holds
from trunkline.errors import MalformedAnswer
from trunkline.flatten.fast import Page
from trunkline.flatten.plain import again, is_unicode, mended
from trunkline.flatten.shape import LIMITS, TIMES, Layout, Shape, arrow_type
from trunkline.flatten.whole import is_fraction
from trunkline.interval import Days
from trunkline.types import Type

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# ISO 8601 as far as it cannot be misread, as pyarrow takes it on the fast path: no weeks, no days
# of a year, nothing but T or a blank before the hour.
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_SIX_PLACES = Decimal("0.000001")
_WIDE = Context(prec=40, rounding=ROUND_HALF_EVEN)


class Misfit(Exception):
    """A value that the declared type cannot hold. Its text is a reason, never the value."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that was left out. The reason names an attribute and never holds a value."""

    ordinal_in_page: int
    id: str | None
    reason: str
    noun: str

    def __str__(self) -> str:
        """The noun stands first: notices count by it."""
        named = self.id or f"at place {self.ordinal_in_page} of its page"
        return f"{self.noun} {named}: {self.reason}"


def read(page: dict[str, Any], layout: Layout, days: Days) -> tuple[Page, tuple[Quarantined, ...]]:
    """The records of a decoded page that started on ``days``, and those that cannot be read."""
    _require_once(page, layout)
    records = page.get(layout.root.level.attribute)
    if not isinstance(records, list | None):
        raise MalformedAnswer(f"{layout.root.level.attribute} of a result page is not a list")
    kept: dict[int, dict[str, Any]] = {}
    quarantined: list[Quarantined] = []
    for place, record in enumerate(records or ()):
        try:
            if _day(record, layout) in days:
                kept[place] = _element(record, layout.root, layout.listed)
        except Misfit as misfit:
            noun = layout.dataset.noun
            quarantined.append(Quarantined(place, _id(record, layout), str(misfit), noun))
    nested = pa.array(kept.values(), arrow_type(layout.root, exact=True))
    ignored = len(records or ()) - len(kept) - len(quarantined)
    cursor, watermark = _envelope(page, layout)
    found = Page(nested, tuple(kept), ignored, cursor, watermark, strangers=True)
    return found, tuple(quarantined)


def _require_once(page: dict[str, Any], layout: Layout) -> None:
    """MalformedAnswer where what a page is read by stands in it twice: one would hide the other."""
    needed = (layout.root.level.attribute, layout.dataset.cursor, layout.dataset.watermark)
    if twice := again(page).intersection(needed):
        raise MalformedAnswer(f"a result page has {', '.join(sorted(twice))} more than once")


def _envelope(page: dict[str, Any], layout: Layout) -> tuple[str | None, datetime | None]:
    of = layout.dataset
    try:
        cursor = _named(page.get(of.cursor), "page", of.cursor)
        watermark = _value(page.get(of.watermark), Type.TIMESTAMP, "page", of.watermark)
    except Misfit as misfit:
        raise MalformedAnswer(f"a result page cannot be followed: {misfit}") from None
    return cursor or None, None if watermark is None else _EPOCH + watermark * _MILLISECOND


def _day(record: Any, layout: Layout) -> date:
    name = layout.root.level.name
    if not isinstance(record, dict):
        raise Misfit(f"{name} is not an object")
    if not isinstance(record.get(layout.key), str):
        raise Misfit(f"{name}.{layout.key} is missing or not text")
    if layout.time in again(record):
        raise Misfit(f"{name}.{layout.time} stands more than once")
    start = _value(record.get(layout.time), Type.TIMESTAMP, name, layout.time)
    if start is None:
        raise Misfit(f"{name}.{layout.time} is missing")
    instant: datetime = _EPOCH + start * _MILLISECOND
    return instant.date()


def _id(record: Any, layout: Layout) -> str | None:
    """The record's id where it is one by its form: anything else may be a value that slipped in."""
    value = record.get(layout.key) if isinstance(record, dict) else None
    return value if isinstance(value, str) and _ID.match(value) else None


def _element(element: Any, shape: Shape, listed: frozenset[str]) -> dict[str, Any]:
    level = shape.level.name
    if not isinstance(element, dict):
        raise Misfit(f"{level} is not an object")
    if twice := again(element) & shape.landed:
        raise Misfit(f"{level}.{min(twice)} stands more than once")
    if shape.level.id:
        _named(element.get(shape.level.id), level, shape.level.id)
    read: dict[str, Any] = {
        name: _value(element[name], type_, level, name)
        for name, type_ in shape.attributes
        if name in element
    }
    for child in shape.children:
        attribute = child.level.attribute
        below = element.get(attribute)
        if not isinstance(below, _FORMS[child.level.holds]):
            raise Misfit(f"{level}.{attribute} is not {_FORM_NOUNS[child.level.holds]}")
        read[attribute] = _held(below, child, listed)
    return read


def _held(below: Any, child: Shape, listed: frozenset[str]) -> Any:
    if child.level.holds is Holds.MAP:
        if again(below or {}):
            raise Misfit(f"{child.level.name}.name stands more than once")
        return [
            {"name": name, "value": _value(value, Type.TEXT, child.level.name, "value")}
            for name, value in _entries(below or {}, listed)
        ]
    if child.level.holds is Holds.OBJECT:
        return None if below is None else _element(below, child, listed)
    return [_element(each, child, listed) for each in below or ()]


def _entries(held: dict[str, Any], listed: frozenset[str]) -> Iterable[tuple[str, Any]]:
    """A map's names, each once when they are made Unicode, and the values of the listed ones."""
    return {mended(name): value if name in listed else None for name, value in held.items()}.items()


def _value(value: Any, type_: Type, level: str, name: str) -> Any:
    if value is None or is_fraction(name, type_, value):
        return None
    try:
        return _READERS[type_](value)
    except (TypeError, ValueError, ArithmeticError):
        raise Misfit(f"{level}.{name} is not {_NOUNS[type_]}") from None


def _named(value: Any, level: str, name: str) -> str | None:
    """A text that names something: mended, two of them could be one."""
    text: str | None = _value(value, Type.TEXT, level, name)
    if text is not None and not is_unicode(value):
        raise Misfit(f"{level}.{name} is not Unicode")
    return text


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return mended(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError
    return number


def _whole(value: Any) -> int:
    number = _number(value)
    if not -(2**63) <= number < 2**63 or number != number.to_integral_value():
        raise ValueError
    return int(number)


def _double(value: Any) -> float:
    number = float(_number(value))
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _decimal(type_: Type) -> Callable[[Any], Decimal]:
    def read(value: Any) -> Decimal:
        number = _number(value).quantize(_SIX_PLACES, context=_WIDE)
        if abs(number) >= LIMITS[type_]:
            raise ValueError
        return number

    return read


def _instant(value: Any) -> int:
    """Milliseconds since 1970, finer digits cut off; UTC where the text names no offset."""
    if not _TIME.fullmatch(value):
        raise ValueError
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    since = (instant - _EPOCH) // _MILLISECOND
    if not TIMES.start <= since < TIMES.stop:
        raise ValueError
    return since


def _each(reader: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def read(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise TypeError
        return [None if item is None else reader(item) for item in value]

    return read


_READERS: dict[Type, Callable[[Any], Any]] = {
    Type.TEXT: _text,
    Type.BOOLEAN: _boolean,
    Type.BIGINT: _whole,
    Type.DOUBLE: _double,
    Type.SCORE: _decimal(Type.SCORE),
    Type.METRIC: _decimal(Type.METRIC),
    Type.TIMESTAMP: _instant,
    Type.TEXT_LIST: _each(_text),
    Type.BIGINT_LIST: _each(_whole),
}
_FORMS = {Holds.LIST: list | None, Holds.OBJECT: dict | None, Holds.MAP: dict | None}
_FORM_NOUNS = {Holds.LIST: "a list", Holds.OBJECT: "an object", Holds.MAP: "an object"}
_NOUNS: dict[Type, str] = {
    Type.TEXT: "text",
    Type.BOOLEAN: "true or false",
    Type.BIGINT: "a whole number",
    Type.DOUBLE: "a number",
    Type.SCORE: "a number in range",
    Type.METRIC: "a number in range",
    Type.TIMESTAMP: "a time",
    Type.TEXT_LIST: "a list of texts",
    Type.BIGINT_LIST: "a list of whole numbers",
}
