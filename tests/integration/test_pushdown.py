"""Filters sent to the provider: fewer pages, the same answer, and a coverage of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import SMALL, TABLES, YEAR, Site, same_rows
from tests.integration.test_crashes import Fuse, Killed, KillingTransport
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.errors import IncompleteData
from trunkline_simulator.settings import JobFault, Shape
from trunkline_simulator.settings import Settings as SimSettings

ALWAYS = Options(pushdown="always")
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
MONTH = "conversation_start >= '2025-02-01' AND conversation_start < '2025-03-01'"
MONTH_DAYS = (date(2025, 2, 1), date(2025, 2, 28))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A provider whose pages are short, so that what a fetch brings shows in their number."""
    return Site(tmp_path / "data", replace(SMALL, page_rows=40))


def queues(site: Site, first: date, last: date) -> list[str]:
    """The queues of the organisation, the rarest first."""
    of = Counter(row["queue_id"] for row in site.truth("segments", first, last))
    return [queue for queue, _ in reversed(of.most_common()) if queue]


def pages(site: Site) -> int:
    """How many pages were asked for so far."""
    return sum("/results" in path for _, path, _ in site.requests)


def asked(site: Site, sql: str, options: Options = ALWAYS) -> tuple[list[dict[str, Any]], int]:
    """The rows of a query, and how many pages it took."""
    before = pages(site)
    rows = site.query(sql, options)
    return rows, pages(site) - before


def of_queue(site: Site, found: list[dict[str, Any]], wanted: list[str], *days: date) -> None:
    """Assert that the rows are the segments of some queues, all columns and no other row."""
    truth = [row for row in site.truth("segments", *days) if row["queue_id"] in wanted]
    assert truth
    same_rows("segments", found, truth)


def segments(where: str, *wanted: str) -> str:
    listed = ", ".join(f"'{queue}'" for queue in wanted)
    return f"SELECT * FROM segments WHERE {where} AND queue_id IN ({listed})"


def test_a_year_of_a_rare_queue_then_all_of_it_then_the_queue_again(site: Site) -> None:
    rare = queues(site, FIRST, LAST)[0]
    rows, filtered = asked(site, segments(YEAR, rare))
    of_queue(site, rows, [rare], FIRST, LAST)
    with site.engine() as engine:
        assert engine.coverage() == ()
    _, again = asked(site, segments(YEAR, rare))
    assert again == 0

    # Nothing of it counts for another question, which then reads the whole alone.
    found, whole = asked(site, f"SELECT * FROM conversations WHERE {YEAR}")
    same_rows("conversations", found, site.truth("conversations", FIRST, LAST))
    assert filtered * 2 <= whole
    rows, none = asked(site, segments(YEAR, rare))
    assert none == 0
    of_queue(site, rows, [rare], FIRST, LAST)
    with site.engine() as engine:
        assert engine.explain(segments(YEAR, rare)).filters == ()


def test_what_the_held_days_tell_is_counted_in_conversations(site: Site) -> None:
    queue = queues(site, *MONTH_DAYS)[-1]
    week = date(2025, 2, 22), date(2025, 2, 28)
    site.prepare(f"SELECT 1 FROM conversations WHERE {MONTH}")
    with site.engine() as engine:
        later = MONTH.replace("-03-01", "-03-02")
        (found,) = engine.explain(segments(later, queue)).filters
    of = {r["conversation_id"] for r in site.truth("segments", *week) if r["queue_id"] == queue}
    assert found.choice is not None
    assert found.choice.share is not None
    assert (found.choice.share.matching, found.choice.share.days) == (len(of), 7)


