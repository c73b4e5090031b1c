"""SQLite as both stores use it: WAL, full synchronisation, one version number a file.

What a transaction returned from survives a power cut; readers are never kept waiting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trunkline import private
from trunkline.errors import ConfigError, LimitExceeded

BUSY_SECONDS = 30.0
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


Connect = Callable[[Path], sqlite3.Connection]
"""Opens a database file: the seam at which a test stands between any two statements."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection without transactions of its own; it waits while another process writes."""
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)


def opened(
    path: Path,
    schema: str,
    version: int,
    connect: Connect = connect,
    upgrades: Mapping[int, str] | None = None,
) -> sqlite3.Connection:
    """A connection to a database of this version, made where there is none.

    ``upgrades`` make one of this version of an older one, by its number; each is a transaction.
    Not to be shared between threads. Raises ConfigError where the file is no database, may not be
    written, or was made by another version of Trunkline; LimitExceeded where the disk is full.
    """
    try:
        private.file(path)
        db = connect(path)
        db.row_factory = sqlite3.Row
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        found = _version(db)
        step = {0: schema, **(upgrades or {})}.get(found)
        if step is not None:
            _take(db, step, version)
            found = version
    except sqlite3.Error as error:
        if is_full(error):
            raise LimitExceeded(
                f"{path} cannot grow: the disk is full", hint="Free some space and try again."
            ) from error
        raise ConfigError(
            f"{path} cannot be used as a database: {error}",
            hint="Restore it, or name another data directory with TRUNKLINE_HOME.",
        ) from error
    if found != version:
        db.close()
        raise _other_version(path, newer=found > version)
    return db


def upgrade(version: int, *steps: str) -> str:
    """Steps to a version as one transaction."""
    body = "\n".join(steps)
    return f"BEGIN IMMEDIATE;\n{body}\nPRAGMA user_version = {version};\nCOMMIT;"


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _take(db: sqlite3.Connection, step: str, version: int) -> None:
    """A step to a version, unless another process has taken it meanwhile."""
    try:
        db.executescript(step)
    except sqlite3.Error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        if _version(db) != version:
            raise


def _other_version(path: Path, *, newer: bool) -> ConfigError:
    if newer:
        return ConfigError(
            f"{path} was written by a newer Trunkline",
            hint="Upgrade Trunkline, or name another data directory with TRUNKLINE_HOME.",
        )
    return ConfigError(
        f"{path} was written by an older Trunkline, whose format is no longer read",
        hint=f"Move {path.parent} away, and the days are fetched again when they are asked for; "
        "or name another data directory with TRUNKLINE_HOME.",
    )


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing of it; no other writer in between.

    LimitExceeded where the disk is full; nothing is kept of the block then, and it can be repeated.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:  # a full disk may have rolled it back already
            db.execute("ROLLBACK")
        if is_full(error):
            raise LimitExceeded(
                "a step could not be written down: the disk is full",
                hint="Free some space and run it again; what has landed is kept.",
            ) from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether SQLite found no space; its text for SQLITE_FULL has been this since 2000."""
    return isinstance(error, sqlite3.Error) and "disk is full" in str(error)
