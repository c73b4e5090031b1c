"""The gap: which UTC days a query wants, what is held of each, and so which must be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from trunkline.catalog import OPEN_AT, Dataset
from trunkline.interval import DAY, Interval, midnight
from trunkline.planner.plan import Context, DayHeld, Holdings, Need, Scan, State
from trunkline.planner.spans import BEGINNING


def needs(scans: Iterable[Scan], holdings: Holdings, context: Context) -> tuple[Need, ...]:
    """The wanted days of each dataset that is scanned, in the order of the scans."""
    scans = tuple(scans)
    intervals: dict[str, list[Interval]] = {}
    datasets: dict[str, Dataset] = {}
    for scan in scans:
        datasets[scan.dataset.name] = scan.dataset
        intervals.setdefault(scan.dataset.name, []).extend(scan.intervals)
    whole = (
        Need(
            dataset,
            {
                day: state(midnight(day + DAY), holdings.days.get(name, {}).get(day), context)
                for day in sorted(wanted_days(intervals[name], context))
            },
        )
        for name, dataset in datasets.items()
    )
    return (*whole, *_open_at(scans, holdings, context))


def _open_at(scans: Iterable[Scan], holdings: Holdings, context: Context) -> Iterable[Need]:
    """What was open when a day began changes until nothing that happens in it can matter."""
    wanted: dict[Dataset, dict[date, datetime]] = {}
    for scan in scans:
        if scan.open_at:
            days = wanted.setdefault(scan.dataset, {})
            days[scan.open_at.day] = max(scan.open_at.until, days.get(scan.open_at.day, BEGINNING))
    for dataset, days in wanted.items():
        held = holdings.open_at.get(dataset.name, {})
        states = {day: state(until, held.get(day), context) for day, until in sorted(days.items())}
        yield Need(dataset, states, OPEN_AT)


def wanted_days(intervals: Iterable[Interval], context: Context) -> frozenset[date]:
    """Every UTC day that an interval touches, save those that have not begun."""
    tomorrow = midnight(context.now.date() + DAY)
    past = (
        Interval(interval.start, min(interval.end, tomorrow))
        for interval in intervals
        if interval.start < tomorrow
    )
    return frozenset[date]().union(*(interval.days() for interval in past))


def state(end: datetime, held: DayHeld | None, context: Context) -> State:
    """What is held of one day, which changes until some time after its end.

    A day is final once the watermark it was fetched under is ``settle`` past its end; until then it
    is provisional, and wanted again when it was fetched longer than ``refresh_after`` ago.
    """
    if held is None:
        return State.MISSING
    if held.fingerprint != context.fingerprint:
        return State.STALE
    if held.watermark - context.settle >= end:
        return State.FINAL
    if held.fetched_at + context.refresh_after < context.now:
        return State.PROVISIONAL
    return State.FRESH
