"""``sync --follow`` against the simulator, for days, on a virtual clock."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.process import Process, connecting, running
from tests.fakes import run
from tests.gateway import SMALL, Site, same_rows
from tests.integration.test_sync import FEBRUARY
from trunkline.config import Settings
from trunkline.engine import Engine, Options
from trunkline.engine.following import Rhythm, Round, follow
from trunkline.engine.health import health_of
from trunkline.engine.standing import standing
from trunkline.engine.syncing import Synced, Wish
from trunkline.errors import (
    CredentialsError,
    DamagedLake,
    LimitExceeded,
    ProviderUnreachable,
)
from trunkline.http.message import Request, Response, Transport
from trunkline_simulator.settings import Fault, Shape

FOLLOW = Wish(follow=True)
HOUR = timedelta(hours=1)
EARLY, LATE = 60, 150  # rounds of half an hour; 500 were seen to be no different


class Enough(Exception):
    """Somebody has seen enough."""


def followed(
    site: Site,
    rounds: int,
    each: Callable[[Round], None] = lambda _: None,
    error: type[BaseException] = Enough,
    *,
    options: Options | None = None,
    wrap: Callable[[Any], Any] = lambda transport: transport,
) -> list[Round]:
    """Follow for so many rounds, or until an error ends it."""
    told: list[Round] = []

    def hear(over: Round) -> None:
        told.append(over)
        each(over)
        if len(told) == rounds:
            raise Enough

    with site.engine(wrap) as engine:
        every = engine.settings.refresh_time.total_seconds()

        async def again() -> Synced:
            return await engine.sync(FOLLOW, options or Options(), lambda _: None)

        rhythm = Rhythm(site.clock, every, engine.seams.random)
        with pytest.raises(error):
            run(site.clock, follow(again, hear, rhythm))
    return told


def test_follow_keeps_the_last_days_fresh(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    rounds = followed(site, 4)
    done = [over.done for over in rounds if over.done]
    assert len(done) == 4
    assert done[0].days == 8, "seven days and today"
    # Of those only what is not final is fetched again: 7 to 10 March, six hours behind.
    assert [what.days for what in done[1:]] == [4, 4, 4]
    waits = [b.ended - a.ended for a, b in pairwise(rounds)]
    assert all(timedelta(minutes=15) < wait < timedelta(minutes=16) for wait in waits)
    question = "SELECT * FROM conversations WHERE conversation_start >= '2026-03-03'"
    before = len(site.requests)
    found = site.query(question, Options(covered=True))
    assert len(site.requests) == before
    assert {row["conversation_id"] for row in found} <= {
        row["conversation_id"]
        for row in site.truth("conversations", date(2026, 3, 3), date(2026, 3, 10))
    }


def test_follow_keeps_to_open_conversations_of_older_days(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    with site.engine() as engine:
        old = {r.start.date() for r in engine.lake.catalogue.fresh.open_records("genesys")}
    assert min(old) < date(2026, 2, 20)
    site.wait(minutes=20)
    (over,) = followed(site, 1)
    assert over.done is not None
    assert {day for interval in over.done.intervals for day in interval.days()} >= old
    assert over.done.certificate["reopened"]["asked"] > 0
    assert str(over.done).split(":")[0].endswith("2026-03-03 to 2026-03-10")


def away(site: Site, kind: str = "reset-before") -> None:
    """From now on nothing comes from the provider, a token included."""
    faults = tuple(Fault(match, kind, times=0) for match in ("* /api/*", "POST /oauth/token"))  # type: ignore[arg-type]
    site.simulate(replace(SMALL, faults=faults))


@pytest.mark.parametrize("kind", ["reset-before", "503"])
def test_an_outage_of_eight_hours_costs_few_requests_and_nothing_else(
    tmp_path: Path, kind: str
) -> None:
    site = Site(tmp_path / "data")
    marks: dict[str, tuple[datetime, int]] = {}

    def each(over: Round) -> None:
        now = site.clock.now()
        if "began" not in marks:
            marks["began"] = now, len(site.requests)
            away(site, kind)
        elif "ended" not in marks and now - marks["began"][0] > 8 * HOUR:
            marks["ended"] = now, len(site.requests)
            site.simulate(SMALL)
        elif over.healed:
            raise Enough

    rounds = followed(site, 1_000, each)
    (began, before), (ended, after) = marks["began"], marks["ended"]
    failed = sum(over.trouble is not None for over in rounds)
    assert 30 < failed < 50
    assert after - before <= 6 * failed, "six attempts of one request a round"
    assert sum(over.remind for over in rounds) in (7, 8), "when it began, and each hour or so"
    healed = rounds[-1].healed
    assert healed is not None
    assert healed.rounds == failed
    assert rounds[-1].ended - ended < timedelta(minutes=17)
    assert ended - began > 8 * HOUR
    days = "conversation_start >= '2026-03-03' AND conversation_start < '2026-03-07'"
    found = site.query(f"SELECT * FROM session_metrics WHERE {days}", Options(covered=True))
    truth = site.truth("session_metrics", date(2026, 3, 3), date(2026, 3, 6))
    same_rows("session_metrics", found, truth)


def test_a_provider_that_names_a_time_is_not_asked_before(tmp_path: Path) -> None:
    fault = Fault("GET */availability", "429", nth=2, seconds=7200)
    site = Site(tmp_path / "data", replace(SMALL, faults=(fault,)))
    sent: list[datetime] = []

    def noting(transport: Transport) -> Transport:
        return _Noting(transport, lambda: sent.append(site.clock.now()))

    good, held, well = followed(site, 3, wrap=noting)
    assert held.trouble is not None
    assert isinstance(held.trouble.error, ProviderUnreachable)
    asked = held.trouble.error.retry_after
    assert asked is not None
    assert asked - held.ended == 2 * HOUR
    assert asked < held.next_at < asked + timedelta(seconds=5)
    assert well.done is not None
    assert min(at for at in sent if at > held.ended) >= asked
    assert good.done is not None


class _Noting:
    """A transport of which is told when something is sent."""

    def __init__(self, transport: Transport, note: Callable[[], None]) -> None:
        self._transport = transport
        self._note = note

    async def send(self, request: Request, timeout: float) -> Response:
        self._note()
        return await self._transport.send(request, timeout)

    async def close(self) -> None:
        await self._transport.close()


def test_credentials_that_are_refused_at_first_end_it(tmp_path: Path) -> None:
    refused = Fault("POST /oauth/token", "401", times=0)
    site = Site(tmp_path / "data", replace(SMALL, faults=(refused,)))
    assert followed(site, 5, error=CredentialsError) == []


def test_credentials_that_are_refused_for_a_while_cost_some_rounds(tmp_path: Path) -> None:
    fault = Fault("POST /oauth/token", "401", nth=2, times=3)
    site = Site(tmp_path / "data", replace(SMALL, faults=(fault,)))
    rounds = followed(site, 5)
    assert [over.trouble is None for over in rounds] == [True, False, False, False, True]


@pytest.mark.parametrize("more", [0, 3, 12])
def test_a_full_disk_is_waited_for(tmp_path: Path, more: int) -> None:
    """Full for two rounds, from the begin of one or in the middle of it."""
    site = Site(tmp_path / "data")
    process = Process(site.home)
    told: list[Round] = []
    settings, seams = site.world()
    engine = Engine(settings, replace(seams, connect=connecting(process)))

    def hear(over: Round) -> None:
        told.append(over)
        process.full_after = process.written + more if len(told) < 3 else None
        standing(engine.parts, FOLLOW, over.ended)
        if len(told) == 4:
            raise Enough

    rhythm = Rhythm(site.clock, 900.0, seams.random)

    async def again() -> Synced:
        return await engine.sync(FOLLOW, Options(tail=False), lambda _: None)

    with running(process), pytest.raises(Enough):
        run(site.clock, follow(again, hear, rhythm))
    engine.close()
    assert [over.trouble is None for over in told] == [True, False, False, True]
    for over in told[1:3]:
        assert over.trouble is not None
        assert isinstance(over.trouble.error, LimitExceeded)
    days = "conversation_start >= '2026-03-03' AND conversation_start < '2026-03-10'"
    found = site.query(f"SELECT * FROM session_metrics WHERE {days}", Options(covered=True))
    truth = site.truth("session_metrics", date(2026, 3, 3), date(2026, 3, 9))
    same_rows("session_metrics", found, truth)


def test_a_damaged_lake_ends_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")

    def spoil(_: Round) -> None:
        raise DamagedLake("a file is gone")

    followed(site, 5, spoil, DamagedLake)


def test_health_follows_the_watermark_and_the_tail(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    (over,) = followed(site, 1)
    with site.engine() as engine:
        held = standing(engine.parts, FOLLOW, over.ended)
        still_open = engine.lake.catalogue.fresh.open_records("genesys")
    lag = timedelta(seconds=SMALL.lag_seconds)
    assert held.complete_to is not None
    assert timedelta(0) <= over.ended - lag - held.complete_to < timedelta(minutes=1)
    assert held.tail_to is not None
    assert timedelta(0) <= over.ended - held.tail_to < timedelta(minutes=1)
    assert held.open == len(still_open)
    assert f"{held.open} conversations open" in str(health_of(over, held, 901.0))


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def rows(site: Site, database: str, table: str) -> int:
    with sqlite3.connect(site.home / database) as db:
        count = int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    db.close()
    return count


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files by /proc")
def test_nothing_grows_without_bound(tmp_path: Path) -> None:
    """Three days of rounds, in which days become final; the journal keeps one of them."""
    simulation = replace(SMALL, shape=Shape(per_day=1), lag_seconds=3600)
    settings = Settings(refresh_after=1_800, keep_history=1, settle=3_600)
    site = Site(tmp_path / "data", simulation, settings)
    found: dict[int, tuple[int, int, int]] = {}
    number = 0

    def each(_: Round) -> None:
        nonlocal number
        number += 1
        assert len(asyncio.all_tasks()) == 1, "the rounds themselves"
        if number in (EARLY, LATE):
            gc.collect()
            journal = rows(site, "jobs.sqlite", "runs"), rows(site, "jobs.sqlite", "requests")
            found[number] = (open_files(), *journal)

    rounds = followed(site, LATE, each, options=Options(tail=False))
    assert all(over.done for over in rounds)
    (files, runs, requests), (later, runs_later, requests_later) = found[EARLY], found[LATE]
    assert later <= files
    assert runs_later <= runs + 1, "a day of rounds"
    assert runs < 60
    assert requests_later < requests * 1.2
