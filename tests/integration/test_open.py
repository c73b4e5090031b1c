"""Conversations that had not ended when their day was fetched: asked for again by their ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import SMALL, TABLES, MemoryTransport, Site, same_rows
from trunkline.catalog import Catalog
from trunkline.catalogs import Catalogs
from trunkline.engine import Options
from trunkline.engine.syncing import Wish
from trunkline.errors import CostGuard
from trunkline.http.message import Request, Response
from trunkline_simulator.settings import Shape
from trunkline_simulator.truth import expected_rows

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)
SINCE = "conversation_start >= '2026-02-01' AND conversation_start < '2026-03-01'"
QUESTION = f"SELECT * FROM conversations WHERE {SINCE}"
BY_ID = "/api/v2/analytics/conversations/details"
AGAIN = Wish(
    start=datetime(2026, 2, 1, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC), refresh=True
)
MIDDLE = replace(SMALL, shape=Shape(per_day=12))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data", MIDDLE)


def asked(site: Site) -> int:
    return sum(path == BY_ID for _, path, _ in site.requests)


def still_open(site: Site) -> set[str]:
    with site.engine() as engine:
        listed = engine.lake.catalogue.fresh.open_records("genesys")
    held = site.query(f"{QUESTION} AND conversation_end IS NULL", Options(covered=True))
    assert {record.key for record in listed} == {row["conversation_id"] for row in held}
    return {record.key for record in listed}


def known(site: Site, table: str) -> list[dict[str, Any]]:
    """The rows of February as the provider knows them now."""
    return expected_rows(site.simulation, table, FIRST, LAST, site.clock.now())


def test_one_that_closes_two_months_later(site: Site) -> None:
    site.prepare(QUESTION)
    before = still_open(site)
    assert len(before) > 3
    attributes = site.query(f"SELECT * FROM participant_attributes WHERE {SINCE}")
    site.wait(days=75)
    prepared = site.prepare(QUESTION)
    assert asked(site) == 1
    assert prepared.certificate["requests"]["total"] == 2, "a token, and all of them at once"
    assert prepared.certificate["reopened"]["answered"] == len(before)
    assert prepared.certificate["complete"] is True
    assert prepared.notices == ()
    assert still_open(site) == set()
    late = {row["conversation_id"] for row in known(site, "conversations")} - before
    for table in TABLES:
        found = site.query(f"SELECT * FROM {table} WHERE {SINCE}")
        mine = [row for row in found if row["conversation_id"] in before]
        if table == "participant_attributes":
            # An answer by id has none: they are as the day's job brought them.
            assert mine == [row for row in attributes if row["conversation_id"] in before]
        else:
            truth = [row for row in known(site, table) if row["conversation_id"] in before]
            same_rows(table, mine, truth)
        others = [row for row in found if row["conversation_id"] in late]
        same_others(table, others, site, late)


def same_others(table: str, found: list[dict[str, Any]], site: Site, ids: set[str]) -> None:
    """What had ended is as it was when its day was fetched."""
    at = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    truth = expected_rows(site.simulation, table, FIRST, LAST, at)
    same_rows(table, found, [row for row in truth if row["conversation_id"] in ids])


def test_they_are_asked_for_after_fifteen_minutes_an_hour_a_day_a_week(site: Site) -> None:
    site.prepare(QUESTION)
    waits = [
        (timedelta(minutes=14), 0),
        (timedelta(minutes=2), 1),
        (timedelta(minutes=40), 1),
        (timedelta(minutes=10), 2),
        (timedelta(hours=22), 2),
        (timedelta(hours=2), 3),
        (timedelta(days=5), 3),
        (timedelta(days=2), 4),
        (timedelta(days=5), 4),
        (timedelta(days=2), 5),
        (timedelta(days=7), 6),
    ]
    for wait, requests in waits:
        run(site.clock, site.clock.sleep(wait.total_seconds()))
        for _ in range(2):  # the second question has nothing to ask
            site.prepare(QUESTION)
            assert asked(site) == requests, wait
    assert site.submits() == 1, "they never make a day provisional"


def test_other_days_are_not_asked_about(site: Site) -> None:
    site.prepare(QUESTION)
    site.wait(days=2)
    site.prepare("SELECT 1 FROM conversations WHERE conversation_start::DATE = DATE '2026-01-05'")
    assert asked(site) == 0


def test_explain_counts_them_and_asks_nothing(site: Site) -> None:
    site.prepare(QUESTION)
    count = len(still_open(site))
    site.wait(days=2)
    before = len(site.requests)
    with site.engine() as engine:
        shown = str(engine.explain(QUESTION))
    assert f"{count} open conversations to fetch again  1 request\n" in shown
    assert "At least 1 request: 1 without a job" in shown
    assert len(site.requests) == before


def test_as_of_and_covered_ask_nothing(site: Site) -> None:
    first = site.prepare(QUESTION).snapshot
    opened = still_open(site)
    site.wait(days=75)
    before = len(site.requests)
    for options in (Options(covered=True), Options(as_of=first)):
        rows = site.query(f"{QUESTION} AND conversation_end IS NULL", options)
        assert {row["conversation_id"] for row in rows} == opened
    assert len(site.requests) == before
    site.prepare(QUESTION)
    rows = site.query(f"{QUESTION} AND conversation_end IS NULL", Options(as_of=first))
    assert {row["conversation_id"] for row in rows} == opened, "the older snapshot is as it was"


def test_one_that_the_provider_no_longer_knows_is_kept_and_asked_for_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", MIDDLE)
    site.prepare(QUESTION)
    opened = still_open(site)
    rows = site.query(f"{QUESTION} AND conversation_end IS NULL", Options(covered=True))
    site.simulate(replace(MIDDLE, removed_share=1.0))
    site.wait(hours=2)
    prepared = site.prepare(QUESTION)
    assert prepared.certificate["reopened"] == {
        "asked": len(opened),
        "answered": 0,
        "requests": 1,
    }
    assert any("are not known to the provider" in notice for notice in prepared.notices)
    assert still_open(site) == opened
    assert site.query(f"{QUESTION} AND conversation_end IS NULL", Options(covered=True)) == rows
    site.prepare(QUESTION)
    assert asked(site) == 1
    site.wait(days=1)
    site.prepare(QUESTION)
    assert asked(site) == 2


def test_a_day_that_a_job_fetches_anyway_is_not_asked_about(site: Site) -> None:
    site.prepare(QUESTION)
    site.wait(days=2)
    site.sync(
        Wish(
            start=datetime(2026, 2, 1, tzinfo=UTC),
            end=datetime(2026, 3, 1, tzinfo=UTC),
            refresh=True,
        )
    )
    assert asked(site) == 0


def test_a_job_that_fetches_the_day_again_keeps_the_time_since_when_it_is_open(site: Site) -> None:
    site.prepare(QUESTION)
    with site.engine() as engine:
        first = {r.key: r.since for r in engine.lake.catalogue.fresh.open_records("genesys")}
    site.wait(days=2)
    site.sync(
        Wish(
            start=datetime(2026, 2, 1, tzinfo=UTC),
            end=datetime(2026, 3, 1, tzinfo=UTC),
            refresh=True,
        )
    )
    with site.engine() as engine:
        later = {r.key: r.since for r in engine.lake.catalogue.fresh.open_records("genesys")}
    assert later
    assert later.items() <= first.items()


def test_they_count_for_the_limit_on_requests(site: Site) -> None:
    site.prepare(QUESTION)
    site.wait(days=2)
    with pytest.raises(CostGuard):
        site.prepare(QUESTION, Options(max_requests=1))
    assert still_open(site)


def test_more_than_one_request_holds(site: Site) -> None:
    site.prepare(QUESTION)
    opened = still_open(site)
    site.wait(days=75)
    with site.engine() as engine:
        engine.catalogs = Catalogs((with_ids(engine.catalog, 2),))
        run(site.clock, engine.prepare(QUESTION, Options(), lambda _: None))
    assert asked(site) == -(-len(opened) // 2) > 1
    assert still_open(site) == set()


def with_ids(catalog: Catalog, ids: int) -> Catalog:
    """The same tables of a provider that tells of fewer at once."""
    old = catalog.tables[0].dataset
    assert old.live is not None
    less = replace(old, live=replace(old.live, ids=ids))
    tables = (replace(t, dataset=less) if t.dataset == old else t for t in catalog.tables)
    return Catalog(catalog.schema, tuple(tables))


class Killed(BaseException):
    """What a process does not survive."""


class Killing:
    """Dies at a request by ids: before it was sent, or when its answer is there."""

    def __init__(self, inner: MemoryTransport, *, after: bool) -> None:
        self.inner, self.after = inner, after

    async def send(self, request: Request, timeout: float) -> Response:
        strikes = BY_ID + "?" in request.url
        if strikes and not self.after:
            raise Killed
        response = await self.inner.send(request, timeout)
        if strikes:
            raise Killed
        return response

    async def close(self) -> None:
        await self.inner.close()


@pytest.mark.parametrize("after", [False, True])
def test_killed_before_it_is_published_it_is_asked_for_again(site: Site, *, after: bool) -> None:
    site.prepare(QUESTION)
    opened = still_open(site)
    site.wait(days=75)
    with site.engine(partial(Killing, after=after)) as engine:
        asking = engine.prepare(QUESTION, Options(), lambda _: None)
        with pytest.raises(Killed):
            run(site.clock, asking)
    assert still_open(site) == opened
    site.prepare(QUESTION)
    assert still_open(site) == set()
