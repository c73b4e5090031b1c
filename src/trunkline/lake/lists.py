"""Which whole lists are held, since when and as whom they were seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from trunkline.interval import iso
from trunkline.statements import load

QUERIES = load("trunkline.lake", "lists.sql")


@dataclass(frozen=True, slots=True)
class HeldList:
    """A list as it was told at an instant, in one answer or several.

    ``fingerprint`` is how it is mapped and masked, ``seen_by`` as whom it was asked for: what is
    missing is gone only if the same had seen it when it was told before, which was at ``since``;
    that is now where others saw it then, or nobody. ``rows`` and ``deleted`` count by table; the
    first are those that are there. ``requests`` is what it took.
    """

    organization: str
    dataset: str
    refreshed_at: datetime
    fingerprint: str
    seen_by: str
    since: datetime
    requests: int
    job: str
    divisions: tuple[str, ...] | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    deleted: Mapping[str, int] = field(default_factory=dict)
    quarantined: tuple[str, ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()

    @property
    def items(self) -> int:
        """How many items it has, deleted ones among them; tables of what is within have more."""
        counts = [count + self.deleted.get(table, 0) for table, count in self.rows.items()]
        return min(counts, default=0)


class Lists:
    """The lists of every snapshot, over the catalogue's own connection."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def of(self, organization: str, snapshot: int) -> dict[str, HeldList]:
        """Those that a snapshot holds, by the dataset's name."""
        of = {"organization": organization, "snapshot": snapshot}
        rows = self._db.execute(QUERIES["lists_of_snapshot"], of)
        return {row["dataset"]: _held(row) for row in rows}

    def note(self, held: HeldList, snapshot: int) -> None:
        """Hold a list from a snapshot on; within the transaction that makes the snapshot."""
        of = {"organization": held.organization, "dataset": held.dataset, "snapshot": snapshot}
        self._db.execute(QUERIES["end_list"], of)
        told = {
            "refreshed_at": iso(held.refreshed_at),
            "fingerprint": held.fingerprint,
            "seen_by": held.seen_by,
            "since": iso(held.since),
            "divisions": json.dumps(held.divisions),
            "requests": held.requests,
            "rows": json.dumps(dict(held.rows)),
            "deleted": json.dumps(dict(held.deleted)),
            "quarantined": json.dumps(held.quarantined),
            "unknown": json.dumps(dict(held.unknown)),
            "job": held.job,
        }
        self._db.execute(QUERIES["add_list"], of | told)


def _held(row: sqlite3.Row) -> HeldList:
    divisions = json.loads(row["divisions"])
    return HeldList(
        organization=row["organization"],
        dataset=row["dataset"],
        refreshed_at=datetime.fromisoformat(row["refreshed_at"]),
        fingerprint=row["fingerprint"],
        seen_by=row["seen_by"],
        since=datetime.fromisoformat(row["since"]),
        requests=int(row["requests"]),
        job=row["job"],
        divisions=None if divisions is None else tuple(divisions),
        rows=json.loads(row["rows"]),
        deleted=json.loads(row["deleted"]),
        quarantined=tuple(json.loads(row["quarantined"])),
        unknown=tuple(json.loads(row["unknown"]).items()),
    )
