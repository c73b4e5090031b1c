"""``trunkline.unknown_fields``: what stood in the pages behind a snapshot and has no column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trunkline.engine.strangers import OTHERS, kind_of
from trunkline.jobs.job import UnknownName
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.lists import HeldList
from trunkline.types import Type

_Key = tuple[str, str, str]  # organisation, dataset, name
MOST = 1_000  # names; the rarest of more are one row

UNKNOWN_FIELDS = (
    ("dataset", Type.TEXT, "The payload it stood in."),
    ("kind", Type.TEXT, "attribute, metric or repeated id."),
    (
        "path",
        Type.TEXT,
        "`level.attribute` or the metric; `(not a name)` for what is none.",
    ),
    ("first_day", Type.DATE, "First UTC day of the jobs that brought it"),
    ("last_day", Type.DATE, "and the last."),
    ("occurrences", Type.BIGINT, "How often it stood there."),
    ("pages", Type.BIGINT, "In how many pages."),
    ("jobs", Type.BIGINT, "In the pages of how many jobs."),
    ("organization", Type.TEXT, "Whose pages: the organisation's name in the settings."),
)


@dataclass(slots=True)
class _Seen:
    first: date
    last: date
    occurrences: int = 0
    pages: int = 0
    jobs: int = 0

    def add(self, first: date, last: date, name: UnknownName) -> None:
        """Take in what one job's pages held."""
        self.first, self.last = min(self.first, first), max(self.last, last)
        self.occurrences += name.occurrences
        self.pages += name.pages
        self.jobs += 1


def unknown_fields(
    covered: Iterable[CoveredDay], names: Iterable[UnknownName], lists: Iterable[HeldList] = ()
) -> list[tuple[object, ...]]:
    """The rows: what the jobs brought that the days of a snapshot are of, commonest first.

    And what stood in the lists that it holds.

    A page may hold several days, so the days are those of its job that are held.
    """
    days: dict[str, list[CoveredDay]] = {}
    for day in covered:
        days.setdefault(day.job, []).append(day)
    seen: dict[_Key, _Seen] = {}
    for name in names:
        if name.job in days:
            held = [day.day for day in days[name.job]]
            first_held = days[name.job][0]
            key = (first_held.organization, first_held.dataset, name.name)
            first, last = min(held), max(held)
            seen.setdefault(key, _Seen(first, last)).add(first, last, name)
    for each in lists:  # whose pages are of the day they were asked for
        at = each.refreshed_at.date()
        for counted, occurrences in each.unknown:
            key = (each.organization, each.dataset, counted)
            seen[key] = _Seen(at, at, occurrences, each.requests, 1)
    ordered = sorted(seen.items(), key=lambda item: (-item[1].occurrences, item[0]))
    return [_row(*item) for item in _bounded(ordered)]


def _bounded(
    ordered: list[tuple[_Key, _Seen]],
) -> list[tuple[_Key, _Seen]]:
    if len(ordered) <= MOST:
        return ordered
    rest = [seen for _, seen in ordered[MOST:]]
    others = _Seen(
        min(seen.first for seen in rest),
        max(seen.last for seen in rest),
        sum(seen.occurrences for seen in rest),
        sum(seen.pages for seen in rest),
        max(seen.jobs for seen in rest),
    )
    return [*ordered[:MOST], ((*ordered[MOST][0][:2], OTHERS), others)]


def _row(key: _Key, seen: _Seen) -> tuple[object, ...]:
    organization, dataset, counted = key
    kind, path = kind_of(counted)
    return (
        dataset, kind, path, seen.first, seen.last, seen.occurrences, seen.pages, seen.jobs,
        organization,
    )  # fmt: skip
