"""Round after round: when the next one comes, what is told, and what ends it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, pairwise, repeat

import pytest

from tests.fakes import VirtualClock, run
from trunkline.clock import rest
from trunkline.engine.following import Rhythm, Round, follow
from trunkline.engine.health import words
from trunkline.engine.syncing import Synced
from trunkline.errors import (
    ConfigError,
    CostGuard,
    CredentialsError,
    DamagedLake,
    IncompleteData,
    LimitExceeded,
    PermissionMissing,
    ProviderUnreachable,
    TrunklineError,
    UsageError,
)

GOOD = Synced((), 1, 0, 0, 0, 0, 1, (), {})
AWAY = ProviderUnreachable("away")
REFUSED = CredentialsError("refused")
TAKES = 5.0  # seconds of a round

Outcome = Synced | BaseException


class Enough(Exception):
    """Somebody has seen enough."""


class Service:
    """Follows over scripted outcomes; ``drawn`` is what chance says."""

    def __init__(self, *outcomes: Outcome, every: float = 900.0, drawn: float = 1.0) -> None:
        self.clock = VirtualClock()
        self.rhythm = Rhythm(self.clock, every, lambda: drawn)
        self.rounds: list[Round] = []
        self.began: list[datetime] = []
        self._left: Iterator[Outcome] = chain(outcomes, repeat(Enough()))

    async def again(self) -> Synced:
        self.began.append(self.clock.now())
        await self.clock.sleep(TAKES)
        outcome = next(self._left)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def run(self, error: type[BaseException] = Enough) -> list[float]:
        """To the end; the seconds between the end of each round and the next."""
        with pytest.raises(error):
            run(self.clock, follow(self.again, self.rounds.append, self.rhythm))
        return [(b - a).total_seconds() - TAKES for a, b in pairwise(self.began)]


def test_rounds_that_go_well_come_a_little_later_than_days_become_old() -> None:
    assert Service(GOOD, GOOD, GOOD).run() == [901.0] * 3
    assert Service(GOOD, GOOD, every=0).run() == [60.0] * 2


def test_rounds_that_fail_come_less_and_less_often() -> None:
    service = Service(*[AWAY] * 8, GOOD, GOOD)
    waits = service.run()
    assert waits == [60.0, 120.0, 240.0, 480.0, 900.0 + 1, 901.0, 901.0, 901.0, 901.0, 901.0]
    assert Service(*[AWAY] * 7, every=3_600).run()[4:] == [960.0, 1920.0, 3_601.0]
    assert Service(*[AWAY] * 6, every=0).run()[3:] == [480.0, 900.0, 900.0]


def test_chance_takes_up_to_half_of_it() -> None:
    assert Service(AWAY, AWAY, drawn=0.0).run() == [30.0, 60.0]
    assert Service(AWAY, AWAY, drawn=0.5).run() == [45.0, 90.0]


def test_a_day_of_outage_costs_few_rounds() -> None:
    service = Service(*[AWAY] * 200, drawn=0.0)
    service.run()
    first = service.began[0]
    assert sum(at - first < timedelta(days=1) for at in service.began) < 200


def test_the_next_round_comes_not_before_the_provider_asked_for_it() -> None:
    held = ProviderUnreachable("held")
    service = Service(held, GOOD)
    held.retry_after = service.clock.now() + timedelta(hours=2)
    (first, _) = service.run()
    assert service.began[1] >= held.retry_after
    assert first == pytest.approx(7_200 - TAKES + 1)
    passed = ProviderUnreachable("held")
    passed.retry_after = service.clock.now() - timedelta(days=9)
    assert Service(passed).run() == [60.0]


def test_what_was_said_of_an_outage() -> None:
    service = Service(GOOD, *[AWAY] * 12, GOOD, GOOD)
    service.run()
    said = [(over.ended, text) for over in service.rounds if (text := words(over))]
    first, *reminders, last = [text for _, text in said]
    assert first == "away; it is tried again at 2025-03-01T00:16:11Z"
    assert len(reminders) == 2
    assert reminders[0].startswith("8 rounds failed in 1 h 1 min, the last with: away; the next")
    assert last == "well again after 2 h 16 min, in which 12 rounds failed"
    assert all(b - a >= timedelta(hours=1) for (a, _), (b, _) in pairwise(said[:-1]))


def test_another_trouble_is_told_at_once() -> None:
    service = Service(GOOD, AWAY, AWAY, IncompleteData("gaps"), IncompleteData("gaps"), GOOD)
    service.run()
    assert [over.remind for over in service.rounds] == [False, True, False, True, False, False]
    assert service.rounds[-1].healed is not None
    assert service.rounds[-1].healed.rounds == 4


@pytest.mark.parametrize("error", [REFUSED, PermissionMissing("no"), CostGuard("too many")])
def test_what_the_first_round_ends_with_ends_the_service(error: TrunklineError) -> None:
    Service(error).run(type(error))
    Service(AWAY, AWAY, error).run(type(error))


@pytest.mark.parametrize("error", [REFUSED, PermissionMissing("no"), CostGuard("too many")])
def test_a_service_goes_on_when_it_is_refused_for_a_while(error: TrunklineError) -> None:
    service = Service(GOOD, error, error, AWAY, GOOD)
    service.run()
    assert [over.trouble is None for over in service.rounds] == [True, False, False, False, True]


def test_a_client_that_is_refused_for_an_hour_ends_the_service() -> None:
    """The secret it was started with is not the one: started again, it reads the new one."""
    service = Service(GOOD, *[REFUSED] * 50)
    service.run(CredentialsError)
    took = service.clock.now() - service.rounds[1].ended
    assert timedelta(hours=1) <= took < timedelta(hours=1, minutes=16)
    away = Service(GOOD, *[REFUSED, AWAY] * 50)
    away.run()
    assert len(away.rounds) == 101, "it is not known whether it was refused all the time"


def test_a_full_disk_is_waited_for() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/data/x.parquet")
    service = Service(full, LimitExceeded("a step could not be written down"), GOOD)
    service.run()
    assert "/data/x.parquet cannot be written" in (words(service.rounds[0]) or "")
    assert service.rounds[-1].trouble is None


@pytest.mark.parametrize(
    "error",
    [
        DamagedLake("gone"),
        UsageError("no"),
        ConfigError("no"),
        OSError(errno.EIO, "broken"),
        TrunklineError("a defect"),
        KeyError("a defect"),
    ],
)
def test_what_no_waiting_mends_ends_the_service(error: BaseException) -> None:
    Service(GOOD, error).run(type(error))


class Laptop(VirtualClock):
    """Sleeps, or is set, while it waits for the ``nth`` time: its clock on the wall jumps."""

    def __init__(self, nth: int, jump: timedelta) -> None:
        super().__init__()
        self._left, self._jump = nth, jump
        self._jumped = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self._jumped

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        self._left -= 1
        if self._left == 0:
            self._jumped = self._jump


def rested(clock: VirtualClock, seconds: float) -> float:
    run(clock, rest(clock, seconds))
    return clock.monotonic()


def test_a_machine_that_slept_goes_on_within_a_minute() -> None:
    assert rested(Laptop(3, timedelta(hours=9)), 900.0) == 180.0
    assert rested(Laptop(3, timedelta(minutes=2)), 900.0) == 780.0


def test_a_clock_that_is_set_back_lengthens_no_pause() -> None:
    assert rested(Laptop(3, timedelta(days=-400)), 900.0) == 900.0
    assert rested(VirtualClock(), 901.0) == 901.0
    assert rested(VirtualClock(), -3.0) == 0.0
