"""The job store: every step of every job, committed before anything waits on it.

SQLite in WAL mode with full synchronisation: what a method returned from survives a power cut.
Nothing is awaited inside a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from trunkline.clock import Clock
from trunkline.database import Connect, connect, opened, upgrade
from trunkline.interval import Interval, iso
from trunkline.jobs.job import IllegalTransition, Job, JobState, Landed, UnknownName, require
from trunkline.jobs.journal import Journal
from trunkline.scope import Scope
from trunkline.statements import load

VERSION = 5
SCHEMA = load("trunkline.jobs", "schema.sql")
QUERIES = load("trunkline.jobs", "queries.sql")
_MADE = upgrade(VERSION, SCHEMA["schema"])
_UPGRADES = {
    3: upgrade(VERSION, SCHEMA["with_organizations"], SCHEMA["with_readers"]),
    4: upgrade(VERSION, SCHEMA["with_readers"]),
}


class JobStore:
    """Jobs and their pages. One connection; not shared between threads.

    ``journal`` has the runs and the requests, on the same connection.
    """

    def __init__(self, path: Path, clock: Clock, connect: Connect = connect) -> None:
        self._clock = clock
        self._db = opened(path, _MADE, VERSION, connect, _UPGRADES)
        self.journal = Journal(self._db, clock)

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def add(self, *jobs: Job) -> None:
        """Keep new jobs, all or none."""
        with self.journal.transaction():
            for job in jobs:
                self._add(job)

    def step(self, before: Job, **changes: Any) -> Job:
        """Commit one step of a job and return the job after it."""
        with self.journal.transaction():
            return self._record(before, replace(before, **changes))

    def land(self, before: Job, page: Landed) -> Job:
        """Commit a staged page together with the cursor of the next, or with the end.

        The watermark is the earliest that was told, at the submit or on any page: data after it
        may be missing from what is already here.
        """
        after = replace(
            before,
            state=JobState.READY if page.cursor else JobState.DOWNLOADED,
            cursor=page.cursor,
            pages=before.pages + 1,
            watermark=min(filter(None, (before.watermark, page.watermark)), default=None),
        )
        with self.journal.transaction():
            job = self._record(before, after)
            self._db.execute(
                QUERIES["add_page"],
                {
                    "job": before.key,
                    "page": before.pages,
                    "receipt": page.receipt,
                    "conversations": page.conversations,
                    "ignored": page.ignored,
                    "quarantined": json.dumps(page.quarantined),
                    "unknown": json.dumps(page.unknown),
                    "rows": json.dumps(page.rows),
                    "fractions": page.fractions,
                },
            )
        return job

    def published(self, before: Job) -> Job:
        """Note that a job's days are in the lake; noting it twice, or by two processes, is one."""
        with self.journal.transaction():
            stored = self.get(before.key)
            if stored is not None and stored.state is JobState.PUBLISHED:
                return stored
            return self._record(before, replace(before, state=JobState.PUBLISHED, error=None))

    def start_over(self, before: Job, error: str) -> Job:
        """Forget the remote job and its pages; the job goes on from the beginning."""
        after = replace(
            before,
            state=JobState.PLANNED,
            remote_id=None,
            cursor=None,
            pages=0,
            watermark=None,
            submitted_at=None,
            attempt=before.attempt + 1,
            error=error,
        )
        return self._without_pages(before, after)

    def read_again(self, before: Job, error: str) -> Job:
        """Forget the pages of a remote job that is still there; they are read from the first."""
        after = replace(before, cursor=None, pages=0, attempt=before.attempt + 1, error=error)
        return self._without_pages(before, after)

    def _without_pages(self, before: Job, after: Job) -> Job:
        with self.journal.transaction():
            self._db.execute(QUERIES["drop_pages"], {"job": before.key})
            return self._record(before, after)

    def split(self, before: Job, error: str, halves: tuple[Job, ...]) -> Job:
        """End a job and keep the jobs that take its place, in one transaction."""
        after = replace(before, state=JobState.SPLIT, error=error)
        with self.journal.transaction():
            self._db.execute(QUERIES["drop_pages"], {"job": before.key})
            for half in halves:
                self._add(half)
            return self._record(before, after)

    def ask_cancel(self, key: str) -> None:
        """Ask whoever drives a job, in whichever process, to give it up at its next step."""
        with self.journal.transaction():
            self._db.execute(QUERIES["ask_cancel"], {"job": key})

    def cancel_asked(self, job: Job) -> bool:
        """Whether somebody asks for that."""
        return self._db.execute(QUERIES["cancel_asked"], {"job": job.key}).fetchone() is not None

    def cancelled(self, before: Job) -> Job:
        """Commit that a job is given up; whoever asked for it was heard."""
        with self.journal.transaction():
            self._db.execute(QUERIES["cancel_heard"], {"job": before.key})
            return self._record(before, replace(before, state=JobState.CANCELLED))

    def get(self, key: str) -> Job | None:
        """A job by its key."""
        row = self._db.execute(QUERIES["job"], {"key": key}).fetchone()
        return _job(row) if row else None

    def jobs(self, organization: str) -> tuple[Job, ...]:
        """Every job, oldest first."""
        rows = self._db.execute(QUERIES["jobs"], {"organization": organization})
        return tuple(_job(row) for row in rows)

    def unfinished(self, organization: str) -> tuple[Job, ...]:
        """The jobs that can be gone on with."""
        rows = self._db.execute(QUERIES["unfinished"], {"organization": organization})
        return tuple(_job(row) for row in rows)

    def pages(self, job: Job) -> tuple[Landed, ...]:
        """The staged pages of a job, in order."""
        rows = self._db.execute(QUERIES["pages_of"], {"job": job.key})
        return tuple(_landed(row) for row in rows)

    def receipts(self) -> tuple[str, ...]:
        """What the unfinished jobs of every organisation have staged."""
        return tuple(row["receipt"] for row in self._db.execute(QUERIES["receipts_of_unfinished"]))

    def unknown(self) -> tuple[UnknownName, ...]:
        """What the pages held that no declaration has, by job and name."""
        return tuple(UnknownName(*row) for row in self._db.execute(QUERIES["unknown_by_job"]))

    def _add(self, job: Job) -> None:
        self._db.execute(QUERIES["add_job"], _values(job) | {"now": iso(self._clock.now())})

    def _record(self, before: Job, after: Job) -> Job:
        """The job as it is kept: its times to the millisecond."""
        require(before.state, after.state)
        read = {f"{name}_before": value for name, value in _values(before).items()}
        values = _values(after) | read | {"now": iso(self._clock.now())}
        rows = self._db.execute(QUERIES["record"], values).fetchall()
        if not rows:
            raise IllegalTransition(f"job {before.key} is no longer as it was read")
        return _job(rows[0])


