"""Guesses wait, others do not; keys of sessions are the sessions' own."""

from __future__ import annotations

from dataclasses import dataclass, field

from trunkline.servers.postgres.server.cancelling import Cancelling
from trunkline.servers.postgres.server.guard import HALVED_EVERY, MOST_KNOWN, Guard


@dataclass
class Tries:
    now: float = 0.0
    guard: Guard = field(init=False)

    def __post_init__(self) -> None:
        self.guard = Guard(lambda: self.now)

    def fail(self, address: str = "192.0.2.1", user: str = "ann") -> float:
        attempt = self.guard.begin(address, user)
        self.guard.failed(address, user, attempt)
        return attempt.wait


def test_three_guesses_are_free_and_then_each_waits_twice_as_long() -> None:
    tries = Tries()
    assert [tries.fail() for _ in range(9)] == [0, 0, 0, 0.5, 1, 2, 4, 8, 10]


def test_a_user_is_guarded_from_many_addresses_and_less_long() -> None:
    tries = Tries()
    waits = [tries.fail(f"192.0.2.{number}") for number in range(9)]
    assert waits == [0, 0, 0, 0.5, 1, 2, 4, 4, 4]


def test_an_address_is_held_back_whatever_the_user() -> None:
    tries = Tries()
    assert [tries.fail(user=f"user{number}") for number in range(5)] == [0, 0, 0, 0.5, 1]
    assert tries.guard.begin("192.0.2.9", "somebody").wait == 0


def test_many_at_once_are_no_way_around() -> None:
    tries = Tries()
    tries.fail()
    waits = [tries.guard.begin("192.0.2.1", "ann").wait for _ in range(6)]
    assert waits == [0, 0, 0.5, 1, 2, 4]


def test_many_at_once_who_know_the_password_wait_for_nobody() -> None:
    tries = Tries()
    attempts = [tries.guard.begin("192.0.2.1", "ann") for _ in range(64)]
    for attempt in attempts:
        tries.guard.passed("192.0.2.1", "ann", attempt)
    assert {attempt.wait for attempt in attempts} == {0}


def test_who_knows_one_password_does_not_guess_others_faster() -> None:
    tries = Tries()
    for _ in range(5):
        tries.fail()
        own = tries.guard.begin("192.0.2.1", "mallory")
        tries.guard.passed("192.0.2.1", "mallory", own)
    assert tries.fail() == 2


def test_failures_are_forgotten_with_time() -> None:
    tries = Tries()
    for _ in range(6):
        tries.fail()
    tries.now += HALVED_EVERY
    assert tries.guard.begin("192.0.2.1", "ann").wait == 0.5
    tries.now += 10 * HALVED_EVERY
    assert tries.guard.begin("192.0.2.1", "ann").wait == 0


def test_what_is_known_is_bounded() -> None:
    tries = Tries()
    for number in range(MOST_KNOWN):
        tries.fail(f"address {number}", f"user {number}")
    assert len(tries.guard._known) == MOST_KNOWN


def test_a_session_is_stopped_by_its_own_number_and_secret() -> None:
    cancelling, stopped = Cancelling(), list[str]()
    first = cancelling.enter(lambda: stopped.append("first"))
    second = cancelling.enter(lambda: stopped.append("second"))
    assert first[0] != second[0]
    cancelling.cancel(first[0], first[1] ^ 1)
    cancelling.cancel(first[0], second[1] if second[1] != first[1] else second[1] ^ 1)
    assert stopped == []
    cancelling.cancel(*second)
    assert stopped == ["second"]
    cancelling.leave(second[0])
    cancelling.cancel(*second)
    assert stopped == ["second"]
