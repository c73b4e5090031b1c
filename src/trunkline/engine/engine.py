"""The engine joins the parts: explain, prepare (fetch what is missing), answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from trunkline.config import Settings
from trunkline.engine.certificate import Facts, Tally, certificate
from trunkline.engine.completeness import missing_notices, unopened_notices
from trunkline.engine.connect import genesys_hosts
from trunkline.engine.counting import allow, count_days, verify_run
from trunkline.engine.events import LockWait, Observe, Planned
from trunkline.engine.evidence import Run, facts_of
from trunkline.engine.fetching import Meter, Parts, cancel, resume
from trunkline.engine.holdings import fingerprint
from trunkline.engine.judgement import (
    count_notices,
    held_notice,
    limits_of,
    quarantine_notice,
    reopened_notices,
    require_complete,
    tail_notices,
)
from trunkline.engine.keeping import Kept, keep_of, pin, prune, require_kept, unpin
from trunkline.engine.masking import policy_of, role_of, tokens_of
from trunkline.engine.options import Options
from trunkline.engine.planning import (
    Planner,
    asking,
    context_of,
    last_fingerprint,
    plan_query,
    plan_wish,
    snapshot_of,
    zone_of,
)
from trunkline.engine.recording import Recording, answering, recorded
from trunkline.engine.registry import catalog, details
from trunkline.engine.relating import reads, relations_read, sources_of
from trunkline.engine.running import rights_now, run, settle, writer
from trunkline.engine.seams import Seams, real
from trunkline.engine.syncing import Synced, Wish, checked, synced
from trunkline.engine.system import Sources
from trunkline.engine.verifying import Verified, guarded, to_verify
from trunkline.errors import DamagedLake
from trunkline.http.hold import Holds
from trunkline.jobs.job import Job
from trunkline.jobs.runner import Outcome
from trunkline.jobs.store import JobStore
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.given import Given
from trunkline.lake.lake import Lake
from trunkline.lake.lock import RETRY_SECONDS, holder_of, is_held
from trunkline.lake.reading import Reads
from trunkline.lake.session import Answer, answer
from trunkline.lake.spill import spilling
from trunkline.planner.literals import masked
from trunkline.planner.plan import Plan

JOBS = "jobs.sqlite"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query whose data is there: the snapshot it reads and what the answer rests on."""

    sql: str
    time_zone: str
    snapshot: int
    notices: tuple[str, ...]
    certificate: dict[str, Any]
    reads: Reads
    run: str
    given: Given = field(default_factory=Given, repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What a plan wanted is held now: the plan it ended with, and what that took."""

    plan: Plan
    snapshot: int
    notices: tuple[str, ...]
    certificate: dict[str, Any]
    run: str


class Engine:
    """One data directory and the organisation behind it. Close it when done."""

    def __init__(self, settings: Settings, seams: Seams | None = None) -> None:
        self.settings = settings
        self.seams = seams or real()
        self.catalog = catalog()
        self.policy = policy_of(settings, self.catalog)
        role_of(settings)  # or ConfigError, now rather than later
        self.lake = Lake(settings.home, self.seams.connect)
        self.store = JobStore(settings.home / JOBS, self.seams.clock, self.seams.connect)

    def close(self) -> None:
        """Let go of the data directory."""
        self.lake.close()
        self.store.close()

    def explain(self, sql: str, options: Options | None = None) -> Plan:
        """What a query would fetch. Requests nothing and needs no credentials."""
        with asking(self.parts, sql, options or Options()) as asked:
            return plan_query(self.parts, asked, last_fingerprint(self.parts))

    async def prepare(self, sql: str, options: Options, observe: Observe) -> Prepared:
        """Plan a query and fetch what is missing; nothing is requested where all is held.

        Raises the errors of the plan before any request; CostGuard where it would take too many;
        IncompleteData where some intervals could not be had and ``allow_partial`` is not set.
        """
        with asking(self.parts, sql, options) as asked:
            planned = partial(plan_query, self.parts, asked)
            done = await self._hold("query", planned, options, observe)
        return Prepared(
            sql,
            done.plan.time_zone,
            done.snapshot,
            done.notices,
            done.certificate,
            reads(self.parts, done.plan),
            done.run,
            asked.given,
        )

    async def sync(self, wish: Wish, options: Options, observe: Observe) -> Synced:
        """Fetch what a wish asks for and is not held, as a query of it would.

        Raises what ``prepare`` does; UsageError and UnknownRelation where the wish says too little
        or names no table.
        """
        began = self.seams.clock.now()
        planned = partial(plan_wish, self.parts, checked(wish), options, began)
        done = await self._hold("sync", planned, options, observe)
        return synced(done.plan, done.certificate, done.notices)

    async def verify(
        self, start: datetime | None, end: datetime | None, options: Options, observe: Observe
    ) -> Verified:
        """Compare held final days with the provider's own counts: one request a day.

        What it counts is kept, and stands in the certificates of these days until they are fetched
        again. CostGuard where there are more days than requests allowed.
        """
        dataset, zone = details(self.catalog), zone_of(self.parts, options)
        most = options.max_requests or self.settings.max_requests

        def chosen() -> tuple[tuple[CoveredDay, ...], int]:
            context = context_of(self.parts, zone, "", options)
            days, beyond = to_verify(self.coverage(), (start, end), dataset, context)
            guarded(len(days), most)
            return days, beyond

        with self.recorded("verify") as recording:
            meter = Meter(Tally(), most, recording.hearing(observe))
            return await count_days(self.parts, chosen, meter)

    async def _hold(self, kind: str, planned: Planner, options: Options, observe: Observe) -> Done:
        """See to it that what a plan wants is held, and note what that took."""
        asked_at = self.seams.clock.now()
        settle(self.parts)
        done = Run(planned(last_fingerprint(self.parts)), Tally())
        if options.verify:
            allow(self.parts, done.plan, options)
        with self.recorded(kind, masked(done.plan.sql)) as recording:
            observe(Planned(done.plan))
            if done.plan.requests:
                hear = recording.hearing(observe)
                done = await run(self.parts, planned, options, hear, done.plan)
            if options.verify:
                hear = recording.hearing(observe)
                await verify_run(self.parts, done.plan, done.tally, options, hear)
            snapshot = recording.snapshot = snapshot_of(self.parts, options.as_of)
            facts = facts_of(self.parts, done, snapshot, asked_at, verified=options.verify)
            certified = recording.certificate = certificate(done.plan, done.tally, facts)
            notices = (
                *self._notices(done, facts, options),
                *quarantine_notice(certified),
                *(count_notices(certified) if options.verify else ()),
            )
        return Done(done.plan, snapshot, notices, certified, recording.run)

    @contextmanager
    def answer(self, prepared: Prepared) -> Iterator[Answer]:
        """Run the user's own text over the snapshot; read the batches while it is open."""
        require_kept(self.parts, prepared.snapshot)
        read = relations_read(self.parts, prepared.sql, prepared.snapshot, prepared.reads)
        zone, limits = prepared.time_zone, limits_of(self.settings)
        schema, tokens = self.catalog.schema, tokens_of(self.policy)
        try:
            with (
                answering(self.store.journal, prepared.run),
                spilling(self.lake.home) as folder,
                answer(
                    prepared.sql,
                    read,
                    schema,
                    zone,
                    replace(limits, temporary=folder),
                    tokens,
                    prepared.given,
                ) as result,
            ):
                yield result
        except DamagedLake:
            require_kept(self.parts, prepared.snapshot)  # its files may be gone for that
            raise

    async def prune(
        self, keep: int | None, since: datetime | None, observe: Observe, *, dry_run: bool = False
    ) -> Kept:
        """Remove the snapshots that are not kept and what only they need; see ``keeping``."""
        how = keep_of(keep, since, self.seams.clock.now())
        return await prune(self.parts, how, observe, dry_run=dry_run)

    async def pin(self, month: date, observe: Observe) -> int:
        """Keep the newest snapshot for a month's sake; its number."""
        return await pin(self.parts, month, observe)

    async def unpin(self, month: date, observe: Observe) -> int:
        """Let go of what is kept for a month's sake; how many pins there were."""
        return await unpin(self.parts, month, observe)

    def jobs(self) -> tuple[Job, ...]:
        """Every job of the organisation, oldest first."""
        return self.store.jobs(self.catalog.schema)

    def coverage(self, snapshot: int | None = None) -> tuple[CoveredDay, ...]:
        """Every day held, of the newest snapshot unless another is named."""
        return self.lake.coverage(self.catalog.schema, snapshot)

    async def resume(self, observe: Observe) -> tuple[Outcome, tuple[Job, ...]]:
        """Go on with every unfinished job of this client; the outcome, and the jobs of others.

        Nothing is requested where there is no unfinished job.
        """
        if not self.store.unfinished(self.catalog.schema):
            return Outcome((), ()), ()
        with self.recorded("resume") as recording:
            meter = Meter(Tally(), self.settings.max_requests, recording.hearing(observe))
            async with writer(self.parts, meter) as provider:
                under, rights = await rights_now(self.parts, provider)
                return await resume(under, provider, rights, meter)

    async def cancel(self, key: str, observe: Observe) -> Job:
        """Give one unfinished job up, here and with the provider.

        Where another process is fetching it is asked to, and does so at the job's next step; this
        one waits until it is done, be it by the other or by itself.
        """
        with self.recorded("cancel") as recording:
            meter = Meter(Tally(), self.settings.max_requests, recording.hearing(observe))
            if (job := self.store.get(key)) is not None and job.unfinished:
                self.store.ask_cancel(key)
                if given_up := await self._given_up_by_another(key, meter):
                    return given_up
            async with writer(self.parts, meter) as provider:
                return await cancel(self.parts, provider, key)

    async def _given_up_by_another(self, key: str, meter: Meter) -> Job | None:
        """The job once whoever fetches has given it up; None if this process may do it."""
        told = False
        while is_held(self.settings.home):
            job = self.store.get(key)
            if job is None or not job.unfinished:
                return job
            if not told:
                meter(LockWait(holder_of(self.settings.home)))
                told = True
            await self.seams.clock.sleep(RETRY_SECONDS)
        job = self.store.get(key)
        return job if job is not None and not job.unfinished else None

    @cached_property
    def parts(self) -> Parts:
        """What it is made of, with the fingerprint of who fetches and of what becomes of it."""
        return Parts(
            self.settings,
            self.catalog,
            self.lake,
            self.store,
            self.seams,
            self._fingerprint(),
            self.policy,
            Holds.none(self.seams.clock),
        )

    def _fingerprint(self) -> str:
        """Of the organisation that is configured; where none is, of nothing in particular."""
        genesys, dataset = self.settings.genesys, details(self.catalog)
        where = genesys_hosts(genesys).api if genesys.configured else ""
        masked_as = self.policy.fingerprint(self.catalog.of(dataset))
        return fingerprint(where, genesys.client_id, dataset, masked_as)

    def _notices(self, done: Run, facts: Facts, options: Options) -> tuple[str, ...]:
        notices = [*done.plan.notices, *done.notices, *tail_notices(facts.tails)]
        notices += reopened_notices(done.reopened)
        if options.held_only:
            through = (day for day in facts.covered if day.scope.predicates)
            held = (*self.coverage(facts.snapshot), *through)
            notices.append(held_notice(facts.snapshot, held))
        if done.fetched and (done.broken or done.unopened):
            notices.append(require_complete(done.fetched, allow_partial=options.allow_partial))
        missing = missing_notices(facts.missing, facts.covered)
        return (*notices, *missing, *unopened_notices(facts.unopened))

    def sources(self) -> Sources:
        """Where the system's own tables are read from, of the newest snapshot."""
        return sources_of(self.parts)

    def recorded(self, kind: str, statement: str = "") -> AbstractContextManager[Recording]:
        """Keep what the block does as a run of the journal; ``statement`` is masked."""
        keep = self.settings.history_time
        return recorded(self.store.journal, self.seams, kind, statement, keep)
