"""What a plan asks for without a job: the tail, and open records when they are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.planner.world import CATALOG, CONVERSATIONS, context, held
from trunkline.catalog import Catalog
from trunkline.interval import Interval
from trunkline.live import Live
from trunkline.planner import plan
from trunkline.planner.moving import StillOpen, TailHeld, Told, due
from trunkline.planner.plan import DayHeld, Holdings, Plan

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
WATERMARK = datetime(2025, 3, 20, 6, tzinfo=UTC)
LATELY = NOW - timedelta(minutes=5)
LIVELY = replace(CONVERSATIONS, live=Live())
OF_IT = Catalog(
    "genesys",
    tuple(replace(t, dataset=LIVELY) for t in CATALOG.tables if t.dataset == CONVERSATIONS),
)
TODAY = "SELECT 1 FROM conversations WHERE conversation_start >= '2025-03-20'"
DAY = date(2025, 3, 20)
FRESH = dict(held(DAY, DAY, watermark=WATERMARK, fetched_at=LATELY, fingerprint="today"))
NAME = CONVERSATIONS.name


def planned(
    holdings: Holdings, sql: str = TODAY, *, tail: bool = True, covered: bool = False
) -> Plan:
    asked = replace(context("UTC", NOW), tail=tail, covered=covered)
    return plan(sql, OF_IT, holdings, asked)


def settled(first: date, last: date) -> dict[date, DayHeld]:
    """Final days."""
    at = NOW - timedelta(days=1)
    return held(first, last, watermark=at, fetched_at=at, fingerprint="today")


def tail_held(start: datetime, minutes: int, fingerprint: str = "today") -> Holdings:
    asked_at = NOW - timedelta(minutes=minutes)
    piece = TailHeld(Interval(start, asked_at), asked_at, fingerprint)
    return Holdings({NAME: FRESH}, tails={NAME: {DAY: piece}})


def test_from_the_watermark_of_the_day_to_now() -> None:
    (tail,) = planned(Holdings({NAME: FRESH})).tails
    assert tail.interval == Interval(WATERMARK, NOW)
    assert tail.days == {DAY}
    # 2,500 conversations a day: 625 in six hours, a hundred a page.
    assert tail.pages == 7


@pytest.mark.parametrize(
    ("minutes", "fingerprint", "start", "asks"),
    [
        (14, "today", WATERMARK, False),
        (16, "today", WATERMARK, True),
        (-60, "today", WATERMARK, True),
        (14, "other", WATERMARK, True),
        (14, "today", WATERMARK + timedelta(hours=1), True),
        (14, "today", WATERMARK - timedelta(hours=1), False),
    ],
)
def test_what_is_held_of_it_and_fresh_is_not_asked_for(
    minutes: int, fingerprint: str, start: datetime, *, asks: bool
) -> None:
    assert bool(planned(tail_held(start, minutes, fingerprint)).tails) is asks


def test_what_a_clock_noted_that_was_ahead_is_of_no_known_age() -> None:
    for at, wanted in ((NOW, set()), (NOW + timedelta(days=2), {DAY})):
        days = held(DAY, DAY, watermark=WATERMARK, fetched_at=at, fingerprint="today")
        assert {day for f in planned(Holdings({NAME: days})).fetches for day in f.days} == wanted
        told = Holdings(told={NAME: Told(WATERMARK - timedelta(days=1), at)})
        assert bool(planned(told).fetches) == bool(wanted)


def test_where_none_is_wanted() -> None:
    assert planned(Holdings({NAME: FRESH}), tail=False).tails == ()
    assert planned(Holdings({NAME: FRESH}), covered=True).tails == ()


@pytest.mark.parametrize(
    "bound", ["conversation_start < '2025-03-20 06:00'", "conversation_start < '2025-03-20 01:00'"]
)
def test_what_whole_days_have_needs_no_tail(bound: str) -> None:
    assert planned(Holdings({NAME: FRESH}), f"{TODAY} AND {bound}").tails == ()


def test_a_day_past_the_watermark_begins_at_its_midnight_and_needs_no_job() -> None:
    told = {NAME: Told(datetime(2025, 3, 19, 20, tzinfo=UTC), LATELY)}
    found = planned(Holdings(told=told))
    assert found.fetches == ()
    (tail,) = found.tails
    assert tail.interval == Interval(datetime(2025, 3, 20, tzinfo=UTC), NOW)


def test_a_watermark_that_was_told_long_ago_tells_nothing_of_today() -> None:
    told = {NAME: Told(datetime(2025, 3, 19, 20, tzinfo=UTC), NOW - timedelta(hours=1))}
    assert len(planned(Holdings(told=told)).fetches) == 1


def test_seven_days_at_the_most() -> None:
    old = datetime(2025, 3, 10, 18, tzinfo=UTC)
    days = held(date(2025, 3, 10), DAY, watermark=old, fetched_at=LATELY, fingerprint="today")
    (tail,) = planned(Holdings({NAME: days}), TODAY.replace("03-20", "03-10")).tails
    assert tail.interval == Interval(old, old + timedelta(days=7))


@pytest.mark.parametrize(
    ("asked", "next_at"),
    [
        (timedelta(0), timedelta(minutes=15)),
        (timedelta(minutes=15), timedelta(hours=1)),
        (timedelta(minutes=59), timedelta(hours=1)),
        (timedelta(hours=1), timedelta(days=1)),
        (timedelta(days=1), timedelta(weeks=1)),
        (timedelta(weeks=1), timedelta(weeks=2)),
        (timedelta(days=20), timedelta(weeks=3)),
        (timedelta(days=400), timedelta(weeks=58)),
    ],
)
def test_when_an_open_record_is_due(asked: timedelta, next_at: timedelta) -> None:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    assert due(since, since + asked) == since + next_at


def test_the_ones_that_are_due_of_the_days_that_are_wanted() -> None:
    january = datetime(2025, 1, 5, 9, tzinfo=UTC)
    records = (
        StillOpen("due", january, NOW - timedelta(minutes=1)),
        StillOpen("now", january, NOW),
        StillOpen("later", january, NOW + timedelta(minutes=1)),
        StillOpen("of another day", january + timedelta(days=1), NOW),
    )
    at = NOW - timedelta(days=1)
    days = held(
        date(2025, 1, 5),
        date(2025, 1, 6),
        watermark=at,
        fetched_at=at,
        fingerprint="today",
    )
    sql = "SELECT 1 FROM segments WHERE conversation_start::DATE = DATE '2025-01-05'"
    found = planned(Holdings({NAME: days}, open={NAME: records}), sql)
    (again,) = found.reopened
    assert [record.key for record in again.records] == ["due", "now"]
    assert (again.requests, found.requests) == (1, 1)
    assert planned(Holdings(open={NAME: records}), sql).reopened == (), "a job brings them"


def test_what_a_job_brought_as_it_was_long_ago_is_asked_for_once_the_jobs_are_done() -> None:
    records = (StillOpen("parked", datetime(2025, 3, 19, 9, tzinfo=UTC), NOW),)
    sql = "SELECT 1 FROM segments WHERE conversation_start::DATE = DATE '2025-03-19'"
    span = date(2025, 3, 19), date(2025, 3, 19)
    at = NOW - timedelta(hours=20)
    for fingerprint, asked in (("today", 1), ("other", 0)):
        days = held(*span, watermark=at, fetched_at=at, fingerprint=fingerprint)
        holdings = Holdings({NAME: days}, open={NAME: records})
        assert planned(holdings, sql).reopened == (), "a job brings them"
        done = replace(context("UTC", NOW), fetched=True)
        assert len(plan(sql, OF_IT, holdings, done).reopened) == asked


def test_a_hundred_and_one_are_two_requests() -> None:
    january = datetime(2025, 1, 5, 9, tzinfo=UTC)
    records = tuple(StillOpen(str(n), january, NOW) for n in range(101))
    days = settled(date(2025, 1, 5), date(2025, 1, 5))
    sql = "SELECT 1 FROM segments WHERE conversation_start::DATE = DATE '2025-01-05'"
    shown = str(planned(Holdings({NAME: days}, open={NAME: records}), sql))
    assert "101 open conversations to fetch again  2 requests" in shown


def test_those_that_come_with_the_tail_are_not_asked_for_by_key() -> None:
    records = (StillOpen("today", datetime(2025, 3, 20, 1, tzinfo=UTC), NOW),)
    found = planned(Holdings({NAME: FRESH}, open={NAME: records}))
    assert found.tails
    assert found.reopened == ()
    assert len(planned(Holdings({NAME: FRESH}, open={NAME: records}), tail=False).reopened) == 1
