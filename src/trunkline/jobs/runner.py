"""The runner: claim a job, take one step, record it; the same way for a new job and a resumed one.

A step is at most one request. Whatever it learned is committed before the next one begins, so a
crash costs at most one request sent twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from trunkline.catalog import Dataset
from trunkline.clock import Clock
from trunkline.errors import (
    CursorLost,
    JobLost,
    MalformedAnswer,
    ProviderError,
    TrunklineError,
)
from trunkline.jobs.job import Job, JobState, Landed
from trunkline.jobs.policy import Policy, halves, up_to
from trunkline.jobs.store import JobStore
from trunkline.providers import Provider, RemoteState


class Landing(Protocol):
    """Where pages go. The runner knows neither their shape nor the lake."""

    async def land(self, job: Job, body: bytes) -> Landed:
        """Flatten, mask and stage one page."""
        ...

    def publish(self, job: Job, pages: tuple[Landed, ...]) -> int:
        """Make a job's days visible; the snapshot. Doing it twice changes nothing.

        FileNotFoundError where something that was staged is gone.
        """
        ...

    def discard(self, pages: tuple[Landed, ...]) -> None:
        """Delete what was staged for a job that starts over."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """One committed step; ``landed`` where it was a page, ``note`` where something went wrong."""

    job: Job
    landed: Landed | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of jobs ended. ``broken`` are failed or left resumable, each with its error."""

    published: tuple[Job, ...]
    broken: tuple[tuple[Job, ProviderError], ...]


@dataclass(frozen=True, slots=True)
class Runner:
    """Drives jobs to their end.

    ``horizons`` are the watermarks of the datasets as they were told when the run began: nothing
    is asked past them.
    ``new_key`` makes keys; ``observe`` hears of every step.
    """

    provider: Provider
    datasets: Mapping[str, Dataset]
    store: JobStore
    landing: Landing
    clock: Clock
    policy: Policy
    horizons: Mapping[str, datetime]
    new_key: Callable[[], str]
    observe: Callable[[Progress], None]

    async def run(self, jobs: Sequence[Job]) -> Outcome:
        """Drive every job until it is published or broken.

        One job's ProviderError leaves the others running. AccessError, and whatever else no other
        job would survive, ends the run at once; the jobs stay resumable.
        """
        bounds = _Bounds(
            asyncio.Semaphore(self.policy.jobs_in_flight),
            asyncio.Semaphore(self.policy.pages_in_memory),
            asyncio.Semaphore(self.policy.pages_landing),
        )
        drives = [_Drive(self, bounds) for _ in jobs]
        try:
            async with asyncio.TaskGroup() as group:
                for drive, job in zip(drives, jobs, strict=True):
                    group.create_task(drive.run(job))
        except BaseExceptionGroup as failed:
            raise _first(failed) from None
        return Outcome(
            tuple(job for drive in drives for job in drive.published),
            tuple(pair for drive in drives for pair in drive.broken),
        )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended the run; the others are its echoes in the other jobs."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What all jobs share: how many run, how many pages are in memory, how many are landing."""

    jobs: asyncio.Semaphore
    pages: asyncio.Semaphore
    landing: asyncio.Semaphore


