"""How the days of a job are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from trunkline.cli.progress import days_of
from trunkline.interval import Interval
from trunkline.jobs.job import Job
from trunkline.scope import OPEN_AT, WHOLE, Scope

BEGIN = datetime(2025, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scope", "length", "words"),
    [
        (WHOLE, timedelta(days=1), "2025-01-31"),
        (WHOLE, timedelta(hours=6), "2025-01-31"),
        (WHOLE, timedelta(days=2), "2025-01-31 to 2025-02-01"),
        (OPEN_AT, timedelta(minutes=1), "2025-01-31, open then"),
    ],
)
def test_the_days_of_a_job(scope: Scope, length: timedelta, words: str) -> None:
    job = Job(
        key="a" * 32,
        organization="genesys",
        dataset="conversation_details",
        interval=Interval(BEGIN, BEGIN + length),
        days=frozenset({date(2025, 1, 31)}),
        fingerprint="",
        scope=scope,
    )
    assert days_of(job) == words
