"""Half-open intervals of UTC time, and the UTC days and months they touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """``[start, end)``; both aware and in UTC. Never empty. Written to the millisecond."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() != timedelta(0) or self.end.utcoffset() != timedelta(0):
            raise ValueError("an interval is in UTC")
        if self.start >= self.end:
            raise ValueError(f"empty interval {self}")

    def __str__(self) -> str:
        return f"{iso(self.start)}/{iso(self.end)}"

    @staticmethod
    def parse(text: str) -> Interval:
        """The interval of a text that ``str`` made; ValueError for any other."""
        start, end = text.split("/")
        return Interval(datetime.fromisoformat(start), datetime.fromisoformat(end))

    @property
    def last_day(self) -> date:
        """The last UTC day it touches."""
        return (self.end - timedelta(milliseconds=1)).date()

    @property
    def spoken(self) -> str:
        """The first and the last UTC day, both included, as one reads them; one if they are one."""
        first, last = self.start.date(), self.last_day
        return f"{first}" if first == last else f"{first} to {last}"

    def days(self) -> frozenset[date]:
        """Every UTC day it touches."""
        last = (self.end - timedelta.resolution).date()
        return frozenset(
            self.start.date() + DAY * n for n in range((last - self.start.date()).days + 1)
        )


@dataclass(frozen=True, slots=True)
class Before:
    """Every UTC day before one, to be asked of as a set of days is."""

    day: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day < self.day


EVER = Before(date.max)
Days = frozenset[date] | Before


def iso(instant: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as the providers write and read it."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def to_millisecond(instant: datetime) -> datetime:
    """The instant without what is finer than the providers, and all that is kept, tell it."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def midnight(day: date) -> datetime:
    """The instant a UTC day begins."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def is_settled(until: datetime, watermark: datetime, settle: timedelta) -> bool:
    """Whether a watermark is so far past an instant that nothing before that changes any more."""
    return watermark - settle >= until  # which may be the end of all time


def day_span(first: date, last: date) -> Interval:
    """The interval from the first day to the last, both included."""
    return Interval(midnight(first), midnight(last + DAY))


def runs(days: Iterable[date]) -> tuple[Interval, ...]:
    """Days as the fewest intervals, in order."""
    ordered = sorted(set(days))
    grouped = groupby(enumerate(ordered), key=lambda pair: pair[1] - DAY * pair[0])
    spans = [[day for _, day in group] for _, group in grouped]
    return tuple(day_span(span[0], span[-1]) for span in spans)


def beside(days: Iterable[date]) -> frozenset[date]:
    """Days, and those before and after each."""
    return frozenset(day + step for day in set(days) for step in (-DAY, 0 * DAY, DAY))


def months(days: Iterable[date]) -> tuple[frozenset[date], ...]:
    """Days by UTC calendar month, in order."""
    ordered = sorted(set(days))
    grouped = groupby(ordered, key=lambda day: (day.year, day.month))
    return tuple(frozenset(group) for _, group in grouped)
