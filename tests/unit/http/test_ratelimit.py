"""The allowance is used to the full and never exceeded."""

from __future__ import annotations

import asyncio
from math import ceil

import pytest

from tests.fakes import VirtualClock, answer, run
from trunkline.http.message import ConnectionFailed, Outcome, Response
from trunkline.http.ratelimit import Limit, RateLimiter, Told, Window

LIMIT = Limit(
    allowance=300,
    concurrency=12,
    count_header="inin-ratelimit-count",
    allowed_header="inin-ratelimit-allowed",
    reset_header="inin-ratelimit-reset",
)


class Gate:
    """The vendor's side: fixed minutes that begin with a request, counted on arrival."""

    def __init__(self, clock: VirtualClock, allowed: int, used: int = 0) -> None:
        self.clock = clock
        self.allowed = allowed
        self.counts: list[int] = [used] if used else []
        self.ends = 60.0 if used else 0.0
        self.refused = 0

    async def take(self, before: float = 0.1, after: float = 0.1) -> Response:
        await self.clock.sleep(before)
        now = self.clock.monotonic()
        if now >= self.ends:
            self.counts.append(0)
            self.ends = now + 60.0
        self.counts[-1] += 1
        count = self.counts[-1]
        headers = {
            "ININ-RateLimit-Count": str(count),
            "inin-ratelimit-allowed": str(self.allowed),
            "inin-ratelimit-reset": str(ceil(self.ends - now)),
        }
        self.refused += count > self.allowed
        await self.clock.sleep(after)
        return answer(429 if count > self.allowed else 200, headers=headers)


async def many(limiter: RateLimiter, gate: Gate, requests: int, tasks: int) -> None:
    left = iter(range(requests))

    async def work() -> None:
        for n in left:
            async with limiter.slot() as slot:
                # Answers overtake one another: their ways differ in length.
                slot.outcome = await gate.take(before=0.05 * (n % 3), after=0.07 * (n % 5))

    await asyncio.gather(*(work() for _ in range(tasks)))


def test_twelve_tasks_use_each_window_to_the_full_and_never_exceed_it() -> None:
    clock = VirtualClock()
    gate = Gate(clock, allowed=50)
    run(clock, many(RateLimiter(LIMIT, clock), gate, 220, 12))
    assert gate.refused == 0
    assert gate.counts == [50, 50, 50, 50, 20]
    assert clock.monotonic() < 4 * 62.0 + 5.0


def test_the_allowance_is_the_headers_not_the_default() -> None:
    clock = VirtualClock()
    gate = Gate(clock, allowed=400)
    run(clock, many(RateLimiter(LIMIT, clock), gate, 400, 12))
    assert gate.counts == [400]


def test_what_others_used_of_the_window_counts() -> None:
    clock = VirtualClock()
    gate = Gate(clock, allowed=50, used=30)
    run(clock, many(RateLimiter(LIMIT, clock), gate, 40, 4))
    assert gate.refused == 0
    assert gate.counts == [50, 20]


def test_a_share_of_the_allowance() -> None:
    clock = VirtualClock()
    gate = Gate(clock, allowed=50)
    run(clock, many(RateLimiter(LIMIT, clock, rate_share=0.5), gate, 60, 12))
    assert gate.counts == [25, 25, 10]


async def attempts(
    limiter: RateLimiter, clock: VirtualClock, requests: int, outcome: Outcome | None
) -> list[float]:
    """When each of so many requests at once was let through; each takes a second."""
    began: list[float] = []

    async def one() -> None:
        async with limiter.slot() as slot:
            began.append(clock.monotonic())
            await clock.sleep(1.0)
            slot.outcome = outcome

    await asyncio.gather(*(one() for _ in range(requests)))
    return began


def test_without_headers_the_declared_limit_holds() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=4, seconds=60.0, concurrency=10), clock)
    began = run(clock, attempts(limiter, clock, 10, answer()))
    assert began == [0.0] * 4 + [60.0] * 4 + [120.0] * 2


def test_concurrency_is_limited() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=300, concurrency=3), clock)
    assert run(clock, attempts(limiter, clock, 7, answer())) == [0.0] * 3 + [1.0] * 3 + [2.0]


def test_what_was_never_sent_is_not_counted() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=2, concurrency=2), clock)
    assert run(clock, attempts(limiter, clock, 4, ConnectionFailed()))[-1] == 1.0


def test_what_may_have_been_sent_is_counted() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=2, concurrency=2), clock)
    assert run(clock, attempts(limiter, clock, 4, None))[-1] == 60.0


def test_an_allowance_of_one_goes_on_although_an_answer_comes_after_its_window() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=1, seconds=0.5, concurrency=5), clock)
    began = run(clock, attempts(limiter, clock, 3, answer()))
    assert began[0] == 0.0
    assert len(began) == 3


