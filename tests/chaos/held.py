"""What one data directory holds, read as it lies there, beside what the provider says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import pyarrow.parquet as pq

from tests.chaos.records import Records
from tests.chaos.scopes_held import Beside, Brought, readable
from tests.chaos.truth import Fetched, Rows
from tests.chaos.world import World
from tests.fakes import inline
from tests.gateway import KEYS, TABLES
from trunkline.config import Settings
from trunkline.engine import Engine
from trunkline.engine.seams import Seams
from trunkline.http.transport import AiohttpTransport
from trunkline.jobs.job import Job
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.landing import Receipt
from trunkline.scope import WHOLE, Scope
from trunkline_simulator.state import Job as Remote


@dataclass(frozen=True, slots=True)
class Holding:
    """The days held whole, who brought each, every row by table and day, and the files named.

    ``unfinished`` are the keys of the jobs that can be gone on with.
    """

    snapshot: int
    days: dict[date, CoveredDay]
    brought: dict[date, Fetched]
    rows: dict[str, dict[date, Rows]]
    named: frozenset[str]
    unfinished: frozenset[str]
    problems: tuple[str, ...]
    beside: Beside = field(default_factory=Beside)

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
    engine = Engine(Settings(home=world.home), _still(world))
    try:
        return _read(world, engine, snapshot)
    finally:
        engine.close()


def _still(world: World) -> Seams:
    return Seams(world.clock, lambda: AiohttpTransport(inline), inline, lambda: "", lambda: 0.5)


def _read(world: World, engine: Engine, snapshot: int | None) -> Holding:
    at = engine.lake.catalogue.latest() if snapshot is None else snapshot
    days = {day.day: day for day in engine.coverage(at)}
    jobs = {job.key: job for job in engine.jobs()}
    brought = {
        day: Fetched(world.provider, found)
        for day, covered in days.items()
        if (found := _remote(world, jobs.get(covered.job)))
    }
    staged = (Receipt.decode(text) for text in engine.store.receipts())
    rows = _rows(engine, at)
    whole = {table: by_scope.pop(WHOLE, {}) for table, by_scope in rows.items()}
    return Holding(
        snapshot=at,
        days=days,
        brought=brought,
        rows=whole,
        named=engine.lake.catalogue.paths() | {f.path for one in staged for f in one.files},
        unfinished=frozenset(key for key, job in jobs.items() if job.unfinished),
        problems=tuple(
            f"{day} was brought by a job that the provider does not know"
            for day in days.keys() - brought.keys()
        ),
        beside=_beside(world, engine, at, jobs, rows),
    )


def _beside(world: World, engine: Engine, at: int, jobs: dict[str, Job], rows: ByScope) -> Beside:
    """What is held beside whole days."""
    brought: dict[Scope, dict[date, Brought]] = {}
    for covered in engine.lake.scoped(engine.catalog.schema, at):
        if covered.scope != WHOLE and (found := _remote(world, jobs.get(covered.job))):
            brought.setdefault(covered.scope, {})[covered.day] = Brought(covered.job, found)
    of_scope: dict[Scope, dict[str, Rows]] = {}
    for table, by_scope in rows.items():
        for scope, by_day in by_scope.items():
            of_scope.setdefault(scope, {})[table] = [r for day in by_day.values() for r in day]
    tails = engine.lake.catalogue.fresh.tails(engine.catalog.schema, at)
    files = engine.lake.catalogue.files(engine.catalog.schema, at)
    return Beside(of_scope, brought, tails, frozenset(file.path for file in files))


def _remote(world: World, job: Job | None) -> Remote | None:
    return world.simulator.state.jobs.get(job.remote_id or "") if job else None


ByScope = dict[str, dict[Scope, dict[date, Rows]]]


def _rows(engine: Engine, snapshot: int) -> ByScope:
    """Every row of a snapshot by table, scope and day; a column that a file lacks has no value."""
    rows: ByScope = {table: {} for table in TABLES}
    empty = {t.name: dict.fromkeys(c.name for c in t.columns) for t in engine.catalog.tables}
    for file in engine.lake.catalogue.files(engine.catalog.schema, snapshot):
        path = engine.lake.home / file.path
        by_day = rows[_name(file.table)].setdefault(file.scope, {})
        for row in _rows_of(str(path), path.stat().st_mtime_ns):
            of_day = by_day.setdefault(row["conversation_start"].date(), [])
            of_day.append({**empty[file.table], **row})
    return rows


def _name(table: str) -> str:
    """A table's name as a query writes it."""
    return table if table in TABLES else f"finance.{table}"


@lru_cache(maxsize=4096)
def _rows_of(path: str, _: int) -> Rows:
    """The rows of a file as it was written at some time; read once, as files do not change."""
    with pq.ParquetFile(path) as file:
        rows: Rows = file.read(use_threads=False).to_pylist()
    return rows


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
    if len(want) == 1:
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