def test_a_join_brings_whole_conversations(site: Site) -> None:
    rare = queues(site, *MONTH_DAYS)[0]
    rows, _ = asked(
        site,
        f"SELECT * FROM session_metrics WHERE {MONTH} AND conversation_id IN "
        f"(SELECT conversation_id FROM segments WHERE queue_id = '{rare}')",
    )
    of = {
        r["conversation_id"] for r in site.truth("segments", *MONTH_DAYS) if r["queue_id"] == rare
    }
    truth = site.truth("session_metrics", *MONTH_DAYS)
    same_rows("session_metrics", rows, [r for r in truth if r["conversation_id"] in of])
    with site.engine() as engine:
        assert engine.coverage() == ()


def test_more_values_are_fetched_and_fewer_are_not(site: Site) -> None:
    a, b, c, *_ = queues(site, *MONTH_DAYS)
    assert asked(site, segments(MONTH, a))[1] > 0
    rows, wider = asked(site, segments(MONTH, a, b, c))
    assert wider > 0
    of_queue(site, rows, [a, b, c], *MONTH_DAYS)
    rows, narrower = asked(site, segments(MONTH, b))
    assert narrower == 0
    of_queue(site, rows, [b], *MONTH_DAYS)
    # One more condition lets less through still.
    sql = f"{segments(MONTH, a, c)} AND segment_type = 'interact'"
    rows, narrower = asked(site, sql)
    assert narrower == 0
    truth = site.truth("segments", *MONTH_DAYS)
    fits = [r for r in truth if r["queue_id"] in (a, c) and r["segment_type"] == "interact"]
    same_rows("segments", rows, fits)


def test_whole_days_serve_and_only_the_others_are_fetched(site: Site) -> None:
    rare = queues(site, *MONTH_DAYS)[0]
    site.prepare(f"SELECT 1 FROM conversations WHERE {MONTH.replace('-03-01', '-02-11')}")
    with site.engine() as engine:
        (fetch,) = engine.explain(segments(MONTH, rare), ALWAYS).fetches
    assert (min(fetch.days), max(fetch.days)) == (date(2025, 2, 11), date(2025, 2, 28))
    prepared = site.prepare(segments(MONTH, rare), ALWAYS)
    condition = f"queue_id = '{rare}'"
    days = ["2025-02-11T00:00:00.000Z/2025-03-01T00:00:00.000Z"]
    assert prepared.certificate["filtered"] == {"conversation_details": {condition: days}}
    assert prepared.certificate["complete"]
    with site.engine() as engine, engine.answer(prepared) as answer:
        rows = [row for batch in answer.batches for row in batch.to_pylist()]
    of_queue(site, rows, [rare], *MONTH_DAYS)


def test_every_table_is_read_of_the_filter(site: Site) -> None:
    rare = queues(site, *MONTH_DAYS)[0]
    of = {
        r["conversation_id"] for r in site.truth("segments", *MONTH_DAYS) if r["queue_id"] == rare
    }
    inside = f"SELECT conversation_id FROM segments WHERE queue_id = '{rare}'"
    for table in TABLES:
        sql = f"SELECT * FROM {table} WHERE {MONTH} AND conversation_id IN ({inside} AND {MONTH})"
        rows = site.query(sql, ALWAYS)
        truth = [r for r in site.truth(table, *MONTH_DAYS) if r["conversation_id"] in of]
        same_rows(table, rows, truth)
    assert site.submits() == 1


@pytest.mark.parametrize("at", [6, 8, 10])
def test_a_killed_fetch_goes_on_with_the_same_filter_alone(site: Site, at: int) -> None:
    a, b, *_ = queues(site, *MONTH_DAYS)
    site.simulate(replace(site.simulation, page_rows=5))
    fuse = Fuse(at)
    with (
        pytest.raises(Killed),
        site.engine(lambda inner: KillingTransport(inner, fuse, after=True)) as engine,
    ):
        run(site.clock, engine.prepare(segments(MONTH, a), ALWAYS, lambda _: None))
    submits = site.submits()
    with site.engine() as engine:
        (resumed,) = engine.explain(segments(MONTH, a)).fetches
        (other,) = engine.explain(segments(MONTH, b), ALWAYS).fetches
        (whole,) = engine.explain(f"SELECT 1 FROM segments WHERE {MONTH}").fetches
    assert (resumed.resumes is not None, other.resumes, whole.resumes) == (True, None, None)
    rows, _ = asked(site, segments(MONTH, a), Options())
    of_queue(site, rows, [a], *MONTH_DAYS)
    assert site.submits() == max(submits, 1)


