"""A connection and its line: what there is to send goes out whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trunkline.servers.postgres.protocol import Connection
from trunkline.servers.postgres.server.line import PIECE, Line

Bytes = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said, and over what."""

    connection: Connection
    line: Line

    async def flush(self) -> None:
        """Send what there is. Whoever is stopped meanwhile waits: half a message breaks the rest.

        ClientGone where it is not taken.
        """
        pieces = self.connection.outgoing()
        if not pieces:
            return
        sending = asyncio.ensure_future(self._send(pieces))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.wait([sending])
            sending.exception()  # who is stopped need not be told that the client is gone, too
            raise

    async def _send(self, pieces: Sequence[Bytes]) -> None:
        for piece in joined(pieces):
            await self.line.send(piece)


def joined(pieces: Sequence[Bytes]) -> Iterator[Bytes]:
    """The same bytes, small pieces of them together."""
    small, size = list[Bytes](), 0
    for piece in pieces:
        if size + len(piece) > PIECE and small:
            yield b"".join(small)
            small, size = [], 0
        if len(piece) > PIECE:
            yield piece
        else:
            small.append(piece)
            size += len(piece)
    if small:
        yield b"".join(small)
