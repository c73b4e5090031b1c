"""The journal: every run and every request, kept for a while on the job store's connection.

A request is written with the next step of a job, in its transaction, and so costs no
synchronisation of its own; where no step comes, many are written at once. What a crash may lose of
the journal is what happened since the last step; what the steps say is never lost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from trunkline.clock import Clock
from trunkline.database import transaction
from trunkline.interval import iso
from trunkline.organizations import GENESYS
from trunkline.statements import load

QUERIES = load("trunkline.jobs", "journal.sql")
AT_ONCE = 64  # requests that wait for a transaction until they get one of their own


@dataclass(frozen=True, slots=True)
class Requested:
    """One request as it went. ``path`` is a template: no ids, no query.

    Either ``status`` or ``failure`` is set. Times are in milliseconds, ``received`` in bytes on the
    wire; ``correlation_id`` is the provider's name for the exchange, where it tells one.
    """

    run: str
    at: datetime
    method: str
    path: str
    status: int | None
    failure: str | None
    attempt: int
    waited_ms: int
    duration_ms: int
    received: int
    correlation_id: str | None
    organization: str = GENESYS


@dataclass(frozen=True, slots=True)
class RunKept:
    """One run: what was asked, its literals masked, and how it ended.

    ``outcome`` is ``done``, the name of the error, or None while it runs and after a crash; who
    began it is as in ``By``; ``rows`` are those that were read of its answer.
    """

    run: str
    kind: str
    started_at: datetime
    finished_at: datetime | None
    statement: str
    requests: int | None
    outcome: str | None
    exit_status: int | None
    snapshot: int | None
    user_name: str | None = None
    role: str | None = None
    door: str | None = None
    application: str | None = None
    rows: int | None = None
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class By:
    """Who began a run: the user where there are users, the role, the door they came in by.

    ``application`` is what their program calls itself; ``numbers`` is how many numbers the
    statement gives to ``number_token``.
    """

    user_name: str | None = None
    role: str | None = None
    door: str | None = None
    application: str | None = None
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, as the journal keeps it."""

    requests: int
    outcome: str
    exit_status: int
    snapshot: int | None = None
    certificate: str | None = None


NOBODY = By()


class Journal:
    """Runs and requests of one store. Not shared between threads."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._waiting: list[dict[str, object]] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction of the store, which also writes the requests that wait for one."""
        with transaction(self._db):
            count = len(self._waiting)
            self._db.executemany(QUERIES["add_request"], self._waiting)
            yield
        del self._waiting[:count]

    def note(self, request: Requested) -> None:
        """Keep a request, with the next transaction."""
        self._waiting.append(asdict(request) | {"at": iso(request.at)})
        if len(self._waiting) >= AT_ONCE:
            with self.transaction():
                pass

    def start(self, run: str, kind: str, statement: str, keep: timedelta, by: By = NOBODY) -> None:
        """Note that something begins; what is older than ``keep`` goes."""
        now = self._clock.now()
        oldest = {"oldest": iso(now - keep)}
        with self.transaction():
            self._db.execute(QUERIES["drop_requests"], oldest)
            self._db.execute(QUERIES["drop_runs"], oldest)
            self._db.execute(
                QUERIES["start_run"],
                asdict(by)
                | {"run": run, "kind": kind, "started_at": iso(now), "statement": statement},
            )

    def finish(self, run: str, ended: Ended) -> None:
        """Note how it ended."""
        values = asdict(ended) | {"run": run, "finished_at": iso(self._clock.now())}
        with self.transaction():
            self._db.execute(QUERIES["finish_run"], values)

    def answered(self, run: str, rows: int) -> None:
        """Note how many rows were read of its answer."""
        with self.transaction():
            self._db.execute(QUERIES["answer_run"], {"run": run, "rows": rows})

    def numbers(self, user: str, since: datetime) -> int:
        """How many numbers a user's statements gave to ``number_token`` since then."""
        told = self._db.execute(QUERIES["numbers_of"], {"user": user, "since": iso(since)})
        return int(told.fetchone()["numbers"])

    def spoil(self, run: str, outcome: str, exit_status: int) -> None:
        """Note that what was finished well came to a bad end after all: its answer failed."""
        values = {"run": run, "outcome": outcome, "exit_status": exit_status}
        with self.transaction():
            self._db.execute(QUERIES["spoil_run"], values)

    def runs(self, user: str | None = None) -> tuple[RunKept, ...]:
        """Every run that is kept, oldest first; of one user alone, if named."""
        rows = self._db.execute(QUERIES["runs"], {"user": user})
        return tuple(RunKept(**_timed(row)) for row in rows)

    def requests(self, user: str | None = None) -> tuple[Requested, ...]:
        """Every request that is kept, in the order in which they ended; of one user's runs."""
        rows = self._db.execute(QUERIES["requests"], {"user": user})
        return tuple(Requested(**_timed(row)) for row in rows)


def _timed(row: sqlite3.Row) -> dict[str, Any]:
    """A row with its instants as such."""
    values: dict[str, Any] = dict(row)
    for name in ("at", "started_at", "finished_at"):
        if isinstance(text := values.get(name), str):
            values[name] = datetime.fromisoformat(text)
    return values
