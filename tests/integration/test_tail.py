"""Past the watermark: from the synchronous query, until jobs bring it."""

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
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.errors import IncompleteData
from trunkline.http.message import Request, Response
from trunkline_simulator.settings import Fault, JobFault, Shape
from trunkline_simulator.truth import expected_rows

# Six hours behind the clock: 03:30 on 10 March.
BUSY = replace(SMALL, shape=Shape(per_day=60))
WATERMARK = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
FIRST, TODAY = date(2026, 3, 9), date(2026, 3, 10)
SINCE = "conversation_start >= '2026-03-09'"
QUESTION = f"SELECT * FROM conversations WHERE {SINCE}"
QUERY = "/api/v2/analytics/conversations/details/query"
NO_TAIL = Options(tail=False)
KEY = bytes(range(32))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data", BUSY)


def known(site: Site, table: str, at: datetime) -> list[dict[str, Any]]:
    """The rows of 9 and 10 March as the provider knew them at an instant."""
    return expected_rows(site.simulation, table, FIRST, TODAY, at)


def ids(rows: list[dict[str, Any]]) -> set[str]:
    return {row["conversation_id"] for row in rows}


def asked(site: Site, end: str = QUERY) -> int:
    return sum(path.endswith(end) for _, path, _ in site.requests)


def test_what_is_past_the_watermark_is_in_the_answer(site: Site) -> None:
    prepared = site.prepare(QUESTION)
    found = site.query(QUESTION)
    now = known(site, "conversations", site.clock.now())
    new = ids([row for row in now if row["conversation_start"] >= WATERMARK])
    assert len(new) > 3
    assert ids(found) == ids(now)
    assert prepared.certificate["complete"] is True
    (tail,) = prepared.certificate["tail"]
    assert tail["interval"].startswith("2026-03-10T03:30:00.000Z/2026-03-10T09:30:")
    # Those that began earlier on that day and went on past the watermark are told anew, too.
    assert tail["conversations"] >= len(new)
    (notice,) = prepared.notices
    assert notice.startswith(
        "the tail of conversation_details, from 2026-03-10T03:30:00.000Z to 2026-03-10T09:"
    )
    assert "no participant attributes" in notice


def test_every_table_is_as_the_provider_tells_it_now(site: Site) -> None:
    site.prepare(QUESTION)
    (asked_at,) = {tail.asked_at for tail in tails(site)}
    for table in TABLES:
        found = site.query(f"SELECT * FROM {table} WHERE {SINCE}")
        before, now = known(site, table, WATERMARK), known(site, table, asked_at)
        # Of 9 March what the job brought; of today what goes on, or is new, as of now.
        fresh = [row for row in now if row["conversation_start"].date() == TODAY]
        held = [row for row in before if row["conversation_start"].date() == FIRST]
        if table == "participant_attributes":
            fresh = [row for row in before if row["conversation_start"].date() == TODAY]
        same_rows(table, found, held + fresh)


def tails(site: Site) -> tuple[Any, ...]:
    with site.engine() as engine:
        return engine.lake.catalogue.fresh.tails("genesys", engine.lake.catalogue.latest())


def test_when_jobs_catch_up_it_is_exactly_the_truth(site: Site) -> None:
    site.prepare(QUESTION)
    site.wait(hours=20)
    site.prepare(QUESTION)
    site.wait(days=10)
    site.prepare(QUESTION, NO_TAIL)
    assert [tail for tail in tails(site) if tail.day <= TODAY] == []
    span = f"{SINCE} AND conversation_start < '2026-03-11'"
    for table in TABLES:
        truth = site.truth(table, FIRST, TODAY)
        found = site.query(f"SELECT * FROM {table} WHERE {span}", NO_TAIL)
        moving = ids([r for r in site.truth("conversations", FIRST, TODAY) if not ended(r)])
        same_rows(
            table,
            [row for row in found if row["conversation_id"] not in moving],
            [row for row in truth if row["conversation_id"] not in moving],
        )


def ended(row: dict[str, Any]) -> bool:
    """Whether a conversation has an end that the day's last job could know of."""
    end = row["conversation_end"]
    return end is not None and end < datetime(2026, 3, 20, tzinfo=UTC)


def test_a_question_right_after_another_asks_nothing(site: Site) -> None:
    site.prepare(QUESTION)
    before = len(site.requests)
    again = site.prepare(f"SELECT count(*) FROM segments WHERE {SINCE}")
    assert len(site.requests) == before
    assert again.certificate["requests"]["total"] == 0
    assert again.certificate["tail"][0]["conversations"] > 0
    # What has begun since it was asked for is not there, and is said not to be.
    (missing,) = again.certificate["intervals"]["conversation_details"]["missing"]
    start, end = (datetime.fromisoformat(text) for text in missing.split("/"))
    assert end - start < timedelta(minutes=1)


