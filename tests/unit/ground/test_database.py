"""SQLite where the disk is full: nothing half done, and an error that a user can act on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from trunkline.database import connect, opened, transaction
from trunkline.errors import LimitExceeded

SCHEMA = "CREATE TABLE IF NOT EXISTS t (text TEXT); PRAGMA user_version = 1;"
LONG = "x" * 100_000


def small(path: Path) -> sqlite3.Connection:
    """A database that may not grow, as on a full disk."""
    db = opened(path / "small.sqlite", SCHEMA, 1)
    db.execute("PRAGMA max_page_count = 5")
    return db


def rows(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM t").fetchone()[0])


def test_a_full_disk_is_said_and_nothing_is_kept_of_the_step(tmp_path: Path) -> None:
    db = small(tmp_path)
    with pytest.raises(LimitExceeded, match="disk is full") as caught, transaction(db):
        db.executemany("INSERT INTO t VALUES (?)", [("short",), (LONG,)])
    assert caught.value.hint
    assert rows(db) == 0
    db.execute("PRAGMA max_page_count = 500")
    with transaction(db):
        db.execute("INSERT INTO t VALUES (?)", (LONG,))
    assert rows(db) == 1


class FullAtTheEnd(sqlite3.Connection):
    """Finds no space for what a COMMIT writes."""

    full = True

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        if sql == "COMMIT" and self.full:
            raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, *values)  # type: ignore[arg-type]


def test_a_step_whose_commit_fails_is_not_left_open(tmp_path: Path) -> None:
    path = tmp_path / "full.sqlite"
    opened(path, SCHEMA, 1).close()
    db = sqlite3.connect(path, isolation_level=None, factory=FullAtTheEnd)
    with pytest.raises(LimitExceeded), transaction(db):
        db.execute("INSERT INTO t VALUES ('a')")
    assert not db.in_transaction
    db.full = False
    with transaction(db):
        db.execute("INSERT INTO t VALUES ('b')")
    assert db.execute("SELECT text FROM t").fetchall() == [("b",)]


def test_what_opens_a_database_can_be_replaced(tmp_path: Path) -> None:
    asked: list[Path] = []

    def counted(path: Path) -> sqlite3.Connection:
        asked.append(path)
        return connect(path)

    opened(tmp_path / "t.sqlite", SCHEMA, 1, counted).close()
    assert asked == [tmp_path / "t.sqlite"]
