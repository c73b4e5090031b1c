"""Fetching a plan's gap: new and resumed jobs, driven to the end, published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from trunkline.catalog import Catalog, Dataset
from trunkline.catalogs import Catalogs
from trunkline.config import Settings
from trunkline.engine.certificate import Tally
from trunkline.engine.events import Beside, Event, Listed, Observe, Started
from trunkline.engine.landing import PageLanding, layout_of
from trunkline.engine.rights import Rights
from trunkline.engine.seams import Seams
from trunkline.errors import CostGuard, UsageError
from trunkline.flatten import Flattener, policy
from trunkline.http.exchange import Exchange
from trunkline.http.hold import Holds
from trunkline.interval import Interval, day_span, midnight
from trunkline.jobs.job import Job
from trunkline.jobs.policy import Policy
from trunkline.jobs.runner import Outcome, Progress, Runner
from trunkline.jobs.store import JobStore
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Receipt
from trunkline.lake.lock import WriterLock
from trunkline.planner.plan import Fetch
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.scope import OPEN_AT, ScopeKind


@dataclass(frozen=True, slots=True)
class Parts:
    """What a fetch of one organisation works with; made once by the engine.

    ``settings`` are those of the organisation and ``catalog`` is its own; ``catalogs`` are those of
    all, which share the lake, the store and the lock. ``fingerprints`` are by the dataset's name.
    ``holds`` are what its hosts asked for, in
    this run or an earlier one.
    """

    settings: Settings
    catalog: Catalog
    catalogs: Catalogs
    lake: Lake
    lock: WriterLock
    store: JobStore
    seams: Seams
    fingerprints: Mapping[str, str]
    policy: policy.Policy
    holds: Holds

    @property
    def organization(self) -> str:
        """The name of the organisation."""
        return self.catalog.schema


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a fetch ended.

    ``broken`` are the wanted days of jobs that did not end well, by dataset; ``unopened`` the days
    for which it was not found out what was open when they began.
    """

    outcome: Outcome
    broken: Mapping[str, frozenset[date]]
    unopened: Mapping[str, frozenset[date]] = field(default_factory=dict)


class Meter:
    """Counts what a run uses and stops it where it would use more than allowed.

    ``whose`` are the requests that it counts, where those of some organisation are.
    """

    def __init__(self, tally: Tally, most: int, observe: Observe, whose: str = "") -> None:
        self._tally = tally
        self._whose = whose
        self._most = most
        self._observe = observe

    def __call__(self, event: Event) -> None:
        """Count an event and pass it on; CostGuard where the allowance is used up."""
        if isinstance(event, Exchange):
            self._tally.exchange(event)
        elif isinstance(event, Progress):
            self._tally.progress(event)
        elif isinstance(event, Beside | Listed):
            self._tally.beside(event)
        self._observe(event)
        # Not at the answer to a submit: its id is not stored yet.
        if not (isinstance(event, Exchange) and event.method == "POST"):
            self._check()

    def _check(self) -> None:
        if self._tally.total_requests > self._most:
            raise CostGuard(
                f"stopped after {self._tally.total_requests:,} requests: "
                f"the limit{self._whose and f' of {self._whose}'} is {self._most:,}",
                hint="What has landed is kept and its jobs can be gone on with: run it again "
                "with a higher --max-requests.",
            )


async def fetch(
    parts: Parts,
    provider: GenesysCloud,
    fetches: tuple[Fetch, ...],
    rights: Rights,
    meter: Meter,
) -> Fetched:
    """Run every job of the plan to its end; those that break leave the others running."""
    there = _within(fetches, rights.watermarks)
    jobs = _jobs(parts, there)
    meter(Started(jobs))
    outcome = await _runner(parts, provider, rights, meter).run(jobs)
    instants, days = _parted(outcome)
    return Fetched(outcome, _wanted(days, there), _wanted(instants, there))


def _parted(outcome: Outcome) -> tuple[list[Job], list[Job]]:
    """The jobs that did not end well: those for an instant, and those for days, filtered or not."""
    broken = [job for job, _ in outcome.broken]
    instants = [job for job in broken if job.scope == OPEN_AT]
    return instants, [job for job in broken if job.scope != OPEN_AT]


def _wanted(jobs: Iterable[Job], fetches: Iterable[Fetch]) -> Mapping[str, frozenset[date]]:
    """The days of some jobs that are wanted in their scope, by dataset.

    A job that is gone on with may have others, which are held in another scope by now, or which
    another job brings.
    """
    found: dict[str, frozenset[date]] = {}
    for job in jobs:
        of_scope = [f for f in fetches if (f.dataset.name, f.scope) == (job.dataset, job.scope)]
        mine = [f for f in of_scope if f.resumes == job.key] or of_scope
        days = job.days & frozenset[date]().union(*(f.days for f in mine))
        found[job.dataset] = found.get(job.dataset, frozenset()) | days
    return {name: days for name, days in found.items() if days}


