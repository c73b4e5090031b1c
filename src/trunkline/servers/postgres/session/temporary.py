"""Temporary tables: small, in memory, of one session; some clients make them to see if they may.

https://www.postgresql.org/docs/15/sql-createtable.html.
"""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from trunkline.errors import LimitExceeded
from trunkline.lake.system.scratch import MOST_ROWS
from trunkline.servers.postgres.catalogue import SystemSession
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session import queries
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql import Statement
from trunkline.servers.postgres.sql.commands.values import (
    CreateTemporary,
    DropTable,
    InsertInto,
    Name,
    Truncate,
)

_SCHEMAS = ("pg_temp", "temp")


async def create(session: Session, command: CreateTemporary) -> str:
    """CREATE TEMPORARY TABLE, with columns or AS a query; the tag."""
    name = _name(command.name)
    if name in session.system.scratch:
        if not command.if_not_exists:
            raise refused("42P07", f'relation "{name}" already exists')
        session.tell(f'relation "{name}" already exists, skipping', "42P07")
        return "CREATE TABLE"
    if command.query is None:
        columns = [(column.name, column.type) for column in command.columns]
        await session.system.do(session.about, lambda of: of.create(name, columns))
        return "CREATE TABLE"
    table = await _rows(session, command.query, with_data=command.with_data)
    if command.names:
        table = table.rename_columns([*command.names, *table.column_names[len(command.names) :]])
    await session.system.do(session.about, lambda of: of.fill(name, table))
    return f"SELECT {table.num_rows}"


async def insert(session: Session, command: InsertInto) -> str:
    """INSERT INTO a temporary table; the tag."""
    name = _own(session, command.relation, "INSERT")
    if command.query is None:
        raise refused("0A000", "INSERT with DEFAULT VALUES is not supported")
    question = queries.understood(session, command.query)
    if not question.is_system:
        raise refused(
            "0A000",
            "a temporary table takes rows of the system catalogue and constants",
            hint="CREATE TEMPORARY TABLE ... AS takes those of any query.",
        )
    asked = partial(SystemSession.insert, name=name, columns=command.columns, asked=question.meant)
    count = await queries.placed(question, session.system.do(session.about, asked))
    return f"INSERT 0 {count}"


async def drop(session: Session, command: DropTable) -> str:
    """DROP TABLE of temporary tables."""
    for relation in command.relations:
        if _last(relation) in session.system.scratch:
            name = _last(relation)
            await session.system.do(session.about, partial(SystemSession.drop, name=name))
        elif session.facts.relation(relation[-2] if len(relation) > 1 else None, _last(relation)):
            raise refused("25006", "cannot execute DROP TABLE in a read-only transaction")
        elif command.if_exists:
            session.tell(f'table "{_last(relation)}" does not exist, skipping')
        else:
            raise refused("42P01", f'table "{_last(relation)}" does not exist')
    return "DROP TABLE"


async def truncate(session: Session, command: Truncate) -> str:
    """TRUNCATE of temporary tables."""
    for relation in command.relations:
        name = _own(session, relation, "TRUNCATE TABLE")
        columns = session.system.scratch[name].columns
        await session.system.do(session.about, partial(SystemSession.drop, name=name))
        await session.system.do(session.about, lambda of: of.create(name, columns))  # noqa: B023
    return "TRUNCATE TABLE"


async def _rows(session: Session, query: Statement, *, with_data: bool) -> pa.Table:
    question = queries.understood(session, query)
    rows, columns = await queries.opened(session, question)
    try:
        found: list[pa.RecordBatch] = []
        while with_data and (batch := await rows.read(lambda: next(rows.batches, None))):
            found.append(batch)
            if sum(one.num_rows for one in found) > MOST_ROWS:
                raise LimitExceeded(f"a temporary table has {MOST_ROWS:,} rows at the most")
    finally:
        await rows.close(None)
    table = pa.Table.from_batches(found, rows.schema)
    return table.rename_columns([column.name for column in columns])


def _own(session: Session, relation: Name, what: str) -> str:
    """The name of a temporary table. Refused (25006, 42P01) for any other relation."""
    name = _last(relation)
    if name in session.system.scratch and (len(relation) == 1 or relation[-2] in _SCHEMAS):
        return name
    if session.facts.relation(relation[-2] if len(relation) > 1 else None, name):
        raise refused("25006", f"cannot execute {what} in a read-only transaction")
    raise refused("42P01", f'relation "{name}" does not exist')


def _name(relation: Name) -> str:
    if len(relation) > 1 and relation[-2] not in _SCHEMAS:
        raise refused("42P16", "cannot create temporary relation in non-temporary schema")
    return _last(relation)


def _last(relation: Name) -> str:
    return relation[-1]
