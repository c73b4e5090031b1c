"""The engine joins the parts: explain, prepare (fetch what is missing), answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, Protocol

from trunkline.catalog import Dataset
from trunkline.config import Settings
from trunkline.engine.asking import Asked, named
from trunkline.engine.beside import Asking, supplement
from trunkline.engine.certificate import Facts, Tally, certificate
from trunkline.engine.completeness import missing_notices, unopened_notices
from trunkline.engine.connect import connected, genesys_hosts
from trunkline.engine.events import LockWait, Observe, Planned
from trunkline.engine.evidence import Run, facts_of
from trunkline.engine.fetching import Meter, Parts, Rights, cancel, fetch, resume, rights_of
from trunkline.engine.holdings import fingerprint, holdings, last_known, with_rights
from trunkline.engine.judgement import (
    checked_zone,
    held_notice,
    limits_of,
    pushdown_of,
    quarantine_notice,
    reopened_notices,
    require_complete,
    tail_notices,
)
from trunkline.engine.keeping import Kept, keep_of, merge_notice, pin, prune, require_kept, unpin
from trunkline.engine.masking import opened_to, policy_of, role_of, tokens_of
from trunkline.engine.options import Options
from trunkline.engine.reading import reads_of
from trunkline.engine.recording import Recording, answering, recorded
from trunkline.engine.registry import catalog
from trunkline.engine.seams import Seams, real
from trunkline.engine.shares import shares
from trunkline.engine.syncing import Synced, Wish, checked, intervals_of, synced, tables_of
from trunkline.engine.system import Sources, system_relations
from trunkline.engine.verifying import Verified, guarded, to_verify
from trunkline.errors import CostGuard, DamagedLake, IncompleteData, UsageError
from trunkline.interval import day_span
from trunkline.jobs.job import Job, JobState
from trunkline.jobs.runner import Outcome
from trunkline.jobs.store import JobStore
from trunkline.lake import constants
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import Counted, Told
from trunkline.lake.gate import check
from trunkline.lake.given import Given
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Receipt
from trunkline.lake.lock import RETRY_SECONDS, holder_of, is_held, writing
from trunkline.lake.reading import Reads
from trunkline.lake.relation import Relation, relations_of
from trunkline.lake.session import Answer, answer, describe
from trunkline.planner import plan
from trunkline.planner.literals import masked
from trunkline.planner.plan import Context, Plan
from trunkline.planner.wanting import wanting
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS

JOBS = "jobs.sqlite"


class Planner(Protocol):
    """Plans anew, by what is held at that time."""

    def __call__(self, fingerprint: str, *, fetched: bool = False) -> Plan:
        """By the fingerprint of today; ``fetched`` where the jobs of the run are done."""
        ...


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
        self.role = role_of(settings)
        self.lake = Lake(settings.home, self.seams.connect)
        self.store = JobStore(settings.home / JOBS, self.seams.clock, self.seams.connect)

    def close(self) -> None:
        """Let go of the data directory."""
        self.lake.close()
        self.store.close()

    def explain(self, sql: str, options: Options | None = None) -> Plan:
        """What a query would fetch. Requests nothing and needs no credentials."""
        with self._asking(sql, options or Options()) as asked:
            return self._plan(asked, self._last_known())

    async def prepare(self, sql: str, options: Options, observe: Observe) -> Prepared:
        """Plan a query and fetch what is missing; nothing is requested where all is held.

        Raises the errors of the plan before any request; CostGuard where it would take too many;
        IncompleteData where some intervals could not be had and ``allow_partial`` is not set.
        """
        with self._asking(sql, options) as asked:
            done = await self._hold("query", partial(self._plan, asked), options, observe)
        return Prepared(
            sql,
            done.plan.time_zone,
            done.snapshot,
            done.notices,
            done.certificate,
            self._reads(done.plan),
            done.run,
            asked.given,
        )

    async def sync(self, wish: Wish, options: Options, observe: Observe) -> Synced:
        """Fetch what a wish asks for and is not held, as a query of it would.

        Raises what ``prepare`` does; UsageError and UnknownRelation where the wish says too little
        or names no table.
        """
        began = self.seams.clock.now()
        planned = partial(self._plan_wish, checked(wish), options, began)
        done = await self._hold("sync", planned, options, observe)
        return synced(done.plan, done.certificate, done.notices)

    async def verify(
        self, start: datetime | None, end: datetime | None, options: Options, observe: Observe
    ) -> Verified:
        """Compare held final days with the provider's own counts: one request a day.

        What it counts is kept, and stands in the certificates of these days until they are fetched
        again. CostGuard where there are more days than requests allowed.
        """
        dataset = self._details
        context = self._context(self._zone(options), "", options)
        days, beyond = to_verify(self.coverage(), (start, end), dataset, context)
        guarded(days, options.max_requests or self.settings.max_requests)
        counted = []
        with self.recorded("verify") as recording:
            most = options.max_requests or self.settings.max_requests
            meter = Meter(Tally(), most, recording.hearing(observe))
            async with self._writing(meter) as provider:
                for day in days:
                    count = await provider.count(dataset, day_span(day.day, day.day))
                    now = self.seams.clock.now()
                    counted.append(Counted(dataset.name, day.day, count, day.conversations, now))
                    self.lake.catalogue.fresh.count(self.catalog.schema, counted[-1])
        return Verified(tuple(counted), beyond)

    async def _hold(self, kind: str, planned: Planner, options: Options, observe: Observe) -> Done:
        """See to it that what a plan wants is held, and note what that took."""
        asked_at = self.seams.clock.now()
        self._settle()
        run = Run(planned(self._last_known()), Tally())
        with self.recorded(kind, masked(run.plan.sql)) as recording:
            observe(Planned(run.plan))
            if run.plan.requests:
                run = await self._fetch(planned, options, recording.hearing(observe), run.plan)
            snapshot = recording.snapshot = self._snapshot(options.as_of)
            facts = facts_of(self.parts, run, snapshot, asked_at)
            certified = recording.certificate = certificate(run.plan, run.tally, facts)
            notices = (*self._notices(run, facts, options), *quarantine_notice(certified))
        return Done(run.plan, snapshot, notices, certified, recording.run)

    @contextmanager
    def answer(self, prepared: Prepared) -> Iterator[Answer]:
        """Run the user's own text over the snapshot; read the batches while it is open."""
        require_kept(self.parts, prepared.snapshot)
        relations = self._relations(prepared)
        zone, limits = prepared.time_zone, limits_of(self.settings)
        schema, tokens = self.catalog.schema, tokens_of(self.policy)
        try:
            with (
                answering(self.store.journal, prepared.run),
                answer(
                    prepared.sql, relations, schema, zone, limits, tokens, prepared.given
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
            async with self._writing(meter) as provider:
                rights = await self._rights(provider)
                return await resume(self._parts_under(rights), provider, rights, meter)

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
            async with self._writing(meter) as provider:
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

    @property
    def _details(self) -> Dataset:
        """Conversation details, as the catalogue has them."""
        name = CONVERSATION_DETAILS.name
        return next(t.dataset for t in self.catalog.tables if t.dataset.name == name)

    @property
    def parts(self) -> Parts:
        """What a fetch works with."""
        return Parts(
            self.settings,
            self.catalog,
            self.lake,
            self.store,
            self.seams,
            self._fingerprint(),
            self.policy,
        )

    def _parts_under(self, rights: Rights) -> Parts:
        parts = self.parts
        return replace(parts, fingerprint=with_rights(parts.fingerprint, rights.divisions))

    async def _fetch(
        self, planned: Planner, options: Options, observe: Observe, first: Plan
    ) -> Run:
        """Fetch under the lock; planned again there, since another process may have done it."""
        tally = Tally()
        meter = Meter(tally, self._allowance(first, options), observe)
        async with self._writing(meter) as provider:
            run = Run(planned(self._last_known()), tally)
            parts = replace(self.parts, fingerprint=self._last_known())
            if run.plan.fetches:
                parts, run = await self._fetch_days(planned, provider, run, meter)
            rest = planned(parts.fingerprint, fetched=True)
            run = await self._supplement(Asking(parts, provider, meter), run, rest, options)
            told = merge_notice(parts, self.catalog.datasets, meter)
            return replace(run, notices=(*run.notices, told)) if told else run

    async def _fetch_days(
        self, planned: Planner, provider: GenesysCloud, run: Run, meter: Meter
    ) -> tuple[Parts, Run]:
        """The jobs of a plan, which is made anew: only now the client's rights are known.

        Days that were fetched under others are stale.
        """
        rights = await self._rights(provider)
        parts = self._parts_under(rights)
        run = replace(run, plan=planned(parts.fingerprint))
        while run.plan.fetches:
            fetched = await fetch(parts, provider, run.plan.fetches, rights, meter)
            run = replace(run, fetched=fetched)
            again = planned(parts.fingerprint)
            # `now()` means a later instant by now, and a day may have begun meanwhile.
            if again.days == run.plan.days or fetched.outcome.broken:
                break
            run = replace(run, plan=again)
            if again.fetches:
                rights = await self._rights(provider)
        return parts, run

    async def _supplement(self, asking: Asking, run: Run, rest: Plan, options: Options) -> Run:
        """What needs no job, once the jobs are done."""
        try:
            reopened, notices = await supplement(asking, rest)
        except IncompleteData as error:
            if not options.allow_partial:
                raise
            return replace(run, notices=(error.message,))
        return replace(run, reopened=reopened, notices=notices)

    async def _rights(self, provider: GenesysCloud) -> Rights:
        """What the client may see; the watermark is kept, for plans that ask for nothing."""
        rights = await rights_of(self.parts, provider, self._details)
        told = Told(rights.watermark, self.seams.clock.now())
        fresh = self.lake.catalogue.fresh
        fresh.tell(self.catalog.schema, self._details.name, told)
        return rights

    @contextmanager
    def _asking(self, sql: str, options: Options) -> Iterator[Asked]:
        """A text that can be asked; what it means by now is the same until it is answered."""
        zone, given = self._zone(options), Given(self.seams.clock.now(), options.parameters)
        limits, tokens = limits_of(self.settings), tokens_of(self.policy)
        describe(sql, self._relations(), self.catalog.schema, zone, limits, tokens, given)
        with constants.evaluator(zone, given.now) as constant:
            yield Asked(sql, options, zone, given, cache(constant))

    def _plan(self, asked: Asked, fingerprint: str, *, fetched: bool = False) -> Plan:
        schema, snapshot = self.catalog.schema, self._snapshot(asked.options.as_of)
        held = holdings(self.lake, self.store, schema, fingerprint, snapshot)
        settle, limits = self.settings.settle_time, limits_of(self.settings)
        context = replace(
            self._context(asked.time_zone, fingerprint, asked.options),
            constant=asked.constant,
            parameters=named(asked.given.parameters),
            fetched=fetched,
            pushdown=pushdown_of(asked.options.pushdown or self.settings.pushdown),
            share=shares(self.lake, self.catalog, snapshot, held, settle, limits),
        )
        return plan(asked.sql, self.catalog, held, context)

    def _plan_wish(
        self,
        wish: Wish,
        options: Options,
        began: datetime,
        fingerprint: str,
        *,
        fetched: bool = False,
    ) -> Plan:
        context = replace(
            self._context(self._zone(options), fingerprint, options),
            refresh_before=began if wish.refresh else None,
            recheck=self.settings.recheck_time if wish.recheck else None,
            fetched=fetched,
        )
        held = holdings(self.lake, self.store, self.catalog.schema, fingerprint)
        intervals = intervals_of(wish, held, context.now)
        return wanting(tables_of(wish, self.catalog), intervals, held, context)

    def _context(self, zone: str, fingerprint: str, options: Options) -> Context:
        return Context(
            now=self.seams.clock.now(),
            time_zone=zone,
            constant=lambda _: None,
            fingerprint=fingerprint,
            settle=self.settings.settle_time,
            refresh_after=self.settings.refresh_time,
            lookback=timedelta(days=self.settings.lookback),
            covered=options.held_only,
            tail=self.settings.tail if options.tail is None else options.tail,
            policy=self.policy,
        )

    def _settle(self) -> None:
        """Note the jobs that a crash left between the lake and the job store."""
        for job in self.store.unfinished(self.catalog.schema):
            is_there = self.lake.catalogue.snapshot_of(job.key) is not None
            if job.state is JobState.DOWNLOADED and is_there:
                self.store.published(job)

    @asynccontextmanager
    async def _writing(self, meter: Meter) -> AsyncIterator[GenesysCloud]:
        genesys_hosts(self.settings.genesys)
        async with writing(
            self.settings.home, self.seams.clock, lambda process: meter(LockWait(process))
        ):
            self.lake.sweep(Receipt.decode(text) for text in self.store.receipts())
            async with connected(self.settings, self.seams, meter) as provider:
                yield provider

    def _allowance(self, planned: Plan, options: Options) -> int:
        """The requests a run may take; where the user agreed to more, four times the estimate."""
        most = options.max_requests or self.settings.max_requests
        if planned.requests <= most:
            return most
        if options.confirm(planned):
            return 4 * planned.requests
        raise CostGuard(
            f"this would take at least {planned.requests:,} requests; "
            f"the limit for one query is {most:,}",
            hint="Ask for a shorter interval, or allow it with --max-requests. "
            "Requests are billed by the provider.",
        )

    def _notices(self, run: Run, facts: Facts, options: Options) -> tuple[str, ...]:
        notices = [*run.plan.notices, *run.notices, *tail_notices(facts.tails)]
        notices += reopened_notices(run.reopened)
        if options.held_only:
            through = (day for day in facts.covered if day.scope.predicates)
            held = (*self.coverage(facts.snapshot), *through)
            notices.append(held_notice(facts.snapshot, held))
        if run.fetched and (run.broken or run.unopened):
            notices.append(require_complete(run.fetched, allow_partial=options.allow_partial))
        missing = missing_notices(facts.missing, facts.covered)
        return (*notices, *missing, *unopened_notices(facts.unopened))

    def _snapshot(self, as_of: int | datetime | None) -> int:
        newest = self.lake.catalogue.latest()
        if isinstance(as_of, datetime):
            as_of = self.lake.catalogue.snapshot_at(as_of)
        if as_of is None:
            return newest
        if not 0 <= as_of <= newest:
            raise UsageError(f"there is no snapshot {as_of}", hint=f"The newest is {newest}.")
        require_kept(self.parts, as_of)
        return as_of

    def _relations(self, prepared: Prepared | None = None) -> tuple[Relation, ...]:
        """All that a text may name, with what a prepared query reads of it; else without rows."""
        if prepared is None:
            landed = relations_of(self.catalog)
            system = system_relations(self.sources(), "")
        else:
            parts = self.lake.parts(self.catalog, prepared.snapshot, prepared.reads)
            landed = relations_of(self.catalog, parts)
            system = system_relations(self.sources(prepared.snapshot), prepared.sql)
        return (*opened_to(self.role, landed, self.catalog, self.policy), *system)

    def _reads(self, planned: Plan) -> Reads:
        named = check(planned.sql, self._relations(), self.catalog.schema).named
        return reads_of(planned, self.catalog, named)

    def sources(self, snapshot: int | None = None) -> Sources:
        """Where the system's own tables are read from, of the newest snapshot unless named."""
        return Sources(
            catalog=self.catalog,
            jobs=self.jobs,
            coverage=lambda: self.coverage(snapshot),
            unknown=self.store.unknown,
            runs=self.store.journal.runs,
            requests=self.store.journal.requests,
        )

    def recorded(self, kind: str, statement: str = "") -> AbstractContextManager[Recording]:
        """Keep what the block does as a run of the journal; ``statement`` is masked."""
        keep = self.settings.history_time
        return recorded(self.store.journal, self.seams, kind, statement, keep)

    def _zone(self, options: Options) -> str:
        return checked_zone(options.time_zone or self.settings.timezone)

    def _last_known(self) -> str:
        base = self._fingerprint()
        return last_known(self.lake, self.store, self.catalog.schema, base)

    def _fingerprint(self) -> str:
        """Of the organisation that is configured; where none is, of nothing in particular."""
        genesys = self.settings.genesys
        where = genesys_hosts(genesys).api if genesys.configured else ""
        tables = self.catalog.of(self._details)
        masked_as = self.policy.fingerprint(tables)
        return fingerprint(where, genesys.client_id, self._details, masked_as)
