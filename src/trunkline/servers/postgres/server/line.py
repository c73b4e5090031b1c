"""One client's socket: bytes in, bytes out, in TLS or not. Nothing waits here to be sent.

TLS is the system library's over memory, so that it can begin in the middle and end with a goodbye
(`close_notify`), without which libpq takes the end of a cancel request for an attack. What is sent
is given to the system piece by piece: a client that reads slowly keeps its answer from being made.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

from trunkline.servers.postgres.session.work import ClientGone

PIECE = 512 * 1024  # bytes given to the system at once
CHUNK = 64 * 1024  # bytes taken in at once
GOODBYE = 2.0  # seconds that the end of TLS may take


class Line:
    """Not for several tasks that send, nor for several that receive; one of each is fine."""

    def __init__(self, taken: socket.socket, patience: float) -> None:
        self._socket = taken
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._sending = asyncio.Lock()

    @property
    def is_secure(self) -> bool:
        """Whether TLS has begun."""
        return self._tls is not None

    async def receive(self) -> bytes:
        """Some bytes; none once the client has ended. ClientGone where that was not in order."""
        while True:
            try:
                if self._tls is None:
                    return await self._taken()
                return self._tls.read(CHUNK)
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._more():
                    return b""
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except (ssl.SSLError, OSError) as error:
                raise ClientGone from error

    async def send(self, data: bytes | memoryview) -> None:
        """Give all of it to the system. ClientGone where the client takes none for too long."""
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            piece = view[start : start + PIECE]
            try:
                if self._tls is None:
                    await self._given(piece)
                else:
                    self._tls.write(piece)
                    await self._flush()
            except (ssl.SSLError, OSError) as error:
                raise ClientGone from error

    async def secure(self, context: ssl.SSLContext) -> None:
        """Shake hands. ClientGone where that fails."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._more():
                    raise ClientGone from None
            except ssl.SSLError as error:
                with suppress(OSError):
                    await self._flush()  # the alert that says what was wrong
                raise ClientGone from error
        await self._flush()
        self._tls = tls

    async def close(self) -> None:
        """Say goodbye and hang up; however the client takes it."""
        with suppress(OSError, ssl.SSLError, ClientGone, TimeoutError):
            async with asyncio.timeout(GOODBYE):
                if self._tls is not None:
                    with suppress(ssl.SSLWantReadError):
                        self._tls.unwrap()
                    await self._flush()
                self._socket.shutdown(socket.SHUT_WR)
                # What is unread would turn the goodbye into a reset, which overtakes what was sent.
                while await self._taken():
                    pass
        self._socket.close()

    def abort(self) -> None:
        """Hang up at once."""
        self._socket.close()

    async def _taken(self) -> bytes:
        return await self._loop.sock_recv(self._socket, CHUNK)

    async def _more(self) -> bool:
        try:
            data = await self._taken()
        except OSError as error:
            raise ClientGone from error
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return bool(data)

    async def _flush(self) -> None:
        async with self._sending:  # TLS answers by itself, too, while something is received
            if data := self._outgoing.read():
                await self._sent(data)

    async def _given(self, piece: memoryview) -> None:
        async with self._sending:
            await self._sent(piece)

    async def _sent(self, data: bytes | memoryview) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._loop.sock_sendall(self._socket, data)
        except TimeoutError:
            raise ClientGone from None


def tuned(taken: socket.socket) -> socket.socket:
    """A socket that sends at once, and notices within minutes that nobody is there."""
    taken.setblocking(False)
    for level, name, value in (
        (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 60),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 20),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", 6),
        (socket.SOL_SOCKET, "SO_SNDBUF", 8 * PIECE),
    ):
        if hasattr(socket, name):
            with suppress(OSError):
                taken.setsockopt(level, getattr(socket, name), value)
    return taken
