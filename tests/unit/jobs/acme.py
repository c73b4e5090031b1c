"""A provider and a landing in memory, and runs over them that can be killed anywhere.

The provider has four records a day. ``Acme`` and ``Shelf`` outlive a run, as the far side and the
disk do; the store is a file, and a killed run leaves it as a power cut would.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from itertools import count
from pathlib import Path

from tests.fakes import VirtualClock, run
from trunkline.catalog import Dataset, Level, Table
from trunkline.errors import CursorLost, JobLost, TrunklineError
from trunkline.interval import Interval, day_span
from trunkline.jobs.job import Job, Landed
from trunkline.jobs.policy import Policy
from trunkline.jobs.runner import Outcome, Progress, Runner
from trunkline.jobs.store import JobStore
from trunkline.providers import RemoteState, RemoteStatus, Submitted
from trunkline.scope import WHOLE, Scope

CALLS = Dataset(
    name="calls",
    provider="acme",
    description="Calls.",
    levels=(Level("call", None, "calls"),),
    key="call_id",
    time_column="call_start",
    cursor="next",
    watermark="asOf",
)
ORGANIZATION = "acme"
A_DAY = 4
HORIZON = datetime(2030, 1, 1, tzinfo=UTC)  # later than anything asked for
A_PAGE = 40


class Killed(BaseException):
    """What a power cut is to a program."""


class Fate(Enum):
    """How a job of the provider ends."""

    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    GONE = "gone"  # the provider no longer knows it
    STUCK = "stuck"
    RESULTS_GONE = "results gone"  # from the second page on


def always_ready(_: Interval, __: int) -> Fate:
    return Fate.READY


@dataclass(slots=True)
class Hazard:
    """Counts every place where a run can be killed, and kills at one of them.

    ``at`` is its number, from 1, or its name for the first of that name.
    """

    at: int | str | None = None
    places: list[str] = field(default_factory=list)

    def __call__(self, place: str) -> None:
        self.places.append(place)
        if self.at in (place, len(self.places)):
            raise Killed(place)


@dataclass(slots=True)
class Remote:
    """A job as the provider has it."""

    interval: Interval
    fate: Fate
    since: datetime
    asked: int = 0
    scope: Scope = WHOLE


@dataclass(slots=True)
class Acme:
    """The provider. ``fate`` is told an interval and the how-manieth job for it this is."""

    clock: VirtualClock
    fate: Callable[[Interval, int], Fate] = always_ready
    refusal: Callable[[str, Interval], TrunklineError | None] = lambda _, __: None
    seconds: float = 20.0
    submit_seconds: float = 0.0
    page_seconds: float = 0.5
    cursor_stands: bool = False
    cursors_lost: int = 0  # so many cursors are refused yet
    hazard: Hazard = field(default_factory=Hazard)
    name: str = "acme"
    tables: tuple[Table, ...] = ()
    jobs: dict[str, Remote] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    submitted: Counter[Interval] = field(default_factory=Counter)
    running_most: int = 0

    async def availability(self, dataset: Dataset) -> datetime:
        raise NotImplementedError(dataset.name)

    async def submit(self, dataset: Dataset, interval: Interval, scope: Scope = WHOLE) -> Submitted:
        assert dataset.name == CALLS.name
        self._meet("submit", "-", interval)
        self.submitted[interval] += 1
        key = f"r{len(self.jobs) + 1}"
        fate = self.fate(interval, self.submitted[interval])
        self.jobs[key] = Remote(interval, fate, self.clock.now(), scope=scope)
        running = [job for job in self.jobs.values() if not self._over(job)]
        self.running_most = max(self.running_most, len(running))
        if self.submit_seconds:
            await self.clock.sleep(self.submit_seconds)
        self.hazard("submit heard")
        return Submitted(key, seconds=self.submit_seconds)

    async def status(self, dataset: Dataset, job_id: str) -> RemoteStatus:
        assert dataset.name == CALLS.name
        job = self.jobs[job_id]
        self._meet("status", job_id, job.interval)
        if not self._over(job):
            return RemoteStatus(RemoteState.RUNNING)
        if job.fate is Fate.GONE:
            raise JobLost("no such job")
        self.hazard("status heard")
        if job.fate is Fate.RESULTS_GONE:
            return RemoteStatus(RemoteState.READY)
        return RemoteStatus(RemoteState(job.fate.value), "because")

    async def page(self, dataset: Dataset, job_id: str, cursor: str | None) -> bytes:
        assert dataset.name == CALLS.name
        job = self.jobs[job_id]
        self._meet("page", job_id, job.interval)
        await self.clock.sleep(self.page_seconds)
        first = int(cursor or 0)
        if first and self.cursors_lost:
            self.cursors_lost -= 1
            raise CursorLost("its cursor is refused")
        if job.fate is Fate.RESULTS_GONE and first:
            raise JobLost("the results have expired")
        records = [f"{day}/{n}" for day in sorted(job.interval.days()) for n in range(A_DAY)]
        after = first + A_PAGE
        body: dict[str, object] = {
            "records": records[first:after],
            "next": str(after) if after < len(records) else None,
        }
        if self.cursor_stands:
            body["next"] = str(A_PAGE)
        self.hazard("page heard")
        return json.dumps(body).encode()

    async def cancel(self, dataset: Dataset, job_id: str) -> None:
        assert dataset.name == CALLS.name
        job = self.jobs[job_id]
        self._meet("cancel", job_id, job.interval)
        job.fate, job.since = Fate.CANCELLED, datetime.min.replace(tzinfo=job.since.tzinfo)

    def count(self, call: str) -> int:
        return sum(name == call for name, _ in self.calls)

    def _meet(self, call: str, job_id: str, interval: Interval) -> None:
        self.hazard(call)
        self.calls.append((call, job_id))
        if error := self.refusal(call, interval):
            raise error

    def _over(self, job: Remote) -> bool:
        age = self.clock.now() - job.since
        return job.fate is not Fate.STUCK and age >= timedelta(seconds=self.seconds)


@dataclass(slots=True)
class Shelf:
    """Where pages go: ``staged`` and ``published`` are the disk."""

    clock: VirtualClock
    hazard: Hazard = field(default_factory=Hazard)
    staged: dict[str, list[str]] = field(default_factory=dict)
    published: dict[str, dict[date, list[str]]] = field(default_factory=dict)
    failure: Callable[[Job], Exception | None] = lambda _: None
    land_seconds: float = 0.0
    landing: int = 0
    landing_most: int = 0

    async def land(self, job: Job, body: bytes) -> Landed:
        self.hazard("land")
        if error := self.failure(job):
            raise error
        self.landing += 1
        self.landing_most = max(self.landing_most, self.landing)
        await self.clock.sleep(self.land_seconds)
        self.landing -= 1
        page = json.loads(body)
        receipt = f"{job.key}-{job.attempt}-{job.pages}"
        wanted = {str(day) for day in job.days}
        kept = [record for record in page["records"] if record.partition("/")[0] in wanted]
        self.staged[receipt] = kept
        self.hazard("staged")
        ignored = len(page["records"]) - len(kept)
        return Landed(receipt, page["next"], self.clock.now(), len(kept), ignored=ignored)

    def publish(self, job: Job, pages: tuple[Landed, ...]) -> int:
        self.hazard("publish")
        if job.key not in self.published:
            days: dict[date, list[str]] = {day: [] for day in job.days}
            for page in pages:
                if page.receipt not in self.staged:
                    raise FileNotFoundError(page.receipt)
                for record in self.staged[page.receipt]:
                    days[date.fromisoformat(record.partition("/")[0])].append(record)
            self.published[job.key] = days
        self.hazard("published")
        return list(self.published).index(job.key) + 1

    def discard(self, pages: tuple[Landed, ...]) -> None:
        self.hazard("discard")
        for page in pages:
            self.staged.pop(page.receipt, None)

    def days(self) -> Counter[date]:
        """How often each day has been published."""
        return Counter(day for of_job in self.published.values() for day in of_job)

    def is_whole(self) -> bool:
        """Whether every published day has each of its records once."""
        return all(
            records == [f"{day}/{n}" for n in range(A_DAY)]
            for of_job in self.published.values()
            for day, records in of_job.items()
        )


@dataclass(slots=True)
class World:
    """A provider, a disk and a store, with the runs over them."""

    path: Path
    policy: Policy = field(default_factory=Policy)
    calls: Dataset = CALLS
    clock: VirtualClock = field(default_factory=VirtualClock)
    acme: Acme = field(init=False)
    shelf: Shelf = field(init=False)
    steps: list[Progress] = field(default_factory=list)
    stop: Callable[[Progress], TrunklineError | None] = lambda _: None
    _keys: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.acme = Acme(self.clock)
        self.shelf = Shelf(self.clock)

    def arm(self, at: int | str | None) -> Hazard:
        """Kill the next run at one of its places; the hazard says which there were."""
        hazard = Hazard(at)
        self.acme.hazard = self.shelf.hazard = hazard
        return hazard

    def add(
        self, *intervals: Interval, days: Iterable[date] | None = None, scope: Scope = WHOLE
    ) -> None:
        """Keep new jobs."""
        store = JobStore(self.path, self.clock)
        wanted = frozenset(days) if days else None
        for interval in intervals:
            key = f"j{next(self._keys)}"
            job = Job(key, ORGANIZATION, "calls", interval, wanted or interval.days(), "f")
            store.add(replace(job, scope=scope))
        store.close()

    def run(self) -> Outcome:
        """Go on with every unfinished job, as a new process would."""
        store = JobStore(self.path, self.clock)
        runner = Runner(
            provider=self.acme,
            datasets={"calls": self.calls},
            store=store,
            landing=self.shelf,
            clock=self.clock,
            policy=self.policy,
            horizons={"calls": HORIZON},
            new_key=lambda: f"j{next(self._keys)}",
            observe=self._observe,
        )
        try:
            return run(self.clock, runner.run(store.unfinished(ORGANIZATION)))
        finally:
            store.close()

    def _observe(self, step: Progress) -> None:
        self.steps.append(step)
        if error := self.stop(step):
            raise error

    def jobs(self) -> Sequence[Job]:
        """Every job, as a new process would find it."""
        store = JobStore(self.path, self.clock)
        found = store.jobs(ORGANIZATION)
        store.close()
        return found


def span(first: str, last: str) -> Interval:
    """Days of March 2025, both included."""
    return day_span(date.fromisoformat(f"2025-03-{first}"), date.fromisoformat(f"2025-03-{last}"))
