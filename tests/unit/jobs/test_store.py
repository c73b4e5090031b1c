"""The job store: what was committed is there after a crash, and no stale step gets in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from tests.fakes import VirtualClock
from tests.unit.jobs.acme import ORGANIZATION, span
from tests.unit.jobs.test_job import ALLOWED, JOB
from trunkline.errors import ConfigError
from trunkline.jobs.job import IllegalTransition, Job, JobState, Landed
from trunkline.jobs.journal import Ended, Requested
from trunkline.jobs.policy import halves
from trunkline.jobs.store import JobStore
from trunkline.scope import filtered

WATERMARK = datetime(2025, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
PAGE = Landed(
    receipt="{}",
    cursor="next",
    watermark=WATERMARK,
    conversations=7,
    ignored=2,
    quarantined=("call 3: no start",),
    unknown=(("call.colour", 4),),
    rows=(("calls", 7), ("legs", 9)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[JobStore]:
    opened = JobStore(path, VirtualClock())
    yield opened
    opened.close()


def reopened(path: Path) -> Iterator[JobStore]:
    store = JobStore(path, VirtualClock())
    yield store
    store.close()


def running(store: JobStore, job: Job = JOB) -> Job:
    """The job as it is when the provider has it."""
    store.add(job)
    job = store.step(job, state=JobState.SUBMITTING, submits=1)
    return store.step(job, state=JobState.RUNNING, remote_id="r1", submitted_at=WATERMARK)


def ready(store: JobStore) -> Job:
    return store.step(running(store), state=JobState.READY)


@pytest.mark.parametrize(("before", "after"), list(product(JobState, JobState)))
def test_a_step_is_taken_by_the_table_only(
    store: JobStore, before: JobState, after: JobState
) -> None:
    job = replace(JOB, state=before)
    store.add(job)
    if after.value in ALLOWED[before.value].split():
        assert store.step(job, state=after).state is after
        assert store.get("k") == replace(job, state=after)
    else:
        with pytest.raises(IllegalTransition):
            store.step(job, state=after)
        assert store.get("k") == job


def test_every_field_of_a_job_is_kept(store: JobStore, path: Path) -> None:
    job = Job(
        key="k",
        organization=ORGANIZATION,
        dataset="calls",
        interval=span("01", "09"),
        days=frozenset(sorted(span("01", "09").days())[::2]),
        fingerprint="f9",
        state=JobState.READY,
        remote_id="r1",
        cursor="c5",
        pages=5,
        attempt=2,
        submits=3,
        possibly_repeated=1,
        watermark=WATERMARK,
        submitted_at=WATERMARK - timedelta(hours=1),
        error="it was lost once",
        parent="p",
        scope=filtered({"queue_id": ["q2", "q1"]}),
    )
    store.add(job)
    for again in reopened(path):
        assert again.get("k") == job
        assert again.jobs(ORGANIZATION) == (job,)
    assert store.get("absent") is None


def test_a_job_survives_the_process_that_was_killed(store: JobStore, path: Path) -> None:
    job = store.land(ready(store), PAGE)
    for again in reopened(path):  # the first store is still open, as after a kill -9
        assert again.get("k") == job
        assert again.unfinished(ORGANIZATION) == (job,)
        assert again.pages(job) == (replace(PAGE, cursor=None, watermark=None),)
        assert again.step(job, state=JobState.CANCELLED).state is JobState.CANCELLED


@pytest.mark.parametrize(
    "change",
    [
        {"state": JobState.RUNNING},
        {"attempt": 2},
        {"submits": 0},
        {"pages": 1},
    ],
)
def test_a_step_from_where_the_job_no_longer_is_is_refused(
    store: JobStore, change: dict[str, int]
) -> None:
    job = ready(store)
    stale = replace(job, **change)  # type: ignore[arg-type]
    steps: tuple[Callable[[], object], ...] = (
        lambda: store.step(stale, state=JobState.CANCELLED),
        lambda: store.land(stale, PAGE),
        lambda: store.start_over(stale, "lost"),
        lambda: store.split(stale, "failed", halves(stale, ("a", "b"))),
    )
    for take in steps:
        with pytest.raises(IllegalTransition):
            take()
    assert store.get("k") == job
    assert store.pages(job) == ()
    assert store.jobs(ORGANIZATION) == (job,)


def test_a_page_that_landed_already_does_not_land_again(store: JobStore) -> None:
    job = ready(store)
    after = store.land(job, PAGE)
    with pytest.raises(IllegalTransition):
        store.land(job, replace(PAGE, cursor="other"))
    assert store.get("k") == after
    assert len(store.pages(after)) == 1


def test_a_step_of_a_job_that_was_never_kept_is_refused(store: JobStore) -> None:
    with pytest.raises(IllegalTransition):
        store.step(JOB, state=JobState.SUBMITTING)


def test_a_page_and_the_cursor_are_one_step(store: JobStore) -> None:
    first = store.land(ready(store), PAGE)
    assert (first.state, first.cursor, first.pages) == (JobState.READY, "next", 1)
    assert first.watermark == WATERMARK
    last = store.land(first, replace(PAGE, receipt="[]", cursor=None, watermark=None))
    assert (last.state, last.cursor, last.pages) == (JobState.DOWNLOADED, None, 2)
    assert last.watermark == WATERMARK
    assert [page.receipt for page in store.pages(last)] == ["{}", "[]"]
    assert store.get("k") == last


def test_to_start_over_forgets_the_remote_job_and_its_pages(store: JobStore) -> None:
    job = store.land(ready(store), PAGE)
    over = store.start_over(job, "the results have expired")
    assert over == replace(JOB, attempt=2, submits=1, error="the results have expired")
    assert store.pages(over) == ()
    assert store.get("k") == over


def test_the_halves_take_the_place_of_the_job_at_once(store: JobStore) -> None:
    job = store.land(ready(store), PAGE)
    parts = halves(job, ("a", "b"))
    after = store.split(job, "failed: too much", parts)
    assert after == replace(job, state=JobState.SPLIT, error="failed: too much")
    assert store.get("k") == after
    assert store.unfinished(ORGANIZATION) == parts
    assert store.pages(job) == ()


def test_halves_that_cannot_be_kept_leave_the_job_as_it_was(store: JobStore) -> None:
    job = store.land(ready(store), PAGE)
    with pytest.raises(sqlite3.IntegrityError):
        store.split(job, "failed", halves(job, ("a", "k")))
    assert store.jobs(ORGANIZATION) == (job,)
    assert len(store.pages(job)) == 1


def test_jobs_are_added_all_or_none(store: JobStore) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.add(replace(JOB, key="a"), replace(JOB, key="b"), replace(JOB, key="a"))
    assert store.jobs(ORGANIZATION) == ()


def test_unfinished_are_those_that_can_go_on_in_order_of_their_interval(store: JobStore) -> None:
    for place, state in enumerate(JobState):
        day = f"{20 - place:02d}"
        store.add(replace(JOB, key=state.value, state=state, interval=span(day, day)))
    store.add(replace(JOB, key="elsewhere", organization="other"))
    assert [job.key for job in store.unfinished(ORGANIZATION)] == [
        "downloaded",
        "ready",
        "running",
        "submitting",
        "planned",
    ]
    assert [job.key for job in store.unfinished("other")] == ["elsewhere"]


def test_receipts_are_those_of_unfinished_jobs(store: JobStore) -> None:
    job = store.land(ready(store), PAGE)
    job = store.land(job, replace(PAGE, receipt="[1]", cursor=None))
    other = replace(JOB, key="o", organization="other", state=JobState.READY)
    store.add(other)
    store.land(other, replace(PAGE, receipt="[2]"))
    assert sorted(store.receipts()) == ["[1]", "[2]", "{}"]
    store.step(job, state=JobState.PUBLISHED)
    assert store.receipts() == ("[2]",)


def test_a_store_of_a_newer_version_is_left_alone(store: JobStore, path: Path) -> None:
    store.add(JOB)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ConfigError, match="newer Trunkline"):
        JobStore(path, VirtualClock())
    assert store.get("k") == JOB


def test_a_store_of_an_older_version_is_left_alone_and_named(store: JobStore, path: Path) -> None:
    store.add(JOB)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 1")
    database.close()
    with pytest.raises(ConfigError, match="older Trunkline") as caught:
        JobStore(path, VirtualClock())
    assert str(path.parent) in (caught.value.hint or "")
    assert store.get("k") == JOB


def test_a_store_without_organisations_of_requests_is_brought_up(
    store: JobStore, path: Path
) -> None:
    store.add(JOB)
    store.journal.start("r", "query", "SELECT ?", timedelta(days=1))
    store.journal.note(
        Requested("r", datetime(2025, 3, 1, tzinfo=UTC), "GET", "/a", 200, None, 1, 0, 12, 5, None)
    )
    store.journal.finish("r", Ended(1, "done", 0))
    with sqlite3.connect(path) as database:  # as it was before there could be several
        database.execute("ALTER TABLE requests DROP COLUMN organization")
        database.execute("DROP INDEX runs_by_user")
        for column in ("user_name", "role", "door", "application", "rows", "numbers"):
            database.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 3")
    database.close()
    again = JobStore(path, VirtualClock())
    assert again.get("k") == JOB
    assert [(kept.run, kept.organization) for kept in again.journal.requests()] == [
        ("r", "genesys")
    ]
    again.close()
    JobStore(path, VirtualClock()).close()


def test_a_reader_opens_while_another_process_writes(store: JobStore, path: Path) -> None:
    store.add(JOB)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE jobs SET state = 'failed'")
    for reader in reopened(path):
        assert reader.get("k") == JOB
    writer.execute("ROLLBACK")
    writer.close()
