"""Which snapshots are kept, and what nobody needs once the others are gone.

A snapshot that is not kept can no longer be read; a file that no kept snapshot names is deleted.
The newest is always kept, and so are those that a closed month is pinned to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from trunkline.database import transaction
from trunkline.statements import load

QUERIES = load("trunkline.lake", "retention.sql")


@dataclass(frozen=True, slots=True)
class Keep:
    """How much is kept beside the newest snapshot and the pinned ones.

    The ``newest`` so many; and what was published at or after ``since``, with the one that was the
    newest then.
    """

    newest: int = 1
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pruned:
    """What is removed: snapshots by number, and files by path with their size."""

    snapshots: tuple[int, ...]
    files: tuple[tuple[str, int], ...]

    @property
    def bytes(self) -> int:
        """The size of the files together."""
        return sum(size for _, size in self.files)


class Retention:
    """Pins, closed months and pruning, over the catalogue's own connection."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def closed(self, organization: str, dataset: str) -> frozenset[date]:
        """The months of a dataset that are closed, as their first days."""
        rows = self._all("closed", organization=organization)
        return frozenset(
            date.fromisoformat(row["month"]) for row in rows if row["dataset"] == dataset
        )

    def close(self, organization: str, dataset: str, months: Iterable[date], snapshot: int) -> None:
        """Note that months are closed as of a snapshot, and pin it for each."""
        with transaction(self._db):
            for month in months:
                of_month = {
                    "organization": organization,
                    "month": month.isoformat(),
                    "snapshot": snapshot,
                }
                self._run("close", dataset=dataset, **of_month)
                self._run("pin", **of_month)

    def pin(self, organization: str, month: date, snapshot: int) -> None:
        """Keep a snapshot for a month's sake, beside what that month is pinned to already."""
        with transaction(self._db):
            self._run("pin", organization=organization, month=month.isoformat(), snapshot=snapshot)

    def unpin(self, organization: str, month: date) -> int:
        """Let go of every pin of a month; how many there were."""
        with transaction(self._db):
            return self._run("unpin", organization=organization, month=month.isoformat())

    def pins(self, organization: str) -> tuple[tuple[date, int], ...]:
        """Every pin: a month's first day and the snapshot kept for it."""
        rows = self._all("pins", organization=organization)
        return tuple((date.fromisoformat(row["month"]), int(row["snapshot"])) for row in rows)

    def oldest_kept(self, snapshot: int) -> int | None:
        """The oldest readable snapshot from one on; None where that one is readable itself."""
        rows = self._all("is_pruned", snapshot=snapshot)
        if not rows or not rows[0]["pruned"]:
            return None
        return int(self._all("oldest_kept", snapshot=snapshot)[0]["snapshot"])

    def oldest(self) -> int:
        """The oldest snapshot that can be read; 0 before the first."""
        return int(self._all("oldest_kept", snapshot=0)[0]["snapshot"] or 0)

    def unneeded(self, keep: Keep) -> Pruned:
        """What pruning would remove."""
        kept = self._kept(keep)
        known = [int(row["snapshot"]) for row in self._all("snapshots")]
        files = self._all("unneeded_files", kept=json.dumps(sorted(kept)))
        return Pruned(
            tuple(number for number in known if number not in kept),
            tuple((row["path"], int(row["bytes"])) for row in files),
        )

    def prune(self, keep: Keep) -> Pruned:
        """Forget what is not kept. The files are the caller's to delete: nothing names them now."""
        with transaction(self._db):
            gone = self.unneeded(keep)
            kept = json.dumps(sorted(self._kept(keep)))
            self._run("unneeded_coverage", kept=kept)
            self._run("unneeded_tails", kept=kept)
            self._run("unneeded_lists", kept=kept)
            for row in self._all("unneeded_files", kept=kept):
                self._run("drop_days", file=row["file"])
                self._run("drop_file", file=row["file"])
            self._run("prune_snapshots", kept=kept)
        return gone

    def _kept(self, keep: Keep) -> frozenset[int]:
        known = self._all("snapshots")
        numbers = [int(row["snapshot"]) for row in known]
        kept = set(numbers[-max(1, keep.newest) :])
        if keep.since is not None:
            since = keep.since
            times = [(n, _published(row)) for n, row in zip(numbers, known, strict=True)]
            kept |= {number for number, at in times if at >= since}
            kept |= set([number for number, at in times if at < since][-1:])
        pinned = {int(row["snapshot"]) for row in self._all("pinned_snapshots")}
        return frozenset(kept | (pinned & set(numbers)))

    def _run(self, query: str, **values: Any) -> int:
        return self._db.execute(QUERIES[query], values).rowcount

    def _all(self, query: str, **values: Any) -> list[sqlite3.Row]:
        return self._db.execute(QUERIES[query], values).fetchall()


def _published(row: sqlite3.Row) -> datetime:
    return datetime.fromisoformat(row["published_at"])
