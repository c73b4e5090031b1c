"""What a data directory holds of each UTC day: which files, and as of when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from trunkline.catalog import Table
from trunkline.engine.fetching import Parts
from trunkline.interval import DAY, is_settled, midnight
from trunkline.lake.catalogue import HeldFile
from trunkline.scope import TAIL, WHOLE


@dataclass(frozen=True, slots=True)
class HeldDay:
    """One day of a dataset. ``files`` is a hash of all that its rows are read from.

    ``whole`` where a job brought it, and not the tail alone; ``final`` where nothing more is
    expected. ``fetched_at`` is when the newest of it was asked for.
    """

    day: date
    files: str
    fetched_at: datetime
    watermark: datetime
    conversations: int
    whole: bool
    final: bool


@dataclass(frozen=True, slots=True)
class HeldHere:
    """The days of a snapshot; ``clients`` are hashes of who fetched them, ``lake`` is where."""

    lake: str
    snapshot: int
    days: Mapping[date, HeldDay]
    clients: frozenset[str]


def held_here(parts: Parts, tables: Iterable[Table], snapshot: int) -> HeldHere:
    """What a snapshot holds of the tables of one dataset: days held whole, and the tail."""
    wanted = tuple(tables)
    dataset = wanted[0].dataset
    lake, organization = parts.lake, parts.organization
    files = _files(parts, wanted, snapshot)
    covered = [d for d in lake.coverage(organization, snapshot) if d.dataset == dataset.name]
    tails = [
        tail
        for tail in lake.catalogue.fresh.tails(organization, snapshot)
        if tail.dataset == dataset.name
    ]
    days: dict[date, HeldDay] = {}
    for tail in tails:
        days[tail.day] = HeldDay(
            tail.day, "", tail.asked_at, tail.end, tail.conversations, whole=False, final=False
        )
    for day in covered:
        asked = [days[day.day].fetched_at] if day.day in days else []
        final = is_settled(midnight(day.day + DAY), day.watermark, parts.settings.settle_time)
        days[day.day] = HeldDay(
            day.day,
            "",
            max(day.fetched_at, *asked) if asked else day.fetched_at,
            day.watermark,
            day.conversations,
            whole=True,
            final=final,
        )
    columns = _columns(wanted)
    found = {
        at: HeldDay(
            at,
            _hash((columns, *files.get(at, ()))),
            held.fetched_at,
            held.watermark,
            held.conversations,
            held.whole,
            held.final,
        )
        for at, held in days.items()
    }
    fetched_as = [*(d.fingerprint for d in covered), *(t.fingerprint for t in tails)]
    who = (fingerprint.partition("-")[0] for fingerprint in fetched_as)
    return HeldHere(lake.catalogue.identity(), snapshot, found, frozenset(who))


def _files(parts: Parts, tables: tuple[Table, ...], snapshot: int) -> dict[date, tuple[str, ...]]:
    """What the rows of each day are read from; the root's files tell what the tail outdoes."""
    root = parts.catalog.root(tables[0].dataset)
    names = {table.name for table in tables} | {root.name}
    found: dict[date, list[str]] = {}
    for file in parts.lake.catalogue.files(parts.organization, snapshot, names):
        if file.scope in (WHOLE, TAIL):
            for day in file.days:
                found.setdefault(day, []).append(_named(file))
    return {day: tuple(sorted(of_day)) for day, of_day in found.items()}


def _named(file: HeldFile) -> str:
    return f"{file.table} {file.scope} {file.sha256}"


def _columns(tables: tuple[Table, ...]) -> str:
    """A version with more columns or tables publishes days again that have not changed."""
    return "; ".join(f"{t.name} {' '.join(c.name for c in t.columns)}" for t in tables)


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
