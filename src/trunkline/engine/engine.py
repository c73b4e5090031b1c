"""The engine joins the parts: explain, prepare (fetch what is missing), answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from trunkline.config import Settings
from trunkline.engine.certificate import Facts, Tally, certificate
from trunkline.engine.completeness import missing_notices
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
from trunkline.engine.options import Options
from trunkline.engine.registry import catalog
from trunkline.engine.seams import Seams, real
from trunkline.engine.system import system_relations
from trunkline.errors import CostGuard, UsageError
from trunkline.jobs.job import Job, JobState
from trunkline.jobs.runner import Outcome
from trunkline.jobs.store import JobStore
from trunkline.lake import constants
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Receipt
from trunkline.lake.lock import writing
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


class Engine:
    """One data directory and the organisation behind it. Close it when done."""

    def __init__(self, settings: Settings, seams: Seams | None = None) -> None:
        self.settings = settings
        self.seams = seams or real()
        self.catalog = catalog()
        self.lake = Lake(settings.home, self.seams.connect)
        self.store = JobStore(settings.home / JOBS, self.seams.clock, self.seams.connect)

    def close(self) -> None:
        """Let go of the data directory."""
        self.lake.close()
        self.store.close()

    def explain(self, sql: str, options: Options | None = None) -> Plan:
        """What a query would fetch. Requests nothing and needs no credentials."""
        base = self._fingerprint()
        known = last_known(self.lake, self.store, self.catalog.schema, base)
        return self._plan(sql, options or Options(), known)

    async def prepare(self, sql: str, options: Options, observe: Observe) -> Prepared:
        """Plan a query and fetch what is missing; nothing is requested where all is held.

        Raises the errors of the plan before any request; CostGuard where it would take too many;
        IncompleteData where some intervals could not be had and ``allow_partial`` is not set.
        """
        asked_at = self.seams.clock.now()
        self._settle()
        run = Run(self.explain(sql, options), Tally())
        self.store.start_run(key := self.seams.new_key(), masked(sql))
        observe(Planned(run.plan))
        if run.plan.fetches:
            run = await self._fetch(sql, options, observe, self._allowance(run.plan, options))
        snapshot = self._snapshot(options.as_of)
        facts = facts_of(self.parts, run, snapshot, asked_at)
        certified = certificate(run.plan, run.tally, facts)
        text = msgspec.json.encode(certified).decode()
        self.store.finish_run(key, run.tally.total_requests, text)
        notices = (*self._notices(run, facts, options), *quarantine_notice(certified))
        return Prepared(sql, run.plan.time_zone, snapshot, notices, certified)

    @contextmanager
    def answer(self, prepared: Prepared) -> Iterator[Answer]:
        """Run the user's own text over the snapshot; read the batches while it is open."""
        relations = self._relations(prepared.snapshot)
        zone, limits = prepared.time_zone, limits_of(self.settings)
        with answer(prepared.sql, relations, self.catalog.schema, zone, limits) as result:
            yield result

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
        meter = Meter(Tally(), self.settings.max_requests, observe)
        async with self._writing(meter) as provider:
            rights = await rights_of(self.parts, provider, CONVERSATION_DETAILS)
            parts = self._parts_under(rights)
            return await resume(parts, provider, rights, meter)

    async def cancel(self, key: str, observe: Observe) -> Job:
        """Give one unfinished job up, here and with the provider."""
        meter = Meter(Tally(), self.settings.max_requests, observe)
        async with self._writing(meter) as provider:
            return await cancel(self.parts, provider, key)

    @property
    def parts(self) -> Parts:
        """What a fetch works with."""
        return Parts(
            self.settings, self.catalog, self.lake, self.store, self.seams, self._fingerprint()
        )

    def _parts_under(self, rights: Rights) -> Parts:
        parts = self.parts
        return replace(parts, fingerprint=with_rights(parts.fingerprint, rights.divisions))

    async def _fetch(self, sql: str, options: Options, observe: Observe, allowance: int) -> Run:
        """Fetch under the lock; planned again there, since another process may have done it.

        Planned again also because only now the client's rights are known: days that were fetched
        under others are stale.
        """
        tally = Tally()
        meter = Meter(tally, allowance, observe)
        async with self._writing(meter) as provider:
            rights = await rights_of(self.parts, provider, CONVERSATION_DETAILS)
            parts = self._parts_under(rights)
            run = Run(self._plan(sql, options, parts.fingerprint), tally)
            while run.plan.fetches:
                fetched = await fetch(parts, provider, run.plan.fetches, rights, meter)
                run = replace(run, fetched=fetched)
                again = self._plan(sql, options, parts.fingerprint)
                # `now()` means a later instant by now, and a day may have begun meanwhile.
                if again.wanted == run.plan.wanted or fetched.outcome.broken:
                    break
                run = replace(run, plan=again)
                rights = await rights_of(parts, provider, CONVERSATION_DETAILS)
        return run

    def _plan(self, sql: str, options: Options, fingerprint: str) -> Plan:
        zone, schema = self._zone(options), self.catalog.schema
        describe(sql, self._relations(0), schema, zone, limits_of(self.settings))
        snapshot = self._snapshot(options.as_of)
        with constants.evaluator(zone) as constant:
            context = Context(
                now=self.seams.clock.now(),
                time_zone=zone,
                constant=constant,
                fingerprint=fingerprint,
                settle=self.settings.settle_time,
                refresh_after=self.settings.refresh_time,
                covered=options.held_only,
            )
            held = holdings(self.lake, self.store, schema, fingerprint, snapshot)
            return plan(sql, self.catalog, held, context)

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
        if run.fetched and run.broken:
            notices.append(require_complete(run.fetched, allow_partial=options.allow_partial))
        return (*notices, *missing_notices(facts.missing, facts.covered))

    def _snapshot(self, as_of: int | datetime | None) -> int:
        newest = self.lake.catalogue.latest()
        if isinstance(as_of, datetime):
            return self.lake.catalogue.snapshot_at(as_of)
        if as_of is not None and not 0 <= as_of <= newest:
            raise UsageError(f"there is no snapshot {as_of}", hint=f"The newest is {newest}.")
        return newest if as_of is None else as_of

    def _relations(self, snapshot: int | None = None) -> tuple[Relation, ...]:
        schema = self.catalog.schema
        at = self.lake.catalogue.latest() if snapshot is None else snapshot
        return (
            *relations_of(self.catalog, self.lake.reading(schema, at).parts(self.catalog.tables)),
            *system_relations(self.catalog, self.store.jobs(schema), self.coverage(at)),
        )

    def _zone(self, options: Options) -> str:
        return checked_zone(options.time_zone or self.settings.timezone)

    def _fingerprint(self) -> str:
        """Of the organisation that is configured; where none is, of nothing in particular."""
        genesys = self.settings.genesys
        where = genesys_hosts(genesys).api if genesys.configured else ""
        return fingerprint(where, genesys.client_id, CONVERSATION_DETAILS)
