"""A host that asks to be left alone for a while.

A hold outlives the request that was answered with it, and the run: within one process nothing is
sent to the host before the time it named. Whoever would have to wait longer than they are willing
to gives up at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from trunkline.clock import Clock
from trunkline.http.message import TransportFailure
from trunkline.interval import iso


class Held(TransportFailure):
    """Nothing was sent: the host takes no requests before ``until``."""

    kind = "held"
    may_have_acted = False
    passing = False

    def __init__(self, until: datetime) -> None:
        super().__init__(f"no requests before {iso(until)}")
        self.until = until


class Hold:
    """Until when one host is to be left alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock.monotonic()

    def ask(self, seconds: float) -> None:
        """Leave it alone for so long; an earlier request for longer still holds."""
        self._until = max(self._until, self._clock.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds it is to be left alone from now; 0 where it is not."""
        return max(0.0, self._until - self._clock.monotonic())

    @property
    def until(self) -> datetime:
        """When that ends; now where it has."""
        return self._clock.now() + timedelta(seconds=self.left)

    async def over(self, patience: float) -> None:
        """Wait until it ends; Held where that is longer than ``patience`` seconds away."""
        if self.left > patience:
            raise Held(self.until)
        if self.left:
            await self._clock.sleep(self.left)


@dataclass(frozen=True, slots=True)
class Holds:
    """The holds of one organisation's two hosts."""

    api: Hold
    login: Hold

    @staticmethod
    def none(clock: Clock) -> Holds:
        """Nobody has asked for anything yet."""
        return Holds(Hold(clock), Hold(clock))
