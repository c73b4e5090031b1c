"""What the catalogue says of its snapshots, read past the code that keeps them.

A snapshot that is kept must show what it has always shown: which files, and every byte of them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos.chores import month_of
from tests.chaos.story import DAY
from trunkline.config import Settings
from trunkline.interval import midnight

SETTLE = timedelta(seconds=Settings().settle)
UNFINISHED = ("planned", "submitting", "running", "ready", "downloaded")

Pins = frozenset[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one snapshot shows: (table, scope, path) of its files, and the days with their fetch."""

    files: frozenset[tuple[str, str, str]]
    days: frozenset[tuple[str, str, str, str, int]]


@dataclass(frozen=True, slots=True)
class Count:
    """A count of the provider's that is kept: how many it has of a day, and how many were held."""

    day: date
    provider: int
    held: int
    asked_at: datetime


_OURS = "dataset = 'conversation_details'"  # of what else is held there is a judgement of its own


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every snapshot: when it was published, which can be read, and what those show."""

    published: dict[int, datetime] = field(default_factory=dict)
    readable: dict[int, Shown] = field(default_factory=dict)
    pins: Pins = frozenset()
    closed: frozenset[date] = frozenset()
    named: frozenset[str] = frozenset()
    counts: tuple[Count, ...] = ()
    watermarks: dict[date, datetime] = field(default_factory=dict)

    @property
    def newest(self) -> int:
        """The newest snapshot; 0 before the first."""
        return max(self.published, default=0)

    def at(self, instant: datetime) -> int:
        """The snapshot that was the newest at an instant; 0 before the first."""
        return max((n for n, when in self.published.items() if when <= instant), default=0)

    @property
    def final(self) -> frozenset[date]:
        """The days that the newest holds whole and final, by their watermarks."""
        return frozenset(
            day for day, mark in self.watermarks.items() if mark >= midnight(day + DAY) + SETTLE
        )

    @property
    def complete(self) -> frozenset[date]:
        """The first days of the months of which every day is held and final."""
        firsts = {day.replace(day=1) for day in self.final}
        return frozenset(first for first in firsts if self.final.issuperset(month_of(first)))


def shelf(home: Path) -> Shelf:
    """Read it; nothing where there is no catalogue yet."""
    if not (home / "catalogue.sqlite").is_file():
        return Shelf()
    with closing(sqlite3.connect(home / "catalogue.sqlite")) as db:
        if not db.execute("PRAGMA user_version").fetchone()[0]:
            return Shelf()
        snapshots = db.execute("SELECT snapshot, published_at, pruned FROM snapshots").fetchall()
        readable = [number for number, _, pruned in snapshots if not pruned]
        newest = max((number for number, *_ in snapshots), default=0)
        return Shelf(
            published={number: datetime.fromisoformat(at) for number, at, _ in snapshots},
            readable={number: _shown(db, number) for number in readable},
            pins=frozenset(
                (date.fromisoformat(month), number)
                for month, number in db.execute("SELECT month, snapshot FROM pins")
            ),
            closed=frozenset(_days(db.execute(f"SELECT month FROM closed WHERE {_OURS}"))),
            named=frozenset(path for (path,) in db.execute("SELECT path FROM files")),
            counts=tuple(_counts(db)),
            watermarks=dict(_watermarks(db, newest)),
        )


def _shown(db: sqlite3.Connection, number: int) -> Shown:
    seen = "WHERE born <= ?1 AND coalesce(died, 9e9) > ?1"
    files = db.execute(f"SELECT table_name, scope, path FROM files {seen}", (number,))
    days = db.execute(
        "SELECT dataset, scope, day, fetched_at, conversations FROM coverage " + seen, (number,)
    )
    return Shown(frozenset(files.fetchall()), frozenset(days.fetchall()))


def _watermarks(db: sqlite3.Connection, newest: int) -> Iterator[tuple[date, datetime]]:
    for day, mark in db.execute(
        f"SELECT day, watermark FROM coverage WHERE {_OURS}"
        " AND scope = '' AND born <= ?1 AND coalesce(died, 9e9) > ?1",
        (newest,),
    ):
        yield date.fromisoformat(day), datetime.fromisoformat(mark)


def _counts(db: sqlite3.Connection) -> Iterator[Count]:
    for day, provider, have, at in db.execute(
        "SELECT day, provider, held, asked_at FROM provider_counts"
    ):
        yield Count(date.fromisoformat(day), provider, have, datetime.fromisoformat(at))


def _days(rows: Iterable[tuple[Any, ...]]) -> Iterator[date]:
    return (date.fromisoformat(row[0]) for row in rows)


def unfinished(home: Path) -> frozenset[str]:
    """The keys of the jobs that can be gone on with."""
    if not (home / "jobs.sqlite").is_file():
        return frozenset()
    with closing(sqlite3.connect(home / "jobs.sqlite")) as db:
        if not db.execute("PRAGMA user_version").fetchone()[0]:
            return frozenset()
        found = db.execute(
            "SELECT key FROM jobs WHERE state IN (SELECT value FROM json_each(?))",
            (json.dumps(UNFINISHED),),
        )
        return frozenset(key for (key,) in found)


@dataclass(slots=True)
class Memory:
    """What every snapshot showed when it was first seen, and the bytes of every file.

    A file is read again where the system says that it is another, or was written to.
    """

    home: Path
    known: dict[int, Shown] = field(default_factory=dict)
    bytes: dict[str, str] = field(default_factory=dict)
    read: set[tuple[str, int, int, int]] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)

    def unseen(self, now: Shelf) -> list[int]:
        """The snapshots that can be read and were never looked at; they are known from now on."""
        new = [number for number in now.readable if number not in self.known]
        self.known |= {number: now.readable[number] for number in new}
        return new

    def judge(self, now: Shelf) -> list[str]:
        """Whether every snapshot that can be read shows what it always showed."""
        said = [
            f"snapshot {number} shows {_differing(self.known[number], shown)} otherwise"
            for number, shown in now.readable.items()
            if number in self.known and shown != self.known[number]
        ]
        said += [f"snapshot {n} was pruned and is back" for n in self.gone & now.readable.keys()]
        said += [f"snapshot {n} of {m:%Y-%m} is gone" for m, n in now.pins if n not in now.readable]
        if now.newest and now.newest not in now.readable:
            said.append("the newest snapshot is gone")
        self.gone |= self.known.keys() - now.readable.keys()
        return [*said, *self._files(now)]

    def _files(self, now: Shelf) -> Iterator[str]:
        for path in sorted({path for shown in now.readable.values() for _, _, path in shown.files}):
            try:
                state = (self.home / path).stat()
            except FileNotFoundError:
                yield f"a kept snapshot names {path}, which is gone"
                continue
            seen = (path, state.st_ino, state.st_ctime_ns, state.st_mtime_ns)
            if seen in self.read:
                continue
            self.read.add(seen)
            found = hashlib.sha256((self.home / path).read_bytes()).hexdigest()
            if self.bytes.setdefault(path, found) != found:
                yield f"{path} was written again"


def _differing(before: Shown, now: Shown) -> str:
    changed = sorted(before.files ^ now.files)[:2] or sorted(before.days ^ now.days)[:2]
    return ", ".join(map(str, changed))
