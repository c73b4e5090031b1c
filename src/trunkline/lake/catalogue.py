"""The catalogue of the lake: which files make up which snapshot, and which days are covered.

One SQLite database in WAL mode. A reader sees one snapshot whole; a publication is one
transaction over all tables of a dataset.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from trunkline.database import Connect, connect, opened, transaction, upgrade
from trunkline.interval import iso
from trunkline.lake.freshness import Freshness, OpenRecord, TailDay
from trunkline.lake.landing import StagedFile
from trunkline.lake.lists import Lists
from trunkline.lake.retention import Retention
from trunkline.lake.users import Users
from trunkline.scope import OPEN_AT, TAIL, WHOLE, Scope
from trunkline.statements import load

VERSION = 6
SCHEMA = load("trunkline.lake", "schema.sql")
QUERIES = load("trunkline.lake", "queries.sql")
_MADE = upgrade(VERSION, SCHEMA["schema"], SCHEMA["with_users"], SCHEMA["with_lists"])
_UPGRADES = {
    3: upgrade(VERSION, SCHEMA["with_jobs"], SCHEMA["with_users"], SCHEMA["with_lists"]),
    4: upgrade(VERSION, SCHEMA["with_users"], SCHEMA["with_lists"]),
    5: upgrade(VERSION, SCHEMA["with_lists"]),
}


@dataclass(frozen=True, slots=True)
class CoveredDay:
    """One UTC day of a dataset, held since a snapshot; ``job`` brought it."""

    dataset: str
    day: date
    fetched_at: datetime
    watermark: datetime
    fingerprint: str
    conversations: int
    divisions: tuple[str, ...] | None
    job: str
    scope: Scope = WHOLE
    organization: str = ""


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A file of the newest snapshot and every day it has rows of."""

    file: int
    path: str
    days: frozenset[date]
    scope: Scope = WHOLE
    rows: int = 0


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file of a snapshot, as a reader wants to know it."""

    table: str
    path: str
    days: frozenset[date]
    scope: Scope
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What a job brought, ready to be seen.

    ``days`` are covered by it from then on, for its scope alone; none where it covers nothing, as
    the tail does. ``keys`` are the records it tells of, where it tells of records and not of days;
    ``open`` those that have not ended. ``tail`` is what is held past the watermark from then on.
    ``recounted`` is how many records other days, which are held whole, have with it.
    """

    job: str
    organization: str
    dataset: str
    days: Mapping[date, int]
    files: tuple[StagedFile, ...]
    fetched_at: datetime
    watermark: datetime
    fingerprint: str
    divisions: tuple[str, ...] | None = None
    scope: Scope = WHOLE
    keys: frozenset[str] = frozenset()
    open: tuple[OpenRecord, ...] = ()
    tail: tuple[TailDay, ...] = ()
    recounted: Mapping[date, int] = field(default_factory=dict)


