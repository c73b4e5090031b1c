"""A plan, jobs and days held, to be judged and certified."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from trunkline.interval import Interval, day_span
from trunkline.jobs.job import Job, JobState, Landed
from trunkline.lake.catalogue import CoveredDay
from trunkline.planner.plan import Fetch, Need, Plan, State
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS

NOW = datetime(2025, 4, 1, 12, tzinfo=UTC)
NAME = "conversation_details"


def march(first: int, last: int) -> Interval:
    """Days of March 2025, both included."""
    return day_span(date(2025, 3, first), date(2025, 3, last))


def days(*numbers: int) -> frozenset[date]:
    """Days of March 2025."""
    return frozenset(date(2025, 3, number) for number in numbers)


def plan(wanted: Interval, *fetched: Interval) -> Plan:
    """A plan that wants an interval and fetches parts of it."""
    missing = frozenset(day for interval in fetched for day in interval.days())
    states = {day: State.MISSING if day in missing else State.FINAL for day in wanted.days()}
    fetches = (
        Fetch(CONVERSATION_DETAILS, interval, interval.days(), "missing") for interval in fetched
    )
    return Plan(
        sql="SELECT 1",
        time_zone="UTC",
        now=NOW,
        scans=(),
        others=(),
        needs=(Need(CONVERSATION_DETAILS, states),),
        fetches=tuple(fetches),
        notices=(),
    )


def covered(day: date, **changes: Any) -> CoveredDay:
    """A day that is held."""
    values: dict[str, Any] = {
        "dataset": NAME,
        "day": day,
        "fetched_at": NOW - timedelta(minutes=5),
        "watermark": NOW - timedelta(hours=1),
        "fingerprint": "f1",
        "conversations": 10,
        "divisions": ("Home",),
        "job": "j1",
        "organization": "genesys",
    }
    return CoveredDay(**(values | changes))


def job(key: str = "j1", state: JobState = JobState.READY, **changes: Any) -> Job:
    """A job over the first days of March."""
    values: dict[str, Any] = {
        "key": key,
        "organization": "genesys",
        "dataset": NAME,
        "interval": march(1, 3),
        "days": days(1, 2, 3),
        "fingerprint": "f1",
        "state": state,
    }
    return Job(**(values | changes))


def page(**changes: Any) -> Landed:
    """A page of five conversations."""
    values: dict[str, Any] = {
        "receipt": "{}",
        "cursor": None,
        "watermark": NOW,
        "conversations": 5,
        "ignored": 1,
        "quarantined": ("conversation 3: no start",),
        "unknown": (("session.colour", 2),),
        "rows": (("conversations", 5), ("segments", 20)),
    }
    return Landed(**(values | changes))
