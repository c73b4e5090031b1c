"""Units of the calendar that a wall reading can be cut to."""

from __future__ import annotations

from datetime import datetime, timedelta

UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
OF_DAYS = frozenset({"day", "week", "month", "quarter", "year"})


def start_of(unit: str, reading: datetime) -> datetime:
    """The first moment of the unit that a wall reading is in."""
    midnight = reading.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "millisecond": reading.replace(microsecond=reading.microsecond // 1000 * 1000),
        "second": reading.replace(microsecond=0),
        "minute": reading.replace(second=0, microsecond=0),
        "hour": reading.replace(minute=0, second=0, microsecond=0),
        "day": midnight,
        "week": midnight - timedelta(days=midnight.weekday()),
        "month": midnight.replace(day=1),
        "quarter": midnight.replace(day=1, month=(reading.month - 1) // 3 * 3 + 1),
        "year": midnight.replace(day=1, month=1),
    }
    return starts[unit]


def after(unit: str, start: datetime) -> datetime:
    """The first moment of the next unit; ``start`` is the first of its own."""
    if months := {"month": 1, "quarter": 3, "year": 12}.get(unit):
        years, month = divmod(start.month - 1 + months, 12)
        return start.replace(year=start.year + years, month=month + 1)
    return start + timedelta(**{f"{unit}s": 1})


def next_start(unit: str, reading: datetime) -> datetime:
    """The first start of a unit at or after a wall reading."""
    start = start_of(unit, reading)
    return start if start == reading else after(unit, start)
