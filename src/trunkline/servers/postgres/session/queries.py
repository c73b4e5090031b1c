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
from trunkline.lake.session import Answer
from trunkline.servers.postgres.catalogue import SystemSession
from trunkline.servers.postgres.encoding import Style, columns_of, data_rows
from trunkline.servers.postgres.protocol import Portal
from trunkline.servers.postgres.session import settings
from trunkline.servers.postgres.session.asking import options_of, plain, zoned
from trunkline.servers.postgres.session.placing import shifted
from trunkline.servers.postgres.session.progress import EVERY, Progress
from trunkline.servers.postgres.session.rows import Bytes, Encode, Rows
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql import Statement, Translated, Where, translated
from trunkline.servers.postgres.types import (
    BPCHAR,
    CHAR,
    INT8,
    NAME,
    OID,
    TEXT,
    VARCHAR,
    Column,
    PgType,
)

T = TypeVar("T")


# Types that a text or a number may be declared to have; other types are as DuckDB has them.
_DECLARED = {
    TEXT: (NAME, VARCHAR, BPCHAR, CHAR),
    INT8: (OID,),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query that is understood: where in the client's text it stands, and what it means."""

    statement: Statement
    meant: Translated

    @property
    def types(self) -> tuple[PgType, ...]:
        """Of its parameters."""
        return self.meant.parameter_types

    @property
    def is_system(self) -> bool:
        """Whether the system catalogue answers it."""
        return self.meant.where is Where.SYSTEM


def understood(session: Session, statement: Statement, oids: Sequence[int] = ()) -> Question:
    """A query said again as DuckDB has it. Refused where it cannot be."""
    with shifted(statement):
        return Question(statement, translated(statement.text, session.facts, oids))


async def described(session: Session, question: Question) -> tuple[Column, ...]:
    """The columns that it has."""
    meant = question.meant
    if question.is_system:
        session.work.stops.append(session.system)
        return await placed(
            question, session.system.do(session.about, lambda of: of.describe(meant))
        )
    options = options_of(session, question.types)
    schema = await placed(question, session.desks.do(Engine.describe, meant.sql, options))
    return named(columns_of(schema), question)


def named(columns: Sequence[Column], question: Question) -> tuple[Column, ...]:
    """Columns as PostgreSQL names them, and of its types where DuckDB has no such."""
    names, types = question.meant.names, question.meant.types
    if len(names) != len(columns):
        return tuple(columns)
    known = types if len(types) == len(columns) else (None,) * len(columns)
    origins = question.meant.origins or ((0, 0),) * len(columns)
    return tuple(
        replace(column, name=name or column.name, type=_declared(column.type, type_),
                table_oid=oid, number=number)
        for column, name, type_, (oid, number) in zip(columns, names, known, origins, strict=True)
    )  # fmt: skip


def _declared(found: PgType, meant: PgType | None) -> PgType:
    return meant if meant in _DECLARED.get(found, ()) else found


async def opened(
    session: Session, question: Question, values: tuple[object, ...] = ()
) -> tuple[Rows, tuple[Column, ...]]:
    """Its rows and their columns, once what they need is held.

    Progress and what is to be known come as notices.
    """
    values = zoned(question.meant, values)
    if question.is_system:
        return await _asked(session, question, values)
    options = options_of(session, question.types, values)
    answered = await placed(question, _prepared(session, question.meant.sql, options))
    session.variables.note("trunkline.certificate", _json(answered))
    for notice in answered.notices:
        session.tell(notice)
    await session.flush()
    answer = await placed(question, session.desks.open(answered))
    stop = options.served.stop if options.served else Stop()
    desks = session.desks
    rows = Rows(
        answer.schema, answer.batches, desks.read, desks.write, answer.close, stop, ahead=True
    )
    return rows, named(columns_of(answer.schema), question)


async def _asked(
    session: Session, question: Question, values: tuple[object, ...]
) -> tuple[Rows, tuple[Column, ...]]:
    """Rows of the system catalogue."""
    system, about, meant = session.system, session.about, question.meant
    session.work.stops.append(system)
    plain_values = tuple(map(plain, values))

    def ask(of: SystemSession) -> tuple[Answer, tuple[Column, ...]]:
        columns = of.describe(meant)
        return of.query(meant, plain_values), columns

    settings.configured(session, question.statement)
    answer, columns = await placed(question, system.do(about, ask))

    async def close(_: BaseException | None) -> None:
        await system.forget(answer)

    rows = Rows(answer.schema, answer.batches, system.read, session.desks.write, close, system)
    return rows, columns


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
            in_query = question.meant.position(error.position)
            error.position = in_query + question.statement.offset
        raise


async def run(session: Session, portal: Portal, question: Question, most: int) -> None:
    """Run a query's portal on."""
    if portal.source is None:
        portal.source, _ = await opened(session, question, portal.parameters)
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
    rows, columns = await opened(session, question)
    try:
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


@dataclass(frozen=True, slots=True)
class _Encoder:
    """Rows of these columns, each in its format."""

    columns: tuple[Column, ...]
    formats: tuple[int, ...]
    style: Style

    def __call__(self, batch: pa.RecordBatch, *, first: bool) -> Iterator[Bytes]:
        """Messages of a batch."""
        del first
        return data_rows(batch, self.columns, self.formats, self.style)


def encoder(session: Session, columns: Sequence[Column], formats: Sequence[int]) -> Encode:
    """How rows are written for a client, in the style of now."""
    return _Encoder(tuple(columns), tuple(formats), session.style)
