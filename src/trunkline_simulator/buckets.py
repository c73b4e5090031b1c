"""The intervals of an aggregate's answer: its interval cut by its granularity.

Buckets begin where the interval begins. Days, weeks and months are of the calendar of
``timeZone``, so that a day may have 23 or 25 hours; hours, minutes and seconds are absolute.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.view import milliseconds

_PERIOD = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO-8601 period: months and days of the calendar, and milliseconds."""

    months: int
    days: int
    millis: int

    def after(self, start: datetime, times: int) -> datetime:
        """``start`` and ``times`` periods, by the calendar of its zone, as an instant in UTC."""
        month = start.year * 12 + start.month - 1 + self.months * times
        first = start.replace(year=month // 12, month=month % 12 + 1, day=1)
        day = start.replace(year=first.year, month=first.month, day=min(start.day, _days(first)))
        there = (day + timedelta(days=self.days * times)).astimezone(UTC)
        return there + timedelta(milliseconds=self.millis * times)


def _days(first: datetime) -> int:
    """How many days the month has that begins with ``first``."""
    return ((first + timedelta(days=31)).replace(day=1).date() - first.date()).days


def period_of(text: object) -> Period:
    """The period that a granularity says; 400 if it says none."""
    match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    parts = [int(part or 0) for part in match.groups()] if match else []
    if not any(parts):
        raise bad_request(f"granularity {text!r} is not an ISO-8601 period", "granularity")
    years, months, weeks, days, hours, minutes, seconds = parts
    millis = ((hours * 60 + minutes) * 60 + seconds) * 1000
    return Period(years * 12 + months, weeks * 7 + days, millis)


def zone_of(name: object) -> tzinfo:
    """The zone of an IANA name; 400 if there is none."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise bad_request(f"timeZone {name!r} is not known", "timeZone") from error


@dataclass(frozen=True)
class Buckets:
    """The edges of the intervals, in milliseconds since 1970, and the offset they are shown in."""

    edges: tuple[int, ...]
    shown_in: tzinfo

    @cached_property
    def intervals(self) -> tuple[str, ...]:
        """Each as "start/end", in the offset of the interval that was asked for."""
        shown = [self._shown(edge) for edge in self.edges]
        return tuple(f"{start}/{end}" for start, end in pairwise(shown))

    def _shown(self, at: int) -> str:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
        text = moment.astimezone(self.shown_in).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")

    @property
    def start(self) -> int:
        """When the first one begins."""
        return self.edges[0]

    @property
    def end(self) -> int:
        """When the last one ends."""
        return self.edges[-1]

    def place(self, at: int) -> int:
        """In which interval ``at`` falls, from 0."""
        return bisect_right(self.edges, at) - 1


def buckets_of(
    interval: str, granularity: object, zone: object, most: int, least_seconds: int = 0
) -> Buckets:
    """The intervals of a query; 400 if they are more than ``most`` or shorter than allowed."""
    start, end = (_instant(text) for text in interval.split("/"))
    if granularity is None:
        return Buckets((milliseconds(start), milliseconds(end)), start.tzinfo or UTC)
    period, local = period_of(granularity), start.astimezone(zone_of(zone or "UTC"))
    if period.after(local, 1) - start.astimezone(UTC) < timedelta(seconds=least_seconds):
        raise bad_request(f"Granularity must be at least {least_seconds} seconds", "granularity")
    edges, times = [start], 1
    while (edge := period.after(local, times)) < end:
        edges.append(edge)
        times += 1
        if times > most:
            raise bad_request(
                f"The interval has more than {most} periods of {granularity}; "
                "ask for a shorter interval or a coarser granularity",
                "granularity",
            )
    return Buckets(tuple(map(milliseconds, [*edges, end])), start.tzinfo or UTC)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
