"""A user's day as points in time: what holds from each point to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeVar

from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads.plan import DAY
from trunkline_simulator.settings import Shape
from trunkline_simulator.statuses.handling import (
    COMMUNICATING,
    IDLE,
    INTERACTING,
    NOT_RESPONDING,
    Span,
    handled,
)
from trunkline_simulator.statuses.shifts import OFFLINE, ON_QUEUE, shift

Kind = Literal["presence", "routing"]
State = TypeVar("State")
OFF_QUEUE = "OFF_QUEUE"
# The later one is painted over the earlier one.
_ORDER = (NOT_RESPONDING, COMMUNICATING, INTERACTING)


@lru_cache(maxsize=16_384)
def presence(shape: Shape, place: int, number: int) -> tuple[tuple[int, int], ...]:
    """Points of a day from midnight on: milliseconds since 1970, place in ``PRESENCES``."""
    lo, hi = number * DAY, (number + 1) * DAY
    points = [(lo, OFFLINE)]
    for day in (number - 1, number):
        for start, end, what in shift(shape, place, day):
            points = _painted(points, hi, [(start, end)], what)
    on_queue = [(one.start, one.end) for one in _spans(shape, place, number) if one.status == IDLE]
    return _merged(_painted(points, hi, on_queue, ON_QUEUE))


@lru_cache(maxsize=16_384)
def routing(shape: Shape, place: int, number: int) -> tuple[tuple[int, str], ...]:
    """Points of a day from midnight on: milliseconds since 1970, the routing status."""
    hi = (number + 1) * DAY
    points = [
        (at, IDLE if what == ON_QUEUE else OFF_QUEUE) for at, what in presence(shape, place, number)
    ]
    spans = _spans(shape, place, number)
    for status in _ORDER:
        wanted = [(one.start, one.end) for one in spans if one.status == status]
        points = _painted(points, hi, wanted, status)
    return _merged(points)


def _spans(shape: Shape, place: int, number: int) -> list[Span]:
    """What touches the day; a session of tomorrow may be waited for today."""
    user = organisation_of(shape).users[place].id
    days = (number - 1, number, number + 1)
    return [one for day in days for one in handled(shape, day).get(user, ())]


def _painted(
    points: list[tuple[int, State]], hi: int, spans: Iterable[tuple[int, int]], state: State
) -> list[tuple[int, State]]:
    """The points with ``state`` over each of the spans, cut to the day."""
    lo = points[0][0]
    for start, end in spans:
        first, last = max(start, lo), min(end, hi)
        if first >= last:
            continue
        times = [at for at, _ in points]
        after = [(last, points[bisect_right(times, last) - 1][1])] if last < hi else []
        before = [point for point in points if point[0] < first]
        later = [point for point in points if point[0] > last]
        points = [*before, (first, state), *after, *later]
    return points


def _merged(points: list[tuple[int, State]]) -> tuple[tuple[int, State], ...]:
    """Without the points at which nothing changes."""
    changes = [now for earlier, now in pairwise(points) if earlier[1] != now[1]]
    return (points[0], *changes)
