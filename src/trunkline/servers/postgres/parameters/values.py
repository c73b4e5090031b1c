"""Values that Python has no type for, and the two ways of being out of range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

NUMBER, MOMENT = "22003", "22008"  # numeric_value_out_of_range, datetime_field_overflow
_Y2K = datetime(2000, 1, 1)  # noqa: DTZ001 - the wire counts from it, with a zone or without
MIDNIGHT_MICROSECONDS = 86_400_000_000


class Infinite(Enum):
    """Before and after all dates and instants; Python has none, and DuckDB reads the word."""

    FUTURE = "infinity"
    PAST = "-infinity"


@dataclass(frozen=True, slots=True)
class Interval:
    """Months, days and microseconds, none of which can be told in another."""

    months: int = 0
    days: int = 0
    microseconds: int = 0

    def __str__(self) -> str:
        """As SQL reads it."""
        return f"{self.months} months {self.days} days {self.microseconds} microseconds"


def within(number: int, bits: int) -> int:
    """An integer that fits into so many bits. OverflowError where it does not."""
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise OverflowError(NUMBER)
    return number


def date_of(days: int) -> date | Infinite:
    """Days since 2000. Infinity is the greatest and least of 32 bits."""
    if days in (2**31 - 1, -(2**31)):
        return Infinite.FUTURE if days > 0 else Infinite.PAST
    try:
        return (_Y2K + timedelta(days=days)).date()
    except OverflowError:
        raise OverflowError(MOMENT) from None


def moment_of(microseconds: int) -> datetime | Infinite:
    """Microseconds since 2000. Infinity is the greatest and least of 64 bits."""
    if microseconds in (2**63 - 1, -(2**63)):
        return Infinite.FUTURE if microseconds > 0 else Infinite.PAST
    try:
        return _Y2K + timedelta(microseconds=microseconds)
    except OverflowError:
        raise OverflowError(MOMENT) from None


def aware(moment: datetime | Infinite) -> datetime | Infinite:
    """The same, said to be in UTC."""
    return moment if isinstance(moment, Infinite) else moment.replace(tzinfo=UTC)
