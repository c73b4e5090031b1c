"""Jobs driven to their end: what is asked of the provider, and what becomes of what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import START
from tests.unit.jobs.acme import CALLS, Fate, Killed, World, span
from trunkline.errors import (
    CostGuard,
    CredentialsError,
    CursorLost,
    IncompleteData,
    JobLost,
    LimitExceeded,
    MalformedAnswer,
    PermissionMissing,
    ProviderUnreachable,
    RequestRefused,
    TrunklineError,
)
from trunkline.interval import Interval
from trunkline.jobs.job import JobState
from trunkline.jobs.policy import Policy
from trunkline.jobs.runner import Progress
from trunkline.jobs.store import JobStore
from trunkline.scope import filtered

MONTH = span("01", "31")
TENS = (span("01", "10"), span("11", "20"), span("21", "30"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "jobs.sqlite")


def failing(interval: Interval, fate: Fate, *, times: int = 1_000) -> Callable[..., Fate]:
    """That interval's first jobs end so; all else is well."""
    return lambda asked, nth: fate if asked == interval and nth <= times else Fate.READY


def states(world: World) -> list[str]:
    return [job.state.value for job in world.jobs()]


def test_a_job_of_four_pages_is_published_once_it_is_whole(world: World) -> None:
    world.add(MONTH)  # 31 days of four records, forty a page
    outcome = world.run()
    assert [name for name, _ in world.acme.calls] == [
        "submit",
        *["status"] * world.acme.count("status"),
        *["page"] * 4,
    ]
    [job] = outcome.published
    assert outcome.broken == ()
    assert (job.state, job.pages, job.attempt, job.submits) == (JobState.PUBLISHED, 4, 1, 1)
    assert job.possibly_repeated == 0
    assert job.watermark is not None
    assert job.error is None
    assert world.jobs() == (job,)
    assert world.shelf.days() == dict.fromkeys(MONTH.days(), 1)
    assert world.shelf.is_whole()


def test_a_job_is_as_of_when_it_was_asked_for_and_not_of_the_answer(world: World) -> None:
    world.acme.submit_seconds = 30
    world.add(MONTH)
    [job] = world.run().published
    assert job.submitted_at == START


def test_what_is_asked_for_directly_is_not_waited_for(world: World) -> None:
    world.calls = replace(CALLS, slice=timedelta(days=1))
    world.acme.seconds = 0.0
    world.add(MONTH)
    assert len(world.run().published) == 1
    assert world.clock.monotonic() == world.acme.count("page") * world.acme.page_seconds


def test_every_committed_step_is_told(world: World) -> None:
    world.add(MONTH)
    world.run()
    told = [(step.job.state.value, step.landed is not None) for step in world.steps]
    assert told == [
        ("submitting", False),
        ("running", False),
        ("ready", False),
        ("ready", True),
        ("ready", True),
        ("ready", True),
        ("downloaded", True),
        ("published", False),
    ]
    assert [step.job.pages for step in world.steps if step.landed] == [1, 2, 3, 4]


def test_days_that_are_not_wanted_are_left_out(world: World) -> None:
    wanted = span("03", "05").days() | span("09", "09").days()
    world.add(span("03", "09"), days=wanted)
    world.run()
    assert world.shelf.days().keys() == wanted
    assert world.shelf.is_whole()


def test_without_jobs_nothing_is_asked(world: World) -> None:
    assert world.run().published == ()
    assert world.acme.calls == []


