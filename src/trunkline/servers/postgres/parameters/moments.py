"""Dates and times in text, in ISO 8601 and as PostgreSQL writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from trunkline.servers.postgres.parameters.values import MOMENT, Infinite

_DATE = r"(?P<year>[0-9]{4,6})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?"
)
_ZONE = r" ?(?P<zone>Z|UTC|(?P<sign>[+-])(?P<zh>[0-9]{1,2}):?(?P<zm>[0-9]{2})?:?(?P<zs>[0-9]{2})?)"
_MOMENT = re.compile(rf"{_DATE}(?:[ T]+{_TIME}(?:{_ZONE})?)?(?P<era> BC)?", re.IGNORECASE)
_CLOCK = re.compile(rf"{_TIME}(?:{_ZONE})?", re.IGNORECASE)
Found = re.Match[str]


def moment(words: str) -> datetime | Infinite:
    """A timestamp without a zone; one that is given is not looked at, as in PostgreSQL."""
    return _infinite(words) or _moment(words)[0]


def instant(words: str, zone: ZoneInfo) -> datetime | Infinite:
    """An instant, in UTC; by the clock of the session where it has no zone."""
    if infinite := _infinite(words):
        return infinite
    local, found = _moment(words)
    zoned = local.replace(tzinfo=_zone(found) if found["zone"] else zone)
    try:
        return zoned.astimezone(UTC)
    except OverflowError:
        raise OverflowError(MOMENT) from None


def day(words: str) -> date | Infinite:
    """A date; a time after it is not looked at."""
    return _infinite(words) or _moment(words)[0].date()


def clock(words: str) -> time:
    """A time of day; a zone after it is not looked at."""
    found = _CLOCK.fullmatch(words)
    if not found:
        raise ValueError("time")
    made, carried = _time(found)
    if carried:
        raise OverflowError(MOMENT)
    return made


def zoned_clock(words: str) -> time:
    """A time of day with its zone; UTC where there is none."""
    found = _CLOCK.fullmatch(words)
    if not found:
        raise ValueError("timetz")
    return clock(words).replace(tzinfo=_zone(found) if found["zone"] else UTC)


def _infinite(words: str) -> Infinite | None:
    return next((one for one in Infinite if one.value == words.lower()), None)


def _moment(words: str) -> tuple[datetime, Found]:
    found = _MOMENT.fullmatch(words)
    if not found:
        raise ValueError("timestamp")
    if found["era"] or int(found["year"]) > 9999:
        raise OverflowError(MOMENT)
    made = date(int(found["year"]), int(found["month"]), int(found["day"]))
    at, carried = _time(found) if found["hour"] else (time(), timedelta())
    try:
        return datetime.combine(made, at) + carried, found
    except OverflowError:
        raise OverflowError(MOMENT) from None


def _time(found: Found) -> tuple[time, timedelta]:
    """A time, and what it is more than Python's can hold: 24:00, or a fraction rounded up."""
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    fraction = found["fraction"] or ""
    microseconds = int(fraction.ljust(9, "0")[:9]) / 1000 if fraction else 0
    carried = timedelta(microseconds=round(microseconds))
    if (hour, minute, second) == (24, 0, 0) and not carried:
        return time(), timedelta(days=1)
    if carried == timedelta(seconds=1):
        return time(hour, minute, second), carried
    return time(hour, minute, second, round(microseconds)), timedelta()


def _zone(found: Found) -> timezone:
    if not found["sign"]:
        return UTC
    east = timedelta(
        hours=int(found["zh"]), minutes=int(found["zm"] or 0), seconds=int(found["zs"] or 0)
    )
    if east >= timedelta(hours=16):
        raise ValueError("time zone")
    return timezone(-east if found["sign"] == "-" else east)
