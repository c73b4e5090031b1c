"""Lists that change while they are read, and reading that ends in the middle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tests.fakes import run
from tests.gateway import NOW, SMALL, MemoryTransport, Site
from tests.integration.test_aggregates import Ahead
from trunkline.engine import Engine, Options
from trunkline.engine.syncing import Wish
from trunkline.errors import IncompleteData, ProviderError
from trunkline.http.message import ConnectionLost, Request, Response
from trunkline_simulator.roster import entities
from trunkline_simulator.settings import Client, DirectoryChange, Fault

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
NAMES = "SELECT name FROM queues WHERE deleted_at IS NULL"


class Moving:
    """A transport that lets something happen after so many answers about queues."""

    def __init__(self, within: Any, after: dict[int, Any]) -> None:
        self.within = within
        self.after = after
        self.answers = 0

    async def send(self, request: Request, timeout: float) -> Response:
        answer: Response = await self.within.send(request, timeout)
        if urlsplit(request.url).path.endswith("/routing/queues"):
            self.answers += 1
            self.after.get(self.answers, lambda: None)()
        return answer

    async def close(self) -> None:
        return None


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data", replace(SMALL, list_rows=4))


def pages(site: Site) -> list[str]:
    return [path for _, path, _ in site.requests if path.endswith("/routing/queues")]


def happens(site: Site, *changes: tuple[int, str, str]) -> Any:
    """What an administrator does at once, to things of the list of queues."""

    def now() -> None:
        made = [
            DirectoryChange(site.clock.now() - SECOND, "queues", place, kind, to)  # type: ignore[arg-type]
            for place, kind, to in changes
        ]
        site.simulate(replace(site.simulation, changes=(*site.simulation.changes, *made)))

    return now


def query(site: Site, sql: str, after: dict[int, Any]) -> list[dict[str, Any]]:
    """A query while something happens; the transport that the engine opened keeps the site's."""
    moving: list[Moving] = []

    class Following:
        """The simulator of now, whichever that is."""

        async def send(self, request: Request, timeout: float) -> Response:
            transport = MemoryTransport(site.simulator, site.clock)
            return await transport.send(request, timeout)

        async def close(self) -> None:
            return None

    def wrap(_: Any) -> Any:
        moving.append(Moving(Following(), after))
        return moving[-1]

    with site.engine(wrap) as engine:
        prepared = run(site.clock, engine.prepare(sql, Options(), lambda _: None))
        with engine.answer(prepared) as answer:
            return [row for batch in answer.batches for row in batch.to_pylist()]


def names(site: Site) -> list[str]:
    found = entities(site.simulation, "queues", site.clock.now())
    return sorted(one["name"] for one in found)


def by_name(site: Site) -> list[int]:
    """The places of the queues in the order that the list tells them in."""
    found = entities(site.simulation, "queues", site.clock.now())
    return sorted(range(len(found)), key=lambda place: (found[place]["name"], found[place]["id"]))


def test_one_that_slides_to_a_page_that_was_read_is_not_lost(site: Site) -> None:
    """The first on page 1 is deleted after page 1: the first of page 2 is on page 1 then."""
    first = by_name(site)[0]
    found = query(site, NAMES, {1: happens(site, (first, "delete", ""))})
    assert sorted(row["name"] for row in found) == names(site)
    assert len(found) == 8


def test_one_that_slides_while_another_is_added_is_not_lost(site: Site) -> None:
    """The total stays the same, and no id comes twice."""
    order = by_name(site)
    first, last = order[0], order[-1]
    query(site, "SELECT * FROM divisions", {})
    happens(site, (last, "delete", ""))()
    after = {1: happens(site, (first, "delete", ""), (last, "add", ""))}
    found = query(site, NAMES, after)
    assert sorted(row["name"] for row in found) == names(site)


def test_one_that_is_told_twice_is_there_once(site: Site) -> None:
    """What is put before them moves the last of page 1 to page 2."""
    last = by_name(site)[-1]
    query(site, "SELECT * FROM divisions", {})
    found = query(site, NAMES, {1: happens(site, (last, "rename", "AAA"))})
    assert sorted(row["name"] for row in found) == names(site)
    assert len(found) == 9


def test_a_list_that_is_as_it_was_held_is_read_once(site: Site) -> None:
    query(site, NAMES, {})
    once = len(pages(site))
    site.wait(days=2)
    query(site, NAMES, {})
    assert once == 6  # the first time, two readings agree
    assert len(pages(site)) == 9


def test_a_list_that_never_stands_still_is_an_error_and_what_was_held_stays(site: Site) -> None:
    query(site, NAMES, {})
    held = names(site)
    site.wait(days=2)
    *_, one, other = by_name(site)
    happens(site, (one, "delete", ""))()
    after = {
        n: happens(site, (one, "add", ""), (other, "delete", ""))
        if n % 4 == 1
        else happens(site, (other, "add", ""), (one, "delete", ""))
        for n in range(1, 20, 2)  # after the first of each two pages
    }
    with pytest.raises(IncompleteData, match="queues changed 5 times while it was read"):
        query(site, NAMES, after)
    rows = site.query(NAMES, Options(covered=True))
    assert sorted(row["name"] for row in rows) == held


