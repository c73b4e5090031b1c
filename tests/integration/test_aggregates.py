"""Aggregates end to end: the simulator's own account, row by row, however they were fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import VirtualClock, run
from tests.gateway import NOW, SMALL, Site
from tests.integration.test_crashes import Fuse, Killed, KillingTransport
from trunkline.config import Settings
from trunkline.engine import Engine, Options
from trunkline.engine.syncing import Wish
from trunkline.errors import PermissionMissing
from trunkline.http.message import Request, Response
from trunkline_simulator import (
    Client,
    DirectoryChange,
    expected_aggregates,
    expected_evaluations,
    expected_intervals,
    expected_user_intervals,
)
from trunkline_simulator.api.permissions import ALL
from trunkline_simulator.directory import directory
from trunkline_simulator.roster import entities
from trunkline_simulator.settings import Settings as SimSettings
from trunkline_simulator.settings import Shape

BUSY = SimSettings(shape=Shape(seed=5, per_day=60))
WEEK = "interval_start >= '2026-02-01' AND interval_start < '2026-02-08'"
QUESTION = f"SELECT * FROM queue_intervals WHERE {WEEK}"
QUERY = "/api/v2/analytics/conversations/aggregates/query"
Row = dict[str, Any]


KEYS = {
    "queue_intervals": ("queue_id", "media_type"),
    "conversation_aggregates": ("queue_id", "user_id", "media_type", "direction"),
    "user_aggregates": ("user_id", "metric", "qualifier"),
}
TRUTHS: dict[str, Callable[..., list[Row]]] = {
    "queue_intervals": expected_intervals,
    "conversation_aggregates": expected_aggregates,
    "user_aggregates": expected_user_intervals,
}
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 7)


def truth(site: Site, table: str = "queue_intervals", minutes: int = 15) -> list[Row]:
    """What the provider's own account says, seen as the client sees it."""
    named = site.simulation.clients[0].divisions
    every = directory(site.simulation.shape.seed).divisions
    seen = None if named is None else frozenset(one.id for one in every if one.name in named)
    found = TRUTHS[table](site.simulation, FIRST, LAST, site.clock.now(), minutes, seen)
    return sorted(found, key=lambda row: place_of(row, table))


def place_of(row: Row, table: str) -> tuple[str, ...]:
    return *(row[name] or "" for name in KEYS[table]), str(row["interval_start"])


def assert_same(found: list[Row], wanted: list[Row], table: str = "queue_intervals") -> None:
    found = sorted(found, key=lambda row: place_of(row, table))
    assert [place_of(row, table) for row in found] == [place_of(row, table) for row in wanted]
    for row, told in zip(found, wanted, strict=True):
        assert {name: row[name] for name in told} == told


def asked(site: Site) -> Counter[tuple[str, int]]:
    return Counter((path, status) for _, path, status in site.requests if "/analytics/" in path)


@pytest.mark.parametrize("table", list(KEYS))
@pytest.mark.parametrize("simulation", [SMALL, BUSY])
def test_rows_are_what_the_provider_counts(
    tmp_path: Path, simulation: SimSettings, table: str
) -> None:
    site = Site(tmp_path / "data", simulation)
    found = site.query(f"SELECT * FROM {table} WHERE {WEEK}")
    assert len(found) > 50
    assert_same(found, truth(site, table), table)


@pytest.mark.parametrize("minutes", [5, 30, 60])
@pytest.mark.parametrize("table", list(KEYS))
def test_intervals_are_as_long_as_the_setting_says(
    tmp_path: Path, table: str, minutes: int
) -> None:
    site = Site(tmp_path / "data", settings=Settings(aggregate_minutes=minutes))
    found = site.query(f"SELECT * FROM {table} WHERE {WEEK}")
    assert_same(found, truth(site, table, minutes), table)


