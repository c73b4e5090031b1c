"""Time as a value that is passed in, so that a test can be its own clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall time, elapsed time and waiting."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an unspecified start; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds from an unspecified start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the running event loop."""
        await asyncio.sleep(seconds)


REST = 60.0


async def rest(clock: Clock, seconds: float) -> None:
    """Wait so long, or until the clock on the wall says that it has been so long.

    A machine that slept counts no elapsed time; a clock that is set back does not lengthen it.
    """
    began, due = clock.monotonic(), clock.now() + timedelta(seconds=seconds)
    while (left := seconds - (clock.monotonic() - began)) > 0 and clock.now() < due:
        await clock.sleep(min(left, REST))
