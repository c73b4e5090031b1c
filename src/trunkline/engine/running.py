"""A run that asks the provider: under the lock, jobs first, then what needs none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial

from trunkline.catalog import Dataset
from trunkline.engine.beside import Asking, supplement
from trunkline.engine.certificate import Tally
from trunkline.engine.connect import connected, genesys_hosts
from trunkline.engine.events import LockWait, Observe
from trunkline.engine.evidence import Run
from trunkline.engine.fetching import (
    Meter,
    Parts,
    cancel,
    fetch,
    given_up,
    resume,
)
from trunkline.engine.judgement import incomplete
from trunkline.engine.keeping import merge_notice
from trunkline.engine.options import Options
from trunkline.engine.planning import Planner, Task, last_fingerprints
from trunkline.engine.recording import Recording
from trunkline.engine.refreshing import refresh, require_lists
from trunkline.engine.rights import Rights, divisions_of, watermark_of
from trunkline.engine.together import allowance, together
from trunkline.errors import IncompleteData, ProviderError
from trunkline.jobs.job import Job, JobState
from trunkline.jobs.runner import Outcome
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import Told
from trunkline.lake.landing import Receipt
from trunkline.planner.plan import Plan
from trunkline.planner.plans import Plans
from trunkline.planner.stale import stale_notices
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.scope import ScopeKind


async def run_each(
    tasks: Sequence[Task],
    begun: Mapping[str, Run],
    plans: Plans,
    options: Options,
    recording: Recording,
    observe: Observe,
) -> dict[str, Run]:
    """Fetch what the plans want, of the organisations side by side.

    CostGuard where that would take more requests than it may, and ConfigError where there is not
    enough to connect with, both before any request. One organisation that fails leaves the others
    running.
    """
    allowed = allowance({t.parts.organization: t.parts.settings for t in tasks}, plans, options)
    for task in tasks:
        genesys_hosts(task.parts.settings.genesys)
    above = Meter(Tally(), allowed.total, observe) if len(tasks) > 1 else observe
    runs = {}
    for task in tasks:
        name = task.parts.organization
        hear = recording.hearing(above, name)
        meter = Meter(begun[name].tally, allowed.each[name], hear, name if plans.named else "")
        runs[name] = run(task, begun[name], options, meter)
    return await together(runs, named=plans.named)


async def run(task: Task, begun: Run, options: Options, meter: Meter) -> Run:
    """Fetch under the lock; planned again there, since another process may have done it.

    ``begun`` is what was asked for before.
    """
    parts, planned = task.parts, task.planned
    async with writer(parts, meter) as provider:
        under = replace(parts, fingerprints=last_fingerprints(parts))
        done = replace(begun, plan=planned(under.fingerprints))
        if done.plan.fetches:
            under, done = await _days(parts, planned, provider, done, meter)
            retire(under)
        rest = planned(under.fingerprints, fetched=True)
        asking = Asking(under, provider, meter)
        done = await _rest(asking, done, rest, options)
        refreshed = await refresh(asking, provider, rest.lists)
        without = require_lists(refreshed, allow_partial=options.allow_partial)
        done = replace(done, refreshed=refreshed, notices=(*done.notices, *without))
        told = merge_notice(parts, parts.catalog.datasets, meter)
        return replace(done, notices=(*done.notices, told)) if told else done


async def go_on(parts: Parts, meter: Meter) -> tuple[Outcome, tuple[Job, ...]]:
    """Go on with what is unfinished; the outcome, and the jobs that others have to go on with.

    What is wanted no more is given up: it may be that no query ever asks for its days again.
    """
    async with writer(parts, meter) as provider:
        begun = {job.dataset for job in parts.store.unfinished(parts.organization)}
        datasets = [dataset for dataset in parts.catalog.datasets if dataset.name in begun]
        under, rights = await rights_now(parts, provider, datasets)
        outcome, others = await resume(under, provider, rights, meter)
        retire(under)
    left = {job.key for job in parts.store.unfinished(parts.organization)}
    return outcome, tuple(job for job in others if job.key in left)


@asynccontextmanager
async def writer(parts: Parts, meter: Meter) -> AsyncIterator[GenesysCloud]:
    """The provider, for the one process that may write to the data directory.

    And for the one task of it that is at work for the organisation.
    """
    genesys_hosts(parts.settings.genesys)
    name = parts.organization
    async with (
        parts.lock.held_for(name, lambda who: meter(LockWait(who)), lambda: _swept(parts)),
        connected(parts.settings, parts.seams, meter, parts.holds) as provider,
    ):
        yield provider


def _swept(parts: Parts) -> None:
    """Only when the process takes the lock: what its own tasks have half written is no orphan."""
    receipts = (Receipt.decode(text) for text in parts.store.receipts())
    parts.lake.sweep(receipts, partial(_unpublished, parts))


def _unpublished(parts: Parts) -> frozenset[str]:
    jobs = (job for name in parts.catalogs.names for job in parts.store.jobs(name))
    return frozenset(job.key for job in jobs if job.state is not JobState.PUBLISHED)


async def rights_now(
    parts: Parts, provider: GenesysCloud, datasets: Iterable[Dataset]
) -> tuple[Parts, Rights]:
    """What the client may see, how far the datasets reach, and the parts under it.

    One request for each dataset and two for all, or a few where there are many divisions.
    """
    wanted = tuple(datasets)
    told = await _reaching(parts, provider, Rights(), (d for d in wanted if d.tells_watermark))
    client = parts.settings.genesys.client_id
    divisions = await divisions_of(provider, client, parts.catalog.datasets)
    # By now the provider has said what time it is.
    untold = (dataset for dataset in wanted if not dataset.tells_watermark)
    rights = await _reaching(parts, provider, replace(told, divisions=divisions), untold)
    return replace(parts, fingerprints=rights.of(parts.fingerprints)), rights


async def _reaching(
    parts: Parts, provider: GenesysCloud, rights: Rights, datasets: Iterable[Dataset]
) -> Rights:
    """The rights of this run, with the watermarks of now: the one thing a later round asks anew.

    They are kept, for plans that ask for nothing.
    """
    watermarks = {}
    for dataset in dict.fromkeys(datasets):
        watermarks[dataset.name] = await watermark_of(provider, dataset, parts.seams.clock)
        told = Told(watermarks[dataset.name], parts.seams.clock.now())
        parts.lake.catalogue.fresh.tell(parts.organization, dataset.name, told)
    return rights.reaching(watermarks)


def settle(parts: Parts) -> None:
    """Note the jobs that a crash left between the lake and the job store."""
    for job in parts.store.unfinished(parts.organization):
        is_there = parts.lake.catalogue.snapshot_of(job.key) is not None
        if job.state is JobState.DOWNLOADED and is_there:
            parts.store.published(job)


def retire(parts: Parts) -> None:
    """Give up what was begun and is wanted no more, once all its days are held as of today.

    Begun under other rights, through a filter, or before the days were fetched.

    It is never gone on with, and would lie there unfinished, with its pages, for ever. What of it
    the provider still has expires there.
    """
    held = {(day.dataset, day.day): day for day in parts.lake.coverage(parts.organization)}
    for job in parts.store.unfinished(parts.organization):
        since = [held.get((job.dataset, day)) for day in job.days]
        if job.scope.kind is ScopeKind.OPEN_AT:
            continue
        if all(day is not None and _takes_place_of(job, day, parts) for day in since):
            given_up(parts, job)


def _takes_place_of(job: Job, day: CoveredDay, parts: Parts) -> bool:
    """Whether a day is held so that nothing is wanted of it that an unfinished job would bring."""
    today = parts.fingerprints.get(job.dataset)
    if day.fingerprint != today:
        return False
    if job.scope.predicates or job.fingerprint != today:
        return True
    return job.submitted_at is not None and day.fetched_at > job.submitted_at


async def _days(
    parts: Parts, planned: Planner, provider: GenesysCloud, done: Run, meter: Meter
) -> tuple[Parts, Run]:
    """The jobs of a plan, which is made anew: only now the client's rights are known.

    Days that were fetched under others are stale. Those that stay so, since the provider's data
    reaches less far than it did, are read as they are held, which is said.
    """
    under, rights = await rights_now(parts, provider, _fetched(done.plan))
    done = replace(done, plan=planned(under.fingerprints))
    again = done.plan
    while done.plan.fetches:
        new = [of for of in _fetched(done.plan) if of.name not in rights.watermarks]
        rights = await _reaching(parts, provider, rights, new)
        for key in done.plan.outlived:
            with suppress(ProviderError):  # then it stays, and is gone on with by `jobs resume`
                await cancel(under, provider, key)
        fetched = await fetch(under, provider, done.plan.fetches, rights, meter)
        done = replace(done, fetched=fetched)
        again = planned(under.fingerprints)
        # A wish means a later now by now, and a day may have begun meanwhile.
        if again.days == done.plan.days or fetched.outcome.broken:
            break
        done = replace(done, plan=again)
        if again.fetches:
            rights = await _reaching(parts, provider, rights, _fetched(again))
    told = tuple(stale_notices(again.needs, has_client=True))
    return under, replace(done, notices=(*done.notices, *told))


def _fetched(plan: Plan) -> tuple[Dataset, ...]:
    """The datasets that a plan has jobs of."""
    return tuple(dict.fromkeys(fetch.dataset for fetch in plan.fetches))


async def _rest(asking: Asking, done: Run, rest: Plan, options: Options) -> Run:
    """What needs no job, once the jobs are done."""
    try:
        reopened, notices = await supplement(asking, rest)
    except IncompleteData as error:
        if options.allow_partial:
            return replace(done, notices=(*done.notices, error.message))
        if done.fetched and (done.broken or done.unopened):
            raise incomplete(done.fetched, error) from error
        raise
    return replace(done, reopened=reopened, notices=(*done.notices, *notices))
