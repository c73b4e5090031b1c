"""What one data directory holds, read as it lies there, beside what the provider says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.chaos.records import Records
from tests.chaos.scopes_held import Beside, Brought, readable
from tests.chaos.truth import Fetched, Rows
from tests.chaos.world import World
from tests.gateway import KEYS, TABLES
from trunkline.engine.engine import JOBS
from trunkline.engine.registry import catalog
from trunkline.jobs.job import Job
from trunkline.jobs.store import JobStore
from trunkline.lake.catalogue import CoveredDay, HeldFile
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Receipt
from trunkline.organizations import GENESYS
from trunkline.scope import OPEN_AT, WHOLE, Scope
from trunkline_simulator.state import Job as Remote

_EMPTY = {
    name: dict.fromkeys(column.name for column in table.columns)
    for table in catalog().tables
    for name in (table.name, f"finance.{table.name}")
}
_TEXTS = (str, list, dict, bytes)
DATASET = "conversation_details"  # what else a story asks for has a judgement of its own
Source = tuple[str, int]
"""A file and when it was written."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The days held whole, who brought each, every row by table and day, and the files named.

    ``sources`` are the files that the rows were read from; ``unfinished`` the keys of the jobs that
    can be gone on with, ``begun`` their days, save of those for what was open.
    """

    snapshot: int
    days: dict[date, CoveredDay]
    brought: dict[date, Fetched]
    rows: dict[str, dict[date, Rows]]
    sources: dict[str, dict[date, tuple[Source, ...]]]
    named: frozenset[str]
    unfinished: frozenset[str]
    begun: frozenset[date]
    problems: tuple[str, ...]
    beside: Beside

    def readable(
        self,
        tables: Iterable[str],
        through: Mapping[Scope, Iterable[date]] | None = None,
        *,
        opened: bool = False,
    ) -> dict[str, Rows]:
        """What can be read of some tables: of every conversation one version."""
        return {
            table: readable(
                table,
                self.rows[table],
                self.days,
                self.beside,
                through=through or {},
                opened=opened,
            )
            for table in tables
        }

    def amended(self, records: Records, day: date) -> frozenset[str]:
        """Conversations of a day that are held as an answer by id had them, in all its tables."""
        fetched = self.brought[day]
        here = {row["conversation_id"] for row in self.rows["conversations"].get(day, [])}
        return frozenset(
            one
            for one in here & records.known.keys()
            for at in records.known[one]
            if at > fetched.job.submitted and self._is_as_of(one, day, at)
        )

    def _is_as_of(self, one: str, day: date, at: datetime) -> bool:
        return not any(
            differences(table, "", _only(self.rows[table].get(day, []), one), _only(live, one))
            for table in TABLES
            if table != "participant_attributes"
            for live in (self.brought[day].live(table, day, at),)
        )


def held(world: World, snapshot: int | None = None) -> Holding:
    """Read everything that a snapshot shows, the newest unless named, and change nothing."""
    lake = Lake(world.home)
    store = JobStore(world.home / JOBS, world.clock)
    try:
        return _read(world, lake, store, snapshot)
    finally:
        store.close()
        lake.close()


def _read(world: World, lake: Lake, store: JobStore, snapshot: int | None) -> Holding:
    at = lake.catalogue.latest() if snapshot is None else snapshot
    covered = tuple(day for day in lake.scoped(GENESYS, at) if day.dataset == DATASET)
    days = {day.day: day for day in covered if day.scope == WHOLE}
    jobs = {job.key: job for job in store.jobs(GENESYS) if job.dataset == DATASET}
    brought = {
        day: Fetched(world.provider, found)
        for day, covered in days.items()
        if (found := _remote(world, jobs.get(covered.job)))
    }
    files = [file for file in lake.catalogue.files(GENESYS, at) if _name(file.table) in TABLES]
    sources = _sources(lake, files)
    staged = (Receipt.decode(text) for text in store.receipts())
    return Holding(
        snapshot=at,
        days=days,
        brought=brought,
        rows=_rows(sources),
        sources=sources,
        named=lake.catalogue.paths() | {f.path for one in staged for f in one.files},
        unfinished=frozenset(key for key, job in jobs.items() if job.unfinished),
        begun=frozenset(
            day
            for job in jobs.values()
            if job.unfinished and job.scope != OPEN_AT
            for day in job.days
        ),
        problems=tuple(
            f"{day} was brought by a job that the provider does not know"
            for day in days.keys() - brought.keys()
        ),
        beside=Beside(
            _rows_beside(lake, files),
            _brought_beside(world, covered, jobs),
            lake.catalogue.fresh.tails(GENESYS, at),
            frozenset(j.key for j in jobs.values() if j.unfinished and j.scope == OPEN_AT),
        ),
    )


def _brought_beside(
    world: World, covered: Iterable[CoveredDay], jobs: dict[str, Job]
) -> dict[Scope, dict[date, Brought]]:
    """Who brought the days that are not held whole."""
    brought: dict[Scope, dict[date, Brought]] = {}
    for day in covered:
        if day.scope != WHOLE and (found := _remote(world, jobs.get(day.job))):
            brought.setdefault(day.scope, {})[day.day] = Brought(day.job, found)
    return brought


def _rows_beside(lake: Lake, files: Iterable[HeldFile]) -> dict[Scope, dict[str, Rows]]:
    """The rows that are not of whole days."""
    rows: dict[Scope, dict[str, Rows]] = {}
    for file in files:
        if file.scope != WHOLE:
            table, path = _name(file.table), lake.home / file.path
            of_table = rows.setdefault(file.scope, {}).setdefault(table, [])
            for of_day in _days_of(table, str(path), path.stat().st_mtime_ns).values():
                of_table += of_day
    return rows


def _remote(world: World, job: Job | None) -> Remote | None:
    return world.simulator.state.jobs.get(job.remote_id or "") if job else None


def _sources(lake: Lake, files: Iterable[HeldFile]) -> dict[str, dict[date, tuple[Source, ...]]]:
    """The files of a snapshot's whole days, by table and by the days that they have rows of."""
    found: dict[str, dict[date, tuple[Source, ...]]] = {table: {} for table in TABLES}
    home = str(lake.home)
    for file in files:
        if file.scope == WHOLE:
            path, table = f"{home}/{file.path}", _name(file.table)
            source = (path, Path(path).stat().st_mtime_ns)
            for day in _days_of(table, *source):
                found[table][day] = (*found[table].get(day, ()), source)
    return found


