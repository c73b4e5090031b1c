"""BEGIN, COMMIT, ROLLBACK and savepoints. Nothing is written, so what they undo is settings.

https://www.postgresql.org/docs/15/sql-begin.html.
"""

from __future__ import annotations

from collections.abc import Mapping

from trunkline.servers.postgres.messages.backend import Transaction
from trunkline.servers.postgres.report import Severity, refused
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql.commands.values import (
    Begin,
    Commit,
    ReleaseSavepoint,
    Rollback,
    RollbackTo,
    Savepoint,
    SetTransaction,
)

_OF_TRANSACTION = "transaction_"


def begin(session: Session, command: Begin) -> str:
    """BEGIN; the tag."""
    if session.is_open:
        session.tell("there is already a transaction in progress", "25001", Severity.WARNING)
    else:
        _begin(session)
    _modes(session, command.settings)
    return command.tag


def commit(session: Session, command: Commit) -> str:
    """COMMIT; of a transaction that failed it is ROLLBACK."""
    if session.connection.transaction is Transaction.FAILED:
        return rollback(session, Rollback(command.chain))
    _require_open(session)
    session.variables.commit()
    _end(session, chain=command.chain)
    return "COMMIT"


def rollback(session: Session, command: Rollback) -> str:
    """ROLLBACK."""
    _require_open(session)
    session.variables.rollback()
    _end(session, chain=command.chain)
    return "ROLLBACK"


def savepoint(session: Session, command: Savepoint) -> str:
    """SAVEPOINT."""
    _in_block(session, "SAVEPOINT")
    session.savepoints.append(command.name)
    session.variables.begin(command.name)
    return "SAVEPOINT"


def rollback_to(session: Session, command: RollbackTo) -> str:
    """ROLLBACK TO SAVEPOINT: the transaction is open again, and the savepoint still there."""
    _in_block(session, "ROLLBACK TO SAVEPOINT")
    place = _place(session, command.name)
    session.variables.rollback(place + 1)
    session.connection.transaction = Transaction.OPEN
    del session.savepoints[place + 1 :]
    return "ROLLBACK"


def release(session: Session, command: ReleaseSavepoint) -> str:
    """RELEASE SAVEPOINT."""
    _in_block(session, "RELEASE SAVEPOINT")
    place = _place(session, command.name)
    session.variables.release(place + 1)
    del session.savepoints[place:]
    return "RELEASE"


def set_transaction(session: Session, command: SetTransaction) -> str:
    """SET TRANSACTION, and SET SESSION CHARACTERISTICS."""
    if command.session:
        for name, value in command.settings.items():
            session.variables.set(f"default_{name}", value)
        return "SET"
    if not session.is_open:
        session.tell(
            "SET TRANSACTION can only be used in transaction blocks", "25P01", Severity.WARNING
        )
        return "SET"
    _modes(session, command.settings)
    return "SET"


def implicit_end(session: Session) -> None:
    """Outside of a block each message is a transaction of its own."""
    if not session.is_open:
        session.instant = None


def _begin(session: Session) -> None:
    session.instant = session.now()
    session.variables.begin()
    session.connection.transaction = Transaction.OPEN
    for name in ("isolation", "read_only", "deferrable"):
        default = session.variables[f"default_transaction_{name}"]
        session.variables.set(_OF_TRANSACTION + name, default, local=True)


def _end(session: Session, *, chain: bool) -> None:
    session.savepoints.clear()
    session.instant = None
    was_open = session.is_open
    session.connection.transaction = Transaction.IDLE
    if chain and was_open:
        _begin(session)


def _modes(session: Session, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        session.variables.set(name, value, local=True)


def _require_open(session: Session) -> None:
    if not session.is_open:
        session.tell("there is no transaction in progress", "25P01", Severity.WARNING)


def _in_block(session: Session, what: str) -> None:
    if not session.is_open:
        raise refused("25P01", f"{what} can only be used in transaction blocks")


def _place(session: Session, name: str) -> int:
    """Where the newest savepoint of a name is."""
    for place in reversed(range(len(session.savepoints))):
        if session.savepoints[place] == name:
            return place
    raise refused("3B001", f'savepoint "{name}" does not exist')
