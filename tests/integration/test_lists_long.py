"""Lists of many pages: how many requests they take, and those that are told only up to a window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import NOW, SMALL, MemoryTransport, Site
from trunkline.engine import Options
from trunkline.engine.syncing import Wish
from trunkline.http.message import Request, Response
from trunkline_simulator.roster import entities, members
from trunkline_simulator.settings import DirectoryChange, Shape

QUEUES = "SELECT name FROM queues WHERE deleted_at IS NULL"
USERS = "SELECT user_id, state, deleted_at FROM users"
Change = tuple[int, str, str]


def asked(site: Site, end: str) -> int:
    return sum(path.endswith(end) for _, path, _ in site.requests)


def of_size(path: Path, users: int = 30, queues: int = 9, **more: Any) -> Site:
    shape = Shape(per_day=4, users=users, queues=queues)
    return Site(path / "data", replace(SMALL, shape=shape, **more))


def test_members_of_many_queues_take_hardly_more_than_one_reading(tmp_path: Path) -> None:
    """Not two of each, which were certain as well."""
    site = of_size(tmp_path, users=1_500, queues=40)
    site.sync(Wish(tables=("queue_members",)))
    counts = [
        len(members(site.simulation, one["id"], NOW))
        for one in entities(site.simulation, "queues", NOW)
    ]
    once = sum(-(-count // 100) for count in counts)
    assert min(counts) > 200
    assert once <= asked(site, "/members") < 1.2 * once
    (row,) = site.query("SELECT count(*) AS n FROM queue_members", Options(covered=True))
    assert row["n"] == sum(counts)


class Meanwhile:
    """Answers of the simulator of now, and what happens behind some of them."""

    def __init__(self, site: Site, end: str, after: dict[int, Callable[[], None]]) -> None:
        self.site, self.end, self.after, self.answers = site, end, after, 0

    async def send(self, request: Request, timeout: float) -> Response:
        transport = MemoryTransport(self.site.simulator, self.site.clock)
        answer = await transport.send(request, timeout)
        if self.end in request.url:
            self.answers += 1
            self.after.get(self.answers, lambda: None)()
        return answer

    async def close(self) -> None:
        return None


def happens(site: Site, table: str, *changes: Change) -> Callable[[], None]:
    def now() -> None:
        at = site.clock.now() - timedelta(seconds=1)
        made = [DirectoryChange(at, table, place, kind, to) for place, kind, to in changes]  # type: ignore[arg-type]
        site.simulate(replace(site.simulation, changes=(*site.simulation.changes, *made)))

    return now


def query(site: Site, sql: str, end: str, after: dict[int, Callable[[], None]]) -> Any:
    with site.engine(lambda _: Meanwhile(site, end, after)) as engine:
        prepared = run(site.clock, engine.prepare(sql, Options(), lambda _: None))
        with engine.answer(prepared) as answer:
            return [row for batch in answer.batches for row in batch.to_pylist()]


def order(site: Site) -> list[int]:
    """The places of the queues in the order in which they are told."""
    found = entities(site.simulation, "queues", site.clock.now())
    return sorted(range(len(found)), key=lambda place: (found[place]["name"], found[place]["id"]))


FIRST, LAST = "first", "last"
EVENTS = {
    "one goes": [(FIRST, "delete", "")],
    "one goes and one comes": [(FIRST, "delete", ""), (LAST, "add", "")],
    "to the front": [(LAST, "rename", "AAA")],
    "to the end": [(FIRST, "rename", "ZZZ")],
    "to the end and gone": [(FIRST, "rename", "ZZZ"), (LAST, "delete", "")],
}


@pytest.mark.parametrize("after", [1, 2, 3])
@pytest.mark.parametrize("what", EVENTS)
def test_what_happens_between_two_pages_loses_nobody(tmp_path: Path, what: str, after: int) -> None:
    site = of_size(tmp_path, queues=60, list_rows=20)
    places = order(site)
    ends = {FIRST: places[0], LAST: places[-1]}
    changes = [(ends[whom], kind, to) for whom, kind, to in EVENTS[what]]
    if any(kind == "add" for _, kind, _ in changes):
        happens(site, "queues", (places[-1], "delete", ""))()
    query(site, "SELECT * FROM divisions", "nothing", {})
    found = query(site, QUEUES, "/routing/queues", {after: happens(site, "queues", *changes)})
    there = Counter(one["name"] for one in entities(site.simulation, "queues", site.clock.now()))
    assert Counter(row["name"] for row in found) == there


def test_a_list_that_stands_still_is_read_once(tmp_path: Path) -> None:
    site = of_size(tmp_path, queues=60, list_rows=20)
    site.query(QUEUES)
    assert asked(site, "/routing/queues") == 4  # three pages that repeat nothing could be torn


def users_told(site: Site) -> dict[str, str]:
    return {one["id"]: one["state"] for one in entities(site.simulation, "users", NOW)}


def test_more_than_ten_thousand_users_are_all_there(tmp_path: Path) -> None:
    site = of_size(tmp_path, users=10_700)
    found = site.query(USERS)
    assert {row["user_id"]: row["state"] for row in found} == users_told(site)
    states = Counter(row["state"] for row in found)
    assert states["active"] > 10_000 < sum(states.values())
    assert asked(site, "/users") < 30


def moved(count: int, state: str) -> tuple[DirectoryChange, ...]:
    """So many users of another state."""
    at = NOW - timedelta(days=9)
    return tuple(DirectoryChange(at, "users", 40 + n, "state", state) for n in range(count))


@pytest.mark.parametrize("state", ["inactive", "deleted"])
def test_users_beyond_the_window_are_read_from_the_end(tmp_path: Path, state: str) -> None:
    site = of_size(tmp_path, 120, list_rows=20, list_window=20, changes=moved(30, state))
    made = site.prepare(USERS)
    assert made.certificate["complete"] is True
    found = site.query(USERS)
    assert {row["user_id"]: row["state"] for row in found} == users_told(site)


def test_users_that_the_provider_keeps_back_are_counted_and_nobody_is_taken_for_gone(
    tmp_path: Path,
) -> None:
    """Of 54 deleted ones the first 20 and the last 20 are told."""
    site = of_size(tmp_path, 120, list_rows=20)
    everybody = site.query(USERS)
    assert len(everybody) == 120
    site.simulate(replace(site.simulation, list_window=20, changes=moved(50, "deleted")))
    deleted = Counter(users_told(site).values())["deleted"]
    site.wait(days=2)
    made = site.prepare(USERS)
    said = (
        f"users are not whole: 40 of {deleted} with state=deleted are told and {deleted - 40} are"
    )
    assert any(said in notice for notice in made.notices)
    assert made.certificate["complete"] is False
    rows = site.query(USERS)
    assert len(rows) == 120
    assert sum(row["deleted_at"] is not None for row in rows) <= deleted


def test_another_list_that_is_cut_says_how_many_are_missing(tmp_path: Path) -> None:
    site = of_size(
        tmp_path, queues=60, list_rows=20, list_window=40, windowed=frozenset({"queues"})
    )
    made = site.prepare(QUEUES)
    assert any(
        "queues are not whole: 40 of 60 are told and 20 are missing" in n for n in made.notices
    )
    assert len(site.query(QUEUES)) == 40


def test_figures_of_users_beyond_the_window_are_all_there(tmp_path: Path) -> None:
    day = "interval_start >= '2026-03-04' AND interval_start < '2026-03-05'"
    sql = f"SELECT DISTINCT user_id FROM user_aggregates WHERE {day}"
    changes = moved(150, "inactive")
    whole = of_size(tmp_path / "whole", 420, changes=changes).query(sql)
    windowed = of_size(tmp_path / "windowed", 420, changes=changes, list_window=100).query(sql)
    assert len(whole) > 100
    assert {row["user_id"] for row in windowed} == {row["user_id"] for row in whole}
