"""The gap: which UTC days a query wants, what is held of each, and so which must be fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from trunkline.catalog import Dataset
from trunkline.interval import DAY, Interval, is_settled, midnight
from trunkline.planner.moving import Told
from trunkline.planner.plan import Context, DayHeld, Holdings, Need, Scan, State
from trunkline.planner.spans import BEGINNING
from trunkline.planner.stale import why
from trunkline.scope import OPEN_AT, WHOLE, Scope


def needs(scans: Iterable[Scan], holdings: Holdings, context: Context) -> tuple[Need, ...]:
    """The wanted days of each dataset that is scanned, in the order of the scans."""
    scans = tuple(scans)
    intervals: dict[str, list[Interval]] = {}
    datasets: dict[str, Dataset] = {}
    for scan in scans:
        datasets[scan.dataset.name] = scan.dataset
        intervals.setdefault(scan.dataset.name, []).extend(scan.intervals)
    whole = (
        _need(dataset, _ends(wanted_days(intervals[name], context)), holdings, context)
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
        yield _need(dataset, days, holdings, context, OPEN_AT)


def _ends(days: Iterable[date]) -> dict[date, datetime]:
    return {day: midnight(day + DAY) for day in days}


def _need(
    dataset: Dataset,
    untils: Mapping[date, datetime],
    holdings: Holdings,
    context: Context,
    scope: Scope = WHOLE,
) -> Need:
    """What is held of days, each of which changes until some time after an instant."""
    of_scope = holdings.open_at if scope == OPEN_AT else holdings.days
    held = of_scope.get(dataset.name, {})
    told = holdings.told.get(dataset.name) if scope == WHOLE else None
    today = context.fingerprint(dataset)
    states = {d: state(untils[d], held.get(d), context, today, told) for d in sorted(untils)}
    if scope == WHOLE:
        states |= dict.fromkeys(_reopened(dataset, states, holdings, context), State.REOPENED)
    stale = (day for day, found in states.items() if found is State.STALE)
    reasons = {day: why(held[day].fingerprint, today) for day in stale}
    since = {d: at for d, s in states.items() if (at := _since(s, untils[d], held.get(d), context))}
    return Need(dataset, states, reasons, scope, since)


def _reopened(
    dataset: Dataset, states: Mapping[date, State], holdings: Holdings, context: Context
) -> frozenset[date]:
    """The final days with open records that are due and can be asked for by no key.

    They come with their day alone: it is fetched again as often as each of them would be.
    """
    if dataset.live is not None:
        return frozenset()
    of_it = holdings.open.get(dataset.name, ())
    days = {record.start.date() for record in of_it if record.due <= context.now}
    return frozenset(day for day in days if states.get(day) is State.FINAL)


def wanted_days(intervals: Iterable[Interval], context: Context) -> frozenset[date]:
    """Every UTC day that an interval touches, save those that have not begun."""
    tomorrow = midnight(context.now.date() + DAY)
    past = (
        Interval(interval.start, min(interval.end, tomorrow))
        for interval in intervals
        if interval.start < tomorrow
    )
    return frozenset[date]().union(*(interval.days() for interval in past))


def state(
    until: datetime,
    held: DayHeld | None,
    context: Context,
    today: str,
    told: Told | None = None,
) -> State:
    """What is held of one day, which changes until some time after its end.

    ``today`` is the fingerprint that it would be fetched under.

    A day is final once the watermark it was fetched under is ``settle`` past its end; until then it
    is provisional, and wanted again when it was fetched longer than ``refresh_after`` ago. A final
    day is wanted again where the context says so: the vendor corrects what is final, too. A day
    that begins past the watermark as it was told a moment ago is not worth a request.
    """
    if held is None:
        return State.AHEAD if told and _is_ahead(until, told, context) else State.MISSING
    if held.fingerprint != today:
        return State.STALE
    if context.refresh_before is not None and held.fetched_at < context.refresh_before:
        return State.REFRESH
    if is_final(until, held, context):
        return State.RECHECK if _is_due(until, held, context) else State.FINAL
    return State.FRESH if is_recent(held.fetched_at, context) else State.PROVISIONAL


def is_recent(at: datetime, context: Context) -> bool:
    """Whether something was told within ``refresh_after``.

    What seems to be of the future was noted by a clock that was wrong; nobody knows how old it is.
    """
    return at <= context.now <= at + context.refresh_after


def is_final(until: datetime, held: DayHeld, context: Context) -> bool:
    """Whether the watermark that a day was fetched under is ``settle`` past its end."""
    return is_settled(until, held.watermark, context.settle)


def _is_ahead(until: datetime, told: Told, context: Context) -> bool:
    return until - DAY >= told.watermark and is_recent(told.told_at, context)


def _since(
    state: State, until: datetime, held: DayHeld | None, context: Context
) -> datetime | None:
    """The instant before which what a job was told does not help a day; None where all helps."""
    if state.is_held:
        return None
    of_age = until + context.recheck if context.recheck is not None else None
    known = (
        context.refresh_before,
        of_age if of_age and of_age <= context.now else None,
        held.fetched_at if held and state is not State.STALE else None,
    )
    return max((at for at in known if at), default=None)


def _is_due(until: datetime, held: DayHeld, context: Context) -> bool:
    """Whether a final day has come of the age at which it is fetched once more, and was not."""
    if context.recheck is None:
        return False
    of_age = until + context.recheck
    return held.fetched_at < of_age <= context.now
