"""SQLite where the disk is full: nothing half done, and an error that a user can act on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from trunkline.database import Connect, connect, opened, transaction
from trunkline.errors import ConfigError, LimitExceeded

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


UPGRADE = "BEGIN IMMEDIATE; ALTER TABLE t ADD COLUMN n INT; PRAGMA user_version = 2; COMMIT;"


def upgraded(path: Path, upgrade: str, connect: Connect = connect) -> sqlite3.Connection:
    return opened(path, SCHEMA, 2, connect, {1: upgrade})


def test_two_processes_that_upgrade_at_once_both_go_on(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    opened(path, SCHEMA, 1).close()

    class Late(sqlite3.Connection):
        """Comes to its upgrade when another process has just done it."""

        def executescript(self, sql: str, /) -> sqlite3.Cursor:
            upgraded(path, UPGRADE).close()
            return super().executescript(sql)

    def late(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, factory=Late)

    with closing(upgraded(path, UPGRADE, late)) as db:
        assert not db.in_transaction
        assert db.execute("SELECT n FROM t").fetchall() == []


def test_an_upgrade_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    opened(path, SCHEMA, 1).close()
    with pytest.raises(ConfigError, match="no such table"):
        upgraded(path, UPGRADE.replace("TABLE t", "TABLE u"))
    opened(path, SCHEMA, 1).close()
