"""The tail: what a query wants past the watermark, where jobs bring nothing yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil

from trunkline.catalog import Dataset
from trunkline.interval import DAY, Interval, day_span, midnight
from trunkline.planner.gap import is_recent
from trunkline.planner.moving import Tail
from trunkline.planner.plan import Context, Holdings, Need, Scan

LAG = timedelta(hours=24)  # at the most, by the vendor; supposed before a watermark is known


def tail_of(need: Need, scans: Iterable[Scan], holdings: Holdings, context: Context) -> Tail | None:
    """What is to be asked for of a dataset; None where nothing is, or all is held and fresh.

    It always reaches from the watermark to now, so that it is one piece, whatever part of it a
    query wants; ``dataset.live.days`` at the most.
    """
    live = need.dataset.live
    if live is None or not context.tail or context.covered:
        return None
    starts = dict(_past(need, _asked(need, scans, context), holdings, context))
    if not starts or _is_fresh(need.dataset, starts, holdings, context):
        return None
    start = min(starts.values())
    interval = Interval(start, min(context.now, start + live.days * DAY))
    pages = _pages(need.dataset, interval, holdings)
    return Tail(need.dataset, interval, interval.days(), pages)


def _asked(need: Need, scans: Iterable[Scan], context: Context) -> list[Interval]:
    """The time that the dataset is asked for, up to now."""
    return [
        Interval(interval.start, min(interval.end, context.now))
        for scan in scans
        if scan.dataset == need.dataset
        for interval in scan.intervals
        if interval.start < context.now
    ]


def _past(
    need: Need, asked: list[Interval], holdings: Holdings, context: Context
) -> Iterator[tuple[date, datetime]]:
    """The days of which something is asked that jobs do not bring, and from where on."""
    for day in need.days:
        reach = _reach(need, day, holdings, context)
        span = day_span(day, day)
        if reach < span.end and any(i.start < span.end and i.end > reach for i in asked):
            yield day, reach


def _reach(need: Need, day: date, holdings: Holdings, context: Context) -> datetime:
    """Up to where whole days have it; before the jobs are done, up to where they may bring it."""
    held = holdings.days.get(need.dataset.name, {}).get(day)
    told = holdings.told.get(need.dataset.name)
    if held and (context.fetched or day not in need.gap):
        return max(held.watermark, midnight(day))
    if told and context.fetched:
        return max(told.watermark, midnight(day))
    if day not in need.gap:
        return midnight(day)
    lag = told.told_at - told.watermark if told else LAG
    return max(context.now - lag, midnight(day))


def _is_fresh(
    dataset: Dataset, starts: Mapping[date, datetime], holdings: Holdings, context: Context
) -> bool:
    held = holdings.tails.get(dataset.name, {})
    return all(
        day in held
        and held[day].interval.start <= start
        and _agree(held[day].fingerprint, context.fingerprint(dataset))
        and is_recent(held[day].asked_at, context)
        for day, start in starts.items()
    )


def _agree(held: str, today: str) -> bool:
    """Whether two fingerprints are the same, as far as both go: rights may not be known yet."""
    return held.startswith(today) or today.startswith(held)


def _pages(dataset: Dataset, interval: Interval, holdings: Holdings) -> int | None:
    """The pages of the tail if it is like the days held; None where nothing held tells."""
    days = holdings.days.get(dataset.name, {}).values()
    total = sum(day.conversations for day in days)
    if not total or dataset.live is None:
        return None
    records = Fraction(total, len(days)) * Fraction((interval.end - interval.start) / DAY)
    return max(1, ceil(records / dataset.live.page_size))