def test_another_length_makes_held_days_stale(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.prepare(QUESTION)
    site.settings = Settings(aggregate_minutes=30)
    with site.engine() as engine:
        plan = str(engine.explain(QUESTION))
    assert "held in intervals of another length (aggregate_minutes); fetched again" in plan
    assert_same(site.query(QUESTION), truth(site, minutes=30))


def test_a_client_of_one_division_gets_what_it_sees(tmp_path: Path) -> None:
    some = replace(BUSY, clients=(replace(Client(), divisions=frozenset({"EMEA"})),))
    site = Site(tmp_path / "data", some)
    found = site.query(QUESTION)
    assert_same(found, truth(site))
    assert len(found) < len(expected_intervals(BUSY, FIRST, LAST, site.clock.now()))
    assert site.prepare(QUESTION).certificate["divisions"] == ["EMEA"]


@pytest.mark.parametrize(
    ("table", "removed"),
    [
        ("queue_intervals", "analytics:conversationAggregate:view"),
        ("conversation_aggregates", "analytics:conversationAggregate:view"),
        ("evaluation_aggregates", "analytics:evaluationAggregate:view"),
        ("user_aggregates", "analytics:userAggregate:view"),
        ("user_aggregates", "directory:user:view"),
    ],
)
def test_a_missing_permission_is_named_with_its_table(
    tmp_path: Path, table: str, removed: str
) -> None:
    site = Site(tmp_path / "data", replace(SMALL, clients=(Client(permissions=ALL - {removed}),)))
    with pytest.raises(PermissionMissing) as refused:
        site.prepare(f"SELECT * FROM {table} WHERE {WEEK}")
    assert removed in refused.value.message
    assert table in refused.value.message


def test_queues_that_are_gone_keep_their_history(tmp_path: Path) -> None:
    gone = DirectoryChange(datetime(2026, 2, 20, tzinfo=UTC), "queues", 0, "delete")
    site = Site(tmp_path / "data", replace(BUSY, changes=(gone,)))
    assert_same(site.query(QUESTION), truth(site))


def test_a_table_is_synced_by_its_name(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    day = Wish(
        ("user_aggregates",),
        datetime(2026, 2, 1, tzinfo=UTC),
        datetime(2026, 2, 3, tzinfo=UTC),
    )
    site.sync(day)
    assert {path for path, _ in asked(site)} == {"/api/v2/analytics/users/aggregates/query"}
    held = site.query("SELECT dataset, count(*) AS days FROM trunkline.coverage GROUP BY ALL")
    assert held == [{"dataset": "user_aggregates", "days": 2}]


def test_explain_counts_what_is_sent(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with site.engine() as engine:
        plan = engine.explain(QUESTION)
    assert plan.requests == 7
    assert "7 days  missing  asked for directly" in str(plan)
    site.prepare(QUESTION)
    assert asked(site) == {(QUERY, 200): 7}
    with site.engine() as engine:
        assert engine.explain(QUESTION).requests == 0


def test_a_slice_that_is_refused_as_too_large_is_halved(tmp_path: Path) -> None:
    most = 40  # a day has more intervals over all queues
    site = Site(tmp_path / "data", replace(BUSY, aggregate_cells=most))
    assert_same(site.query(QUESTION), truth(site))
    sent = asked(site)
    assert sent[QUERY, 400]
    assert sent[QUERY, 200] > 7


def test_an_interval_that_is_too_long_for_the_endpoint_is_halved(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", replace(SMALL, aggregate_buckets=20))
    assert_same(site.query(QUESTION), truth(site))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [4, 5, 7, 10])
def test_killed_between_slices_it_goes_on_where_it_was(
    tmp_path: Path, at: int, *, after: bool
) -> None:
    site = Site(tmp_path / "data", BUSY)
    dying = partial(KillingTransport, fuse=Fuse(at), after=after)
    with site.engine(dying) as engine, pytest.raises(Killed):
        run(site.clock, engine.prepare(QUESTION, Options(), lambda _: None))
    assert_same(site.query(QUESTION), truth(site))
    assert asked(site)[QUERY, 200] <= 8  # at the most the one that it died of is sent again


def test_they_agree_with_the_metrics_of_the_details(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY)
    totals = "sum(offered), sum(answered), sum(abandoned), sum(t_acd_ms), sum(t_abandon_ms)"
    (counted,) = site.query(f"SELECT {totals} FROM queue_intervals WHERE {WEEK}")
    names = ("nOffered", "tAnswered", "tAbandon")
    counts = ", ".join(f"count(*) FILTER (name = '{name}')" for name in names)
    sums = ", ".join(f"sum(value) FILTER (name = '{name}')" for name in ("tAcd", "tAbandon"))
    (detailed,) = site.query(
        f"SELECT {counts}, {sums} FROM session_metrics"
        " WHERE emit_date >= '2026-02-01' AND emit_date < '2026-02-08'"
    )
    assert [Decimal(n) for n in counted.values()] == [Decimal(n) for n in detailed.values()]


def test_a_days_coverage_and_certificate_are_its_own(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    certificate = site.prepare(QUESTION).certificate
    assert certificate["complete"]
    assert certificate["records"] == {"queue_intervals": len(truth(site))}
    assert certificate["rows_landed"] == {"queue_intervals": len(truth(site))}
    held = site.query("SELECT dataset, count(*) AS days FROM trunkline.coverage GROUP BY ALL")
    assert held == [{"dataset": "queue_intervals", "days": 7}]


SOME = replace(SMALL, shape=replace(SMALL.shape, users=130))
TWO_DAYS = "interval_start >= '2026-02-01' AND interval_start < '2026-02-03'"
USERS = f"SELECT * FROM user_aggregates WHERE {TWO_DAYS}"


@pytest.mark.parametrize("at", [4, 5, 7, 8])
def test_killed_between_hundreds_of_users_it_goes_on_where_it_was(tmp_path: Path, at: int) -> None:
    site = Site(tmp_path / "data", SOME)
    dying = partial(KillingTransport, fuse=Fuse(at), after=True)
    with site.engine(dying) as engine, pytest.raises(Killed):
        run(site.clock, engine.prepare(USERS, Options(), lambda _: None))
    found = site.query(USERS)
    wanted = expected_user_intervals(SOME, FIRST, date(2026, 2, 2), site.clock.now())
    wanted.sort(key=lambda row: place_of(row, "user_aggregates"))
    assert_same(found, wanted, "user_aggregates")
    lists = sum(path == "/api/v2/users" for _, path, _ in site.requests)
    slices = sum(path.endswith("/users/aggregates/query") for _, path, _ in site.requests)
    # The list has two pages, and is read twice, by each of the two processes.
    assert (lists, slices) in {(8, 4), (8, 5), (5, 4), (6, 4), (7, 4)}


class Renaming:
    """A transport that renames a user of the last page so as to come first, after one answer."""

    def __init__(self, within: Any, site: Site, after: int) -> None:
        self.within, self.site, self.left = within, site, after

    async def send(self, request: Request, timeout: float) -> Response:
        answer: Response = await self.within.send(request, timeout)
        if "/api/v2/users?" in request.url:
            self.left -= 1
        if self.left == 0:
            self.left = -1
            last = max(entities(self.site.simulation, "users", NOW), key=itemgetter("name"))
            place = [user["id"] for user in entities(SOME, "users", NOW)].index(last["id"])
            renamed = DirectoryChange(self.site.clock.now(), "users", place, "rename", "AAA")
            simulation = replace(self.site.simulation, changes=(renamed,))
            self.site.simulator.settings = self.site.simulation = simulation
        return answer

    async def close(self) -> None:
        await self.within.close()


@pytest.mark.parametrize("table", ["user_aggregates", "user_observations"])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_user_who_moves_to_a_page_that_was_read_is_asked_for(
    tmp_path: Path, table: str, after: int
) -> None:
    """The list is by name: with another name somebody of its last page comes on the first."""
    site = Site(tmp_path / "data", SOME)
    where = f" WHERE {TWO_DAYS}" if table == "user_aggregates" else ""
    sql = f"SELECT DISTINCT user_id FROM {table}{where}"
    with site.engine(partial(Renaming, site=site, after=after)) as engine:
        prepared = run(site.clock, engine.prepare(sql, Options(), lambda _: None))
        with engine.answer(prepared) as answer:
            found = {row["user_id"] for batch in answer.batches for row in batch.to_pylist()}
    assert site.simulation.changes
    assert found == {user["id"] for user in entities(SOME, "users", NOW)}


def test_a_clock_that_is_ahead_makes_no_day_final(tmp_path: Path) -> None:
    """The provider tells its time: what is to come by it is not fetched, nor held for good."""
    telling = replace(BUSY, tells_time=True)
    site, late = Site(tmp_path / "data", telling), timedelta(days=5)
    question = "SELECT * FROM queue_intervals WHERE interval_start >= '2026-03-09'"
    with site.engine() as right:
        wrong = Engine(right.settings, replace(right.seams, clock=Ahead(site.clock, late)))
        prepared = run(site.clock, wrong.prepare(question, Options(), lambda _: None))
        wrong.close()
    intervals = prepared.certificate["intervals"]["queue_intervals"]
    assert not prepared.certificate["complete"]
    assert intervals["missing"][0].startswith("2026-03-10T09:30:0")
    site.wait(days=1)
    now = site.clock.now()
    found = site.query(f"{question} AND interval_start < '2026-03-11'")
    wanted = expected_intervals(telling, date(2026, 3, 9), date(2026, 3, 10), now)
    assert_same(found, sorted(wanted, key=lambda row: place_of(row, "queue_intervals")))


@dataclass(frozen=True, slots=True)
class Ahead:
    """A clock that is ahead of another."""

    inner: VirtualClock
    by: timedelta

    def now(self) -> datetime:
        return self.inner.now() + self.by

    def monotonic(self) -> float:
        return self.inner.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.inner.sleep(seconds)


def test_explain_counts_the_list_of_users_too(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    with site.engine() as engine:
        plan = engine.explain(USERS)
    site.prepare(USERS)
    lists = sum(path == "/api/v2/users" for _, path, _ in site.requests)
    assert plan.requests == lists + sum(asked(site).values()) == 3


def test_explain_counts_every_hundred_of_the_users_that_are_held(tmp_path: Path) -> None:
    """Before the list is held it can count one page of it, and says so."""
    site = Site(tmp_path / "data", replace(SOME, shape=replace(SOME.shape, users=250)))
    with site.engine() as engine:
        before = engine.explain(USERS)
        now = engine.explain("SELECT * FROM user_observations")
    assert "Nothing held tells how many there are" in str(before)
    assert "`trunkline sync users` tells" in str(before)
    assert now.requests == 2
    site.query("SELECT * FROM users")
    with site.engine() as engine:
        after = engine.explain(USERS)
        now = engine.explain("SELECT * FROM user_observations")
    assert "by 100 users at a time: 250 of them are held" in str(after)
    asked_before = len(site.requests)
    site.prepare(USERS)
    sent = [path for _, path, _ in site.requests[asked_before:] if "token" not in path]
    asked_for = [path for path in sent if path.endswith(("/users", "/aggregates/query"))]
    assert after.requests == len(asked_for) > before.requests
    asked_before = len(site.requests)
    site.prepare("SELECT * FROM user_observations")
    sent = [path for _, path, _ in site.requests[asked_before:] if "/users" in path]
    assert now.requests == len(sent) == 9  # three pages, told twice, and three hundreds


QUARTER = "interval_start >= '2025-11-01' AND interval_start < '2026-02-01'"
SEEN = SimSettings(shape=Shape(seed=5, per_day=25))
JUDGED = ("evaluator_id", "user_id", "queue_id", "form_id", "interval_start")


def judged(row: Row) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in JUDGED)


@pytest.mark.parametrize(("minutes", "hostile"), [(15, False), (60, True)])
def test_evaluations_are_what_the_provider_counts(
    tmp_path: Path, minutes: int, *, hostile: bool
) -> None:
    simulation = replace(SEEN, shape=replace(SEEN.shape, hostile=hostile))
    site = Site(tmp_path / "data", simulation, Settings(aggregate_minutes=minutes))
    with site.engine() as engine:
        plan = engine.explain(f"SELECT * FROM evaluation_aggregates WHERE {QUARTER}")
    found = site.query(f"SELECT * FROM evaluation_aggregates WHERE {QUARTER}")
    first, last = date(2025, 11, 1), date(2026, 1, 31)
    wanted = expected_evaluations(simulation, first, last, site.clock.now(), minutes)
    assert len(wanted) > 50
    assert sum(row["n_evaluations_rescored"] or 0 for row in wanted)
    for have, row in zip(sorted(found, key=judged), sorted(wanted, key=judged), strict=True):
        assert {name: have[name] for name in row} == row
    (sent,) = (count for (path, _), count in asked(site).items() if "/evaluations/" in path)
    assert plan.requests == sent == 15  # a week each


def test_evaluations_of_a_division_are_those_that_the_client_sees(tmp_path: Path) -> None:
    some = replace(SEEN, clients=(replace(Client(), divisions=frozenset({"EMEA"})),))
    site = Site(tmp_path / "data", some)
    counts = f"SELECT sum(n_evaluations) AS n FROM evaluation_aggregates WHERE {QUARTER}"
    (found,) = site.query(counts)
    emea = {one.id for one in directory(SEEN.shape.seed).divisions if one.name == "EMEA"}
    first, last = date(2025, 11, 1), date(2026, 1, 31)
    seen = expected_evaluations(some, first, last, site.clock.now(), divisions=frozenset(emea))
    everything = expected_evaluations(some, first, last, site.clock.now())
    assert found["n"] == sum(row["n_evaluations"] for row in seen)
    assert 0 < found["n"] < sum(row["n_evaluations"] for row in everything)
