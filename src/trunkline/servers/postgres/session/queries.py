"""A query: analysed, opened, sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec
import pyarrow as pa

from trunkline.engine import Engine, Options
from trunkline.engine import Prepared as Answered
from trunkline.errors import SqlError
from trunkline.lake.beside import Stop
from trunkline.servers.postgres.encoding import columns_of, data_rows
from trunkline.servers.postgres.protocol import Portal
from trunkline.servers.postgres.session.asking import options_of
from trunkline.servers.postgres.session.progress import EVERY, Progress
from trunkline.servers.postgres.session.rows import Bytes, Encode, Rows
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql import Statement
from trunkline.servers.postgres.types import BY_OID, TEXT, Column, PgType

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """A query that is understood: what DuckDB runs of it, and what it is called."""

    statement: Statement
    sql: str
    names: tuple[str | None, ...]
    types: tuple[PgType, ...]


async def understood(session: Session, statement: Statement, oids: Sequence[int] = ()) -> Question:
    """A query said again as DuckDB has it. Refused where it cannot be."""
    del session
    types = tuple(BY_OID.get(oid, TEXT) for oid in oids)
    return Question(statement, statement.text, (), types)


async def described(session: Session, question: Question) -> tuple[Column, ...]:
    """The columns that it has."""
    options = options_of(session, question.types)
    schema = await placed(question, session.desks.do(Engine.describe, question.sql, options))
    return named(schema, question)


def named(schema: pa.Schema, question: Question) -> tuple[Column, ...]:
    """Columns as PostgreSQL names them."""
    columns = columns_of(schema)
    if len(question.names) != len(columns):
        return columns
    pairs = zip(columns, question.names, strict=True)
    return tuple(replace(column, name=name or column.name) for column, name in pairs)


async def opened(session: Session, question: Question, values: tuple[object, ...] = ()) -> Rows:
    """Its rows, once what they need is held; progress and what is to be known come as notices."""
    options = options_of(session, question.types, values)
    answered = await placed(question, _prepared(session, question.sql, options))
    session.variables.note("trunkline.certificate", _json(answered))
    for notice in answered.notices:
        session.tell(notice)
    await session.flush()
    answer = await placed(question, session.desks.open(answered))
    desks = session.desks
    stop = options.served.stop if options.served else Stop()
    return Rows(answer.schema, answer.batches, desks.read, answer.close, stop)


def _json(answered: Answered) -> str:
    return msgspec.json.encode(answered.certificate).decode()


async def _prepared(session: Session, sql: str, options: Options) -> Answered:
    progress = Progress()
    task = asyncio.create_task(session.desks.prepare(sql, options, progress.hear))
    try:
        while not task.done():
            await asyncio.wait([task], timeout=EVERY)
            line = None if task.done() else progress.said()
            if line:
                session.tell(line)
                await session.flush()
    except BaseException:
        task.cancel()
        await asyncio.wait([task])
        raise
    return task.result()


async def placed(question: Question, work: Awaitable[T]) -> T:
    """What work on a query comes to; an error says where in the client's own text it is."""
    try:
        return await work
    except SqlError as error:
        if error.position is not None:
            error.position += question.statement.offset
        raise


async def run(session: Session, portal: Portal, question: Question, most: int) -> None:
    """Run a query's portal on."""
    if portal.source is None:
        portal.source = await opened(session, question, portal.parameters)
    rows: Rows = portal.source
    session.work.stops.append(rows.stop)
    try:
        count = await send(session, portal, rows, most)
    except BaseException as error:
        portal.source = None
        await rows.close(error)
        raise
    if most and count == most:
        session.connection.suspend()
        return
    portal.source = None
    await rows.close(None)
    session.connection.complete(f"SELECT {count}")


async def at_once(session: Session, question: Question) -> None:
    """A query of a simple message: its columns are told when its rows are there."""
    rows = await opened(session, question)
    try:
        columns = named(rows.schema, question)
        session.connection.describe(columns)
        formats = [0] * len(columns)
        count = await rows.give(0, encoder(session, columns, formats), session.send)
    except BaseException as error:
        await rows.close(error)
        raise
    await rows.close(None)
    session.connection.complete(f"SELECT {count}")


async def send(session: Session, portal: Portal, rows: Rows, most: int) -> int:
    """Send rows as a portal has them; how many there were."""
    columns = portal.prepared.columns or ()
    return await rows.give(most, encoder(session, columns, portal.formats), session.send)


def encoder(session: Session, columns: Sequence[Column], formats: Sequence[int]) -> Encode:
    """How rows are written for a client, in the style of now."""
    style = session.style

    def encode(batch: pa.RecordBatch) -> Iterator[Bytes]:
        return data_rows(batch, columns, formats, style)

    return encode
