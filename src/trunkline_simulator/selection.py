"""Which conversations a job answers, in which order: a pure function of the query and the lake.

Default: every conversation whose lifetime overlaps the interval. ``startOfDayIntervalMatching``
adds a filter: it started at or after 00:00 UTC of the day on which the interval starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from trunkline_simulator.api.filters import passes
from trunkline_simulator.api.query import FILTERS, interval_of
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.events import Event, Told, long_of_day, told, told_of_day
from trunkline_simulator.payloads import conversation
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import DAY, LONGEST_DAYS, Planned, plan
from trunkline_simulator.settings import Settings, Shape
from trunkline_simulator.view import corrected, instant, is_open, milliseconds, seen_at

# A conversation that is not ``long`` ends within this many days of the day it started.
_SHORT_DAYS = 2


@dataclass(frozen=True, slots=True)
class Lake:
    """What one client sees of the data lake at one moment."""

    settings: Settings
    at: datetime
    divisions: frozenset[str]

    @property
    def shape(self) -> Shape:
        """The shape of the payloads."""
        return self.settings.shape


def shown(lake: Lake, planned: Planned) -> Json:
    """A conversation as the lake shows it."""
    settings, at = lake.settings, milliseconds(lake.at)
    made = seen_at(conversation(lake.shape, planned), at)
    due = planned.start + settings.corrected_seconds * 1000
    if _drawn(settings, planned, "corrected", settings.corrected_share) and due <= at:
        return corrected(made, due)
    return made


def live(settings: Settings, now: datetime, divisions: frozenset[str]) -> Lake:
    """What is known now; nothing is late here."""
    return Lake(replace(settings, late_share=0.0), now, divisions)


def emitted(lake: Lake, start: int, end: int) -> Iterator[Event]:
    """What was emitted from ``start`` to before ``end`` (milliseconds since 1970), as it is known.

    By conversation; some events of a conversation that the time touches lie outside it.
    """
    at, corrections = milliseconds(lake.at), lake.settings.corrected_share > 0
    later = lake.settings.corrected_seconds // 86_400 + 1 if corrections else 0
    first, last = start // DAY, min(end, at) // DAY
    for number in range(first - LONGEST_DAYS - 1 - later, last + 1):
        short = number >= first - _SHORT_DAYS - later
        days = (long_of_day, told_of_day) if short else (long_of_day,)
        for one in (one for day in days for one in day(lake.shape, number)):
            if one.planned.start < at and visible(lake, one.planned):
                known = told(one.planned, shown(lake, one.planned)) if corrections else one
                yield from _until(known, start, end, at)


def _until(one: Told, start: int, end: int, at: int) -> Iterable[Event]:
    if not one.events or one.events[-1].at < start or one.events[0].at >= end:
        return ()
    if one.events[-1].at <= at:
        return one.events
    return [event for event in one.events if event.at <= at]


def select(lake: Lake, query: dict[str, Any]) -> tuple[Planned, ...]:
    """What ``query`` answers from ``lake``, in its order, up to its limit."""
    start, end = (milliseconds(at) for at in interval_of(query["interval"]))
    found = list(overlapping(lake, start, end))
    if query.get("startOfDayIntervalMatching"):
        found = [planned for planned in found if planned.start >= start - start % DAY]
    found = [planned for planned in found if visible(lake, planned)]
    if any(query.get(name) for name in FILTERS):
        found = [planned for planned in found if passes(shown(lake, planned), query)]
    return tuple(_ordered(lake, found, query)[: query.get("limit")])


def overlapping(lake: Lake, start: int, end: int) -> Iterator[Planned]:
    """By start. Only what began before the interval has to be built to learn when it ended."""
    at = milliseconds(lake.at)
    first, last = start // DAY, min(end, at) // DAY
    for number in range(first - LONGEST_DAYS - 1, last + 1):
        for planned in plan(lake.shape, number):
            if planned.start >= min(end, at):
                return
            if planned.start >= start:
                yield planned
            elif planned.long or number >= first - _SHORT_DAYS:
                made = conversation(lake.shape, planned)
                if is_open(made, at) or instant(made["conversationEnd"]) >= start:
                    yield planned


def visible(lake: Lake, planned: Planned) -> bool:
    """In one of the client's divisions, arrived in the lake and not removed from it."""
    settings, at = lake.settings, milliseconds(lake.at)
    arrives = planned.start + settings.late_seconds * 1000
    if _drawn(settings, planned, "late", settings.late_share) and arrives > at:
        return False
    goes = planned.start + settings.removed_seconds * 1000
    if _drawn(settings, planned, "removed", settings.removed_share) and goes <= at:
        return False
    if len(lake.divisions) == len(organisation_of(settings.shape).divisions):
        return True
    touched = conversation(lake.shape, planned)["divisionIds"]
    return bool(lake.divisions.intersection(touched))


def _drawn(settings: Settings, planned: Planned, what: str, share: float) -> bool:
    """Whether a conversation is of the share that something happens to."""
    key = f"{what} {settings.shape.seed} {planned.start} {planned.index}"
    return share > 0 and Random(key).random() < share  # noqa: S311


def _ordered(lake: Lake, found: list[Planned], query: dict[str, Any]) -> list[Planned]:
    order, by = query.get("order", "asc"), query.get("orderBy", "conversationStart")
    if order == "unordered":
        Random(len(found)).shuffle(found)  # noqa: S311
        return found
    if by != "conversationStart":
        found.sort(key=lambda planned: _sort_key(shown(lake, planned), by))
    return found[::-1] if order == "desc" else found


def _sort_key(made: Json, by: str) -> float:
    """An open conversation has no end and comes last."""
    if by == "conversationEnd":
        return instant(made[by]) if by in made else float("inf")
    times = [
        instant(part[by])
        for owner in made["participants"]
        for leg in owner["sessions"]
        for part in leg["segments"] or ()
        if by in part
    ]
    first = min if by == "segmentStart" else max
    return first(times, default=float("inf"))
