"""How far what is held reaches: up to when days are complete, and what has not ended yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trunkline.engine.fetching import Parts
from trunkline.engine.syncing import Wish, first_wanted, tables_of
from trunkline.interval import DAY, midnight
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import TailDay


@dataclass(frozen=True, slots=True)
class Standing:
    """``complete_to``: nothing before it is missing, of the days that are followed.

    None where not even their first is held. ``tail_to`` is how far the tail reaches past it;
    ``open`` how many records had not ended when they were last told of, of those that are asked
    for again by their keys.
    """

    complete_to: datetime | None
    tail_to: datetime | None
    open: int


def standing(parts: Parts, wish: Wish, now: datetime) -> Standing:
    """Of the datasets that a wish names: as far as the one that reaches least far."""
    schema, fresh = parts.organization, parts.lake.catalogue.fresh
    datasets = {table.dataset for table in tables_of(wish, parts.catalog)}
    names = {dataset.name for dataset in datasets}
    held = parts.lake.coverage(schema)
    since = midnight(first_wanted(wish, now).date())
    reached = [complete_to(since, (d for d in held if d.dataset == name)) for name in names]
    ends = [end for end in reached if end is not None]
    to = min(ends) if len(ends) == len(names) and ends else None
    tails = fresh.tails(schema, parts.lake.catalogue.latest())
    tail = _tail_to(to, (day for day in tails if day.dataset in names))
    by_key = {dataset.name for dataset in datasets if dataset.live}
    still_open = sum(record.dataset in by_key for record in fresh.open_records(schema))
    return Standing(to, tail, still_open)


def complete_to(since: datetime, held: Iterable[CoveredDay]) -> datetime | None:
    """The end of the days that are held one after the other from a midnight on."""
    watermarks = {day.day: day.watermark for day in held}
    at = since
    while (watermark := watermarks.get(at.date())) is not None:
        if watermark < at + DAY:
            return max(at, watermark)
        at += DAY
    return at if at > since else None


def _tail_to(to: datetime | None, tails: Iterable[TailDay]) -> datetime | None:
    """How far the tail goes on from there without a gap; None where it does not."""
    reached = to
    for tail in sorted(tails, key=lambda tail: tail.start):
        if reached is not None and tail.start <= reached < tail.end:
            reached = tail.end
    return reached if reached != to else None
