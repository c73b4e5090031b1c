"""Which outcomes are worth another attempt, and after how long. Pure.

Waits grow exponentially and are drawn from the whole range (full jitter), so that many clients do
not come back at once. A ``Retry-After`` counts where it asks for more: one of 0 would otherwise
make a hot loop. 429 says that the server is well and we are early: it uses up patience but no
attempts. Patience is ten windows of the vendor's rate limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from trunkline.http.message import Outcome, Response, TransportFailure

DAY_SECONDS = 86_400.0  # no quota is longer; what asks for more is believed for a day
TOO_MANY_REQUESTS = 429
REQUEST_TIMEOUT = 408


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to try. Times are in seconds.

    ``attempts`` bounds failures other than 429; ``patience`` bounds the time from the first failure
    to the last attempt, 429 included.
    """

    attempts: int = 6
    patience: float = 600.0
    first_wait: float = 0.5
    longest_wait: float = 30.0


@dataclass(frozen=True, slots=True)
class Tries:
    """What one request has been through.

    ``unknown`` counts the outcomes after which the server may have carried the request out;
    ``since`` is the monotonic time of the first failure.
    """

    exchanges: int = 0
    failures: int = 0
    throttled: int = 0
    unknown: int = 0
    since: float = 0.0

    def after(self, outcome: Outcome, now: float) -> Tries:
        """The record with one more exchange in it, which ended at monotonic time ``now``."""
        if not is_retried(outcome):
            return replace(self, exchanges=self.exchanges + 1)
        throttled = is_throttled(outcome)
        return Tries(
            exchanges=self.exchanges + 1,
            failures=self.failures + (not throttled),
            throttled=self.throttled + throttled,
            unknown=self.unknown + may_have_acted(outcome),
            since=self.since if self.failures or self.throttled else now,
        )


def is_throttled(outcome: Outcome) -> bool:
    """Whether the server only asked to come back later."""
    return isinstance(outcome, Response) and outcome.status == TOO_MANY_REQUESTS


def is_retried(outcome: Outcome) -> bool:
    """Whether the same request can end better: 408, 429, 5xx and failures that pass."""
    if isinstance(outcome, TransportFailure):
        return outcome.passing
    return outcome.status in (REQUEST_TIMEOUT, TOO_MANY_REQUESTS) or outcome.status >= 500


def may_have_acted(outcome: Outcome) -> bool:
    """Whether a request that is about to be repeated may have been carried out already."""
    if isinstance(outcome, TransportFailure):
        return outcome.may_have_acted
    return outcome.status == REQUEST_TIMEOUT or outcome.status >= 500


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` asks for: a number or an HTTP date (RFC 9110, 10.2.3).

    A day at the most; None where there is none or it cannot be read. ``now`` is the server's, where
    that is known: a date is one of its clock.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), DAY_SECONDS)
    instant = http_date(text)
    if instant is None:
        return None
    return min(max(0.0, (instant - now).total_seconds()), DAY_SECONDS)


def http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7) as UTC; None where it cannot be read."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def back_off(policy: RetryPolicy, tried: int, random: Callable[[], float]) -> float:
    """Seconds to wait after the ``tried``-th failure in a row; ``random`` draws from [0, 1)."""
    # The exponent is bounded: 2.0**1024 is no float.
    ceiling = min(policy.longest_wait, policy.first_wait * 2.0 ** min(tried - 1, 64))
    return ceiling * random()


def asked_wait(outcome: Outcome, now: datetime) -> float | None:
    """Seconds the server asks to wait before the next attempt; None if it does not say.

    Its own ``Date``, where there is one, says what it means by a date: either clock may be wrong.
    """
    if not isinstance(outcome, Response):
        return None
    there = http_date(outcome.header("Date") or "")
    return retry_after(outcome.header("Retry-After"), there or now)


def wait_before_next(
    policy: RetryPolicy, tries: Tries, asked: float | None, elapsed: float, drawn: float
) -> float | None:
    """Seconds to wait before another attempt; None if attempts or patience are used up.

    ``asked`` is the server's wish, ``elapsed`` the seconds since the first failure, and ``drawn``
    our own wait: the longer of the two counts.
    """
    if tries.failures >= policy.attempts:
        return None
    wait = max(asked or 0.0, drawn)
    return wait if elapsed + wait <= policy.patience else None