@pytest.mark.parametrize("slots", [12, 5, 1])
def test_as_many_jobs_run_at_once_as_may(world: World, slots: int) -> None:
    world.policy = Policy(jobs_in_flight=slots, pages_in_memory=12)
    world.acme.seconds = 600
    world.add(*(span(f"{day:02d}", f"{day:02d}") for day in range(1, 13)))
    assert len(world.run().published) == 12
    assert world.acme.running_most == slots
    rounds = -(-12 // slots)
    waited = world.clock.now() - START
    assert timedelta(seconds=600 * rounds) <= waited <= timedelta(seconds=640 * rounds)


def test_no_more_pages_are_in_memory_than_may_be(world: World) -> None:
    world.policy = Policy(pages_in_memory=2)
    world.shelf.land_seconds = 3
    world.add(*TENS)
    world.run()
    assert world.shelf.landing_most == 2
    assert world.shelf.is_whole()


def test_a_job_that_another_process_cancels_is_given_up_at_its_next_step(world: World) -> None:
    world.acme.seconds = 600
    world.add(*TENS[:2])
    given_up, other = world.jobs()

    def ask(progress: Progress) -> None:
        if (progress.job.key, progress.job.state) == (given_up.key, JobState.RUNNING):
            elsewhere = JobStore(world.path, world.clock)
            elsewhere.ask_cancel(given_up.key)
            elsewhere.close()

    world.stop = ask
    outcome = world.run()
    assert [job.key for job in outcome.published] == [other.key]
    [(job, error)] = outcome.broken
    assert (job.key, job.state) == (given_up.key, JobState.CANCELLED)
    assert "cancelled" in error.message
    assert world.acme.count("cancel") == 1
    assert [job.state for job in world.jobs()] == [JobState.CANCELLED, JobState.PUBLISHED]


@pytest.mark.parametrize("asked", [True, False])
def test_what_was_asked_of_a_job_is_asked_once(world: World, asked: bool) -> None:
    world.add(MONTH)
    [job] = world.jobs()
    store = JobStore(world.path, world.clock)
    if asked:
        store.ask_cancel(job.key)
        store.ask_cancel(job.key)
    assert store.cancel_asked(job) is asked
    again = store.step(store.cancelled(job), state=JobState.PLANNED)
    assert not store.cancel_asked(again)
    store.close()


def test_no_more_pages_land_at_once_than_may(world: World) -> None:
    world.policy = Policy(pages_landing=2)
    world.shelf.land_seconds = 3
    world.add(*TENS)
    world.run()
    assert world.shelf.landing_most == 2
    assert world.shelf.is_whole()


def test_polls_are_paced_by_the_age_of_the_job(world: World) -> None:
    world.acme.seconds = 600
    world.add(MONTH)
    world.run()
    assert world.acme.count("status") <= 85


@pytest.mark.parametrize("days", [2, 31])
def test_a_job_that_fails_is_halved_and_both_halves_land(world: World, days: int) -> None:
    whole = span("01", f"{days:02d}")
    world.acme.fate = failing(whole, Fate.FAILED)
    world.add(whole)
    outcome = world.run()
    assert outcome.broken == ()
    assert world.shelf.days() == dict.fromkeys(whole.days(), 1)
    parent, *parts = world.jobs()
    assert parent.state is JobState.SPLIT
    assert parent.error == "the provider says failed: because"
    assert [part.parent for part in parts] == [parent.key, parent.key]
    assert set(outcome.published) == set(parts)
    noted = [step for step in world.steps if step.note]
    assert [(step.job.state, step.note) for step in noted] == [(JobState.SPLIT, parent.error)]


def test_a_job_is_submitted_with_its_scope_and_so_are_its_halves(world: World) -> None:
    scope = filtered({"queue_id": ["q"]})
    world.acme.fate = failing(MONTH, Fate.FAILED)
    world.add(MONTH, scope=scope)
    world.run()
    assert {job.scope for job in world.acme.jobs.values()} == {scope}
    assert [job.scope for job in world.jobs()] == [scope] * 3


def test_halves_run_side_by_side(world: World) -> None:
    world.acme.seconds = 600
    world.acme.fate = failing(MONTH, Fate.FAILED)
    world.add(MONTH)
    world.run()
    assert world.clock.now() - START < timedelta(seconds=2 * 700)


def test_a_day_that_fails_for_ever_is_given_up_and_the_rest_lands(world: World) -> None:
    bad = span("14", "14")
    [day] = bad.days()
    world.acme.fate = lambda asked, _: Fate.FAILED if day in asked.days() else Fate.READY
    world.add(MONTH)
    outcome = world.run()
    [(job, error)] = outcome.broken
    assert job.days == {day}
    assert job.state is JobState.FAILED
    assert isinstance(error, JobLost)
    assert job.error == error.message == "the provider says failed: because"
    assert world.acme.submitted[bad] == Policy().attempts_of_a_day
    assert world.shelf.days() == dict.fromkeys(MONTH.days() - {day}, 1)
    assert world.shelf.is_whole()
    assert not any(job.unfinished for job in world.jobs())


@pytest.mark.parametrize("fate", [Fate.EXPIRED, Fate.CANCELLED, Fate.GONE, Fate.RESULTS_GONE])
def test_a_job_that_is_lost_starts_over_from_its_first_page(world: World, fate: Fate) -> None:
    world.acme.fate = failing(MONTH, fate, times=1)
    world.add(MONTH)
    outcome = world.run()
    [job] = outcome.published
    assert (job.attempt, job.submits, job.remote_id, job.pages) == (2, 2, "r2", 4)
    assert world.acme.calls.count(("page", "r1")) == (2 if fate is Fate.RESULTS_GONE else 0)
    assert world.acme.calls.count(("page", "r2")) == 4
    assert sorted(world.shelf.staged) == [f"{job.key}-2-{page}" for page in range(4)]
    assert world.shelf.is_whole()
    assert world.shelf.days() == dict.fromkeys(MONTH.days(), 1)


def test_a_job_that_is_lost_again_and_again_is_given_up(world: World) -> None:
    world.acme.fate = failing(MONTH, Fate.RESULTS_GONE)
    world.add(MONTH)
    [(job, _)] = world.run().broken
    assert (job.state, job.attempt) == (JobState.FAILED, Policy().attempts)
    assert world.acme.submitted[MONTH] == Policy().attempts
    assert world.shelf.staged == {}
    assert world.shelf.published == {}


def test_a_job_that_is_lost_while_it_is_submitted_is_given_up_in_the_end(world: World) -> None:
    world.acme.refusal = lambda call, _: JobLost("odd") if call == "submit" else None
    world.add(MONTH)
    [(job, _)] = world.run().broken
    assert (job.state, job.attempt, job.submits) == (JobState.FAILED, 3, 3)
    assert world.jobs() == (job,)


def test_a_job_that_is_stuck_is_cancelled_and_started_over(world: World) -> None:
    world.acme.fate = failing(MONTH, Fate.STUCK, times=1)
    world.add(MONTH)
    [job] = world.run().published
    assert job.attempt == 2
    assert [call for call in world.acme.calls if call[0] == "cancel"] == [("cancel", "r1")]
    patience = timedelta(seconds=Policy().patience)
    assert patience < world.clock.now() - START < patience + timedelta(minutes=5)


def test_a_stuck_job_that_cannot_be_cancelled_is_started_over_all_the_same(world: World) -> None:
    world.acme.fate = failing(MONTH, Fate.STUCK, times=1)
    world.acme.refusal = lambda call, _: ProviderUnreachable("down") if call == "cancel" else None
    world.add(MONTH)
    assert [job.attempt for job in world.run().published] == [2]


@pytest.mark.parametrize("call", ["submit", "status", "page"])
def test_an_error_of_one_job_leaves_the_others_running(world: World, call: str) -> None:
    broken = TENS[1]
    error = ProviderUnreachable("no answer")
    world.acme.refusal = lambda name, asked: error if (name, asked) == (call, broken) else None
    world.add(*TENS)
    outcome = world.run()
    assert {job.interval for job in outcome.published} == {TENS[0], TENS[2]}
    [(job, found)] = outcome.broken
    assert found is error
    assert job.interval == broken
    assert job in world.jobs()
    expected = {"submit": "planned", "status": "running", "page": "ready"}
    assert job.state.value == expected[call]
    assert world.steps[-1].job.unfinished is False
    assert [step.note for step in world.steps if step.note] == ["no answer"]
    world.acme.refusal = lambda _, __: None
    assert [job.interval for job in world.run().published] == [broken]
    assert world.shelf.days() == dict.fromkeys(span("01", "30").days(), 1)


@pytest.mark.parametrize("call", ["submit", "status", "page"])
@pytest.mark.parametrize("error", [PermissionMissing("403"), CredentialsError("401")])
def test_a_refused_client_ends_the_run_and_every_job_can_go_on(
    world: World, call: str, error: TrunklineError
) -> None:
    world.acme.refusal = lambda name, asked: error if (name, asked) == (call, TENS[1]) else None
    world.add(*TENS)
    with pytest.raises(type(error)) as raised:
        world.run()
    assert raised.value is error
    assert not set(states(world)) & {"failed", "cancelled", "split"}
    world.acme.refusal = lambda _, __: None
    world.run()
    assert world.shelf.days() == dict.fromkeys(span("01", "30").days(), 1)
    assert world.acme.submitted == dict.fromkeys(TENS, 1)


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (RequestRefused("bad", status=400), 0),
        (ProviderUnreachable("no connection"), 0),
        (ProviderUnreachable("no answer"), 6),
        (MalformedAnswer("no id"), 1),
    ],
)
def test_only_a_submit_whose_outcome_is_unknown_may_be_a_repetition(
    world: World, error: TrunklineError, repeated: int
) -> None:
    error.unknown = repeated
    world.acme.refusal = lambda call, _: error if call == "submit" else None
    world.add(MONTH)
    [(job, _)] = world.run().broken
    assert (job.state.value, job.submits) == ("planned", 1)
    world.acme.refusal = lambda _, __: None
    [job] = world.run().published
    assert (job.submits, job.possibly_repeated) == (2, repeated)


