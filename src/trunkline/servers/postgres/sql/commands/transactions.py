"""Transactions and savepoints: https://www.postgresql.org/docs/15/sql-begin.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql.commands.values import (
    Begin,
    Commit,
    ReleaseSavepoint,
    Rollback,
    RollbackTo,
    Savepoint,
)
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.refusal import unsupported

_LEVELS = (
    ("serializable",),
    ("repeatable", "read"),
    ("read", "committed"),
    ("read", "uncommitted"),
)


def begin(reader: Reader) -> Begin:
    """Behind BEGIN."""
    reader.take_one("work", "transaction")
    return Begin(modes(reader))


def start(reader: Reader) -> Begin:
    """Behind START."""
    reader.expect("transaction")
    return Begin(modes(reader), "START TRANSACTION")


def modes(reader: Reader) -> dict[str, str]:
    """The settings that modes of a transaction stand for, to the end of the statement."""
    found: dict[str, str] = {}
    while not reader.ended:
        found |= _mode(reader)
        reader.take(",")
    return found


def _mode(reader: Reader) -> dict[str, str]:
    if reader.take("isolation", "level"):
        for words in _LEVELS:
            if reader.take(*words):
                return {"transaction_isolation": " ".join(words)}
    elif reader.take("read", "only"):
        return {"transaction_read_only": "on"}
    elif reader.take("read", "write"):
        return {"transaction_read_only": "off"}
    elif reader.take("deferrable"):
        return {"transaction_deferrable": "on"}
    elif reader.take("not", "deferrable"):
        return {"transaction_deferrable": "off"}
    raise reader.error()


def _chain(reader: Reader) -> bool:
    reader.take_one("work", "transaction")
    chain = reader.take("and", "chain")
    if not chain:
        reader.take("and", "no", "chain")
    reader.finish()
    return chain


def commit(reader: Reader) -> Commit:
    """Behind COMMIT or END."""
    if reader.sees("prepared"):
        raise unsupported("COMMIT PREPARED", reader.token.start)
    return Commit(_chain(reader))


def rollback(reader: Reader) -> Rollback | RollbackTo:
    """Behind ROLLBACK or ABORT."""
    if reader.sees("prepared"):
        raise unsupported("ROLLBACK PREPARED", reader.token.start)
    before = reader.at
    reader.take_one("work", "transaction")
    if reader.take("to"):
        reader.take("savepoint")
        return RollbackTo(_only(reader))
    reader.at = before
    return Rollback(_chain(reader))


def savepoint(reader: Reader) -> Savepoint:
    """Behind SAVEPOINT."""
    return Savepoint(_only(reader))


def release(reader: Reader) -> ReleaseSavepoint:
    """Behind RELEASE."""
    if reader.sees("savepoint") and reader.ahead(1).is_identifier:
        reader.expect("savepoint")
    return ReleaseSavepoint(_only(reader))


def _only(reader: Reader) -> str:
    name = reader.name()
    reader.finish()
    return name
