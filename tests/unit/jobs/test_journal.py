"""The journal: requests cost no transaction of their own, and old ones go."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import START, VirtualClock
from tests.unit.jobs.test_job import JOB
from trunkline.jobs.job import IllegalTransition, JobState, Landed, UnknownName
from trunkline.jobs.journal import AT_ONCE, Ended, Requested, RunKept
from trunkline.jobs.store import JobStore

MONTH = timedelta(days=30)
ASKED = Requested(
    run="r",
    at=START,
    method="GET",
    path="/api/v2/things/{thingId}",
    status=200,
    failure=None,
    attempt=1,
    waited_ms=250,
    duration_ms=1_250,
    received=77,
    correlation_id="c0ffee-1",
)
PAGE = Landed(receipt="{}", cursor="c", watermark=None, conversations=1)


class Clock(VirtualClock):
    """A clock that a test sets."""

    today = START

    def now(self) -> datetime:
        return self.today


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[JobStore]:
    found = JobStore(path, clock)
    yield found
    found.close()


def committed(path: Path) -> int:
    """How many requests another process sees."""
    database = sqlite3.connect(path)
    (count,) = database.execute("SELECT count(*) FROM requests").fetchone()
    database.close()
    return int(count)


def test_a_run_is_kept_with_its_end(store: JobStore) -> None:
    store.journal.start("one", "query", "SELECT ?", MONTH)
    store.journal.finish("one", Ended(12, "done", 0, snapshot=3, certificate="{}"))
    store.journal.start("two", "resume", "", MONTH)
    assert store.journal.runs() == (
        RunKept("one", "query", START, START, "SELECT ?", 12, "done", 0, 3),
        RunKept("two", "resume", START, None, "", None, None, None, None),
    )


def test_an_answer_that_fails_later_spoils_its_run(store: JobStore) -> None:
    store.journal.start("one", "query", "SELECT ?", MONTH)
    store.journal.finish("one", Ended(1, "done", 0, snapshot=3))
    store.journal.spoil("one", "LimitExceeded", 4)
    [run] = store.journal.runs()
    assert (run.outcome, run.exit_status, run.snapshot, run.requests) == ("LimitExceeded", 4, 3, 1)


def test_requests_are_written_with_the_next_step_of_a_job(store: JobStore, path: Path) -> None:
    store.add(JOB)
    store.journal.note(ASKED)
    store.journal.note(replace(ASKED, status=None, failure="timed out", correlation_id=None))
    assert committed(path) == 0
    store.step(JOB, state=JobState.SUBMITTING, submits=1)
    assert committed(path) == 2
    assert [request.status for request in store.journal.requests()] == [200, None]
    assert store.journal.requests()[0] == ASKED


def test_many_requests_without_a_step_are_written_at_once(store: JobStore, path: Path) -> None:
    for _ in range(AT_ONCE - 1):
        store.journal.note(ASKED)
    assert committed(path) == 0
    store.journal.note(ASKED)
    assert committed(path) == AT_ONCE


def test_the_end_of_a_run_writes_what_is_left(store: JobStore, path: Path) -> None:
    store.journal.start("r", "doctor", "", MONTH)
    store.journal.note(ASKED)
    store.journal.finish("r", Ended(1, "done", 0))
    assert committed(path) == 1


def test_a_step_that_is_refused_loses_no_request(store: JobStore, path: Path) -> None:
    store.add(JOB)
    store.step(JOB, state=JobState.SUBMITTING, submits=1)
    store.journal.note(ASKED)
    with pytest.raises(IllegalTransition):
        store.step(JOB, state=JobState.SUBMITTING, submits=1)
    assert committed(path) == 0
    store.add(replace(JOB, key="another"))
    assert committed(path) == 1


def test_what_is_too_old_goes_when_a_run_begins(store: JobStore, clock: Clock) -> None:
    store.journal.start("old", "query", "", MONTH)
    store.journal.note(replace(ASKED, run="old"))
    clock.today = START + timedelta(days=20)
    store.journal.start("middle", "query", "", MONTH)
    store.journal.note(replace(ASKED, run="middle", at=clock.today))
    clock.today = START + timedelta(days=31)
    store.journal.start("new", "query", "", MONTH)
    assert [run.run for run in store.journal.runs()] == ["middle", "new"]
    assert [request.run for request in store.journal.requests()] == ["middle"]


def test_unknown_names_are_summed_by_job(store: JobStore) -> None:
    job = replace(JOB, state=JobState.READY)
    store.add(job)
    store.add(replace(JOB, key="other", state=JobState.READY))
    job = store.land(job, replace(PAGE, unknown=(("a.b", 2), ("metric:tNew", 1))))
    store.land(job, replace(PAGE, unknown=(("a.b", 5),), cursor=None))
    assert store.unknown() == (
        UnknownName(job.key, "a.b", 7, 2),
        UnknownName(job.key, "metric:tNew", 1, 1),
    )
