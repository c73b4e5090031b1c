"""What a data directory holds of aggregates and of lists, read as it lies there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.chaos.world import World
from trunkline.engine.engine import JOBS
from trunkline.engine.registry import catalog
from trunkline.jobs.job import Job
from trunkline.jobs.store import JobStore
from trunkline.lake.catalogue import CoveredDay, HeldFile
from trunkline.lake.lake import Lake
from trunkline.lake.lists import HeldList
from trunkline.organizations import GENESYS
from trunkline.scope import WHOLE

SUMS = ("queue_intervals", "conversation_aggregates", "user_aggregates")
LISTS = (
    "users",
    "queues",
    "queue_members",
    "wrapup_codes",
    "divisions",
    "teams",
    "flows",
    "presence_definitions",
    "skills",
    "grants",
)
TABLES = {
    of.name: tuple(table.name for table in catalog().tables if table.dataset is of)
    for of in (*catalog().datasets, *(table.dataset for table in catalog().tables))
}
KEYS = {table.name: table.key for table in catalog().tables}
PARENTS = {"queue_members": "queues", "grants": "roles"}
Row = dict[str, Any]
Held = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a snapshot shows: the days of aggregates, their jobs, and every row by table and day.

    ``files`` are those that the rows of a day were read from; ``jobs`` are all of aggregates.
    """

    snapshot: int
    days: Mapping[Held, CoveredDay]
    jobs: Mapping[str, Job]
    rows: Mapping[Held, tuple[Row, ...]]
    files: Mapping[Held, tuple[str, ...]]
    lists: Mapping[str, HeldList]

    @property
    def unfinished(self) -> frozenset[str]:
        """The jobs that can be gone on with."""
        return frozenset(key for key, job in self.jobs.items() if job.unfinished)

    def job(self, held: Held) -> Job | None:
        """The job that brought a day."""
        return self.jobs.get(self.days[held].job)


def shelf_of(world: World, snapshot: int | None = None) -> Shelf:
    """Read all of it, the newest unless another is named, and change nothing."""
    lake, store = Lake(world.home), JobStore(world.home / JOBS, world.clock)
    try:
        at = lake.catalogue.latest() if snapshot is None else snapshot
        days = {
            (d.dataset, d.day): d
            for d in lake.scoped(GENESYS, at)
            if d.dataset in SUMS and d.scope == WHOLE
        }
        jobs = {job.key: job for job in store.jobs(GENESYS) if job.dataset in SUMS}
        files = lake.catalogue.files(GENESYS, at, frozenset(SUMS))
        rows, sources = _by_day(world.home, files)
        return Shelf(at, days, jobs, rows, sources, lake.catalogue.lists.of(GENESYS, at))
    finally:
        store.close()
        lake.close()


def lists_of(world: World, snapshot: int) -> Mapping[str, HeldList]:
    """The lists that a snapshot shows."""
    lake = Lake(world.home)
    try:
        return lake.catalogue.lists.of(GENESYS, snapshot)
    finally:
        lake.close()


def listed_rows(world: World, dataset: str, snapshot: int) -> dict[str, list[Row]]:
    """The rows of each table of a list, as a snapshot shows them."""
    lake = Lake(world.home)
    try:
        files = lake.catalogue.files(GENESYS, snapshot, frozenset(TABLES[dataset]))
        found: dict[str, list[Row]] = {table: [] for table in TABLES[dataset]}
        for file in files:
            found[file.table] += read(str(world.home / file.path), file.table)
        return found
    finally:
        lake.close()


def _by_day(
    home: Path, files: Iterable[HeldFile]
) -> tuple[dict[Held, tuple[Row, ...]], dict[Held, tuple[str, ...]]]:
    rows: dict[Held, tuple[Row, ...]] = {}
    sources: dict[Held, tuple[str, ...]] = {}
    for file in files:
        path = str(home / file.path)
        for day, some in _days_of(path, file.table).items():
            rows[file.table, day] = rows.get((file.table, day), ()) + some
            sources[file.table, day] = (*sources.get((file.table, day), ()), path)
    return rows, sources


@lru_cache(maxsize=400)
def _days_of(path: str, table: str) -> dict[date, tuple[Row, ...]]:
    found: dict[date, list[Row]] = {}
    for row in read(path, table):
        found.setdefault(row["interval_start"].date(), []).append(row)
    return {day: tuple(rows) for day, rows in found.items()}


@lru_cache(maxsize=400)
def read(path: str, table: str) -> tuple[Row, ...]:
    """The rows of a file; a column that it lacks has no value."""
    empty = {column.name: None for column in catalog().named(table).columns}
    return tuple({**empty, **row} for row in pq.read_table(path, partitioning=None).to_pylist())
