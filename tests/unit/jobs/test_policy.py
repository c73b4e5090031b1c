"""How long to wait for a job, and how it is halved."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.jobs.test_job import JOB
from trunkline.jobs.job import Job, JobState
from trunkline.jobs.policy import Policy, halves

DAYS = st.sets(st.dates(date(2025, 1, 1), date(2025, 3, 31)), min_size=2, max_size=31)


@pytest.mark.parametrize(
    ("age", "seconds"),
    [
        (0.0, 3.0),  # conversation jobs take three seconds at the least
        (1.0, 2.0),
        (3.0, 1.5),
        (10.0, 1.5),
        (60.0, 3.0),
        (299.0, 14.95),
        (3_600.0, 30.0),
        (-7_200.0, 3.0),  # the clock was set back
    ],
)
def test_the_wait_is_a_share_of_the_age_within_bounds(age: float, seconds: float) -> None:
    assert Policy().poll_wait(age) == pytest.approx(seconds)


def test_a_job_of_an_hour_costs_few_polls() -> None:
    age, polls = 0.0, 0
    while age < 3_600:
        age += Policy().poll_wait(age)
        polls += 1
    assert polls < 200


@given(DAYS)
def test_halves_are_a_partition_of_the_days(days: set[date]) -> None:
    job = Job("k", "acme", "calls", JOB.interval, frozenset(days), "f", JobState.RUNNING, attempt=2)
    first, second = halves(job, ("a", "b"))
    assert (first.key, second.key) == ("a", "b")
    assert first.days | second.days == days
    assert not first.days & second.days
    assert max(first.days) < min(second.days)
    assert abs(len(first.days) - len(second.days)) <= 1
    for half in (first, second):
        assert half.interval.start.date() == min(half.days)
        assert half.interval.end.date() == max(half.days) + timedelta(days=1)
        assert (half.organization, half.dataset, half.fingerprint) == ("acme", "calls", "f")
        assert (half.state, half.parent, half.attempt) == (JobState.PLANNED, "k", 1)
        assert half.remote_id is None
