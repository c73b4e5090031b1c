"""The grid that is asked for: as coarse as may be, and fine enough for every look at the moment.

A clock that is always whole hours from UTC shows whole hours where UTC does; one in Kathmandu wants
quarters. Where a clock is put forward or back, that is an edge as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trunkline.emissions import GRAINS
from trunkline.interval import Interval, midnight
from trunkline.planner.aggregates.moments import Looks
from trunkline.planner.aggregates.scene import Unfit
from trunkline.planner.spans import Spans

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_AROUND = 3 * _DAY  # a moment may be looked at by several clocks, one after the other


def grid(matters: Spans, looks: Looks, zone: str, name: str) -> tuple[Interval, timedelta | None]:
    """The interval to ask for, and by stretches of which length; None is as a whole.

    Unfit where it has no end, or a quarter of an hour is too coarse.
    """
    if not matters.parts:
        raise Unfit("nothing can match")
    if not matters.has_start or not matters.has_end:
        raise Unfit(f"{name} has no lower and upper bound")
    start, end = matters.parts[0][0], matters.parts[-1][1]
    finest = GRAINS[-1]
    inside = [edge for edge in looks.edges if start < edge < end]
    is_plain = not looks.units and not looks.zones and not inside
    if is_plain and not any(_past(at, finest) for at in (start, end)):
        return Interval(start, end), None
    lengths = [*looks.units, *(edge - _EPOCH for edge in looks.edges)]
    lengths += [*_offsets(looks.zones, zone, start, end)]
    for grain in GRAINS:
        if not any(length % grain for length in lengths):
            return Interval(start - _past(start, grain), end + _short(end, grain)), grain
    raise Unfit(f"{name} is not looked at by quarters of an hour, or longer, of UTC")


def _past(at: datetime, grain: timedelta) -> timedelta:
    """How far an instant is past the edge before it."""
    return (at - _EPOCH) % grain


def _short(at: datetime, grain: timedelta) -> timedelta:
    """How far the next edge is, from an instant that is none."""
    return (_EPOCH - at) % grain


def _offsets(
    zones: Iterable[str | None], session: str, start: datetime, end: datetime
) -> Iterator[timedelta]:
    """How far the clocks are from UTC, and when they are moved; a day is none of a moved one's."""
    for name in sorted({zone or session for zone in zones}):
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Unfit("a time zone is not known by that name") from None
        at = midnight(start.date()) - _AROUND
        offset = _offset(zone, at)
        yield offset
        while at < end + _AROUND:
            then = _offset(zone, at + _DAY)
            if then != offset:
                yield then
                yield _moved(zone, at, at + _DAY) - _EPOCH
            at, offset = at + _DAY, then


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _moved(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The instant between two at which a clock is moved, to the second."""
    before, second = _offset(zone, low), timedelta(seconds=1)
    while high - low > second:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high
