"""One exchange, the report of it, and its repetition until it ends or patience does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import random as system_random

from trunkline.clock import Clock
from trunkline.errors import TrunklineError
from trunkline.http.message import Outcome, Request, Response, Transport, TransportFailure
from trunkline.http.refusal import word
from trunkline.http.retry import (
    RetryPolicy,
    Tries,
    asked_wait,
    back_off,
    is_retried,
    is_throttled,
    may_have_acted,
    wait_before_next,
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """The report of one exchange. ``path`` is the template: no ids, no query.

    Either ``status`` or ``failure`` (a kind of TransportFailure) is set. ``waited`` is the seconds
    before it was sent (rate limit and back-off), ``seconds`` its own duration, ``received`` its
    bytes on the wire, ``attempt`` counts from 1. ``ambiguous``: it must not be repeated, and may
    have been carried out although it ended badly. ``correlation_id`` is the provider's name for it.
    ``asked_wait`` is the seconds for which the provider asks to be left alone.
    """

    method: str
    path: str
    status: int | None
    failure: str | None
    waited: float
    seconds: float
    received: int
    attempt: int
    ambiguous: bool = False
    correlation_id: str | None = None
    asked_wait: float | None = None


Observer = Callable[[Exchange], None]


def ignore(_: Exchange) -> None:
    """The observer that looks away."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What repeating needs beside the request: the time, when to stop, and chance in [0, 1)."""

    clock: Clock
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    random: Callable[[], float] = system_random

    def left(self, tries: Tries) -> float:
        """Seconds that a request which has been through this may still take."""
        if not (tries.failures or tries.throttled):
            return self.policy.patience
        return max(0.0, self.policy.patience - (self.clock.monotonic() - tries.since))


def report(  # noqa: PLR0913 (the last three are by name)
    method: str,
    path: str,
    outcome: Outcome,
    times: tuple[float, float, float],
    attempt: int,
    *,
    idempotent: bool = True,
    correlation_header: str = "",
    asked: float | None = None,
) -> Exchange:
    """The report; ``times`` are the monotonic instants it was wanted, sent and over."""
    answer = outcome if isinstance(outcome, Response) else None
    wanted, sent, over = times
    return Exchange(
        method=method,
        path=path,
        status=answer.status if answer else None,
        failure=outcome.kind if isinstance(outcome, TransportFailure) else None,
        waited=sent - wanted,
        seconds=over - sent,
        received=answer.received if answer else 0,
        attempt=attempt,
        ambiguous=not idempotent and is_retried(outcome) and may_have_acted(outcome),
        correlation_id=word(answer.header(correlation_header)) if answer else None,
        asked_wait=asked if is_throttled(outcome) else None,
    )


async def send_once(transport: Transport, request: Request, timeout: float) -> Outcome:
    """One exchange; a failure is a value here."""
    try:
        return await transport.send(request, timeout)
    except TransportFailure as failure:
        return failure


async def repeat(
    send: Callable[[Tries], Awaitable[Outcome]],
    patience: Patience,
    hold: Callable[[float], None],
    tries: Tries,
) -> tuple[Outcome, Tries]:
    """Send until the outcome is not worth repeating, or patience ends; the last outcome.

    ``send`` gets what the request has been through; ``hold`` is told the seconds after each 429,
    also where they are more than this request waits. An error that ``send`` raises carries the
    attempts before it whose outcome is unknown.
    """
    while True:
        try:
            outcome = await send(tries)
        except TrunklineError as error:
            error.unknown = tries.unknown
            raise
        tries = tries.after(outcome, patience.clock.monotonic())
        if not is_retried(outcome):
            return outcome, tries
        asked = asked_wait(outcome, patience.clock.now())
        drawn = back_off(patience.policy, tries.failures + tries.throttled, patience.random)
        if is_throttled(outcome):
            hold(max(asked or 0.0, drawn))
        elapsed = patience.clock.monotonic() - tries.since
        wait = wait_before_next(patience.policy, tries, asked, elapsed, drawn)
        if wait is None:
            return outcome, tries
        await patience.clock.sleep(wait)
