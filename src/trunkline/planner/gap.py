"""The gap: which UTC days a query wants, what is held of each, and so which must be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trunkline.catalog import Dataset
from trunkline.interval import DAY, Interval, midnight
from trunkline.planner.moving import Told
from trunkline.planner.plan import Context, DayHeld, Holdings, Need, Scan, State
from trunkline.planner.stale import why


def needs(scans: Iterable[Scan], holdings: Holdings, context: Context) -> tuple[Need, ...]:
    """The wanted days of each dataset that is scanned, in the order of the scans."""
    intervals: dict[str, list[Interval]] = {}
    datasets: dict[str, Dataset] = {}
    for scan in scans:
        datasets[scan.dataset.name] = scan.dataset
        intervals.setdefault(scan.dataset.name, []).extend(scan.intervals)
    return tuple(
        _need(dataset, wanted_days(intervals[name], context), holdings, context)
        for name, dataset in datasets.items()
    )


def _need(dataset: Dataset, days: Iterable[date], holdings: Holdings, context: Context) -> Need:
    held = holdings.days.get(dataset.name, {})
    told = holdings.told.get(dataset.name)
    states = {day: state(day, held.get(day), context, told) for day in sorted(days)}
    stale = (day for day, found in states.items() if found is State.STALE)
    return Need(
        dataset, states, {day: why(held[day].fingerprint, context.fingerprint) for day in stale}
    )


def wanted_days(intervals: Iterable[Interval], context: Context) -> frozenset[date]:
    """Every UTC day that an interval touches, save those that have not begun."""
    tomorrow = midnight(context.now.date() + DAY)
    past = (
        Interval(interval.start, min(interval.end, tomorrow))
        for interval in intervals
        if interval.start < tomorrow
    )
    return frozenset[date]().union(*(interval.days() for interval in past))


def state(day: date, held: DayHeld | None, context: Context, told: Told | None = None) -> State:
    """What is held of one day.

    A day is final once the watermark it was fetched under is ``settle`` past its end; until then it
    is provisional, and wanted again when it was fetched longer than ``refresh_after`` ago. A final
    day is wanted again where the context says so: the vendor corrects what is final, too. A day
    that begins past the watermark as it was told a moment ago is not worth a request.
    """
    if held is None:
        return State.AHEAD if told and _is_ahead(day, told, context) else State.MISSING
    if held.fingerprint != context.fingerprint:
        return State.STALE
    if context.refresh_before is not None and held.fetched_at < context.refresh_before:
        return State.REFRESH
    if is_final(day, held, context):
        return State.RECHECK if _is_due(day, held, context) else State.FINAL
    if held.fetched_at + context.refresh_after < context.now:
        return State.PROVISIONAL
    return State.FRESH


def is_final(day: date, held: DayHeld, context: Context) -> bool:
    """Whether the watermark that a day was fetched under is ``settle`` past its end."""
    return held.watermark >= midnight(day + DAY) + context.settle


def _is_ahead(day: date, told: Told, context: Context) -> bool:
    return midnight(day) >= told.watermark and told.told_at + context.refresh_after >= context.now


def _is_due(day: date, held: DayHeld, context: Context) -> bool:
    """Whether a final day has come of the age at which it is fetched once more, and was not."""
    if context.recheck is None:
        return False
    of_age = midnight(day + DAY) + context.recheck
    return held.fetched_at < of_age <= context.now
