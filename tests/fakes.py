"""A clock without waiting and a network without sockets.

``run(clock, coroutine)`` runs on an event loop whose idle moments advance the clock: when no task
can go on, the sleeper who is due first wakes, at exactly its time. Nothing real is waited for, and
the order of events is the same every time.
"""

from __future__ import annotations

import asyncio
import heapq
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import msgspec

from trunkline.http.message import Request, Response, TransportFailure

T = TypeVar("T")
START = datetime(2025, 3, 1, tzinfo=UTC)


class VirtualClock:
    """A Clock that moves only when nobody can do anything else."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._elapsed + max(0.0, seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), future))
        await future

    def advance(self) -> None:
        """Wake the sleeper who is due first."""
        while self._sleepers:
            due, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self._elapsed = max(self._elapsed, due)
                future.set_result(None)
                return
        raise AssertionError("deadlock: every task waits and nobody sleeps")


class _IdleSelector(selectors.SelectSelector):
    """Tells the clock when the event loop would wait."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self._clock.advance()
        return super().select(0)


def event_loop(clock: VirtualClock) -> asyncio.AbstractEventLoop:
    """A loop on virtual time. Threads are not seen: run executors inline."""
    return asyncio.SelectorEventLoop(_IdleSelector(clock))


def run(clock: VirtualClock, coroutine: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run`` on virtual time."""
    with asyncio.Runner(loop_factory=lambda: event_loop(clock)) as runner:
        return runner.run(coroutine)


async def inline(function: Callable[..., Any], *arguments: Any) -> Any:
    """An Offload that runs the function where it stands."""
    return function(*arguments)


Answer = Response | TransportFailure
Respond = Callable[[Request], Awaitable[Answer] | Answer]


class FakeTransport:
    """A Transport that asks a function for each answer and keeps the requests."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self.requests: list[Request] = []

    async def send(self, request: Request, timeout: float) -> Response:
        assert timeout > 0
        self.requests.append(request)
        answer = self._respond(request)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, TransportFailure):
            raise answer
        return answer

    async def close(self) -> None:
        pass


def scripted(*answers: Answer) -> FakeTransport:
    """A transport that gives these answers in turn; one request too many fails the test."""
    left = iter(answers)
    return FakeTransport(lambda _: next(left))


def answer(
    status: int = 200, body: object = None, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer whose body is JSON."""
    raw = b"" if body is None else msgspec.json.encode(body)
    return Response(status, headers or {}, raw, received=len(raw))
