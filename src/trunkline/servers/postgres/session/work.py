"""One thing that a client asked for, while it is under way: stopped by whom, told how."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from trunkline.servers.postgres.report import Refused, Report, Severity, refused


class ClientGone(Exception):
    """The client has closed the connection, or takes nothing any more."""


class Why(Enum):
    """Why something is stopped; the value is what the client is told."""

    CLIENT = "canceling statement due to user request"
    TIMEOUT = "canceling statement due to statement timeout"
    GONE = "the client is gone"
    SHUTDOWN = "terminating connection due to administrator command"


class Stoppable(Protocol):
    """What can be asked to end."""

    def ask(self) -> None:
        """Let it end now."""
        ...


@dataclass(slots=True)
class Work:
    """What the engine does for it is stopped by its own ``Stop``."""

    stops: list[Stoppable] = field(default_factory=list)
    why: Why | None = None
    _task: asyncio.Task[None] | None = None

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """To its end. What stopped it is raised as Refused; else as it was."""
        self._task = asyncio.create_task(work)
        try:
            await asyncio.shield(self._task)
        except asyncio.CancelledError:
            if not self._task.done():  # the server wants to end
                self.cancel(Why.SHUTDOWN)
                await asyncio.wait([self._task])
                raise
            raise self.stopped() from None

    def cancel(self, why: Why) -> None:
        """Stop it; the first reason is the one that is told. Nothing where it has ended."""
        if self._task is None or self._task.done():
            return
        self.why = self.why or why
        for stop in self.stops:
            stop.ask()
        self._task.cancel()

    def stopped(self) -> Refused:
        """The error for what was stopped."""
        why = self.why or Why.CLIENT
        if why is Why.SHUTDOWN:
            return Refused(Report(Severity.FATAL, "57P01", why.value))
        return refused("57014", why.value)