class Catalogue:
    """Snapshots, files and coverage. One connection; not shared between threads."""

    def __init__(self, path: Path, connect: Connect = connect) -> None:
        self._db = opened(path, _MADE, VERSION, connect, _UPGRADES)
        self.retention = Retention(self._db)
        self.fresh = Freshness(self._db)
        self.users = Users(self._db)
        self.lists = Lists(self._db)

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def latest(self) -> int:
        """The newest snapshot; 0 before the first."""
        return int(self._one("latest")["snapshot"])

    def identity(self) -> str:
        """What no other data directory is called, unless it is a copy of this one; empty at first.

        It is the key of the job that was published first.
        """
        row = self._one("first_job")
        return str(row["job"]) if row else ""

    def snapshot_at(self, instant: datetime) -> int:
        """The snapshot that was the newest at an instant; 0 before the first."""
        return int(self._one("snapshot_at", instant=iso(instant))["snapshot"])

    def snapshot_of(self, job: str) -> int | None:
        """The snapshot a job was published as, if it was."""
        row = self._db.execute(QUERIES["snapshot_of_job"], {"job": job}).fetchone()
        return int(row["snapshot"]) if row else None

    def files(
        self, organization: str, snapshot: int, tables: Iterable[str] | None = None
    ) -> tuple[HeldFile, ...]:
        """The files of a snapshot, of every scope; their paths relative to the data directory.

        Of all tables, unless some are named.
        """
        rows = self._all(
            "files_of_snapshot",
            organization=organization,
            snapshot=snapshot,
            tables=None if tables is None else json.dumps(sorted(tables)),
        )
        return tuple(
            HeldFile(
                row["table_name"],
                row["path"],
                _days(row["days"].split(",")),
                Scope.parse(row["scope"]),
                int(row["rows"]),
                int(row["bytes"]),
                row["sha256"],
            )
            for row in rows
        )

    def coverage(self, organization: str, snapshot: int) -> tuple[CoveredDay, ...]:
        """Every day held, by dataset, scope and day."""
        rows = self._all("coverage_of_snapshot", organization=organization, snapshot=snapshot)
        return tuple(
            CoveredDay(
                row["dataset"],
                date.fromisoformat(row["day"]),
                datetime.fromisoformat(row["fetched_at"]),
                datetime.fromisoformat(row["watermark"]),
                row["fingerprint"],
                int(row["conversations"]),
                _names(row["divisions"]),
                row["job"],
                Scope.parse(row["scope"]),
                organization,
            )
            for row in rows
        )

    def changes(self, organization: str, snapshot: int) -> dict[tuple[str, date], datetime]:
        """When the files of each day of a dataset were published, the newest of them."""
        rows = self._all("changes_of_snapshot", organization=organization, snapshot=snapshot)
        return {
            (row["dataset"], date.fromisoformat(row["day"])): datetime.fromisoformat(
                row["changed_at"]
            )
            for row in rows
        }

    def whole_days(
        self, organization: str, dataset: str, snapshot: int | None = None
    ) -> frozenset[date]:
        """The days of a dataset that a snapshot holds whole, the newest unless named."""
        held = self.coverage(organization, self.latest() if snapshot is None else snapshot)
        return frozenset(day.day for day in held if (day.dataset, day.scope) == (dataset, WHOLE))

    def newest_fetch(self, organization: str, dataset: str) -> tuple[datetime, str] | None:
        """When the days of a dataset were last fetched, and under which fingerprint."""
        row = self._one("newest_fetch", organization=organization, dataset=dataset)
        return (datetime.fromisoformat(row["fetched_at"]), row["fingerprint"]) if row else None

    def live_files(
        self, organization: str, table: str, days: frozenset[date] | None, scope: Scope = WHOLE
    ) -> list[LiveFile]:
        """The files of the newest snapshot and of a scope that hold rows of any of the days.

        All files of the scope where no days are named.
        """
        rows = self._all(
            "live_files",
            organization=organization,
            table_name=table,
            scope=str(scope),
            first_day=min(days or {date.min}).isoformat(),
            last_day=max(days or {date.max}).isoformat(),
        )
        found = [
            LiveFile(
                row["file"], row["path"], _days(row["days"].split(",")), scope, int(row["rows"])
            )
            for row in rows
        ]
        return [file for file in found if days is None or file.days & days]

    def live_scopes(self, organization: str, table: str) -> frozenset[Scope]:
        """The scopes of which the newest snapshot has files of a table."""
        rows = self._all("live_scopes", organization=organization, table_name=table)
        return frozenset(Scope.parse(row["scope"]) for row in rows)

    def paths(self) -> frozenset[str]:
        """Every path any snapshot names."""
        return frozenset(row["path"] for row in self._all("paths"))

    def publish(
        self, publication: Publication, replaced: Iterable[LiveFile], published_at: datetime
    ) -> int:
        """Make a job's days visible in all tables at once; its snapshot.

        The same job published again changes nothing.
        """
        with transaction(self._db):
            if (already := self.snapshot_of(publication.job)) is not None:
                return already
            snapshot = self._add_snapshot(
                publication.organization, publication.dataset, publication.job, published_at
            )
            for file in replaced:
                self._end_file(file, snapshot)
            for staged in publication.files:
                self._add_file(publication.organization, staged, snapshot)
            for day, conversations in publication.days.items():
                self._cover(publication, day, conversations, snapshot)
            for day, conversations in publication.recounted.items():
                self._recount(publication, day, conversations, snapshot)
            self._freshen(publication, snapshot)
            return snapshot

    def _freshen(self, publication: Publication, snapshot: int) -> None:
        """What a publication means for the open records, the tail, and counts to compare."""
        organization, dataset = publication.organization, publication.dataset
        self.fresh.uncount(organization, dataset, publication.recounted)
        if publication.scope.predicates or publication.scope == OPEN_AT:
            # It took its records out of the tail, which lacks them now.
            begun = publication.days.keys() if publication.scope.predicates else _begun(publication)
            of_tail = begun - self.whole_days(organization, dataset)
            self.fresh.replace_tail(organization, dataset, of_tail, (), snapshot)
        if publication.scope == OPEN_AT:  # of the days held whole it tells anew
            found = [record for record in publication.open if record.scope == WHOLE]
            self.fresh.replace_open(organization, found, dataset=dataset, keys=publication.keys)
        if publication.scope not in (WHOLE, TAIL):
            return
        days = publication.days or (tail.day for tail in publication.tail)
        self.fresh.replace_tail(organization, dataset, days, publication.tail, snapshot)
        self.fresh.uncount(organization, dataset, publication.days)
        self.fresh.replace_open(
            organization,
            publication.open,
            dataset=dataset,
            days=publication.days,
            keys=publication.keys,
        )

    def merge(
        self,
        organization: str,
        dataset: str,
        key: str,
        replaced: Iterable[LiveFile],
        files: Iterable[StagedFile],
        published_at: datetime,
        note: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Put files in the place of others, in all tables at once; ``note`` is part of it.

        With the same rows, or those of a whole list.
        """
        with transaction(self._db):
            snapshot = self._add_snapshot(organization, dataset, key, published_at)
            for file in replaced:
                self._end_file(file, snapshot)
            for staged in files:
                self._add_file(organization, staged, snapshot)
            note(snapshot)
            return snapshot

    def _add_snapshot(
        self, organization: str, dataset: str, job: str, published_at: datetime
    ) -> int:
        row = self._one(
            "add_snapshot",
            published_at=iso(published_at),
            organization=organization,
            dataset=dataset,
            job=job,
        )
        return int(row["snapshot"])

    def _end_file(self, file: LiveFile, snapshot: int) -> None:
        ended = self._db.execute(QUERIES["end_file"], {"snapshot": snapshot, "file": file.file})
        if ended.rowcount != 1:
            raise RuntimeError(f"{file.path} has been replaced meanwhile: two writers at once")

    def _add_file(self, organization: str, staged: StagedFile, snapshot: int) -> None:
        row = self._one(
            "add_file",
            organization=organization,
            table_name=staged.table,
            scope=staged.scope,
            path=staged.path,
            sha256=staged.sha256,
            rows=staged.rows,
            bytes=staged.bytes,
            born=snapshot,
        )
        for day in staged.days:
            self._run("add_file_day", file=row["file"], day=day.isoformat())

    def _cover(
        self, publication: Publication, day: date, conversations: int, snapshot: int
    ) -> None:
        of_day = {
            "organization": publication.organization,
            "dataset": publication.dataset,
            "scope": str(publication.scope),
            "day": day.isoformat(),
        }
        self._run("end_coverage", snapshot=snapshot, **of_day)
        self._run(
            "add_coverage",
            **of_day,
            fetched_at=iso(publication.fetched_at),
            watermark=iso(publication.watermark),
            fingerprint=publication.fingerprint,
            conversations=conversations,
            divisions=json.dumps(publication.divisions),
            job=publication.job,
            born=snapshot,
        )

    def _recount(
        self, publication: Publication, day: date, conversations: int, snapshot: int
    ) -> None:
        of_day = {
            "organization": publication.organization,
            "dataset": publication.dataset,
            "scope": str(WHOLE),
            "day": day.isoformat(),
        }
        self._run("end_coverage", snapshot=snapshot, **of_day)
        self._run("recount", conversations=conversations, born=snapshot, **of_day)

    def _run(self, query: str, **values: Any) -> None:
        self._db.execute(QUERIES[query], values)

    def _one(self, query: str, **values: Any) -> sqlite3.Row:
        row: sqlite3.Row = self._db.execute(QUERIES[query], values).fetchone()
        return row

    def _all(self, query: str, **values: Any) -> list[sqlite3.Row]:
        return self._db.execute(QUERIES[query], values).fetchall()


def _begun(publication: Publication) -> frozenset[date]:
    """The days on which records of OPEN_AT began, as far as they are not of whole days."""
    files = (file for file in publication.files if file.scope == str(OPEN_AT))
    return frozenset(day for file in files for day in file.days)


def _days(texts: list[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


def _names(text: str) -> tuple[str, ...] | None:
    found = json.loads(text)
    return None if found is None else tuple(found)
