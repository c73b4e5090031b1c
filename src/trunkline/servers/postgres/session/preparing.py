"""PREPARE, EXECUTE and DEALLOCATE: statements that share the names of the protocol's.

https://www.postgresql.org/docs/15/sql-prepare.html.
"""

from __future__ import annotations

from functools import partial

from trunkline.servers.postgres.protocol import Portal, Prepared
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session import queries
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql import split
from trunkline.servers.postgres.sql.commands.values import Deallocate, ExecutePrepared


def found(session: Session, command: ExecutePrepared) -> Prepared:
    """The statement that EXECUTE names."""
    return session.connection.statements.find(command.name)


async def values(
    session: Session, command: ExecutePrepared, prepared: Prepared
) -> tuple[object, ...]:
    """What the expressions of an EXECUTE come to, as the statement's types."""
    types = prepared.parameter_types
    if not command.arguments or len(command.arguments) != len(types):
        return tuple(command.arguments)  # which ``portal`` refuses, unless there are none
    pairs = zip(command.arguments, types, strict=True)
    casts = ", ".join(f"CAST({one.text} AS {type_.name})" for one, type_ in pairs)
    (statement,) = split(f"SELECT {casts}")
    question = queries.understood(session, statement)
    rows, _ = await queries.opened(session, question)
    try:
        batch = await rows.read(partial(next, rows.batches))
    finally:
        await rows.close(None)
    return tuple(column[0].as_py() for column in batch.columns)


def portal(prepared: Prepared, values: tuple[object, ...], formats: tuple[int, ...]) -> Portal:
    """The portal of an EXECUTE. Refused (42601) where it has another number of values."""
    if len(values) != len(prepared.parameter_types):
        raise refused(
            "42601",
            "wrong number of parameters for prepared statement",
            detail=f"Expected {len(prepared.parameter_types)} parameters but got {len(values)}.",
        )
    return Portal("", prepared, values, formats)


def deallocate(session: Session, command: Deallocate) -> str:
    """DEALLOCATE."""
    statements = session.connection.statements
    if command.name is None:
        statements.clear()
        return "DEALLOCATE ALL"
    statements.find(command.name)
    statements.close(command.name)
    return "DEALLOCATE"
