"""What a data directory holds of each UTC day: which files, and as of when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from trunkline.catalog import Table
from trunkline.engine.fetching import Parts
from trunkline.interval import DAY, is_settled, midnight
from trunkline.lake.catalogue import CoveredDay, HeldFile
from trunkline.lake.freshness import TailDay
from trunkline.lake.lists import HeldList
from trunkline.scope import TAIL, WHOLE

LISTED = date(1970, 1, 1)
"""The day that a whole list stands under, which has none: it is published as one."""


@dataclass(frozen=True, slots=True)
class HeldDay:
    """One day of a dataset. ``files`` is a hash of all that its rows are read from.

    ``whole`` where a job brought it, and not the tail alone; ``final`` where nothing more is
    expected. ``fetched_at`` is when the newest of it was asked for, ``rows`` about how many it has.
    """

    day: date
    fetched_at: datetime
    watermark: datetime
    conversations: int
    whole: bool
    final: bool
    files: str = ""
    rows: float = 0.0


@dataclass(frozen=True, slots=True)
class HeldHere:
    """The days of a snapshot of a dataset, and in which ``lake`` they are.

    ``clients`` are hashes of who fetched anything of the organisation: one for each client and
    dataset.
    """

    lake: str
    snapshot: int
    days: Mapping[date, HeldDay]
    clients: frozenset[str]


def held_here(parts: Parts, tables: Iterable[Table], snapshot: int) -> HeldHere:
    """What a snapshot holds of the tables of one dataset: days held whole, and the tail."""
    wanted = tuple(tables)
    if wanted[0].dataset.is_list:
        return _list_here(parts, wanted, snapshot)
    lake, name, own = parts.lake, wanted[0].dataset.name, parts.organization
    every = lake.coverage(own, snapshot)
    covered = [d for d in every if d.dataset == name]
    every_tail = lake.catalogue.fresh.tails(own, snapshot)
    tails = [t for t in every_tail if t.dataset == name]
    files = _files(parts, wanted, snapshot)
    days = {tail.day: _of_tail(tail) for tail in tails}
    for day in covered:
        days[day.day] = _whole(day, days.get(day.day), parts.settings.settle_time)
    columns = _columns(wanted)
    for at, held in days.items():
        of_day = files.get(at, [])
        behind = _hash((columns, *sorted(map(_named, of_day))))
        rows = sum(file.rows / len(file.days) for file in of_day)
        days[at] = replace(held, files=behind, rows=rows)
    who = _clients(parts, (*every, *every_tail))
    return HeldHere(lake.catalogue.identity(), snapshot, days, who)


def _list_here(parts: Parts, tables: tuple[Table, ...], snapshot: int) -> HeldHere:
    """The same of a whole list: one day, which is none."""
    catalogue, own = parts.lake.catalogue, parts.organization
    found = catalogue.lists.of(own, snapshot).get(tables[0].dataset.name)
    files = catalogue.files(own, snapshot, {table.name for table in tables})
    behind = _hash((_columns(tables), *sorted(map(_named, files))))
    days = {LISTED: _of_list(found, behind)} if found else {}
    who = frozenset([found.fingerprint.partition("-")[0]] if found else [])
    return HeldHere(catalogue.identity(), snapshot, days, who)


def _of_list(held: HeldList, files: str) -> HeldDay:
    rows = sum(held.rows.values()) + sum(held.deleted.values())
    at = held.refreshed_at
    return HeldDay(LISTED, at, at, rows, whole=True, final=False, files=files, rows=rows)


def _clients(parts: Parts, held: Iterable[CoveredDay | TailDay]) -> frozenset[str]:
    """Who fetched: today's client by every dataset, too, where any is of it."""
    found = frozenset(map(_who, (day.fingerprint for day in held)))
    today = frozenset(map(_who, parts.fingerprints.values()))
    return found | today if found & today else found


def _who(fingerprint: str) -> str:
    return fingerprint.partition("-")[0]


def _of_tail(tail: TailDay) -> HeldDay:
    return HeldDay(tail.day, tail.asked_at, tail.end, tail.conversations, whole=False, final=False)


def _whole(day: CoveredDay, tail: HeldDay | None, settle: timedelta) -> HeldDay:
    """A day that a job brought; the tail may know more of it."""
    asked = max(day.fetched_at, tail.fetched_at) if tail else day.fetched_at
    final = is_settled(midnight(day.day + DAY), day.watermark, settle)
    return HeldDay(day.day, asked, day.watermark, day.conversations, whole=True, final=final)


def _files(parts: Parts, tables: tuple[Table, ...], snapshot: int) -> dict[date, list[HeldFile]]:
    """What the rows of each day are read from; the root's files tell what the tail outdoes."""
    root = parts.catalog.root(tables[0].dataset)
    names = {table.name for table in tables} | {root.name}
    found: dict[date, list[HeldFile]] = {}
    for file in parts.lake.catalogue.files(parts.organization, snapshot, names):
        if file.scope in (WHOLE, TAIL):
            for day in file.days:
                found.setdefault(day, []).append(file)
    return found


def _named(file: HeldFile) -> str:
    return f"{file.table} {file.scope} {file.sha256}"


def _columns(tables: tuple[Table, ...]) -> str:
    """A version with more columns or tables publishes days again that have not changed."""
    return "; ".join(f"{t.name} {' '.join(c.name for c in t.columns)}" for t in tables)


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
