"""What is tried again, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.fakes import answer
from trunkline.http.message import (
    BodyTruncated,
    CertificateRefused,
    ConnectionFailed,
    ConnectionLost,
    Outcome,
    TimedOut,
)
from trunkline.http.retry import (
    RetryPolicy,
    Tries,
    asked_wait,
    back_off,
    is_retried,
    may_have_acted,
    retry_after,
    wait_before_next,
)

NOW = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "retried", "acted"),
    [
        (answer(200), False, False),
        (answer(400), False, False),
        (answer(401), False, False),
        (answer(403), False, False),
        (answer(404), False, False),
        (answer(408), True, True),
        (answer(409), False, False),
        (answer(429), True, False),
        (answer(500), True, True),
        (answer(502), True, True),
        (answer(503), True, True),
        (answer(504), True, True),
        (ConnectionFailed(), True, False),
        (CertificateRefused(), False, False),
        (ConnectionLost(), True, True),
        (BodyTruncated(), True, True),
        (TimedOut(), True, True),
    ],
)
def test_outcomes(outcome: Outcome, retried: bool, acted: bool) -> None:
    assert is_retried(outcome) is retried
    assert may_have_acted(outcome) is acted


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("42", 42.0),
        (" 0 ", 0.0),
        ("Sat, 01 Mar 2025 12:00:30 GMT", 30.0),
        ("Sat, 01 Mar 2025 11:00:00 GMT", 0.0),
        ("Sat, 01 Mar 2025 12:00:30 -0000", 30.0),
        ("-5", None),
        ("Sat, 01 Mar 2025 12:00:30 +999999999999999999", None),
        ("soon", None),
        ("86400", 86_400.0),
        ("864000", 86_400.0),
        ("1000000000000", 86_400.0),
        ("9" * 400, 86_400.0),
        ("1e12", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("\u0661\u0662", None),
        ("", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize("date", ["Sat, 01 Mar 2025 09:00:00 GMT", "Sat, 01 Mar 2025 15:00:00 GMT"])
def test_a_date_is_one_of_the_servers_clock(date: str) -> None:
    """Ours is three hours fast or slow."""
    hour = date[17:19]
    headers = {"Date": date, "Retry-After": f"Sat, 01 Mar 2025 {hour}:00:30 GMT"}
    assert asked_wait(answer(429, headers=headers), NOW) == 30.0
    assert asked_wait(answer(429, headers=headers | {"Retry-After": "7"}), NOW) == 7.0
    assert asked_wait(answer(429, headers=headers | {"Date": "?"}), NOW) in (0.0, 10_830.0)


def test_back_off_doubles_up_to_its_ceiling() -> None:
    policy = RetryPolicy(first_wait=0.5, longest_wait=30.0)
    assert [back_off(policy, n, lambda: 1.0) for n in (1, 2, 3, 7, 8, 5000)] == [
        0.5, 1.0, 2.0, 30.0, 30.0, 30.0,
    ]  # fmt: skip


def test_back_off_draws_from_the_whole_range() -> None:
    assert back_off(RetryPolicy(first_wait=8.0), 1, lambda: 0.25) == 2.0


def test_attempts_are_bounded() -> None:
    policy = RetryPolicy(attempts=3)
    assert wait_before_next(policy, Tries(failures=2), None, 0.0, 1.0) == 1.0
    assert wait_before_next(policy, Tries(failures=3), None, 0.0, 1.0) is None


@pytest.mark.parametrize(
    ("asked", "drawn", "wait"),
    [(None, 7.0, 7.0), (0.0, 7.0, 7.0), (6.0, 7.0, 7.0), (8.0, 7.0, 8.0)],
)
def test_a_server_may_ask_for_more_and_not_for_less(
    asked: float | None, drawn: float, wait: float
) -> None:
    assert wait_before_next(RetryPolicy(), Tries(throttled=1), asked, 0.0, drawn) == wait


def test_throttling_uses_patience_and_no_attempts() -> None:
    policy = RetryPolicy(attempts=3, patience=100.0)
    assert wait_before_next(policy, Tries(throttled=50), 40.0, 60.0, 0.0) == 40.0
    assert wait_before_next(policy, Tries(throttled=50), 41.0, 60.0, 0.0) is None


def test_patience_counts_from_the_first_failure() -> None:
    tries = Tries().after(answer(500), 10.0).after(answer(429), 20.0).after(ConnectionLost(), 30.0)
    assert tries == Tries(exchanges=3, failures=2, throttled=1, unknown=2, since=10.0)
