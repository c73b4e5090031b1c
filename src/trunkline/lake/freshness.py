"""What of the lake is still moving: open records, the tail, the watermark, and counts to compare.

In the catalogue's database, so that a publication and what it means for these are one transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from trunkline.database import transaction
from trunkline.interval import iso
from trunkline.scope import Scope
from trunkline.statements import load

QUERIES = load("trunkline.lake", "freshness.sql")


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record that had not ended when it was last told of.

    ``since`` it landed open for the first time; ``asked`` is when the provider was last asked.
    """

    dataset: str
    key: str
    start: datetime
    scope: Scope
    since: datetime
    asked: datetime


@dataclass(frozen=True, slots=True)
class TailDay:
    """What is held past the watermark of one UTC day: from ``start`` to ``end``, as of then."""

    dataset: str
    day: date
    start: datetime
    end: datetime
    asked_at: datetime
    fingerprint: str
    conversations: int
    quarantined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A watermark, and when the provider told it."""

    watermark: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records of a day the provider counted, and how many were held then."""

    dataset: str
    day: date
    provider: int
    held: int
    asked_at: datetime


class Freshness:
    """Reads and writes it. The transactions are those of the catalogue, whose connection it is."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def open_records(self, organization: str) -> tuple[OpenRecord, ...]:
        """Every record that is still open, by its start."""
        rows = self._all("open_records", organization=organization)
        return tuple(
            OpenRecord(
                row["dataset"],
                row["record"],
                datetime.fromisoformat(row["start"]),
                Scope.parse(row["scope"]),
                datetime.fromisoformat(row["since"]),
                datetime.fromisoformat(row["asked"]),
            )
            for row in rows
        )

    def replace_open(
        self,
        organization: str,
        found: Iterable[OpenRecord],
        *,
        dataset: str,
        days: Iterable[date] = (),
        keys: Iterable[str] = (),
    ) -> None:
        """The records of some days, or of some keys, that are open now; no others of these are.

        One that was listed before keeps the time since which it has been. Of two days that tell of
        one record, its start having moved, the one told last is listed.
        """
        of = {"organization": organization, "dataset": dataset}
        before = {r.key: r.since for r in self.open_records(organization) if r.dataset == dataset}
        for day in days:
            self._run("close_day", **of, day=day.isoformat())
        for key in keys:
            self._run("close_record", **of, record=key)
        for record in found:
            self._run(
                "add_open",
                **of,
                record=record.key,
                start=iso(record.start),
                scope=str(record.scope),
                since=iso(before.get(record.key, record.since)),
                asked=iso(record.asked),
            )

    def asked(self, organization: str, dataset: str, keys: Iterable[str], at: datetime) -> None:
        """Note that the provider was asked for records, whatever it answered."""
        of_dataset = {"organization": organization, "dataset": dataset}
        with transaction(self._db):
            for key in keys:
                self._run("asked", **of_dataset, record=key, asked=iso(at))

    def tails(self, organization: str, snapshot: int) -> tuple[TailDay, ...]:
        """What a snapshot holds past the watermark, by day."""
        rows = self._all("tails", organization=organization, snapshot=snapshot)
        return tuple(
            TailDay(
                row["dataset"],
                date.fromisoformat(row["day"]),
                datetime.fromisoformat(row["start"]),
                datetime.fromisoformat(row["until"]),
                datetime.fromisoformat(row["asked_at"]),
                row["fingerprint"],
                int(row["conversations"]),
                tuple(json.loads(row["quarantined"])),
            )
            for row in rows
        )

    def replace_tail(
        self,
        organization: str,
        dataset: str,
        days: Iterable[date],
        found: Iterable[TailDay],
        snapshot: int,
    ) -> None:
        """End what was held of the tail on some days, and begin what is held now."""
        of = {"organization": organization, "dataset": dataset, "snapshot": snapshot}
        for day in days:
            self._run("end_tail", **of, day=day.isoformat())
        for tail in found:
            self._run(
                "add_tail",
                **of,
                day=tail.day.isoformat(),
                start=iso(tail.start),
                until=iso(tail.end),
                asked_at=iso(tail.asked_at),
                fingerprint=tail.fingerprint,
                conversations=tail.conversations,
                quarantined=json.dumps(tail.quarantined),
            )

    def told(self, organization: str) -> dict[str, Told]:
        """The watermark that was told last, by dataset."""
        return {
            row["dataset"]: Told(
                datetime.fromisoformat(row["watermark"]), datetime.fromisoformat(row["told_at"])
            )
            for row in self._all("told", organization=organization)
        }

    def tell(self, organization: str, dataset: str, told: Told) -> None:
        """Keep a watermark."""
        with transaction(self._db):
            self._run(
                "tell",
                organization=organization,
                dataset=dataset,
                watermark=iso(told.watermark),
                told_at=iso(told.told_at),
            )

    def counts(self, organization: str) -> tuple[Counted, ...]:
        """The provider's counts that were asked for, by day."""
        return tuple(
            Counted(
                row["dataset"],
                date.fromisoformat(row["day"]),
                int(row["provider"]),
                int(row["held"]),
                datetime.fromisoformat(row["asked_at"]),
            )
            for row in self._all("counts", organization=organization)
        )

    def count(self, organization: str, counted: Counted) -> None:
        """Keep one of the provider's counts; the newest of a day."""
        with transaction(self._db):
            self._run(
                "count",
                organization=organization,
                dataset=counted.dataset,
                day=counted.day.isoformat(),
                provider=counted.provider,
                held=counted.held,
                asked_at=iso(counted.asked_at),
            )

    def uncount(self, organization: str, dataset: str, days: Iterable[date]) -> None:
        """Forget the counts of days that have been fetched since."""
        for day in days:
            self._run("uncount", organization=organization, dataset=dataset, day=day.isoformat())

    def _run(self, query: str, **values: Any) -> None:
        self._db.execute(QUERIES[query], values)

    def _all(self, query: str, **values: Any) -> list[sqlite3.Row]:
        return self._db.execute(QUERIES[query], values).fetchall()
