"""Everything of the outside world the engine touches, in one value that a test can replace."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from trunkline.clock import Clock, SystemClock
from trunkline.http.message import Offload, Transport
from trunkline.http.transport import AiohttpTransport


def _key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Seams:
    """Time, chance, ids, the network and the threads."""

    clock: Clock
    transport: Callable[[], Transport]
    offload: Offload
    new_key: Callable[[], str]
    random: Callable[[], float]


def real() -> Seams:
    """The machine's own."""
    return Seams(SystemClock(), AiohttpTransport, asyncio.to_thread, _key, random.random)
