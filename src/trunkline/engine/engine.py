"""The engine joins the parts: explain, prepare (fetch what is missing), answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec

from trunkline.config import Settings
from trunkline.engine.certificate import Facts, Tally, certificate
from trunkline.engine.connect import connected, genesys_hosts
from trunkline.engine.events import LockWait, Observe, Planned
from trunkline.engine.fetching import Fetched, Meter, Parts, cancel, fetch, resume
from trunkline.engine.holdings import fingerprint, holdings
from trunkline.engine.judgement import checked_zone, held_notice, limits_of, require_complete
from trunkline.engine.options import Options
from trunkline.engine.registry import catalog
from trunkline.engine.seams import Seams, real
from trunkline.engine.system import system_relations
from trunkline.errors import CostGuard, UsageError
from trunkline.jobs.job import Job
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
class Run:
    """What answering one query took: the plan it ended with, and the fetch if there was one."""

    plan: Plan
    tally: Tally
    fetched: Fetched | None = None

    @property
    def missing(self) -> Mapping[str, frozenset[date]]:
        """Days that are asked for and not there: broken, or later than the provider has."""
        if self.fetched is None:
            return {}
        names = {*self.fetched.missing, *self.fetched.beyond}
        return {
            name: self.fetched.missing.get(name, frozenset())
            | self.fetched.beyond.get(name, frozenset())
            for name in names
        }


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
        self.lake = Lake(settings.home)
        self.store = JobStore(settings.home / JOBS, self.seams.clock)

    def close(self) -> None:
        """Let go of the data directory."""
        self.lake.close()
        self.store.close()

    def explain(self, sql: str, options: Options | None = None) -> Plan:
        """What a query would fetch. Requests nothing and needs no credentials."""
        zone = self._zone(options or Options())
        describe(sql, self._relations(), self.catalog.schema, zone)
        with constants.evaluator(zone) as constant:
            context = Context(
                now=self.seams.clock.now(),
                time_zone=zone,
                constant=constant,
                fingerprint=self._fingerprint(),
                settle=self.settings.settle_time,
                refresh_after=self.settings.refresh_time,
            )
            held = holdings(self.lake, self.store, self.catalog.schema, context.fingerprint)
            return plan(sql, self.catalog, held, context)

    async def prepare(self, sql: str, options: Options, observe: Observe) -> Prepared:
        """Plan a query and fetch what is missing; nothing is requested where all is held.

        Raises the errors of the plan before any request; CostGuard where it would take too many;
        IncompleteData where some intervals could not be had and ``allow_partial`` is not set.
        """
        asked_at = self.seams.clock.now()
        if options.held_only:
            return self._held_only(sql, options, asked_at)
        planned = self.explain(sql, options)
        observe(Planned(planned))
        run = Run(planned, Tally())
        if planned.fetches:
            run = await self._fetch(sql, options, observe, self._allowance(planned, options))
        return self._prepared(sql, options, run, asked_at)

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

    async def resume(self, observe: Observe) -> Outcome:
        """Go on with every unfinished job; nothing is requested where there is none."""
        if not self.store.unfinished(self.catalog.schema):
            return Outcome((), ())
        meter = Meter(Tally(), None, observe)
        async with self._writing(meter) as provider:
            return await resume(self.parts, provider, meter)

    async def cancel(self, key: str, observe: Observe) -> Job:
        """Give one unfinished job up, here and with the provider."""
        meter = Meter(Tally(), None, observe)
        async with self._writing(meter) as provider:
            return await cancel(self.parts, provider, key)

    @property
    def parts(self) -> Parts:
        """What a fetch works with."""
        return Parts(
            self.settings, self.catalog, self.lake, self.store, self.seams, self._fingerprint()
        )

    async def _fetch(
        self, sql: str, options: Options, observe: Observe, allowance: int | None
    ) -> Run:
        """Fetch under the lock; planned again there, since another process may have done it."""
        tally = Tally()
        meter = Meter(tally, allowance, observe)
        async with self._writing(meter) as provider:
            run = Run(self.explain(sql, options), tally)
            while run.plan.fetches:
                fetched = await fetch(self.parts, provider, run.plan.fetches, meter)
                run = replace(run, fetched=fetched)
                again = self.explain(sql, options)
                # `now()` means a later instant by now, and a day may have begun meanwhile.
                if again.wanted == run.plan.wanted or fetched.outcome.broken:
                    break
                run = replace(run, plan=again)
        return run

    @asynccontextmanager
    async def _writing(self, meter: Meter) -> AsyncIterator[GenesysCloud]:
        genesys_hosts(self.settings.genesys)
        async with writing(self.settings.home, self.seams.clock, lambda: meter(LockWait())):
            self.lake.sweep(Receipt.decode(text) for text in self.store.receipts())
            async with connected(self.settings, self.seams, meter) as provider:
                yield provider

    def _allowance(self, planned: Plan, options: Options) -> int | None:
        """The requests a run may take; None where the user agreed to more than the limit."""
        most = options.max_requests or self.settings.max_requests
        if planned.requests <= most:
            return most
        if options.confirm(planned):
            return None
        raise CostGuard(
            f"this query would take at least {planned.requests:,} requests; "
            f"the limit for one query is {most:,}",
            hint="Ask for a shorter interval, or allow it with --max-requests. "
            "Requests are billed by the provider.",
        )

    def _prepared(self, sql: str, options: Options, run: Run, asked_at: datetime) -> Prepared:
        snapshot = self.lake.catalogue.latest()
        certified = certificate(
            run.plan, run.tally, self._facts(sql, options, run, snapshot, asked_at)
        )
        self._note_run(certified)
        notices = list(run.plan.notices)
        if run.fetched and any(run.fetched.missing.values()):
            notices.append(require_complete(run.fetched, allow_partial=options.allow_partial))
        return Prepared(sql, self._zone(options), snapshot, tuple(notices), certified)

    def _held_only(self, sql: str, options: Options, asked_at: datetime) -> Prepared:
        """Answer from a snapshot as it is, and say which days that is."""
        zone = self._zone(options)
        describe(sql, self._relations(0), self.catalog.schema, zone)
        snapshot = self._snapshot(options.as_of)
        facts = Facts(
            statement=masked(sql),
            time_zone=zone,
            asked_at=asked_at,
            snapshot=snapshot,
            covered=self.coverage(snapshot),
            missing={},
            watermark=None,
        )
        notice = held_notice(snapshot, facts.covered)
        return Prepared(sql, zone, snapshot, (notice,), certificate(None, Tally(), facts))

    def _snapshot(self, as_of: int | datetime | None) -> int:
        newest = self.lake.catalogue.latest()
        if isinstance(as_of, datetime):
            return self.lake.catalogue.snapshot_at(as_of)
        if as_of is not None and not 0 <= as_of <= newest:
            raise UsageError(f"there is no snapshot {as_of}", hint=f"The newest is {newest}.")
        return newest if as_of is None else as_of

    def _facts(
        self, sql: str, options: Options, run: Run, snapshot: int, asked_at: datetime
    ) -> Facts:
        wanted = {(name, day) for name, days in run.plan.wanted.items() for day in days}
        covered = tuple(day for day in self.coverage() if (day.dataset, day.day) in wanted)
        return Facts(
            statement=masked(sql),
            time_zone=self._zone(options),
            asked_at=asked_at,
            snapshot=snapshot,
            covered=covered,
            missing=run.missing,
            watermark=min((day.watermark for day in covered), default=None),
        )

    def _note_run(self, certified: dict[str, Any]) -> None:
        run = self.seams.new_key()
        self.store.start_run(run, certified["statement"])
        text = msgspec.json.encode(certified).decode()
        self.store.finish_run(run, certified["requests"]["total"], text)

    def _relations(self, snapshot: int | None = None) -> tuple[Relation, ...]:
        schema = self.catalog.schema
        at = self.lake.catalogue.latest() if snapshot is None else snapshot
        return (
            *relations_of(self.catalog, self.lake.files(schema, at)),
            *system_relations(self.catalog, self.store.jobs(schema), self.coverage(at)),
        )

    def _zone(self, options: Options) -> str:
        return checked_zone(options.time_zone or self.settings.timezone)

    def _fingerprint(self) -> str:
        """Of the organisation that is configured; where none is, of nothing in particular."""
        genesys = self.settings.genesys
        where = genesys.api_url or genesys.region
        return fingerprint(where, genesys.client_id, CONVERSATION_DETAILS)
