"""DECLARE, FETCH, MOVE and CLOSE. A cursor is a portal; it goes forward only.

https://www.postgresql.org/docs/15/sql-declare.html.
"""

from __future__ import annotations

from trunkline.servers.postgres.protocol import Portal, Prepared
from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.session import queries
from trunkline.servers.postgres.session.analysed import Analysed
from trunkline.servers.postgres.session.queries import Question
from trunkline.servers.postgres.session.rows import Encode, Rows, none
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql.commands.values import (
    CloseCursor,
    DeclareCursor,
    FetchFrom,
    MoveIn,
    Select,
    Towards,
)
from trunkline.servers.postgres.types import Column

MOST_OPEN = 32  # cursors and suspended portals of one session that hold an answer


async def declare(
    session: Session, command: DeclareCursor, question: Question, values: tuple[object, ...]
) -> str:
    """DECLARE; its query runs when the first row is fetched."""
    if not session.is_open and not command.hold:
        raise refused("25P01", "DECLARE CURSOR can only be used in transaction blocks")
    if command.scroll:
        raise _forward_only("0A000", "SCROLL cursors are not supported")
    columns = await queries.described(session, question)
    source = Analysed(Select(command.query), question)
    prepared = Prepared(question.statement.text, question.types, columns, source=source)
    formats = (int(command.binary),) * len(columns)
    portal = Portal(command.name, prepared, values, formats, holdable=command.hold)
    session.connection.portals.open(portal)
    return "DECLARE CURSOR"


def columns(session: Session, command: FetchFrom) -> tuple[Column, ...]:
    """The columns of a cursor."""
    return session.connection.portals.find(command.name, "cursor").prepared.columns or ()


async def fetch(session: Session, command: FetchFrom, formats: tuple[int, ...]) -> str:
    """FETCH; the tag."""
    cursor = _at(session, command)
    if command.count != 0:
        encode = queries.encoder(session, cursor.prepared.columns or (), formats)
        return f"FETCH {await _go(session, cursor, command, encode)}"
    return "FETCH 0"


async def move(session: Session, command: MoveIn) -> str:
    """MOVE; the tag."""
    cursor = _at(session, command)
    return f"MOVE {0 if command.count == 0 else await _go(session, cursor, command, none)}"


async def _go(session: Session, cursor: Portal, command: FetchFrom | MoveIn, encode: Encode) -> int:
    """Rows of a cursor from where it stands; its answer is let go of behind the last."""
    if cursor.finished:
        return 0
    rows = await _rows(session, cursor)
    try:
        most = 1 if command.towards is Towards.ABSOLUTE else command.count or 0
        given = await rows.give(most, encode, session.send)
    except BaseException as error:
        cursor.source, cursor.finished = None, True
        await rows.close(error)
        raise
    if not most or given < most:
        cursor.source, cursor.finished = None, True
        await rows.close(None)
    return given


async def _rows(session: Session, cursor: Portal) -> Rows:
    if cursor.source is None:
        _room(session)
        analysed: Analysed = cursor.prepared.source
        if analysed.question is None:
            raise refused("55000", f'portal "{cursor.name}" cannot be run')
        cursor.source, _ = await queries.opened(session, analysed.question, cursor.parameters)
    rows: Rows = cursor.source
    session.work.stops.append(rows.stop)
    return rows


def _room(session: Session) -> None:
    held = sum(portal.source is not None for portal in session.connection.portals)
    if held >= MOST_OPEN:
        raise refused("53400", "too many open cursors in one session", hint="Close some.")


def _at(session: Session, command: FetchFrom | MoveIn) -> Portal:
    cursor = session.connection.portals.find(command.name, "cursor")
    if cursor.prepared.columns is None:
        raise refused("55000", f'portal "{command.name}" cannot be run')
    absolute = command.towards is Towards.ABSOLUTE and command.count == _sent(cursor) + 1
    if command.towards is not Towards.FORWARD and not absolute:
        raise _forward_only("55000", "cursor can only scan forward")
    return cursor


def _sent(cursor: Portal) -> int:
    return cursor.source.sent if cursor.source is not None else 0


def _forward_only(sqlstate: str, message: str) -> Exception:
    return refused(
        sqlstate, message, hint="Cursors of this server go forward: FETCH NEXT, FORWARD."
    )


def close(session: Session, command: CloseCursor) -> str:
    """CLOSE."""
    portals = session.connection.portals
    if command.name is None:
        for portal in list(portals):
            if portal.name:
                portals.close(portal.name)
        return "CLOSE CURSOR ALL"
    portals.find(command.name, "cursor")
    portals.close(command.name)
    return "CLOSE CURSOR"