def test_a_run_that_is_stopped_before_a_submit_leaves_no_doubt_about_it(world: World) -> None:
    guard = CostGuard("enough")
    world.stop = lambda step: guard if step.job.state is JobState.SUBMITTING else None
    world.add(MONTH)
    with pytest.raises(CostGuard):
        world.run()
    assert world.acme.calls == []
    assert [job.state for job in world.jobs()] == [JobState.PLANNED]
    world.stop = lambda _: None
    [job] = world.run().published
    assert (job.submits, job.possibly_repeated) == (2, 0)


def test_what_no_job_would_survive_ends_the_run(world: World) -> None:
    full = LimitExceeded("the disk is full")
    world.shelf.failure = lambda job: full if job.interval == TENS[1] else None
    world.add(*TENS)
    with pytest.raises(LimitExceeded) as raised:
        world.run()
    assert raised.value is full
    assert all(job.unfinished or job.state is JobState.PUBLISHED for job in world.jobs())


def test_a_job_that_was_running_is_asked_about_at_once(world: World) -> None:
    world.acme.refusal = lambda call, _: ProviderUnreachable("x") if call == "status" else None
    world.add(MONTH)
    world.run()
    world.acme.refusal = lambda _, __: None
    world.acme.calls.clear()
    world.acme.seconds = 0
    before = world.clock.now()
    world.run()
    assert world.acme.calls[0] == ("status", "r1")
    assert world.clock.now() - before == timedelta(seconds=4 * world.acme.page_seconds)
    assert world.acme.count("submit") == 0


