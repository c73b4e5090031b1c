"""Whether a job was ever submitted again while its id was known to us; from the provider's side."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from tests.chaos.process import Process
from trunkline.http.message import Response
from trunkline_simulator.api.jobs import job_state
from trunkline_simulator.simulator import Simulator
from trunkline_simulator.state import Job

ALIVE = frozenset({"QUEUED", "PENDING", "FULFILLED"})


@dataclass(frozen=True, slots=True)
class Heard:
    """Which process was told a job's id, and how often it had committed by then."""

    process: Process
    commits: int

    @property
    def is_kept(self) -> bool:
        """Whether the id had been committed, and not for want of space left out."""
        committed = self.process.commits > self.commits
        return not self.process.disk_was_full and (committed or not self.process.dead)


@dataclass(slots=True)
class Submits:
    """Every job that the provider accepted, held against those whose ids we had.

    ``twice`` counts those that it has twice, since its answer never reached us.
    """

    simulator: Callable[[], Simulator]
    ids: dict[str, Heard] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    twice: int = 0

    def skew_of(self, job_id: str) -> timedelta:
        """How wrong the clock was of who submitted a job."""
        return self.ids[job_id].process.skew if job_id in self.ids else timedelta(0)

    def is_ahead(self, job: Job) -> bool:
        """Whether it was noted by a clock that shows a time which has not come yet."""
        return job.submitted + self.skew_of(job.job_id) > self.simulator().now()

    def heard(self, process: Process, kind: str, url: str, answer: Response) -> None:
        """An answer reached a process."""
        if kind == "submit" and answer.status == 202:
            with suppress(msgspec.DecodeError):  # a proxy's page in its place
                found = msgspec.json.decode(answer.body)["jobId"]
                self.ids[found] = Heard(process, process.commits)
        if kind == "cancel":  # given up: what it would bring is of too long ago
            self.read.add(urlsplit(url).path.split("/")[-1])
        if kind == "page" and answer.status == 200 and b'"cursor":' not in answer.body:
            self.read.add(urlsplit(url).path.split("/")[-2])

    def _is_outdone(self, old: Job) -> bool:
        """Whether its days are held as of later, by the clocks of who noted both: it is given up.

        So is one of a clock that was behind, though it was submitted after the other.
        """
        jobs = self.simulator().state.jobs
        others = (jobs[job_id] for job_id in self.read & jobs.keys())
        return any(
            _covers(other, old) and self._noted(other) > self._noted(old)
            for other in others
            if other.client == old.client
        )

    def _noted(self, job: Job) -> datetime:
        return job.submitted + self.skew_of(job.job_id)

    def accepted(self) -> None:
        """The provider has accepted a job: is it one that we had?"""
        simulator = self.simulator()
        jobs = simulator.state.jobs
        new = jobs[next(reversed(jobs))]
        self.twice += any(
            job_id not in self.ids and _is_same(old, new) and _is_alive(simulator, old)
            for job_id, old in jobs.items()
        )
        for job_id in self.ids.keys() - self.read:
            old = jobs.get(job_id)
            if old is None or not self.ids[job_id].is_kept or not _is_same(old, new):
                continue
            if _is_alive(simulator, old) and not self._is_outdone(old):
                self.violations.append(
                    f"submitted again for {new.query['interval']}: {job_id} was known and alive"
                )


def _is_same(old: Job, new: Job) -> bool:
    return old is not new and (old.query, old.client) == (new.query, new.client)


def _covers(one: Job, other: Job) -> bool:
    """Whether a job asks the same as another, of an interval that the other's lies in."""
    (start, end), (first, last) = (job.query["interval"].split("/") for job in (one, other))
    same = {**one.query, "interval": ""} == {**other.query, "interval": ""}
    return same and start <= first and last <= end


def _is_alive(simulator: Simulator, job: Job) -> bool:
    now: datetime = simulator.now()
    if job.fault is not None and job.fault.kind in ("vanish", "cancel", "stuck"):
        return False
    return job_state(simulator.settings, job, now) in ALIVE