class _Drive:
    """One job and the halves it may fall into."""

    def __init__(self, runner: Runner, bounds: _Bounds) -> None:
        self.runner = runner
        self.bounds = bounds
        self.published: list[Job] = []
        self.broken: list[tuple[Job, ProviderError]] = []
        self.resumed = False
        self.cursors: set[tuple[str, int, str]] = set()
        self.steps = {
            JobState.PLANNED: self._submit,
            JobState.SUBMITTING: self._submit,
            JobState.RUNNING: self._poll,
            JobState.READY: self._fetch,
            JobState.DOWNLOADED: self._publish,
        }

    async def run(self, first: Job) -> None:
        self.resumed = first.state is JobState.RUNNING
        async with self.bounds.jobs:
            halves = await self._until_done(first)
        async with asyncio.TaskGroup() as group:
            for half in halves:
                group.create_task(self.run(half))

    async def _until_done(self, job: Job) -> tuple[Job, ...]:
        """Step until the end; the halves, where it was split."""
        readings = 1  # of this run: a cursor that was lost between two runs is no fault of theirs
        while job.unfinished:
            try:
                if self.runner.store.cancel_asked(job):
                    await self._cancel(job)
                    return ()
                job = await self.steps[job.state](job)
            except CursorLost as error:
                job, readings = self._read_again(self._stored(job), error), readings + 1
                if readings > self.runner.policy.attempts:
                    self._break(job, error)
                    return ()
            except JobLost as error:
                job, split = self._lost(self._stored(job), error)
                if split:
                    return split
            except ProviderError as error:
                self._break(self._stored(job), error)
                return ()
        if job.state is JobState.PUBLISHED:
            self.published.append(job)
        return ()

    async def _cancel(self, job: Job) -> None:
        """Give a job up because somebody asked for it, here and with the provider."""
        if job.remote_id:
            await self._give_up(job)
        pages = self.runner.store.pages(job)
        job = self.runner.store.cancelled(job)
        self.runner.landing.discard(pages)
        self.broken.append((job, JobLost("the job was cancelled by `trunkline jobs cancel`")))
        self._tell(job)

    async def _submit(self, job: Job) -> Job:
        runner = self.runner
        # Left in `submitting` by a crash: the POST may have been carried out unheard.
        unheard = int(job.state is JobState.SUBMITTING)
        job = runner.store.step(
            job,
            state=JobState.SUBMITTING,
            submits=job.submits + 1,
            possibly_repeated=job.possibly_repeated + unheard,
        )
        try:
            self._tell(job)
            asked = up_to(job.interval, runner.horizons[job.dataset])
            dataset = runner.datasets[job.dataset]
            submitted = await runner.provider.submit(dataset, asked, job.scope)
        except JobLost:
            raise
        except TrunklineError as error:
            # Whatever may have been carried out is counted here; the next POST adds nothing to it.
            unknown = job.possibly_repeated + error.unknown
            runner.store.step(job, state=JobState.PLANNED, possibly_repeated=unknown)
            raise
        job = runner.store.step(
            job,
            state=JobState.RUNNING,
            remote_id=submitted.id,
            watermark=runner.horizons[job.dataset],
            # What it brings may be as of when it was asked for, not as of the answer.
            submitted_at=runner.clock.now() - timedelta(seconds=submitted.seconds),
            possibly_repeated=job.possibly_repeated + submitted.possibly_repeated,
        )
        self._tell(job)
        return job

    async def _poll(self, job: Job) -> Job:
        runner, dataset = self.runner, self.runner.datasets[job.dataset]
        age = self._age(job)
        if not (self.resumed or dataset.is_direct):
            await runner.clock.sleep(runner.policy.poll_wait(age))
        self.resumed = False
        status = await runner.provider.status(dataset, job.remote_id or "")
        if status.state is RemoteState.RUNNING:
            if age > runner.policy.patience:
                await self._give_up(job)
                raise JobLost(f"the job has not ended in {age / 3600:.1f} hours")
            return job
        if status.state is not RemoteState.READY:
            reason = f": {status.message}" if status.message else ""
            raise _RemoteEnd(status.state, f"the provider says {status.state.value}{reason}")
        job = runner.store.step(job, state=JobState.READY)
        self._tell(job)
        return job

    async def _give_up(self, job: Job) -> None:
        """Cancel a job that nobody waits for: it counts against those that may run at once."""
        with suppress(ProviderError):
            await self.runner.provider.cancel(
                self.runner.datasets[job.dataset], job.remote_id or ""
            )

    async def _fetch(self, job: Job) -> Job:
        runner = self.runner
        async with self.bounds.pages:
            body = await runner.provider.page(
                runner.datasets[job.dataset], job.remote_id or "", job.cursor
            )
            async with self.bounds.landing:
                landed = await runner.landing.land(job, body)
        if landed.cursor is not None:
            seen = (job.key, job.attempt, landed.cursor)
            if landed.cursor == job.cursor or seen in self.cursors:
                raise MalformedAnswer("the result pages go round in a circle")
            self.cursors.add(seen)
        job = runner.store.land(job, landed)
        self._tell(job, landed=landed)
        return job

    async def _publish(self, job: Job) -> Job:
        runner = self.runner
        try:
            runner.landing.publish(job, runner.store.pages(job))
        except FileNotFoundError as error:
            raise JobLost("pages that were staged are gone from the data directory") from error
        job = runner.store.published(job)
        self._tell(job)
        return job

    def _lost(self, job: Job, error: JobLost) -> tuple[Job, tuple[Job, ...]]:
        """Start over, halve or give up; the job after it, and the halves where there are any."""
        store, policy = self.runner.store, self.runner.policy
        pages = store.pages(job)
        failed = isinstance(error, _RemoteEnd) and error.state is RemoteState.FAILED
        split: tuple[Job, ...] = ()
        if failed and len(job.days) > 1:
            split = halves(job, (self.runner.new_key(), self.runner.new_key()))
            job = store.split(job, error.message, split)
        elif job.attempt < (policy.attempts_of_a_day if failed else policy.attempts):
            job = store.start_over(job, error.message)
        else:
            job = store.step(job, state=JobState.FAILED, error=error.message)
            self.broken.append((job, error))
        self.runner.landing.discard(pages)
        self._tell(job, note=error.message)
        return job, split

    def _read_again(self, job: Job, error: CursorLost) -> Job:
        """Begin the pages anew. The job is known and alive: this never submits it again."""
        pages = self.runner.store.pages(job)
        job = self.runner.store.read_again(job, error.message)
        self.runner.landing.discard(pages)
        self._tell(job, note=error.message)
        return job

    def _break(self, job: Job, error: ProviderError) -> None:
        """Leave a job where it is, for a later run."""
        self.broken.append((job, error))
        self._tell(job, note=error.message)

    def _stored(self, job: Job) -> Job:
        """The job as it was last committed: a step may have got half way."""
        return self.runner.store.get(job.key) or job

    def _age(self, job: Job) -> float:
        now = self.runner.clock.now()
        return (now - (job.submitted_at or now)).total_seconds()

    def _tell(self, job: Job, *, landed: Landed | None = None, note: str | None = None) -> None:
        self.runner.observe(Progress(job, landed, note))


class _RemoteEnd(JobLost):
    """The provider ended the job, and said how."""

    def __init__(self, state: RemoteState, message: str) -> None:
        super().__init__(message)
        self.state = state