def test_hold_stops_every_request() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(LIMIT, clock)

    async def story() -> list[float]:
        limiter.hold(42.0)
        limiter.hold(7.0)
        return await attempts(limiter, clock, 3, answer())

    assert run(clock, story()) == [42.0] * 3


class Stopped(VirtualClock):
    """Nobody can wait by it any more, as in a process that is being killed."""

    async def sleep(self, seconds: float) -> None:
        del seconds
        raise RuntimeError("stopped")


def test_a_clock_that_fails_ends_the_wait() -> None:
    """Seed 90008 of the chaos: it was asked again at the same instant, for ever."""
    clock = Stopped()
    limiter = RateLimiter(LIMIT, clock)

    async def story() -> None:
        limiter.hold(42.0)
        async with asyncio.timeout(5), limiter.slot():
            pass

    with pytest.raises(RuntimeError, match="stopped"):
        asyncio.run(story())


def test_first_come_first_served() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=300, concurrency=1), clock)
    order: list[int] = []

    async def one(name: int) -> None:
        await clock.sleep(0.1 * name)
        async with limiter.slot():
            order.append(name)
            await clock.sleep(5.0)

    async def story() -> None:
        await asyncio.gather(*(one(name) for name in range(6)))

    run(clock, story())
    assert order == list(range(6))


@pytest.mark.parametrize("at", [0.5, 5.0])
def test_cancelled_requests_leave_no_trace(at: float) -> None:
    """Whether they hold a turn (the first) or wait for one (the others)."""
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=300, concurrency=1), clock)

    async def one() -> None:
        async with limiter.slot():
            await clock.sleep(4.0)

    async def story() -> list[float]:
        tasks = [asyncio.create_task(one()) for _ in range(3)]
        await clock.sleep(at)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return await attempts(limiter, clock, 1, answer())

    assert run(clock, story()) == [at]


def test_a_slow_answer_costs_one_request_of_its_window_at_the_most() -> None:
    clock = VirtualClock()
    gate = Gate(clock, allowed=10)
    limiter = RateLimiter(LIMIT, clock)

    async def late() -> None:
        async with limiter.slot() as slot:
            slot.outcome = await gate.take(before=0.0, after=61.0)

    async def story() -> None:
        await asyncio.gather(late(), many(limiter, gate, 29, 4))

    run(clock, story())
    assert gate.refused == 0
    # While it is under way nobody can know that it was counted: one is left over, once.
    assert gate.counts == [9, 10, 10, 1]
    assert clock.monotonic() < 3 * 60.0 + 1.0


def test_an_answer_of_the_window_before_does_not_block_the_next() -> None:
    """It says that all is used up, and says it when the new window is not known yet."""
    clock = VirtualClock()
    limiter = RateLimiter(LIMIT, clock)

    async def one(delay: float, lasts: float, count: int, reset: int) -> float:
        await clock.sleep(delay)
        async with limiter.slot() as slot:
            began = clock.monotonic()
            await clock.sleep(lasts)
            headers = {
                "inin-ratelimit-count": str(count),
                "inin-ratelimit-allowed": "10",
                "inin-ratelimit-reset": str(reset),
            }
            slot.outcome = answer(headers=headers)
            return began

    async def story() -> list[float]:
        answers = ((0.0, 0.1, 1, 60), (59.0, 1.5, 10, 1), (61.0, 0.1, 1, 60))
        return list(await asyncio.gather(*(one(*each) for each in answers)))

    assert run(clock, story()) == [0.0, 59.0, 61.0]


def test_a_wait_that_ends_early_leaves_no_timer() -> None:
    clock = VirtualClock()
    limiter = RateLimiter(Limit(allowance=1, concurrency=5), clock)

    async def never_sent() -> None:
        async with limiter.slot() as slot:
            await clock.sleep(1.0)
            slot.outcome = ConnectionFailed()

    async def story() -> int:
        await asyncio.gather(never_sent(), never_sent())
        await clock.sleep(0.0)
        return len(asyncio.all_tasks())

    assert run(clock, story()) == 1
    assert clock.monotonic() == 2.0


def test_an_answer_that_may_be_of_either_window_is_counted_in_the_new() -> None:
    """Until the new window is told, an answer that took a minute may belong to either."""
    window = Window(allowed=10, count=3, ends=160.0, last_end=100.0)
    assert window.learned(Told(9, 10, 1), sent=99.0, now=161.0).count == 4
    told = Window(allowed=10, count=3, ends=160.0, told=True, last_end=100.0)
    assert told.learned(Told(9, 10, 1), sent=99.0, now=150.0) == told
