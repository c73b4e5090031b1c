"""EXPLAIN as a user reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.unit.planner.world import CATALOG, context, holdings
from trunkline.errors import SqlError, UnboundedScan
from trunkline.planner import plan
from trunkline.planner.plan import Holdings

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
JANUARY = "SELECT count(*) FROM conversations c WHERE date_trunc('month', conversation_start) = "
BARE = "SELECT count(*)\nFROM segments AS s"


def explained(sql: str, *held: str, time_zone: str = "UTC") -> str:
    return str(plan(sql, CATALOG, holdings(held, NOW), context(time_zone, NOW)))


def test_a_gap_with_everything_in_it() -> None:
    shown = explained(
        "SELECT count(*) FROM conversations JOIN segments s USING (conversation_id), "
        "trunkline.jobs WHERE s.conversation_start >= '2025-01-01' "
        "AND s.conversation_start < '2025-04-01'",
        "final 2025-01-01..2025-01-31",
        "stale 2025-02-01..2025-02-03",
        "provisional 2025-03-18..2025-03-19",
        "unfinished job-7 2025-02-01..2025-02-20",
    )
    assert shown == (
        "Tables (times in UTC; dates of the query are in UTC)\n"
        "  conversations   conversation_start  2025-01-01 to 2025-04-01\n"
        "  segments s      conversation_start  2025-01-01 to 2025-04-01\n"
        "  trunkline.jobs                      needs no fetch\n"
        "\n"
        "Days of conversation_details: 79 wanted, 48 to fetch\n"
        "  final        31 days  2025-01-01 to 2025-01-31              held\n"
        "  provisional  2 days   2025-03-18 to 2025-03-19              "
        "held before it was final; fetched again\n"
        "  stale        3 days   2025-02-01 to 2025-02-03              "
        "held under other rights, masking or mapping; fetched again\n"
        "  missing      43 days  2025-02-04 to 2025-03-17, 2025-03-20  not held; fetched\n"
        "\n"
        "Jobs\n"
        "  1  conversation_details  2025-02-01 to 2025-02-20  20 days  missing  resumes job-7\n"
        "  2  conversation_details  2025-02-21 to 2025-02-28  8 days   missing\n"
        "  3  conversation_details  2025-03-01 to 2025-03-20  20 days  missing\n"
        "\n"
        # 2,500 conversations a day, 1,000 a page: 50 + 20 + 50 pages
        "At least 125 requests: 2 submits, 3 polls or more, 120 pages"
    )


def test_nothing_to_fetch() -> None:
    shown = explained(JANUARY + "'2025-01-01'", "final 2025-01-01..2025-01-31")
    assert shown.endswith("\n\n0 requests: everything is held")


def test_nothing_can_match() -> None:
    shown = explained(JANUARY + "'2025-01-01' AND conversation_start < '2024-01-01'")
    assert "  conversations c  conversation_start  nothing can match\n" in shown
    assert shown.endswith("0 requests: nothing has to be held")


def test_pages_that_nothing_tells_of() -> None:
    planned = plan(JANUARY + "'2025-01-01'", CATALOG, Holdings(), context("UTC", NOW))
    assert planned.requests == 3
    assert str(planned).endswith(
        "At least 3 requests: 1 submit, 1 poll or more, 1 page or more\n"
        "  Nothing held tells how many conversations a day has: one page a job is counted."
    )


def test_local_intervals_are_shown_in_utc() -> None:
    shown = explained(JANUARY + "'2025-01-01'", time_zone="Australia/Sydney")
    assert "2024-12-31 13:00 to 2025-01-31 13:00" in shown
    assert "dates of the query are in Australia/Sydney" in shown


def test_the_days_of_a_plan_by_dataset() -> None:
    held = holdings(["final 2025-01-01..2025-01-30"], NOW)
    planned = plan(JANUARY + "'2025-01-01'", CATALOG, held, context("UTC", NOW))
    assert len(planned.wanted["conversation_details"]) == 31
    assert len(planned.held["conversation_details"]) == 30
    assert date(2025, 1, 31) not in planned.held["conversation_details"]


def test_no_bounds_says_where_and_what_to_add() -> None:
    with pytest.raises(UnboundedScan) as caught:
        plan(BARE, CATALOG, Holdings(), context("UTC", NOW))
    assert caught.value.position == BARE.index("segments")
    assert caught.value.message == (
        "no bounds on conversation_start of segments (s): it would need all of history"
    )
    assert caught.value.hint == (
        "Add for example: s.conversation_start >= '2025-02-01' AND "
        "s.conversation_start < '2025-03-01'; or use --covered to answer from what is held."
    )


def test_only_an_upper_bound_says_so() -> None:
    with pytest.raises(UnboundedScan, match="no lower bound on conversation_start of segments"):
        plan(f"{BARE} WHERE conversation_start < now()", CATALOG, Holdings(), context("UTC", NOW))


def test_covered_reads_what_is_held_and_fetches_nothing() -> None:
    held = holdings(["provisional 2025-01-01..2025-01-31"], NOW)
    covered = replace(context("UTC", NOW), covered=True)
    planned = plan(BARE, CATALOG, held, covered)
    assert planned.fetches == ()
    assert [str(interval) for interval in planned.scans[0].intervals] == [
        "2025-01-01T00:00:00.000Z/2025-02-01T00:00:00.000Z"
    ]
    assert planned.notices == ()  # the answer says what is held, for all tables at once
    assert "0 requests: the gap is not fetched" in str(planned)


def test_lenient_fetches_what_has_bounds() -> None:
    lenient = replace(context("UTC", NOW), lenient=True)
    sql = f"{BARE}, user_presence u WHERE u.presence_start::date = '2025-01-01'"
    planned = plan(sql, CATALOG, Holdings(), lenient)
    assert [fetch.dataset.name for fetch in planned.fetches] == ["user_details"]
    assert planned.notices[0] == (
        "s has no lower bound on conversation_start; it is answered from what is held: nothing"
    )


@pytest.mark.parametrize("start", ["2030-01-01", "2025-06-02"])
def test_what_is_still_to_come_is_said(start: str) -> None:
    now = datetime(2025, 6, 1, 12, tzinfo=UTC)
    for bounds in (f"conversation_start >= '{start}'", f"conversation_start > '{start} 10:00'"):
        planned = plan(f"{BARE} WHERE {bounds}", CATALOG, Holdings(), context("UTC", now))
        assert any("still to come: it has no rows yet" in said for said in planned.notices)
    today = f"{BARE} WHERE conversation_start >= '2025-06-01 11:59'"
    assert plan(today, CATALOG, Holdings(), context("UTC", now)).notices == ()


@pytest.mark.parametrize("joint", ["OR", "AND"])
def test_a_chain_of_thousands_is_planned(joint: str) -> None:
    terms = f" {joint} ".join(f"s.purpose <> 'no {n}'" for n in range(5_000))
    days = " OR ".join(
        f"conversation_start = '2025-01-01 00:{n // 60}:{n % 60}'" for n in range(60)
    )
    sql = f"{BARE} WHERE ({terms}) AND ({' OR '.join([days] * 80)})"
    (scan,) = plan(sql, CATALOG, Holdings(), context("UTC", NOW)).scans
    assert {interval.start.date() for interval in scan.intervals} == {date(2025, 1, 1)}


def test_too_deep_a_nest_is_an_error_that_says_what_to_do() -> None:
    unions = " UNION ALL ".join(["SELECT 1"] * 3_000)
    with pytest.raises(SqlError, match="nested too deeply") as caught:
        plan(unions, CATALOG, Holdings(), context("UTC", NOW))
    assert caught.value.hint is not None


def test_what_the_hint_says_is_planned() -> None:
    days = ", ".join(["'2025-01-01'"] * 1_000)
    sql = f"{BARE} WHERE conversation_start::date IN ({days})"
    (scan,) = plan(sql, CATALOG, Holdings(), context("UTC", NOW)).scans
    assert [str(i) for i in scan.intervals] == ["2025-01-01T00:00:00.000Z/2025-01-02T00:00:00.000Z"]


def test_too_many_tables_are_an_error_that_says_what_to_do() -> None:
    tables = ", ".join(["range(1)"] * 3_000)
    with pytest.raises(SqlError, match="nested too deeply"):
        plan(f"SELECT 1 FROM {tables}", CATALOG, Holdings(), context("UTC", NOW))


def test_what_cannot_be_read_is_an_error_of_the_query() -> None:
    with pytest.raises(SqlError, match="cannot read this query"):
        plan("SELECT count(* FROM segments", CATALOG, Holdings(), context("UTC", NOW))