async def resume(
    parts: Parts, provider: GenesysCloud, rights: Rights, meter: Meter
) -> tuple[Outcome, tuple[Job, ...]]:
    """Go on with every unfinished job of this client; the outcome, and the jobs of others.

    Of the datasets of which the rights know how far they reach.

    A job that another client, or this one with other rights, has begun is not gone on with: its
    pages would be filed under rights they were not fetched under.
    """
    unfinished = parts.store.unfinished(parts.organization)
    jobs = [
        job
        for job in unfinished
        if job.dataset in rights.watermarks
        and job.fingerprint == parts.fingerprints.get(job.dataset)
    ]
    meter(Started(tuple(jobs)))
    outcome = await _runner(parts, provider, rights, meter).run(jobs)
    return outcome, tuple(job for job in unfinished if job not in jobs)


async def cancel(parts: Parts, provider: GenesysCloud, key: str) -> Job:
    """Give one unfinished job up, here and with the provider, and delete what it staged."""
    job = parts.store.get(key)
    if job is None or not job.unfinished:
        raise UsageError(
            f"there is no unfinished job {key}", hint="`trunkline jobs` lists them all."
        )
    dataset = parts.catalog.dataset(job.dataset)
    if job.remote_id and dataset:
        await provider.cancel(dataset, job.remote_id)
    return given_up(parts, job)


def given_up(parts: Parts, job: Job) -> Job:
    """The job, noted as cancelled, without what it staged."""
    pages = parts.store.pages(job)
    cancelled = parts.store.cancelled(job)
    for page in pages:
        parts.lake.discard(Receipt.decode(page.receipt).files)
    return cancelled


def _within(fetches: tuple[Fetch, ...], watermarks: Mapping[str, datetime]) -> tuple[Fetch, ...]:
    """The fetches without the days of which the provider has nothing yet."""
    cut = (replace(item, days=_begun(item, watermarks[item.dataset.name])) for item in fetches)
    return tuple(
        item if item.resumes or _is_instant(item) else replace(item, interval=_span(item.days))
        for item in cut
        if item.days
    )


def _begun(fetch: Fetch, watermark: datetime) -> frozenset[date]:
    return frozenset(day for day in fetch.days if midnight(day) < watermark)


def _is_instant(fetch: Fetch) -> bool:
    return fetch.scope.kind is ScopeKind.OPEN_AT


def _span(days: frozenset[date]) -> Interval:
    return day_span(min(days), max(days))


def _jobs(parts: Parts, fetches: tuple[Fetch, ...]) -> tuple[Job, ...]:
    """The jobs of a plan: unfinished ones as they were left, new ones stored before they run."""
    resumed = [parts.store.get(item.resumes) for item in fetches if item.resumes]
    new = tuple(
        Job(
            key=parts.seams.new_key(),
            organization=parts.organization,
            dataset=item.dataset.name,
            interval=item.interval,
            days=item.days,
            fingerprint=parts.fingerprints[item.dataset.name],
            scope=item.scope,
        )
        for item in fetches
        if not item.resumes
    )
    parts.store.add(*new)
    jobs = {job.key: job for job in (*resumed, *new) if job}
    return tuple(sorted(jobs.values(), key=lambda job: job.interval))


def flattener_of(parts: Parts, dataset: Dataset) -> Flattener:
    """What makes tables of a dataset's pages. It learns from each: one serves a whole run."""
    return Flattener(dataset, parts.catalog.of(dataset), parts.policy)


def _runner(parts: Parts, provider: GenesysCloud, rights: Rights, meter: Meter) -> Runner:
    """For jobs of the datasets of which it is known how far they reach."""
    datasets = {d.name: d for d in parts.catalog.datasets if d.name in rights.watermarks}
    landing = PageLanding(
        lake=parts.lake,
        flatteners={name: flattener_of(parts, of) for name, of in datasets.items()},
        layouts={name: layout_of(parts.catalog, of) for name, of in datasets.items()},
        divisions=rights.divisions,
        watermarks=rights.watermarks,
        clock=parts.seams.clock,
        offload=parts.seams.offload,
    )
    return Runner(
        provider=provider,
        datasets=datasets,
        store=parts.store,
        landing=landing,
        clock=parts.seams.clock,
        horizons=rights.watermarks,
        policy=Policy(jobs_in_flight=parts.settings.jobs_in_flight),
        new_key=parts.seams.new_key,
        observe=meter,
    )