def test_it_is_asked_again_when_it_is_old(site: Site) -> None:
    site.prepare(QUESTION)
    first = asked(site)
    site.wait(minutes=16)
    site.prepare(QUESTION)
    assert asked(site) == 2 * first
    assert ids(site.query(QUESTION)) >= ids(known(site, "conversations", tails(site)[0].asked_at))


def test_it_can_be_left_out(site: Site) -> None:
    prepared = site.prepare(QUESTION, NO_TAIL)
    assert asked(site) == 0
    assert prepared.certificate["tail"] == []
    assert prepared.certificate["complete"] is False
    off = Site(site.home / "other", BUSY, Settings(tail=False))
    assert off.prepare(QUESTION).certificate["complete"] is False
    assert asked(off) == 0


def test_a_day_that_begins_past_the_watermark_is_not_asked_for_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY, start=datetime(2026, 3, 10, 4, tzinfo=UTC))
    question = QUESTION.replace("03-09", "03-10")
    for options in (NO_TAIL, None):
        prepared = site.prepare(question, options)
        assert site.submits() == 0
    assert asked(site) == 1
    assert prepared.certificate["complete"] is True
    before = len(site.requests)
    with site.engine() as engine:
        assert "ahead" in str(engine.explain(question))
        assert "0 requests" in str(engine.explain(question))
    site.prepare(question)
    assert len(site.requests) == before
    assert ids(site.query(question)) == ids(
        expected_rows(BUSY, "conversations", TODAY, TODAY, tails(site)[0].asked_at)
    )


def test_of_a_day_past_the_watermark_it_is_asked_for_once(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY, start=datetime(2026, 3, 10, 4, tzinfo=UTC))
    question = QUESTION.replace("03-09", "03-10")
    site.prepare(question)
    before = len(site.requests)
    site.prepare(question)
    assert len(site.requests) == before


def test_only_what_is_asked_past_the_watermark_asks_for_it(site: Site) -> None:
    site.prepare(f"{QUESTION} AND conversation_start < '2026-03-10 03:00'")
    assert asked(site) == 0


def test_explain_says_what_it_costs(site: Site) -> None:
    site.prepare(QUESTION)
    site.wait(minutes=20)
    with site.engine() as engine:
        shown = str(engine.explain(QUESTION))
        without = str(engine.explain(QUESTION, NO_TAIL))
    assert "past the watermark, from about 2026-03-10 03:" in shown
    assert "1 without a job" in shown
    assert "without a job" not in without


def test_many_pages_each_conversation_once(tmp_path: Path) -> None:
    busy = replace(BUSY, shape=Shape(per_day=900), page_overlap=7)
    site = Site(tmp_path / "data", busy)
    prepared = site.prepare(QUESTION)
    assert asked(site) > 1
    found = site.query(QUESTION)
    assert len(ids(found)) == len(found)
    assert ids(found) == ids(known(site, "conversations", tails(site)[0].asked_at))
    assert prepared.certificate["rows_landed"]["conversations"] > len(found)


def test_more_than_the_provider_pages_through_is_said(tmp_path: Path) -> None:
    many = replace(BUSY, shape=Shape(per_day=1200), live_window=200)
    site = Site(tmp_path / "data", many, start=datetime(2026, 3, 10, 20, tzinfo=UTC))
    with site.engine() as engine:
        engine.catalogs = Catalogs((with_window(engine.catalog, 200),))
        prepared = run(site.clock, engine.prepare(QUESTION, Options(), lambda _: None))
    assert asked(site) == 2
    assert prepared.certificate["complete"] is False
    said = [notice for notice in prepared.notices if "more than 200 conversations" in notice]
    assert len(said) == 1
    reached = max(row["conversation_start"] for row in site.query(QUESTION, Options(covered=True)))
    assert f"up to {reached:%Y-%m-%dT%H:%M:%S}" in said[0]
    (missing,) = prepared.certificate["intervals"]["conversation_details"]["missing"]
    assert missing.startswith(f"{reached:%Y-%m-%dT%H:%M:%S}")


def with_window(catalog: Catalog, window: int) -> Catalog:
    """The same tables of a provider that pages less far."""
    old = catalog.tables[0].dataset
    assert old.live is not None
    less = replace(old, live=replace(old.live, window=window))
    tables = (replace(t, dataset=less) if t.dataset == old else t for t in catalog.tables)
    return Catalog(catalog.schema, tuple(tables))


