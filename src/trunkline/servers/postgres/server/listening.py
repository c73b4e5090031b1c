"""Listens, and gives each client a conversation of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from trunkline.errors import ConfigError
from trunkline.servers.postgres.server.conversation import converse
from trunkline.servers.postgres.server.house import House
from trunkline.servers.postgres.server.line import Line, tuned
from trunkline.servers.postgres.session.failing import place_of

BACKLOG = 128
BREATH = 0.2  # seconds without accepting, where the system has no more files
STRANGERS = 64  # connections that may be neither let in nor sent away yet


def listening(host: str, port: int) -> tuple[socket.socket, ...]:
    """Sockets at every address of a host; a port of 0 is any that is free, the same for all.

    ConfigError where there is no such address, or it is taken.
    """
    made: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, *_, address in dict.fromkeys(found):
            at = (address[0], made[0].getsockname()[1] if made else address[1], *address[2:])
            made.append(_bound(family, at))
    except OSError as error:
        for one in made:
            one.close()
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror or error}",
            hint="Choose another with --host and --port.",
        ) from error
    return tuple(made)


def _bound(family: int, address: tuple[object, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(BACKLOG)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


async def serve(house: House, sockets: Sequence[socket.socket]) -> None:
    """Serve until cancelled; then every client is told, and hung up on."""
    conversations: set[asyncio.Task[None]] = set()
    try:
        async with asyncio.TaskGroup() as group:
            for one in sockets:
                group.create_task(_accept(house, one, conversations))
    finally:
        for one in sockets:
            one.close()
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


async def _accept(
    house: House, listener: socket.socket, conversations: set[asyncio.Task[None]]
) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            taken, address = await loop.sock_accept(listener)
        except OSError:
            await asyncio.sleep(BREATH)
            continue
        if len(conversations) >= house.bounds.connections + STRANGERS:
            taken.close()
            continue
        task = asyncio.create_task(_talk(house, taken, str(address[0])))
        conversations.add(task)
        task.add_done_callback(conversations.discard)


async def _talk(house: House, taken: socket.socket, address: str) -> None:
    try:
        await converse(house, Line(tuned(taken), house.bounds.patience), address)
    except Exception as error:  # noqa: BLE001 (one client's trouble is not the others')
        house.log(f"a connection ended: {type(error).__name__} at {place_of(error)}")
    finally:
        taken.close()
