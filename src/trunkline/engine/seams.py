"""Everything of the outside world the engine touches, in one value that a test can replace."""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

from trunkline.clock import Clock, SystemClock
from trunkline.database import Connect, connect
from trunkline.http.message import Offload, Transport
from trunkline.http.transport import AiohttpTransport
from trunkline.lake.crew import crew


def _key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Seams:
    """Time, chance, ids, the network, the threads and the databases."""

    clock: Clock
    transport: Callable[[], Transport]
    offload: Offload
    new_key: Callable[[], str]
    random: Callable[[], float]
    connect: Connect = connect


def _threads() -> Offload:
    """As many threads as there are cores to use: each keeps what it once needed of memory."""

    @cache
    def threads() -> ThreadPoolExecutor:
        return crew(os.cpu_count() or 2, "landing")

    async def offload(function: Callable[..., Any], *arguments: Any) -> Any:
        work = asyncio.get_running_loop().run_in_executor(threads(), function, *arguments)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            # A thread cannot be stopped. Who gave up waits for it, lest it write when the lock of
            # the data directory is somebody else's.
            await asyncio.wait([work])
            raise

    return offload


def real() -> Seams:
    """The machine's own."""
    offload = _threads()
    return Seams(
        clock=SystemClock(),
        transport=lambda: AiohttpTransport(offload),
        offload=offload,
        new_key=_key,
        random=random.random,
    )
