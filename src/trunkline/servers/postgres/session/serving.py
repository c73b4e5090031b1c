"""Events of a connection, each to its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from trunkline.servers.postgres.messages.backend import Transaction
from trunkline.servers.postgres.protocol import Portal
from trunkline.servers.postgres.protocol.events import Event, Prepare, Released, Run, SimpleQuery
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session import checks, commands, queries, transactions
from trunkline.servers.postgres.session.failing import report_for
from trunkline.servers.postgres.session.placing import shifted
from trunkline.servers.postgres.session.rows import Rows
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.session.work import ClientGone, Why, Work
from trunkline.servers.postgres.sql import Statement, command_of, split
from trunkline.servers.postgres.sql.commands.values import Select

_ABORTED = "current transaction is aborted, commands ignored until end of transaction block"


async def handle(session: Session, event: Event) -> None:
    """Answer an event, be it by an error. ClientGone where nobody is there to be answered."""
    work = session.work = Work()
    transactions.implicit_end(session)
    try:
        await work.run(_answer(session, event))
    except ClientGone:
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, the client is told and goes on)
        session.connection.fail(report_for(error, work))


async def _answer(session: Session, event: Event) -> None:
    if isinstance(event, SimpleQuery):
        await _simple(session, event.sql)
    elif isinstance(event, Prepare):
        await _prepare(session, event)
    elif isinstance(event, Run):
        with _timed(session):
            await commands.run(session, event.portal, event.max_rows)
    elif isinstance(event, Released):
        for portal in event.portals:
            await let_go(portal)


async def let_go(portal: Portal) -> None:
    """Close what a portal holds."""
    held, portal.source = portal.source, None
    if isinstance(held, Portal):
        await let_go(held)
    elif isinstance(held, Rows):
        await held.close(None)


async def _simple(session: Session, text: str) -> None:
    statements = split(text)
    if not statements:
        session.connection.empty()
    for statement in statements:
        with _timed(session):
            await _one(session, statement)
    session.connection.finish()


async def _one(session: Session, statement: Statement) -> None:
    with shifted(statement):
        command = command_of(statement)
    failed = session.connection.transaction is Transaction.FAILED
    if failed and not commands.is_end(command):
        raise refused("25P02", _ABORTED)
    if isinstance(command, Select):
        question = queries.understood(session, command.query)
        await queries.at_once(session, question)
        return
    prepared = await commands.analysed(session, statement)
    portal = Portal("", prepared)
    if prepared.columns is not None:
        session.connection.describe(prepared.columns)
    try:
        await commands.run(session, portal)
    finally:
        await let_go(portal)


async def _prepare(session: Session, event: Prepare) -> None:
    statements = split(event.sql)
    if len(statements) > 1:
        raise refused("42601", "cannot insert multiple commands into a prepared statement")
    if not statements:
        session.connection.prepared(commands.EMPTY)
        return
    (statement,) = statements
    if session.connection.transaction is Transaction.FAILED:
        with shifted(statement):
            if not commands.is_end(command_of(statement)):
                raise refused("25P02", _ABORTED)
    with _timed(session):
        prepared = await commands.analysed(session, statement, event.parameter_types)
    session.connection.prepared(prepared)


@contextmanager
def _timed(session: Session) -> Iterator[None]:
    """Within statement_timeout."""
    limit = checks.milliseconds(session.variables["statement_timeout"])
    if not limit:
        yield
        return
    loop, work = asyncio.get_running_loop(), session.work
    timer = loop.call_later(limit / 1000, work.cancel, Why.TIMEOUT)
    try:
        yield
    finally:
        timer.cancel()