def test_a_refresh_that_ends_in_the_middle_leaves_what_was_held(site: Site) -> None:
    query(site, NAMES, {})
    held, files = names(site), set(site.home.rglob("*.parquet"))
    site.wait(days=2)
    happens(site, (0, "rename", "Renamed"))()

    def dies() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        query(site, NAMES, {2: dies})
    assert set(site.home.rglob("*.parquet")) == files
    rows = site.query(NAMES, Options(covered=True))
    assert sorted(row["name"] for row in rows) == held
    assert "Renamed" in {row["name"] for row in query(site, NAMES, {})}


def test_a_provider_that_fails_fails_the_query_and_leaves_what_was_held(site: Site) -> None:
    query(site, NAMES, {})
    site.wait(days=2)
    fault = Fault("GET */routing/queues", "503", nth=2, times=0)
    site.simulate(replace(site.simulation, faults=(fault,)))
    with pytest.raises(ProviderError, match="queues could not be fetched"):
        query(site, NAMES, {})
    assert len(site.query(NAMES, Options(covered=True))) == 9
    prepared = site.prepare(NAMES, Options(allow_partial=True))
    assert prepared.certificate["lists"][0]["failed"] is True


def test_whom_another_client_does_not_see_is_not_deleted(tmp_path: Path) -> None:
    """With other rights what is missing may be there all the same."""
    site = Site(tmp_path / "data", replace(SMALL, clients=(Client(),)))
    everything = site.query("SELECT * FROM queues")
    site.simulate(replace(site.simulation, clients=(Client(divisions=frozenset({"Home"})),)))
    site.wait(days=2)
    sql = "SELECT queue_id, division_id, deleted_at FROM queues"
    found = site.query(sql)
    assert len(found) == len(everything)
    assert not any(row["deleted_at"] for row in found)
    # And what this client did see and sees no more is gone.
    home = next(place for place, one in enumerate(entities(site.simulation, "queues",
                site.clock.now())) if one["division"]["name"] == "Home")  # fmt: skip
    happens(site, (home, "delete", ""))()
    site.wait(days=2)
    assert sum(row["deleted_at"] is not None for row in site.query(sql)) == 1


class Odd:
    """A transport whose answers about queues have items that are none."""

    def __init__(self, within: Any) -> None:
        self.within = within

    async def send(self, request: Request, timeout: float) -> Response:
        answer: Response = await self.within.send(request, timeout)
        if not urlsplit(request.url).path.endswith("/routing/queues"):
            return answer
        assert parse_qs(urlsplit(request.url).query)["pageSize"] == ["100"]
        page = msgspec.json.decode(answer.body)
        page["entities"] += [{"name": "without an id"}, None, 7, {"id": 5}]
        page["entities"][0]["memberCount"] = "many"
        page["total"] += 4
        body = msgspec.json.encode(page)
        return Response(answer.status, answer.headers, body, received=len(body))

    async def close(self) -> None:
        return None


def test_items_that_cannot_be_read_are_quarantined_and_the_others_are_there(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "data")
    with site.engine(Odd) as engine:
        prepared = run(site.clock, engine.prepare(NAMES, Options(), lambda _: None))
        with engine.answer(prepared) as answer:
            found = [row for batch in answer.batches for row in batch.to_pylist()]
    assert len(found) == 8
    certificate = prepared.certificate
    assert len(certificate["quarantined"]) == 5
    assert certificate["complete"] is False
    assert any("could not be read" in notice for notice in prepared.notices)


def test_a_line_that_breaks_is_tried_again(site: Site) -> None:
    broken: list[int] = []

    def breaks() -> None:
        if not broken:
            broken.append(1)
            raise ConnectionLost

    found = query(site, NAMES, {2: breaks})
    assert sorted(row["name"] for row in found) == names(site)


def test_a_list_that_tells_deleted_ones_too_is_read_once_if_it_is_as_it_was(site: Site) -> None:
    def told() -> int:
        return sum(path.endswith("/users") for _, path, _ in site.requests)

    site.query("SELECT * FROM users")
    once = told()
    assert any(one["state"] == "deleted" for one in entities(site.simulation, "users", NOW))
    site.wait(days=2)
    site.query("SELECT * FROM users")
    assert told() - once == once / 2


def test_members_of_many_pages_are_read_once_if_they_are_as_they_were(site: Site) -> None:
    def told() -> int:
        return sum(path.endswith("/members") for _, path, _ in site.requests)

    site.query("SELECT * FROM queue_members")
    once = told()
    site.wait(days=2)
    site.query("SELECT * FROM queue_members")
    assert once / 2 <= told() - once < once


def test_who_is_missed_is_deleted_although_a_clock_was_ahead_before(site: Site) -> None:
    """Who saw what is told by refreshes, not by clocks, of which one may be wrong."""
    names = Wish(("queues",), refresh=True)
    with site.engine() as right:
        seams = replace(right.seams, clock=Ahead(site.clock, 2 * DAY))
        wrong = Engine(right.settings, seams)
        run(site.clock, wrong.sync(names, Options(), lambda _: None))
        wrong.close()
        run(site.clock, right.sync(names, Options(), lambda _: None))
    gone = site.query("SELECT queue_id FROM queues ORDER BY name")[0]["queue_id"]
    happens(site, (by_name(site)[0], "delete", ""))()
    with site.engine() as engine:
        run(site.clock, engine.sync(names, Options(), lambda _: None))
    found = site.query("SELECT queue_id FROM queues WHERE deleted_at IS NOT NULL")
    assert found == [{"queue_id": gone}]