def _rows(sources: dict[str, dict[date, tuple[Source, ...]]]) -> dict[str, dict[date, Rows]]:
    return {
        table: {
            day: [row for source in of_day for row in _days_of(table, *source)[day]]
            for day, of_day in days.items()
        }
        for table, days in sources.items()
    }


def _name(table: str) -> str:
    """A table's name as a query writes it."""
    return table if table in TABLES else f"finance.{table}"


@lru_cache(maxsize=2000)
def _days_of(table: str, path: str, _: int) -> dict[date, Rows]:
    """The rows of a file as it was written at some time, by day; read once: no file changes.

    A column that a file lacks has no value there.
    """
    with pq.ParquetFile(path) as file:
        rows: Rows = file.read(use_threads=False).to_pylist()
    days: dict[date, Rows] = {}
    for row in rows:
        days.setdefault(row["conversation_start"].date(), []).append({**_EMPTY[table], **row})
    return days


def texts_of(path: Path) -> set[str]:
    """What stands in a file, save numbers and times."""
    table = _name(path.parent.name)
    if table in TABLES:
        of_days = _days_of(table, str(path), path.stat().st_mtime_ns).values()
        rows = [row for of_day in of_days for row in of_day]
    else:
        rows = pq.read_table(path, partitioning=None).to_pylist()
    found = (value for row in rows for value in row.values())
    return {one if isinstance(one, str) else str(one) for one in found if type(one) in _TEXTS}


def _only(rows: Rows, conversation: str) -> Rows:
    return [row for row in rows if row["conversation_id"] == conversation]


def differences(table: str, what: str, found: Rows, truth: Rows) -> list[str]:
    """How rows differ from the truth, over every column it lists; nothing where they do not.

    A natural key stands as often as the provider repeats its ids.
    """
    have, want = _by_key(table, found), _by_key(table, truth)
    said = []
    for key in have.keys() | want.keys():
        if len(have.get(key, ())) != len(want.get(key, ())):
            counts = f"{len(have.get(key, ()))} times and not {len(want.get(key, ()))}"
            said.append(f"{table} {what}: {key} stands {counts}")
        elif wrong := _wrong(have[key], want[key]):
            said.append(f"{table} {what}: {key} differs in {', '.join(wrong)}")
    return sorted(said)


def _wrong(have: Rows, want: Rows) -> list[str]:
    """The columns in which rows of one key differ, whatever their order."""
    if have == want:
        return []
    if len(want) == 1:
        if want[0].items() <= have[0].items():
            return []
        return [name for name in want[0] if have[0][name] != want[0][name]]
    left = [{name: row[name] for name in want[0]} for row in have]
    for row in want:
        if row not in left:
            return ["one of several"]
        left.remove(row)
    return []


def _by_key(table: str, rows: Rows) -> dict[tuple[Any, ...], Rows]:
    found: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in KEYS[table]), []).append(row)
    return found
