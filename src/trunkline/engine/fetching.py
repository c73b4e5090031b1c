"""Fetching a plan's gap: new and resumed jobs, driven to the end, published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from trunkline.catalog import Catalog, Dataset
from trunkline.config import Settings
from trunkline.engine.certificate import Tally
from trunkline.engine.events import Event, Notice, Observe, Started
from trunkline.engine.landing import PageLanding, layout_of
from trunkline.engine.seams import Seams
from trunkline.errors import CostGuard, PermissionMissing, RequestRefused, UsageError
from trunkline.flatten import Flattener
from trunkline.http.exchange import Exchange
from trunkline.interval import Interval, day_span, iso, midnight
from trunkline.jobs.job import Job, JobState
from trunkline.jobs.policy import Policy
from trunkline.jobs.runner import Outcome, Progress, Runner
from trunkline.jobs.store import JobStore
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Receipt
from trunkline.planner.plan import Fetch
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.organization import covered


@dataclass(frozen=True, slots=True)
class Parts:
    """What a fetch works with; made once by the engine."""

    settings: Settings
    catalog: Catalog
    lake: Lake
    store: JobStore
    seams: Seams
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a fetch ended. ``missing`` are wanted days that could not be had, by dataset."""

    outcome: Outcome
    watermark: datetime
    missing: Mapping[str, frozenset[date]]
    beyond: Mapping[str, frozenset[date]]


class Meter:
    """Counts what a run uses and stops it where it would use more than allowed."""

    def __init__(self, tally: Tally, most: int | None, observe: Observe) -> None:
        self._tally = tally
        self._most = most
        self._observe = observe

    def __call__(self, event: Event) -> None:
        """Count an event and pass it on; CostGuard where the allowance is used up."""
        if isinstance(event, Exchange):
            self._tally.exchange(event)
        elif isinstance(event, Progress):
            self._tally.progress(event)
            self._check()
        self._observe(event)

    def _check(self) -> None:
        if self._most is not None and self._tally.total_requests > self._most:
            raise CostGuard(
                f"stopped after {self._tally.total_requests:,} requests: "
                f"the limit for one query is {self._most:,}",
                hint="What has landed is kept and its jobs can be gone on with: run it again "
                "with a higher --max-requests.",
            )


async def fetch(
    parts: Parts, provider: GenesysCloud, fetches: tuple[Fetch, ...], meter: Meter
) -> Fetched:
    """Run every job of the plan to its end; those that break leave the others running."""
    dataset = fetches[0].dataset
    watermark = await provider.availability(dataset)
    within, beyond = _within(fetches, watermark)
    divisions = await _divisions(parts, provider, dataset)
    jobs = _jobs(parts, within)
    for name, days in beyond.items():
        meter(Notice(_beyond_notice(name, days, watermark)))
    meter(Started(jobs, watermark))
    runner = _runner(parts, provider, dataset, divisions, meter)
    outcome = await runner.run(jobs)
    missing = {dataset.name: frozenset(day for job, _ in outcome.broken for day in job.days)}
    return Fetched(outcome, watermark, missing, beyond)


async def resume(parts: Parts, provider: GenesysCloud, meter: Meter) -> Outcome:
    """Go on with every unfinished job, as it was left."""
    jobs = parts.store.unfinished(parts.catalog.schema)
    dataset = parts.catalog.tables[0].dataset
    divisions = await _divisions(parts, provider, dataset)
    runner = _runner(parts, provider, dataset, divisions, meter)
    return await runner.run(jobs)


async def cancel(parts: Parts, provider: GenesysCloud, key: str) -> Job:
    """Give one unfinished job up, here and with the provider, and delete what it staged."""
    job = parts.store.get(key)
    if job is None or not job.unfinished:
        raise UsageError(
            f"there is no unfinished job {key}", hint="`trunkline jobs` lists them all."
        )
    dataset = parts.catalog.tables[0].dataset
    if job.remote_id:
        await provider.cancel(dataset, job.remote_id)
    pages = parts.store.pages(job)
    cancelled = parts.store.step(job, state=JobState.CANCELLED)
    for page in pages:
        parts.lake.discard(Receipt.decode(page.receipt).files)
    return cancelled


async def _divisions(
    parts: Parts, provider: GenesysCloud, dataset: Dataset
) -> tuple[str, ...] | None:
    """The names of the divisions this client covers; None where it may not be told."""
    try:
        grants = await provider.grants(parts.settings.genesys.client_id)
    except (PermissionMissing, RequestRefused):
        return None
    found = covered(await provider.divisions(), grants, dataset.permissions)
    return tuple(division.name for division in found)


def _within(
    fetches: tuple[Fetch, ...], watermark: datetime
) -> tuple[tuple[Fetch, ...], dict[str, frozenset[date]]]:
    """The fetches cut to what the provider has, and the days of which it has nothing yet."""
    cut = [(item, _cut(item, watermark)) for item in fetches]
    beyond: dict[str, frozenset[date]] = {}
    for item, kept in cut:
        name = item.dataset.name
        beyond[name] = beyond.get(name, frozenset()) | (item.days - kept.days)
    return tuple(kept for _, kept in cut if kept.days), {n: d for n, d in beyond.items() if d}


def _cut(item: Fetch, watermark: datetime) -> Fetch:
    """A fetch up to the watermark: an interval does not reach past what the data lake has."""
    there = frozenset(day for day in item.days if midnight(day) < watermark)
    if not there or item.resumes:
        return replace(item, days=there)
    span = day_span(min(there), max(there))
    return replace(item, interval=Interval(span.start, min(span.end, watermark)), days=there)


def _beyond_notice(dataset: str, days: frozenset[date], watermark: datetime) -> str:
    return (
        f"{dataset}: the provider has data up to {iso(watermark)}; "
        f"{len(days)} later day{'s are' if len(days) > 1 else ' is'} not in the answer"
    )


def _jobs(parts: Parts, fetches: tuple[Fetch, ...]) -> tuple[Job, ...]:
    """The jobs of a plan: unfinished ones as they were left, new ones stored before they run."""
    resumed = [parts.store.get(item.resumes) for item in fetches if item.resumes]
    new = tuple(
        Job(
            key=parts.seams.new_key(),
            organization=parts.catalog.schema,
            dataset=item.dataset.name,
            interval=item.interval,
            days=item.days,
            fingerprint=parts.fingerprint,
        )
        for item in fetches
        if not item.resumes
    )
    parts.store.add(*new)
    jobs = {job.key: job for job in (*resumed, *new) if job}
    return tuple(sorted(jobs.values(), key=lambda job: job.interval))


def _runner(
    parts: Parts,
    provider: GenesysCloud,
    dataset: Dataset,
    divisions: tuple[str, ...] | None,
    meter: Meter,
) -> Runner:
    landing = PageLanding(
        lake=parts.lake,
        flatteners={dataset.name: Flattener(dataset, parts.catalog.of(dataset))},
        layouts={dataset.name: layout_of(parts.catalog, dataset)},
        divisions=divisions,
        clock=parts.seams.clock,
        offload=parts.seams.offload,
    )
    return Runner(
        provider=provider,
        datasets={dataset.name: dataset},
        store=parts.store,
        landing=landing,
        clock=parts.seams.clock,
        policy=Policy(jobs_in_flight=parts.settings.jobs_in_flight),
        new_key=parts.seams.new_key,
        observe=meter,
    )
