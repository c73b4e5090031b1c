"""What of the asked time an answer does not have; pure.

A day that is held is held up to the watermark it was fetched under, and from there on as far as the
tail was asked for: what a query asks for after that is missing, whoever asks and whenever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from trunkline.interval import Interval, day_span, iso, to_millisecond
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import TailDay
from trunkline.planner.plan import Plan

Missing = Mapping[str, tuple[Interval, ...]]


def asked_of(plan: Plan) -> dict[str, tuple[Interval, ...]]:
    """The time each dataset is asked for, up to the present: nothing is missing of the future.

    To the millisecond, in which providers tell their watermarks.
    """
    now = to_millisecond(plan.now)
    asked: dict[str, list[Interval]] = {}
    for scan in plan.scans:
        for interval in scan.intervals:
            if interval.start < now:
                end = min(interval.end, now)
                asked.setdefault(scan.dataset.name, []).append(Interval(interval.start, end))
    return {name: _merged(intervals) for name, intervals in asked.items()}


def missing_of(
    plan: Plan,
    covered: Iterable[CoveredDay],
    broken: Mapping[str, frozenset[date]],
    tails: Iterable[TailDay] = (),
) -> Missing:
    """What is asked and not held, by dataset; days whose fetch broke count as not held."""
    held: dict[str, list[Interval]] = {}
    for day in covered:
        whole = day_span(day.day, day.day)
        if day.day not in broken.get(day.dataset, frozenset()) and day.watermark > whole.start:
            end = min(whole.end, day.watermark)
            held.setdefault(day.dataset, []).append(Interval(whole.start, end))
    for tail in tails:
        held.setdefault(tail.dataset, []).append(Interval(tail.start, tail.end))
    return {
        name: tuple(_without(intervals, _merged(held.get(name, []))))
        for name, intervals in asked_of(plan).items()
    }


@dataclass(frozen=True, slots=True)
class Piece:
    """Days of the tail that were asked for together."""

    dataset: str
    asked_at: datetime
    interval: Interval
    conversations: int


def pieces(tails: Iterable[TailDay]) -> tuple[Piece, ...]:
    """The tail by when it was asked for."""
    asked: dict[tuple[str, datetime], list[TailDay]] = {}
    for tail in tails:
        asked.setdefault((tail.dataset, tail.asked_at), []).append(tail)
    return tuple(
        Piece(
            dataset,
            asked_at,
            Interval(min(day.start for day in days), max(day.end for day in days)),
            sum(day.conversations for day in days),
        )
        for (dataset, asked_at), days in asked.items()
    )


def unopened_of(
    plan: Plan, found: Iterable[CoveredDay], broken: Mapping[str, frozenset[date]]
) -> Mapping[str, frozenset[date]]:
    """The days for which it is asked what was open when they began, and not held, by dataset."""
    held = {(day.dataset, day.day) for day in found}
    missing = {
        name: frozenset(
            day for day in days if (name, day) not in held or day in broken.get(name, ())
        )
        for name, days in plan.opened.items()
    }
    return {name: days for name, days in missing.items() if days}


def unopened_notices(unopened: Mapping[str, frozenset[date]]) -> tuple[str, ...]:
    """What has to be said of an answer that lacks what had started before the lookback."""
    return tuple(
        f"{name}: not held, so in no answer: what started before {day} and was open when it began"
        for name, days in unopened.items()
        for day in sorted(days)
    )


def missing_notices(missing: Missing, covered: Iterable[CoveredDay]) -> tuple[str, ...]:
    """What has to be said of an answer that lacks something."""
    known = {day.dataset: day.watermark for day in sorted(covered, key=lambda day: day.day)}
    return tuple(
        f"{name}: not held, so in no answer: {', '.join(map(_span, intervals))}"
        + (f"; the provider's data reached {iso(known[name])}" if name in known else "")
        for name, intervals in missing.items()
        if intervals
    )


def _span(interval: Interval) -> str:
    return f"{iso(interval.start)} to {iso(interval.end)}"


def _merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return tuple(merged)


def _without(asked: tuple[Interval, ...], held: tuple[Interval, ...]) -> Iterable[Interval]:
    """What of ``asked`` no part of ``held`` has; both ordered and disjoint."""
    for interval in asked:
        at = interval.start
        for part in held:
            if at < part.start and at < interval.end and part.end > at:
                yield Interval(at, min(part.start, interval.end))
            at = max(at, part.end) if part.start < interval.end else at
        if at < interval.end:
            yield Interval(at, interval.end)