def _values(job: Job) -> dict[str, Any]:
    return {
        "key": job.key,
        "organization": job.organization,
        "dataset": job.dataset,
        "interval_start": iso(job.interval.start),
        "interval_end": iso(job.interval.end),
        "days": json.dumps(sorted(day.isoformat() for day in job.days)),
        "fingerprint": job.fingerprint,
        "state": job.state.value,
        "remote_id": job.remote_id,
        "cursor": job.cursor,
        "pages": job.pages,
        "attempt": job.attempt,
        "submits": job.submits,
        "possibly_repeated": job.possibly_repeated,
        "watermark": iso(job.watermark) if job.watermark else None,
        "submitted_at": iso(job.submitted_at) if job.submitted_at else None,
        "error": job.error,
        "parent": job.parent,
        "scope": str(job.scope),
    }


def _job(row: sqlite3.Row) -> Job:
    start, end = row["interval_start"], row["interval_end"]
    return Job(
        key=row["key"],
        organization=row["organization"],
        dataset=row["dataset"],
        interval=Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)),
        days=frozenset(date.fromisoformat(day) for day in json.loads(row["days"])),
        fingerprint=row["fingerprint"],
        state=JobState(row["state"]),
        remote_id=row["remote_id"],
        cursor=row["cursor"],
        pages=row["pages"],
        attempt=row["attempt"],
        submits=row["submits"],
        possibly_repeated=row["possibly_repeated"],
        watermark=_instant(row["watermark"]),
        submitted_at=_instant(row["submitted_at"]),
        error=row["error"],
        parent=row["parent"],
        scope=Scope.parse(row["scope"]),
    )


def _landed(row: sqlite3.Row) -> Landed:
    return Landed(
        receipt=row["receipt"],
        cursor=None,
        watermark=None,
        conversations=row["conversations"],
        ignored=row["ignored"],
        quarantined=tuple(json.loads(row["quarantined"])),
        unknown=tuple((name, count) for name, count in json.loads(row["unknown"])),
        rows=tuple((name, count) for name, count in json.loads(row["rows"])),
        fractions=row["fractions"],
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