def test_a_cursor_that_does_not_move_breaks_the_job_instead_of_looping(world: World) -> None:
    world.acme.cursor_stands = True
    world.add(MONTH)
    [(job, error)] = world.run().broken
    assert isinstance(error, MalformedAnswer)
    assert (job.state, job.pages, job.cursor) == (JobState.READY, 1, "40")
    assert world.acme.count("page") == 2


def test_a_run_that_goes_on_reads_again_as_often_as_the_one_before_it(
    world: World,
) -> None:
    world.acme.cursors_lost = 3
    world.add(MONTH)
    [(job, error)] = world.run().broken
    assert isinstance(error, CursorLost)
    assert (job.state, job.pages, job.cursor) == (JobState.READY, 0, None)
    world.acme.cursors_lost = 1
    assert [job.state for job in world.run().published] == [JobState.PUBLISHED]
    assert world.acme.count("submit") == 1


def test_pages_that_are_gone_from_the_disk_are_fetched_again(world: World) -> None:
    world.add(MONTH)
    world.arm("publish")
    with pytest.raises(Killed):
        world.run()
    assert [job.state for job in world.jobs()] == [JobState.DOWNLOADED]
    world.shelf.staged.popitem()
    world.arm(None)
    [job] = world.run().published
    assert (job.attempt, job.submits) == (2, 2)
    assert world.shelf.is_whole()
    assert world.shelf.days() == dict.fromkeys(MONTH.days(), 1)


def test_an_error_that_is_not_of_the_provider_is_not_swallowed(world: World) -> None:
    world.acme.refusal = lambda call, _: IncompleteData("odd") if call == "page" else None
    world.add(MONTH)
    with pytest.raises(IncompleteData):
        world.run()


def test_a_published_job_is_not_run_again(world: World) -> None:
    world.add(MONTH)
    world.run()
    world.acme.calls.clear()
    assert world.run().published == ()
    assert world.acme.calls == []
