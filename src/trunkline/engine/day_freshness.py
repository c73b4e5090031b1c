"""How fresh each day is, by its place in a list: what declared views show beside every row.

A join with a row a day would do the same, and takes five times as long as the rest of a query: it
takes the rows of a fact apart. One row beside all of them does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from trunkline.lake.catalogue import CoveredDay

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Changes = Mapping[tuple[str, date], datetime]
Row = tuple[object, ...]


def changed_at(day: CoveredDay, changes: Changes) -> datetime:
    """When what is held of a day was last written."""
    return max(day.fetched_at, changes.get((day.dataset, day.day), day.fetched_at))


def freshness(
    datasets: Iterable[tuple[str, str]], days: Iterable[CoveredDay], changes: Mapping[str, Changes]
) -> Iterator[Row]:
    """One row for each organisation and dataset, also where nothing is held of it."""
    held: dict[tuple[str, str], dict[int, CoveredDay]] = {}
    for day in days:
        held.setdefault((day.organization, day.dataset), {})[_number(day.day)] = day
    for organization, dataset in datasets:
        by_number = held.get((organization, dataset), {})
        first, last = min(by_number, default=0), max(by_number, default=-1)
        found = [by_number.get(number) for number in range(first, last + 1)]
        of_it = changes.get(organization, {})
        yield (
            organization,
            dataset,
            first - 1,
            [day and _micros(day.watermark) for day in found],
            [day and _micros(changed_at(day, of_it)) for day in found],
        )


def _number(day: date) -> int:
    return (day - EPOCH.date()).days


def _micros(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)
