"""One client from its first byte to its last."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from trunkline.servers.postgres.messages.backend import Transaction
from trunkline.servers.postgres.protocol import Connection
from trunkline.servers.postgres.protocol.events import Closed, Released
from trunkline.servers.postgres.protocol.phase import Phase
from trunkline.servers.postgres.report import Report, Severity, fatal
from trunkline.servers.postgres.server.house import House
from trunkline.servers.postgres.server.line import Line
from trunkline.servers.postgres.server.logins import Entry
from trunkline.servers.postgres.server.opening import Opening
from trunkline.servers.postgres.server.talk import Talk
from trunkline.servers.postgres.session import checks, serving
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.session.work import ClientGone, Why

AHEAD = 256 * 1024  # bytes that are read before they can be dealt with
LAST_WORDS = 3.0  # seconds to say that the server ends


@dataclass(slots=True)
class _Inbox:
    """What a client has sent; ``ended`` once it sends no more."""

    parts: deque[bytes] = field(default_factory=deque)
    size: int = 0
    ended: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, data: bytes) -> None:
        self.parts.append(data)
        self.size += len(data)
        self.changed.set()

    def take(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        self.size = 0
        self.changed.set()
        return data


async def converse(house: House, line: Line, address: str) -> None:
    """Serve a client to its end, and close the line."""
    talk = Talk(Connection(house.terms), line)
    opening = Opening(house, talk, address)
    try:
        await _conversation(house, talk, opening)
    except ClientGone:
        line.abort()
    except asyncio.CancelledError:
        await _last_words(talk)
        line.abort()
        raise
    except BaseException:
        line.abort()
        raise
    else:
        await line.close()
    finally:
        house.cancelling.leave(opening.number)
        if opening.session:
            house.sessions -= 1
            await _released(opening.session)


async def _conversation(house: House, talk: Talk, opening: Opening) -> None:
    try:
        async with asyncio.timeout(house.bounds.opening):
            session = await _opened(talk, opening)
    except TimeoutError:
        talk.connection.fail(fatal("57014", "canceling authentication due to timeout").report)
        await talk.flush()
        return
    if session is not None:
        await _served(house, talk, session, opening.entry)


async def _opened(talk: Talk, opening: Opening) -> Session | None:
    """A session, or None where the client has left or was not let in."""
    while opening.session is None:
        event = talk.connection.next_event()
        if event is not None:
            await opening.answer(event)
            continue
        await talk.flush()
        if talk.connection.phase is Phase.CLOSED:
            return None
        data = await talk.line.receive()
        if not data:
            return None
        talk.connection.feed(data)
    return opening.session


async def _served(house: House, talk: Talk, session: Session, entry: Entry | None) -> None:
    inbox = _Inbox()
    listening = asyncio.create_task(_listen(talk, inbox, session))
    try:
        while True:
            event = talk.connection.next_event()
            if isinstance(event, Closed):
                continue
            if event is not None:
                await serving.handle(session, event)
                await talk.flush()
                continue
            await talk.flush()
            if talk.connection.phase is Phase.CLOSED or (inbox.ended and not inbox.size):
                return
            await _hear(house, talk, inbox, session)
            await _require_unchanged(house, talk, session, entry)
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def _listen(talk: Talk, inbox: _Inbox, session: Session) -> None:
    """Read on while something is under way: whoever hangs up stops it."""
    with suppress(ClientGone):
        while data := await talk.line.receive():
            inbox.put(data)
            while inbox.size > AHEAD:
                inbox.changed.clear()
                await inbox.changed.wait()
    inbox.ended = True
    inbox.changed.set()
    session.work.cancel(Why.GONE)


async def _hear(house: House, talk: Talk, inbox: _Inbox, session: Session) -> None:
    """Wait for the next bytes; FATAL where they do not come for too long."""
    limit, report = _pause(house, session)
    try:
        async with asyncio.timeout(limit):
            while not inbox.size and not inbox.ended:
                inbox.changed.clear()
                await inbox.changed.wait()
    except TimeoutError:
        talk.connection.fail(report)
        return
    if inbox.size:
        talk.connection.feed(inbox.take())


async def _require_unchanged(
    house: House, talk: Talk, session: Session, entry: Entry | None
) -> None:
    """FATAL where the user is not who logged in: what was granted then may be so no more."""
    name = session.who.user
    if entry is None or (now := await house.logins.find(name)) == entry:
        return
    said = f"{name} was changed meanwhile" if now else f"{name} was removed meanwhile"
    talk.connection.fail(fatal("57P01", said, hint="Connect again.").report)


def _pause(house: House, session: Session) -> tuple[float, Report]:
    in_transaction = session.connection.transaction is not Transaction.IDLE
    if in_transaction:
        name, most = "idle_in_transaction_session_timeout", house.bounds.idle_in_transaction
        report = fatal("25P03", "terminating connection due to idle-in-transaction timeout").report
    else:
        holds = any(portal.source is not None for portal in session.connection.portals)
        most = house.bounds.idle_in_transaction if holds else house.bounds.idle
        name = "idle_session_timeout"
        report = fatal("57P05", "terminating connection due to idle-session timeout").report
    own = checks.milliseconds(session.variables[name])
    return min(most, own / 1000 if own else most), report


async def _last_words(talk: Talk) -> None:
    """Tell a client that the server ends, if it listens."""
    said = Report(Severity.FATAL, "57P01", "terminating connection due to administrator command")
    talk.connection.fail(said)
    with suppress(ClientGone, TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(LAST_WORDS):
            await talk.flush()


async def _released(session: Session) -> None:
    """Close what its portals hold."""
    session.connection.fail(Report(Severity.FATAL, "57P01", "the session is over"))
    while event := session.connection.next_event():
        if isinstance(event, Released):
            for portal in event.portals:
                await serving.let_go(portal)
    await session.system.close()
