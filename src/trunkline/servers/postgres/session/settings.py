"""SET, SHOW, RESET and DISCARD: https://www.postgresql.org/docs/15/sql-set.html."""

from __future__ import annotations

import pyarrow as pa

from trunkline.servers.postgres.report import Severity, refused
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql import Statement
from trunkline.servers.postgres.sql.commands.values import Discard, Reset, SetTo, Show
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.types import TEXT, Column

_ALL = (Column("name", TEXT), Column("setting", TEXT), Column("description", TEXT))
_WHO = frozenset({"role", "session_authorization"})


def set_to(session: Session, command: SetTo) -> str:
    """SET."""
    name = command.name.lower()
    if name in _WHO:
        _require_self(session, command.value)
    elif command.local and not session.is_open:
        session.tell("SET LOCAL can only be used in transaction blocks", "25P01", Severity.WARNING)
    else:
        session.variables.set(command.name, command.value, local=command.local)
    return "SET"


def _require_self(session: Session, value: str | None) -> None:
    """Nobody can become somebody else."""
    if value is not None and value not in ("none", session.who.user):
        raise refused("42501", f'permission denied to set role "{value}"')


def reset(session: Session, command: Reset) -> str:
    """RESET."""
    if command.name == "all":
        session.variables.reset_all()
    elif command.name.lower() not in _WHO:
        session.variables.set(command.name, None)
    return "RESET"


def shown(session: Session, command: Show) -> tuple[Column, ...]:
    """The columns of SHOW."""
    if command.name == "all":
        return _ALL
    return (Column(session.variables.known(command.name).name, TEXT),)


def show(session: Session, command: Show) -> pa.Table:
    """The row of SHOW, or the rows of SHOW ALL."""
    rows: list[tuple[str, ...]]
    if command.name == "all":
        rows = [*session.variables.everything()]
    else:
        rows = [(session.variables[command.name],)]
    names = [column.name for column in shown(session, command)]
    values = zip(*rows, strict=True)
    return pa.table([pa.array(list(of), pa.string()) for of in values], names=names)


def configured(session: Session, statement: Statement) -> None:
    """What ``set_config`` does, where a query calls it with constants.

    https://www.postgresql.org/docs/15/functions-admin.html. What it gives the catalogue answers.
    """
    tokens = statement.tokens
    for place, token in enumerate(tokens):
        if token.is_("set_config") and len(tokens) > place + 7:
            name, value, local = (tokens[place + step] for step in (2, 4, 6))
            if name.kind is Kind.STRING and value.kind is Kind.STRING:
                is_local = local.value.lower() in ("true", "t", "on", "1")
                if name.value.lower() in _WHO:
                    _require_self(session, value.value)
                elif not is_local or session.is_open:
                    session.variables.set(name.value, value.value, local=is_local)


async def discard(session: Session, command: Discard) -> str:
    """DISCARD."""
    if command.what == "all":
        if session.is_open:
            raise refused("25001", "DISCARD ALL cannot run inside a transaction block")
        session.connection.portals.clear()
        session.connection.statements.clear()
        session.variables.reset_all()
    if command.what in ("all", "temp"):
        await session.system.close()
    return f"DISCARD {command.what.upper()}"