def test_a_lake_that_is_more_than_seven_days_behind(tmp_path: Path) -> None:
    behind = replace(SMALL, lag_seconds=9 * 86_400)
    site = Site(tmp_path / "data", behind)
    prepared = site.prepare("SELECT * FROM conversations WHERE conversation_start >= '2026-02-28'")
    (tail,) = prepared.certificate["tail"]
    assert tail["interval"].startswith("2026-03-01T09:30:00.000Z/2026-03-08T09:30:00.000Z")
    assert prepared.certificate["complete"] is False
    assert any("2026-03-08T09:30:00.000Z to " in notice for notice in prepared.notices[-1:])


def test_days_that_failed_are_named_where_the_tail_fails_too(tmp_path: Path) -> None:
    faults = (Fault(f"POST {QUERY}", "500", times=0),)
    fails = (JobFault("fail", nth=None, times=0),)
    site = Site(tmp_path / "data", replace(SMALL, faults=faults, job_faults=fails))
    with pytest.raises(IncompleteData, match=r"conversation_details 2026-.*what needs no job"):
        site.query(QUESTION)


def test_what_cannot_be_had_fails_the_question(tmp_path: Path) -> None:
    faults = (Fault(f"POST {QUERY}", "500", times=0),)
    site = Site(tmp_path / "data", replace(SMALL, faults=faults))
    with pytest.raises(IncompleteData) as caught:
        site.prepare(QUESTION)
    assert caught.value.hint is not None
    assert "--no-tail" in caught.value.hint
    partial_ = site.prepare(QUESTION, Options(allow_partial=True))
    assert partial_.certificate["complete"] is False
    assert any("what needs no job" in notice for notice in partial_.notices)
    assert site.submits() == 1, "what did land is kept"


def test_it_is_masked_by_the_same_policy_as_what_jobs_bring(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY, Settings(token_key=KEY.hex()))
    site.prepare(QUESTION)
    before = "conversation_start < '2026-03-10'"
    for bound in (before, f"NOT {before}"):
        (found,) = site.query(
            "SELECT count(ani_token) AS tokens,"
            " bool_and(ani_token IS NULL OR length(ani_token) = 32) AS fit"
            f" FROM sessions WHERE {SINCE} AND {bound}"
        )
        assert found["tokens"] > 0
        assert found["fit"]
    site.wait(days=60)
    site.prepare(QUESTION, NO_TAIL)
    (later,) = site.query(f"SELECT count(ani_token) AS tokens FROM sessions WHERE {SINCE}", NO_TAIL)
    assert later["tokens"] > 0


def test_as_of_reads_the_tail_as_it_was(site: Site) -> None:
    first = site.prepare(QUESTION)
    held = site.query(QUESTION)
    site.wait(hours=30)
    site.prepare(QUESTION)
    before = len(site.requests)
    again = site.prepare(QUESTION, Options(as_of=first.snapshot))
    assert site.query(QUESTION, Options(as_of=first.snapshot)) == held
    assert again.certificate["tail"] == first.certificate["tail"]
    assert len(site.requests) == before


class Killed(BaseException):
    """What a process does not survive."""


class Killing:
    """Dies at a request of the tail: before it was sent, or when its answer is there."""

    def __init__(self, inner: MemoryTransport, *, after: bool) -> None:
        self.inner, self.after = inner, after

    async def send(self, request: Request, timeout: float) -> Response:
        strikes = request.url.endswith(QUERY)
        if strikes and not self.after:
            raise Killed
        response = await self.inner.send(request, timeout)
        if strikes:
            raise Killed
        return response

    async def close(self) -> None:
        await self.inner.close()


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_the_tail_only_that_request_is_lost(site: Site, *, after: bool) -> None:
    with site.engine(partial(Killing, after=after)) as engine:
        asking = engine.prepare(QUESTION, Options(), lambda _: None)
        with pytest.raises(Killed):
            run(site.clock, asking)
    assert tails(site) == ()
    prepared = site.prepare(QUESTION)
    assert site.submits() == 1
    assert prepared.certificate["complete"] is True
    assert ids(site.query(QUESTION)) == ids(known(site, "conversations", tails(site)[0].asked_at))


def test_a_fraction_of_a_millisecond_is_not_missing(tmp_path: Path) -> None:
    now = datetime(2026, 3, 10, 4, 0, 0, 400, tzinfo=UTC)  # instants are told to the millisecond
    site = Site(tmp_path / "data", BUSY, start=now)
    question = QUESTION.replace("03-09", "03-10")
    for options in (NO_TAIL, None):
        prepared = site.prepare(question, options)
    assert prepared.certificate["intervals"]["conversation_details"]["missing"] == []
    assert prepared.certificate["complete"] is True
