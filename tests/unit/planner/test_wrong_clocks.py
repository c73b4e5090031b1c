"""What a clock noted that was ahead: nobody knows how old it is, so it counts as old.

The story is seed 82014 of the chaos: a process two days ahead fetched a day, and ``sync --refresh``
by the right clock, some minutes later, took it for newer than itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.unit.planner.world import CATALOG, CONVERSATIONS, NOW, context, held
from trunkline.interval import DAY, day_span
from trunkline.planner.plan import Context, Holdings, Plan, Unfinished
from trunkline.planner.wanting import wanting

MARCH = date(2026, 3, 8)
AHEAD = NOW + timedelta(days=2)
MINUTE = timedelta(minutes=1)
REFRESH = replace(context("UTC", NOW), refresh_before=NOW - MINUTE)
RECHECK = replace(context("UTC", NOW), recheck=timedelta(days=35))


def _plan(fetched_at: datetime, today: Context, *jobs: Unfinished) -> Plan:
    days = held(
        MARCH,
        MARCH,
        watermark=NOW,
        fetched_at=fetched_at,
        fingerprint=today.fingerprint(CONVERSATIONS),
    )
    holdings = Holdings({CONVERSATIONS.name: days}, unfinished=jobs)
    tables = [table for table in CATALOG.tables if table.dataset == CONVERSATIONS]
    return wanting(tables, (), {CONVERSATIONS.name: [day_span(MARCH, MARCH)]}, holdings, today)


@pytest.mark.parametrize("today", [REFRESH, RECHECK], ids=["refresh", "recheck"])
def test_a_day_of_the_future_is_fetched_again(today: Context) -> None:
    assert [fetch.days for fetch in _plan(AHEAD, today).fetches] == [frozenset({MARCH})]


@pytest.mark.parametrize("today", [REFRESH, RECHECK], ids=["refresh", "recheck"])
def test_a_day_of_a_moment_ago_is_not(today: Context) -> None:
    assert not _plan(NOW, today).fetches


@pytest.mark.parametrize(
    ("submitted_at", "goes_on"), [(AHEAD, False), (NOW, True), (NOW - DAY, False)]
)
def test_a_job_of_the_future_is_no_help_to_a_refresh(submitted_at: datetime, goes_on: bool) -> None:
    job = Unfinished(
        "begun",
        CONVERSATIONS.name,
        day_span(MARCH, MARCH),
        frozenset({MARCH}),
        "running",
        submitted_at=submitted_at,
    )
    (fetch,) = _plan(NOW - DAY, REFRESH, job).fetches
    assert (fetch.resumes == "begun") is goes_on
