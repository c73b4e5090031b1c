"""The engine joins the parts: explain, prepare (fetch what is missing), answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from trunkline.config import Settings
from trunkline.engine.asking import Asked, named
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
    quarantine_notice,
    require_complete,
)
from trunkline.engine.keeping import Kept, keep_of, merge_notice, pin, prune, require_kept, unpin
from trunkline.engine.masking import opened_to, policy_of, role_of, tokens_of
from trunkline.engine.options import Options
from trunkline.engine.reading import reads_of
from trunkline.engine.recording import Recording, answering, recorded
from trunkline.engine.registry import catalog
from trunkline.engine.seams import Seams, real
from trunkline.engine.system import Sources, system_relations
from trunkline.errors import CostGuard, DamagedLake, UsageError
from trunkline.jobs.job import Job, JobState
from trunkline.jobs.runner import Outcome
from trunkline.jobs.store import JobStore
from trunkline.lake import constants
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.gate import check
from trunkline.lake.given import Given
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Receipt
from trunkline.lake.lock import writing
from trunkline.lake.reading import Reads
from trunkline.lake.relation import Relation, relations_of
from trunkline.lake.session import Answer, answer, describe
from trunkline.planner import plan
from trunkline.planner.literals import masked
from trunkline.planner.plan import Context, Plan
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS

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


class Engine:
    """One data directory and the organisation behind it. Close it when done."""

    def __init__(self, settings: Settings, seams: Seams | None = None) -> None:
        self.settings = settings
        self.seams = seams or real()
        self.catalog = catalog()
        self.policy = policy_of(settings, self.catalog)
        self.role = role_of(settings)
        self.lake = Lake(settings.home)
        self.store = JobStore(settings.home / JOBS, self.seams.clock)

    def close(self) -> None:
        """Let go of the data directory."""
        self.lake.close()
        self.store.close()

    def explain(self, sql: str, options: Options | None = None) -> Plan:
        """What a query would fetch. Requests nothing and needs no credentials."""
        base = self._fingerprint()
        known = last_known(self.lake, self.store, self.catalog.schema, base)
        with self._asking(sql, options or Options()) as asked:
            return self._plan(asked, known)

    async def prepare(self, sql: str, options: Options, observe: Observe) -> Prepared:
        """Plan a query and fetch what is missing; nothing is requested where all is held.

        Raises the errors of the plan before any request; CostGuard where it would take too many;
        IncompleteData where some intervals could not be had and ``allow_partial`` is not set.
        """
        with self._asking(sql, options) as asked:
            return await self._prepared(asked, observe)

    async def _prepared(self, asked: Asked, observe: Observe) -> Prepared:
        sql, options = asked.sql, asked.options
        self._settle()
        base = self._fingerprint()
        known = last_known(self.lake, self.store, self.catalog.schema, base)
        run = Run(self._plan(asked, known), Tally())
        with self.recorded("query", masked(sql)) as recording:
            observe(Planned(run.plan))
            if run.plan.fetches:
                allowance = self._allowance(run.plan, options)
                run = await self._fetch(asked, recording.hearing(observe), allowance)
            snapshot = recording.snapshot = self._snapshot(options.as_of)
            facts = facts_of(self.parts, run, snapshot, asked.now)
            certified = recording.certificate = certificate(run.plan, run.tally, facts)
            notices = (*self._notices(run, facts, options), *quarantine_notice(certified))
        reads = self._reads(run.plan)
        zone, given = asked.time_zone, asked.given
        return Prepared(sql, zone, snapshot, notices, certified, reads, recording.run, given)

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
                rights = await rights_of(self.parts, provider, CONVERSATION_DETAILS)
                parts = self._parts_under(rights)
                return await resume(parts, provider, rights, meter)

    async def cancel(self, key: str, observe: Observe) -> Job:
        """Give one unfinished job up, here and with the provider."""
        with self.recorded("cancel") as recording:
            meter = Meter(Tally(), self.settings.max_requests, recording.hearing(observe))
            async with self._writing(meter) as provider:
                return await cancel(self.parts, provider, key)

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

    async def _fetch(self, asked: Asked, observe: Observe, allowance: int) -> Run:
        """Fetch under the lock; planned again there, since another process may have done it.

        Planned again also because only now the client's rights are known: days that were fetched
        under others are stale.
        """
        tally = Tally()
        meter = Meter(tally, allowance, observe)
        async with self._writing(meter) as provider:
            rights = await rights_of(self.parts, provider, CONVERSATION_DETAILS)
            parts = self._parts_under(rights)
            run = Run(self._plan(asked, parts.fingerprint), tally)
            if run.plan.fetches:
                fetched = await fetch(parts, provider, run.plan.fetches, rights, meter)
                run = replace(run, fetched=fetched)
            return replace(run, notice=merge_notice(parts, (CONVERSATION_DETAILS,), meter))

    @contextmanager
    def _asking(self, sql: str, options: Options) -> Iterator[Asked]:
        """A text that can be asked; what it means by now is the same until it is answered."""
        zone, now = self._zone(options), self.seams.clock.now()
        given = Given(now, options.parameters)
        limits, tokens = limits_of(self.settings), tokens_of(self.policy)
        describe(sql, self._relations(), self.catalog.schema, zone, limits, tokens, given)
        with constants.evaluator(zone, now) as constant:
            yield Asked(sql, options, zone, given, now, cache(constant))

    def _plan(self, asked: Asked, fingerprint: str) -> Plan:
        schema, snapshot = self.catalog.schema, self._snapshot(asked.options.as_of)
        context = Context(
            now=asked.now,
            time_zone=asked.time_zone,
            constant=asked.constant,
            fingerprint=fingerprint,
            settle=self.settings.settle_time,
            refresh_after=self.settings.refresh_time,
            lookback=timedelta(days=self.settings.lookback),
            covered=asked.options.held_only,
            policy=self.policy,
            parameters=named(asked.options.parameters),
        )
        held = holdings(self.lake, self.store, schema, fingerprint, snapshot)
        return plan(asked.sql, self.catalog, held, context)

    def _settle(self) -> None:
        """Note the jobs that a crash left between the lake and the job store."""
        for job in self.store.unfinished(self.catalog.schema):
            is_there = self.lake.catalogue.snapshot_of(job.key) is not None
            if job.state is JobState.DOWNLOADED and is_there:
                self.store.published(job)

    @asynccontextmanager
    async def _writing(self, meter: Meter) -> AsyncIterator[GenesysCloud]:
        genesys_hosts(self.settings.genesys)
        async with writing(self.settings.home, self.seams.clock, lambda: meter(LockWait())):
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
            f"this query would take at least {planned.requests:,} requests; "
            f"the limit for one query is {most:,}",
            hint="Ask for a shorter interval, or allow it with --max-requests. "
            "Requests are billed by the provider.",
        )

    def _notices(self, run: Run, facts: Facts, options: Options) -> tuple[str, ...]:
        notices = [*run.plan.notices]
        if options.held_only:
            notices.append(held_notice(facts.snapshot, self.coverage(facts.snapshot)))
        if run.notice:
            notices.append(run.notice)
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

    def _fingerprint(self) -> str:
        """Of the organisation that is configured; where none is, of nothing in particular."""
        genesys = self.settings.genesys
        where = genesys_hosts(genesys).api if genesys.configured else ""
        tables = self.catalog.of(CONVERSATION_DETAILS)
        masked_as = self.policy.fingerprint(tables)
        return fingerprint(where, genesys.client_id, CONVERSATION_DETAILS, masked_as)
