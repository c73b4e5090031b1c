"""What each command gives, and what it does: two tables, by the kind of command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from trunkline.servers.postgres.protocol import Portal, Prepared
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session import (
    copying,
    cursors,
    explaining,
    preparing,
    queries,
    settings,
    temporary,
    transactions,
)
from trunkline.servers.postgres.session.analysed import Analysed
from trunkline.servers.postgres.session.placing import shifted
from trunkline.servers.postgres.session.rows import rows_of
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql import Statement, command_of
from trunkline.servers.postgres.sql.commands.values import (
    Begin,
    CloseCursor,
    Commit,
    Copy,
    CreateTemporary,
    Deallocate,
    DeclareCursor,
    Discard,
    DropTable,
    ExecutePrepared,
    Explain,
    FetchFrom,
    Ignored,
    InsertInto,
    MoveIn,
    PrepareAs,
    ReleaseSavepoint,
    Reset,
    Rollback,
    RollbackTo,
    Savepoint,
    Select,
    SetTo,
    SetTransaction,
    Show,
    Truncate,
)

_ENDING = (Commit, Rollback, RollbackTo)
EMPTY = Prepared("")


def is_end(command: object) -> bool:
    """Whether a transaction that failed waits for it."""
    return isinstance(command, _ENDING)


async def analysed(session: Session, statement: Statement, oids: Sequence[int] = ()) -> Prepared:
    """A statement with the types of its parameters and its columns, nothing of it being run."""
    with shifted(statement):
        command = command_of(statement)
    analyse: Analyse = _ANALYSE.get(type(command), _plain)
    return await analyse(session, statement, command, oids)


async def _plain(_: Session, statement: Statement, command: Any, __: Sequence[int]) -> Prepared:
    return Prepared(statement.text, ends_transaction=is_end(command), source=Analysed(command))


async def _select(
    session: Session, statement: Statement, command: Select, oids: Sequence[int]
) -> Prepared:
    question = queries.understood(session, command.query, oids)
    columns = await queries.described(session, question)
    return Prepared(statement.text, question.types, columns, source=Analysed(command, question))


async def _declare(
    session: Session, statement: Statement, command: DeclareCursor, oids: Sequence[int]
) -> Prepared:
    question = queries.understood(session, command.query, oids)
    return Prepared(statement.text, question.types, source=Analysed(command, question))


async def _copy(
    session: Session, statement: Statement, command: Copy, oids: Sequence[int]
) -> Prepared:
    question = queries.understood(session, copying.query_of(command), oids)
    return Prepared(statement.text, source=Analysed(command, question))


async def _explain(
    session: Session, statement: Statement, command: Explain, oids: Sequence[int]
) -> Prepared:
    inner = command_of(command.statement)
    query = inner.query if isinstance(inner, Select | DeclareCursor) else None
    if query is None:
        raise refused("0A000", "EXPLAIN takes a query")
    question = queries.understood(session, query, oids)
    source = Analysed(command, question)
    return Prepared(statement.text, question.types, explaining.COLUMNS, source=source)


async def _show(
    session: Session, statement: Statement, command: Show, _: Sequence[int]
) -> Prepared:
    columns = settings.shown(session, command)
    return Prepared(statement.text, columns=columns, source=Analysed(command))


async def _fetch(
    session: Session, statement: Statement, command: FetchFrom, _: Sequence[int]
) -> Prepared:
    columns = cursors.columns(session, command)
    return Prepared(statement.text, columns=columns, source=Analysed(command))


async def _execute(
    session: Session, statement: Statement, command: ExecutePrepared, _: Sequence[int]
) -> Prepared:
    columns = preparing.found(session, command).columns
    return Prepared(statement.text, columns=columns, source=Analysed(command))


Analyse = Callable[[Session, Statement, Any, Sequence[int]], Awaitable[Prepared]]
_ANALYSE: dict[type, Analyse] = {
    Select: _select,
    DeclareCursor: _declare,
    Copy: _copy,
    Explain: _explain,
    Show: _show,
    FetchFrom: _fetch,
    ExecutePrepared: _execute,
}


async def run(session: Session, portal: Portal, most: int = 0) -> None:
    """Run a portal on, to its end or for so many rows."""
    source: Analysed | None = portal.prepared.source
    if source is None:
        session.connection.empty()
    elif type(source.command) in _TAGS:
        session.connection.complete(_TAGS[type(source.command)](session, source.command))
    else:
        await _RUN[type(source.command)](session, portal, source, most)


async def _run_query(session: Session, portal: Portal, source: Analysed, most: int) -> None:
    await queries.run(session, portal, source.question, most)


async def _run_declare(session: Session, portal: Portal, source: Analysed, _: int) -> None:
    tag = await cursors.declare(session, source.command, source.question, portal.parameters)
    session.connection.complete(tag)


async def _run_fetch(session: Session, portal: Portal, source: Analysed, _: int) -> None:
    session.connection.complete(await cursors.fetch(session, source.command, portal.formats))


async def _run_move(session: Session, _: Portal, source: Analysed, __: int) -> None:
    session.connection.complete(await cursors.move(session, source.command))


async def _run_copy(session: Session, _: Portal, source: Analysed, __: int) -> None:
    session.connection.complete(await copying.copy(session, source.command, source.question))


async def _run_explain(session: Session, portal: Portal, source: Analysed, most: int) -> None:
    if portal.source is None:
        plan = await explaining.explain(session, source.command, source.question, portal.parameters)
        portal.source = rows_of(plan)
    await _given(session, portal, "EXPLAIN", most)


async def _run_show(session: Session, portal: Portal, source: Analysed, most: int) -> None:
    if portal.source is None:
        portal.source = rows_of(settings.show(session, source.command))
    await _given(session, portal, "SHOW", most)


async def _run_prepare(session: Session, _: Portal, source: Analysed, __: int) -> None:
    command: PrepareAs = source.command
    session.connection.statements.check(command.name)
    oids = [type_.oid for type_ in command.types]
    prepared = await analysed(session, command.statement, oids)
    session.connection.statements.keep(command.name, prepared)
    session.connection.complete("PREPARE")


async def _run_execute(session: Session, portal: Portal, source: Analysed, most: int) -> None:
    if portal.source is None:
        prepared = preparing.found(session, source.command)
        values = await preparing.values(session, source.command, prepared)
        portal.source = preparing.portal(prepared, values, portal.formats)
    await run(session, portal.source, most)


async def _run_waited(session: Session, _: Portal, source: Analysed, __: int) -> None:
    session.connection.complete(await _WAITED[type(source.command)](session, source.command))


async def _given(session: Session, portal: Portal, tag: str, most: int) -> None:
    """Rows that are in memory."""
    given = await queries.send(session, portal, portal.source, most)
    if most and given == most:
        session.connection.suspend()
    else:
        session.connection.complete(tag)


_WAITED: dict[type, Callable[[Session, Any], Awaitable[str]]] = {
    CreateTemporary: temporary.create,
    InsertInto: temporary.insert,
    DropTable: temporary.drop,
    Truncate: temporary.truncate,
    Discard: settings.discard,
}
_RUN: dict[type, Callable[[Session, Portal, Any, int], Awaitable[None]]] = {
    Select: _run_query,
    DeclareCursor: _run_declare,
    FetchFrom: _run_fetch,
    MoveIn: _run_move,
    Copy: _run_copy,
    Explain: _run_explain,
    Show: _run_show,
    PrepareAs: _run_prepare,
    ExecutePrepared: _run_execute,
    **dict.fromkeys(_WAITED, _run_waited),
}
_TAGS: dict[type, Callable[[Session, Any], str]] = {
    Begin: transactions.begin,
    Commit: transactions.commit,
    Rollback: transactions.rollback,
    Savepoint: transactions.savepoint,
    RollbackTo: transactions.rollback_to,
    ReleaseSavepoint: transactions.release,
    SetTransaction: transactions.set_transaction,
    SetTo: settings.set_to,
    Reset: settings.reset,
    CloseCursor: cursors.close,
    Deallocate: preparing.deallocate,
    Ignored: lambda _, command: str(command.tag),
}