def test_provisional_days_are_fetched_again_through_the_filter(tmp_path: Path) -> None:
    start = datetime(2025, 2, 12, 12, tzinfo=UTC)
    site = Site(tmp_path / "data", SMALL, start=start)
    days = (date(2025, 2, 1), date(2025, 2, 12))
    sql = segments(MONTH, (rare := queues(site, *days)[2]))
    site.query(sql, ALWAYS)
    assert asked(site, sql)[1] == 0
    run(site.clock, site.clock.sleep(3600))
    with site.engine() as engine:
        plan = engine.explain(sql, ALWAYS)
    assert {fetch.reason for fetch in plan.fetches} == {"provisional"}
    assert min(day for fetch in plan.fetches for day in fetch.days) > date(2025, 2, 7)
    rows = site.query(sql, ALWAYS)
    lake = site.clock.now() - timedelta(seconds=SMALL.lag_seconds)
    of_queue(site, rows, [rare], days[0], lake.date())


def test_a_provisional_day_held_whole_is_fetched_whole(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", SMALL, start=datetime(2025, 2, 12, 12, tzinfo=UTC))
    rare = queues(site, date(2025, 2, 1), date(2025, 2, 12))[2]
    recent = "conversation_start >= '2025-02-11' AND conversation_start < '2025-02-12'"
    site.prepare(f"SELECT 1 FROM conversations WHERE {recent}")
    run(site.clock, site.clock.sleep(3600))
    with site.engine() as engine:
        plan = engine.explain(segments(MONTH, rare), ALWAYS)
    by_scope = {str(fetch.scope): fetch.days for fetch in plan.fetches}
    assert by_scope.pop("") == {date(2025, 2, 11)}
    (days,) = by_scope.values()
    assert date(2025, 2, 11) not in days
    rows = site.query(segments(MONTH, rare), ALWAYS)
    lake = site.clock.now() - timedelta(seconds=SMALL.lag_seconds)
    of_queue(site, rows, [rare], date(2025, 2, 1), lake.date())


def test_auto_asks_what_is_held_and_pushes_what_saves_pages(tmp_path: Path) -> None:
    busy = SimSettings(shape=Shape(per_day=900))
    site = Site(tmp_path / "data", busy)
    june = "conversation_start >= '2025-06-30' AND conversation_start < '2025-07-01'"
    july = "conversation_start >= '2025-07-01' AND conversation_start < '2025-08-01'"
    rare = "00000000-0000-4000-8000-000000000000"  # of no queue: one page tells that
    with site.engine() as engine:
        plan = engine.explain(segments(july, rare))
    assert not plan.filters[0].choice.is_filtered  # type: ignore[union-attr]
    site.prepare(f"SELECT 1 FROM conversations WHERE {june}")
    before = len(site.requests)
    with site.engine() as engine:
        plan = engine.explain(segments(july, rare))
        frequent = engine.explain(f"SELECT 1 FROM segments WHERE {july} AND segment_type = 'alert'")
    assert len(site.requests) == before
    assert plan.filters[0].choice.is_filtered  # type: ignore[union-attr]
    assert [fetch.pages for fetch in plan.fetches] == [1]
    assert not frequent.filters[0].choice.is_filtered  # type: ignore[union-attr]
    assert asked(site, segments(july, rare), Options()) == ([], 1)


def test_never_and_a_setting(site: Site) -> None:
    rare = queues(site, *MONTH_DAYS)[0]
    with site.engine() as engine:
        assert engine.explain(segments(MONTH, rare), Options(pushdown="never")).filters == ()
    site.settings = Settings(pushdown="always")
    with site.engine() as engine:
        (item,) = engine.explain(segments(MONTH, rare)).filters
    assert item.choice is not None
    assert item.choice.is_filtered


def test_what_is_held_through_a_filter_answers_covered_and_as_of(site: Site) -> None:
    rare, other, *_ = queues(site, *MONTH_DAYS)
    site.prepare(segments(MONTH, rare), ALWAYS)
    unbounded = f"SELECT * FROM segments WHERE queue_id = '{rare}'"
    for options in (Options(covered=True), Options(as_of=1)):
        prepared = site.prepare(unbounded, options)
        assert any(f"where queue_id = '{rare}'" in notice for notice in prepared.notices)
        rows = site.query(unbounded, options)
        of_queue(site, rows, [rare], *MONTH_DAYS)
    # Another queue's rows of those conversations are there, and are no answer.
    assert site.query(unbounded.replace(rare, other), Options(covered=True)) == []
    assert site.query(f"SELECT * FROM segments WHERE {MONTH}", Options(covered=True)) == []


def test_what_is_no_identifier_is_neither_sent_nor_kept(site: Site) -> None:
    name = "Ada Arden +15550000100"
    rows = site.query(f"SELECT * FROM segments WHERE {MONTH} AND wrap_up_code = '{name}'", ALWAYS)
    assert rows == []
    with site.engine() as engine:
        assert [str(job.scope) for job in engine.jobs()] == [""]
    for path in site.home.rglob("*"):
        assert not path.is_file() or name.encode() not in path.read_bytes()


def test_a_notice_where_the_provider_may_miss_a_row(site: Site) -> None:
    sql = f"SELECT * FROM sessions WHERE {MONTH} AND media_type = 'email'"
    with site.engine() as engine:
        assert engine.explain(sql).filters == ()
        (notice,) = engine.explain(sql, ALWAYS).notices
    assert "media_type" in notice
    truth = [r for r in site.truth("sessions", *MONTH_DAYS) if r["media_type"] == "email"]
    same_rows("sessions", site.query(sql, ALWAYS), truth)


def test_a_filtered_fetch_that_fails_fails_the_question(site: Site) -> None:
    rare = queues(site, *MONTH_DAYS)[0]
    site.simulate(replace(site.simulation, job_faults=(JobFault("fail"),)))
    with pytest.raises(IncompleteData) as caught:
        site.prepare(segments(MONTH, rare), ALWAYS)
    span = "conversation_details 2025-02-01T00:00:00.000Z/2025-03-01T00:00:00.000Z"
    assert span in caught.value.message
    partly = site.prepare(segments(MONTH, rare), replace(ALWAYS, allow_partial=True))
    assert any("the answer is partial" in notice for notice in partly.notices)
    assert not partly.certificate["complete"]


def test_a_filtered_day_that_cannot_be_had_again_is_missing(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", SMALL, start=datetime(2025, 2, 12, 12, tzinfo=UTC))
    rare = queues(site, date(2025, 2, 1), date(2025, 2, 11))[2]
    alone = replace(ALWAYS, tail=False)
    site.prepare(segments(MONTH, rare), alone)
    site.wait(hours=1)
    site.simulate(replace(SMALL, job_faults=(JobFault("fail"),)))
    with pytest.raises(IncompleteData) as caught:
        site.prepare(segments(MONTH, rare), alone)
    assert "2025-02-09T00:00:00.000Z/2025-02-13T00:00:00.000Z" in caught.value.message
    partly = site.prepare(segments(MONTH, rare), replace(alone, allow_partial=True))
    (missing,) = partly.certificate["intervals"]["conversation_details"]["missing"]
    assert missing.startswith("2025-02-09T00:00:00.000Z/2025-02-12T13:00:")
