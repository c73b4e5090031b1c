"""The rate limit: fixed windows, as the answers' headers tell of them.

The allowance is used to the full. Requests go out at once while what the server has counted and
what is under way stay below it; then all wait for the window to end. A 429 holds every request.

Two facts shape the bookkeeping. Answers overtake one another, so within a window the highest count
is the true one. And an answer may tell of the window before: when it was sent tells which it means.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from math import ceil, inf

from trunkline.clock import Clock
from trunkline.http.hold import Held, Hold
from trunkline.http.message import ConnectionFailed, Outcome, Response

ROUNDING = 1.0  # seconds; the headers count whole ones
WINDOWS = 2  # the reset of an answer is believed for so many; a broken one would stop us for good


@dataclass(frozen=True, slots=True)
class Limit:
    """A provider's limit as data: what holds before it tells, and the headers it tells it in.

    ``allowance`` is requests in a window of ``seconds``; ``concurrency`` how many may be under way.
    ``reset_header`` holds the seconds until the window ends.
    """

    allowance: int
    seconds: float = 60.0
    concurrency: int = 12
    count_header: str = ""
    allowed_header: str = ""
    reset_header: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer tells of the window it was counted in."""

    count: int
    allowed: int
    reset: int


@dataclass(frozen=True, slots=True)
class Window:
    """The current window. ``ends`` is monotonic; infinite until its first request is sent.

    ``told`` says whether the end is the server's word or our assumption; ``last_end`` is the end of
    the window before.
    """

    allowed: int
    count: int = 0
    ends: float = inf
    told: bool = False
    last_end: float = -inf

    def at(self, now: float) -> Window:
        """The window that holds at ``now``: this one, or a new one if this has ended."""
        if now < self.ends:
            return self
        return Window(self.allowed, last_end=self.ends if self.told else self.last_end)

    def opened(self, now: float, seconds: float) -> Window:
        """With its end assumed, if nobody has told it yet."""
        return replace(self, ends=now + seconds) if self.ends == inf else self

    def counted(self) -> Window:
        """After an exchange whose outcome tells nothing: it may have been counted."""
        return replace(self, count=self.count + 1)

    def learned(self, told: Told, sent: float, now: float) -> Window:
        """After an answer to a request of time ``sent``, received ``now``."""
        earliest, latest = sent + told.reset - ROUNDING, now + told.reset
        if earliest <= self.last_end:
            return self if self.told else self.counted()
        if self.told and earliest <= self.ends:
            count, ends = max(self.count, told.count), min(self.ends, latest)
            return replace(self, allowed=told.allowed, count=count, ends=ends)
        last_end = self.ends if self.told else self.last_end
        return Window(told.allowed, told.count, latest, told=True, last_end=last_end)


def read_told(limit: Limit, response: Response) -> Told | None:
    """What the answer's headers tell; None where they are missing or no numbers."""
    names = (limit.count_header, limit.allowed_header, limit.reset_header)
    values = [response.header(name) or "" for name in names]
    if not all(value.isascii() and value.isdigit() for value in values):
        return None
    count, allowed, reset = map(int, values)
    told = Told(count, allowed, min(reset, ceil(WINDOWS * limit.seconds)))
    return told if told.allowed > 0 else None


class Slot:
    """One turn: when it began, and what came of it, None if it was given up."""

    __slots__ = ("outcome", "sent")

    def __init__(self, sent: float) -> None:
        self.sent = sent
        self.outcome: Outcome | None = None


class RateLimiter:
    """Lets requests pass, first come first served. One for each token.

    ``rate_share`` is the part of the allowance that we may use, above 0 and at most 1. ``hold`` is
    that of the host, and outlives the limiter.
    """

    def __init__(
        self, limit: Limit, clock: Clock, rate_share: float = 1.0, hold: Hold | None = None
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._share = rate_share
        self._window = Window(limit.allowance)
        self._under_way = 0
        self._hold = hold or Hold(clock)
        self._turnstile = asyncio.Lock()  # wakes those who wait in their order
        self._changed = asyncio.Event()

    def hold(self, seconds: float) -> None:
        """Let nothing pass for so long: the server answered 429."""
        self._hold.ask(seconds)
        self._changed.set()

    @asynccontextmanager
    async def slot(self, patience: float = inf) -> AsyncIterator[Slot]:
        """Wait for a turn, and keep it for the exchange inside the block.

        Held where the server asked to be left alone for longer than ``patience`` seconds from now:
        those who wait already give up with the rest.
        """
        ends = self._clock.monotonic() + patience
        async with self._turnstile:
            while (wait := self._wait_seconds()) > 0:
                if self._clock.monotonic() + self._hold.left > ends:
                    raise Held(self._hold.until)
                await self._pause(wait)
            slot = self._enter()
        try:
            yield slot
        finally:
            self._leave(slot)

    def _wait_seconds(self) -> float:
        """0 if a request may go now; else after how long to look again at the latest."""
        now = self._clock.monotonic()
        self._window = self._window.at(now)
        if left := self._hold.left:
            return left
        if self._under_way >= self._limit.concurrency:
            return inf
        allowance = max(1, int(self._window.allowed * self._share))
        if self._window.count + self._under_way < allowance:
            return 0.0
        return self._window.ends - now

    async def _pause(self, seconds: float) -> None:
        """Wait until an exchange ends or so many seconds have passed."""
        self._changed.clear()
        timer = None
        if seconds < inf:
            timer = asyncio.ensure_future(self._clock.sleep(seconds))
            timer.add_done_callback(self._ring)
        try:
            await self._changed.wait()
            if timer is not None and timer.done():
                timer.result()  # a clock that fails would be asked again at once, for ever
        finally:
            if timer is not None:
                timer.cancel()

    def _ring(self, timer: asyncio.Future[None]) -> None:
        if not timer.cancelled():
            self._changed.set()

    def _enter(self) -> Slot:
        now = self._clock.monotonic()
        self._window = self._window.opened(now, self._limit.seconds)
        self._under_way += 1
        return Slot(now)

    def _leave(self, slot: Slot) -> None:
        now = self._clock.monotonic()
        self._under_way -= 1
        self._window = self._window.at(now).opened(now, self._limit.seconds)
        told = read_told(self._limit, slot.outcome) if isinstance(slot.outcome, Response) else None
        if told is not None:
            self._window = self._window.learned(told, slot.sent, now)
        elif not isinstance(slot.outcome, ConnectionFailed):
            self._window = self._window.counted()
        self._changed.set()
