"""The engine joins the parts: explain, prepare (fetch what is missing), answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

import pyarrow as pa

from trunkline.catalog import Catalog
from trunkline.config import Settings
from trunkline.engine.asking import Asked
from trunkline.engine.certificate import Tally
from trunkline.engine.counting import count_days
from trunkline.engine.events import LockWait, Observe
from trunkline.engine.fetching import Meter, Parts, cancel
from trunkline.engine.granting import Names, check_roles
from trunkline.engine.holding import hold, planned, plans_of
from trunkline.engine.holdings import fingerprints_of
from trunkline.engine.judgement import limits_of
from trunkline.engine.keeping import Kept, keep_of, pin, prune, require_kept, unpin
from trunkline.engine.local import files_read, folder_of, require_unchanged
from trunkline.engine.masking import policy_of, tokens_of
from trunkline.engine.observed import RowsOfEach
from trunkline.engine.options import Options, Served
from trunkline.engine.planning import (
    Task,
    asking,
    context_of,
    describe,
    plan_wish,
    task_of,
    zone_of,
)
from trunkline.engine.reader import Reader, reader_of
from trunkline.engine.recording import Begun, Recording, answering, by_of, recorded, refusing
from trunkline.engine.registry import catalogs, counted_by_provider
from trunkline.engine.relating import (
    ReadsOfEach,
    every_relation,
    narrowed,
    reads,
    relations_read,
    sources_of,
)
from trunkline.engine.running import go_on, writer
from trunkline.engine.seams import Seams, real
from trunkline.engine.syncing import Synced, Wish, checked, summed, synced, wishes_of
from trunkline.engine.system import Sources
from trunkline.engine.together import together
from trunkline.engine.verifying import Verified, guarded, to_verify
from trunkline.errors import ConfigError, DamagedLake
from trunkline.http.hold import Holds
from trunkline.jobs.job import Job
from trunkline.jobs.runner import Outcome
from trunkline.jobs.store import JobStore
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.given import Given
from trunkline.lake.lake import Lake
from trunkline.lake.local import LocalTable
from trunkline.lake.lock import RETRY_SECONDS, WriterLock, holder_of, is_held
from trunkline.lake.relation import Relation
from trunkline.lake.session import Answer, answer
from trunkline.lake.spill import spilling
from trunkline.planner.plans import Plans
from trunkline.roles import Role

JOBS = "jobs.sqlite"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query whose data is there: the snapshot it reads and what the answer rests on."""

    sql: str
    time_zone: str
    snapshot: int
    notices: tuple[str, ...]
    certificate: dict[str, Any]
    reads: ReadsOfEach
    run: str
    reader: Reader
    given: Given = field(default_factory=Given, repr=False)
    local: tuple[LocalTable, ...] = ()
    served: Served | None = None
    observed: RowsOfEach = field(default_factory=dict, repr=False)


class Engine:
    """One data directory and the organisations behind it. Close it when done.

    An organisation that is not named is the default one.
    """

    def __init__(self, settings: Settings, seams: Seams | None = None) -> None:
        self.settings = settings
        self.seams = seams or real()
        self.catalogs = catalogs(settings)
        self.policy = policy_of(settings, self.catalog)
        reader_of(settings)  # or ConfigError, now rather than later
        folder_of(settings)  # likewise
        self.lake = Lake(settings.home, self.seams.connect)
        self.store = JobStore(settings.home / JOBS, self.seams.clock, self.seams.connect)
        self._lock = WriterLock(settings.home, self.seams.clock)
        with self._closed_if_wrong():
            check_roles(settings, self.names)

    @contextmanager
    def _closed_if_wrong(self) -> Iterator[None]:
        try:
            yield
        except ConfigError:
            self.close()
            raise

    @property
    def catalog(self) -> Catalog:
        """The tables of the default organisation."""
        return self.catalogs.default

    def close(self) -> None:
        """Let go of the data directory."""
        self.lake.close()
        self.store.close()

    def explain(self, sql: str, options: Options | None = None) -> Plans:
        """What a query would fetch. Requests nothing and needs no credentials."""
        with self._asking(sql, options or Options()) as asked:
            files = files_read(asked.local)
            return plans_of(planned(self._tasks(asked)), self.parts, files)

    def describe(self, sql: str, options: Options) -> pa.Schema:
        """The columns of a query's answer, whose parameters need types and no values.

        Runs nothing. Raises the errors of the text.
        """
        begun = Begun("query", sql, by_of(options, self.settings))
        with refusing(self.store.journal, self.seams, begun, self.settings.history_time):
            return describe(self.parts, sql, options)

    @contextmanager
    def _asking(self, sql: str, options: Options) -> Iterator[Asked]:
        """A text that can be asked; where it cannot, it is kept that a user tried."""
        begun = Begun("query", sql, by_of(options, self.settings))
        with ExitStack() as stack:
            with refusing(self.store.journal, self.seams, begun, self.settings.history_time):
                asked = stack.enter_context(asking(self.parts, sql, options))
            yield asked

    async def prepare(self, sql: str, options: Options, observe: Observe) -> Prepared:
        """Plan a query and fetch what is missing; nothing is requested where all is held.

        Raises the errors of the plan before any request; CostGuard where it would take too many;
        IncompleteData where some intervals could not be had and ``allow_partial`` is not set.
        """
        reader = options.who(self.settings)
        with self._asking(sql, options) as asked:
            files = await self.seams.offload(files_read, asked.local)
            begun = Begun("query", sql, by_of(options, self.settings, asked.numbers))
            done = await hold(begun, self._tasks(asked), options, observe, files)
        return Prepared(
            sql,
            done.plans.any.time_zone,
            done.snapshot,
            (*done.notices, *narrowed(self.parts, reader, sql)),
            done.certificate,
            reads(self.parts, done.plans, asked.named),
            done.run,
            reader,
            asked.given,
            asked.local,
            options.served,
            done.observed,
        )

    async def sync(self, wish: Wish, options: Options, observe: Observe) -> Synced:
        """Fetch what a wish asks for of one organisation and is not held, as a query of it would.

        Raises what ``prepare`` does; UsageError and UnknownRelation where the wish says too little
        or names no table.
        """
        began, wish = self.seams.clock.now(), checked(wish, self.catalogs)
        parts = self.of(wish.organization)
        task = Task(parts, partial(plan_wish, parts, wish, options, began))
        begun = Begun("sync", "", by_of(options, self.settings))
        done = await hold(begun, (task,), options, observe)
        found = synced(done.plans.any, done.certificate, done.notices)
        return replace(found, organization=parts.organization if done.plans.named else "")

    async def sync_each(self, wish: Wish, options: Options, observe: Observe) -> Synced:
        """The same of every organisation that the wish is about, side by side."""
        works = {
            own.organization or "": self.sync(own, options, observe) for own in self.wishes(wish)
        }
        return summed(await together(works, named=False))  # their errors say whose they are

    def wishes(self, wish: Wish) -> tuple[Wish, ...]:
        """One wish for each organisation that it is about: of its tables, or the named, or all."""
        return wishes_of(wish, self.catalogs)

    async def verify(
        self,
        start: datetime | None,
        end: datetime | None,
        options: Options,
        observe: Observe,
        organization: str | None = None,
    ) -> Verified:
        """Compare held final days with the provider's own counts: one request a day.

        What it counts is kept, and stands in the certificates of these days until they are fetched
        again. CostGuard where there are more days than requests allowed.
        """
        parts = self.of(organization)
        dataset, zone = counted_by_provider(parts.catalog), zone_of(parts, options)
        most = options.most_requests(parts.settings)

        def chosen() -> tuple[tuple[CoveredDay, ...], int]:
            context = context_of(parts, zone, {}, options)
            held = self.coverage(organization=organization)
            days, beyond = to_verify(held, (start, end), dataset, context)
            guarded(len(days), most)
            return days, beyond

        with self.recorded("verify") as recording:
            meter = Meter(Tally(), most, recording.hearing(observe, parts.organization))
            verified = await count_days(parts, chosen, meter)
        whose = parts.organization if self.catalogs.is_several else ""
        return replace(verified, organization=whose)

    def _tasks(self, asked: Asked) -> tuple[Task, ...]:
        return tuple(task_of(parts, asked) for parts in self.each)

    @contextmanager
    def answer(self, prepared: Prepared) -> Iterator[Answer]:
        """Run the user's own text over the snapshot; read the batches while it is open."""
        require_kept(self.parts, prepared.snapshot)
        require_unchanged(prepared.local)
        reader, sql, at = prepared.reader, prepared.sql, prepared.snapshot
        data = prepared.reads, prepared.local, prepared.observed
        relations = relations_read(self.parts, reader, sql, at, *data)
        limits = limits_of(self.settings, reader.limits, prepared.served)
        try:
            with (
                answering(self.store.journal, prepared.run) as read,
                spilling(self.lake.home) as folder,
                answer(
                    sql,
                    relations,
                    self.catalog.schema,
                    prepared.time_zone,
                    replace(limits, temporary=folder),
                    tokens_of(self.policy, reader),
                    prepared.given,
                ) as result,
            ):
                yield replace(result, batches=read.counted(result.batches))
                require_unchanged(prepared.local)
        except DamagedLake:
            require_kept(self.parts, prepared.snapshot)  # its files may be gone for that
            raise

    async def prune(
        self, keep: int | None, since: datetime | None, observe: Observe, *, dry_run: bool = False
    ) -> Kept:
        """Remove the snapshots that are not kept and what only they need; see ``keeping``."""
        how = keep_of(keep, since, self.seams.clock.now())
        return await prune(self.each, how, observe, dry_run=dry_run)

    async def pin(self, month: date, observe: Observe) -> int:
        """Keep the newest snapshot for a month's sake; its number."""
        return await pin(self.each, month, observe)

    async def unpin(self, month: date, observe: Observe) -> int:
        """Let go of what is kept for a month's sake; how many pins there were."""
        return await unpin(self.each, month, observe)

    def jobs(self) -> tuple[Job, ...]:
        """Every job of every organisation, oldest first."""
        return tuple(job for name in self.catalogs.names for job in self.store.jobs(name))

    def coverage(
        self, snapshot: int | None = None, organization: str | None = None
    ) -> tuple[CoveredDay, ...]:
        """Every day held of an organisation, of the newest snapshot unless another is named."""
        return self.lake.coverage(self.of(organization).organization, snapshot)

    async def resume(self, observe: Observe) -> tuple[Outcome, tuple[Job, ...]]:
        """Go on with every unfinished job of these clients; the outcome, and the jobs of others.

        Nothing is requested where there is no unfinished job.
        """
        begun = [parts for parts in self.each if self.store.unfinished(parts.organization)]
        if not begun:
            return Outcome((), ()), ()
        with self.recorded("resume") as recording:
            works = {parts.organization: self._resume(parts, recording, observe) for parts in begun}
            done = await together(works, named=self.catalogs.is_several)
        outcomes = [outcome for outcome, _ in done.values()]
        return Outcome(
            tuple(job for outcome in outcomes for job in outcome.published),
            tuple(pair for outcome in outcomes for pair in outcome.broken),
        ), tuple(job for _, others in done.values() for job in others)

    async def _resume(
        self, parts: Parts, recording: Recording, observe: Observe
    ) -> tuple[Outcome, tuple[Job, ...]]:
        hear = recording.hearing(observe, parts.organization)
        meter = Meter(Tally(), parts.settings.max_requests, hear)
        return await go_on(parts, meter)

    async def cancel(self, key: str, observe: Observe) -> Job:
        """Give one unfinished job up, here and with the provider.

        Where another process is fetching it is asked to, and does so at the job's next step; this
        one waits until it is done, be it by the other or by itself.
        """
        job = self.store.get(key)
        parts = self.of(job.organization if job else None)
        with self.recorded("cancel") as recording:
            hear = recording.hearing(observe, parts.organization)
            meter = Meter(Tally(), parts.settings.max_requests, hear)
            if job is not None and job.unfinished:
                self.store.ask_cancel(key)
                if given_up := await self._given_up_by_another(key, meter):
                    return given_up
            async with writer(parts, meter) as provider:
                return await cancel(parts, provider, key)

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
    def parts(self) -> Parts:
        """What is made of the default organisation."""
        return self.each[0]

    def of(self, organization: str | None) -> Parts:
        """The parts of an organisation, the default one unless named; UsageError without one."""
        name = self.catalogs.of(organization or self.catalog.schema).schema
        return next(parts for parts in self.each if parts.organization == name)

    @cached_property
    def each(self) -> tuple[Parts, ...]:
        """What each organisation is made of, the default one first."""
        return tuple(map(self._parts, self.settings.each, self.catalogs.each))

    def _parts(self, settings: Settings, own: Catalog) -> Parts:
        return Parts(
            settings,
            own,
            self.catalogs,
            self.lake,
            self._lock,
            self.store,
            self.seams,
            fingerprints_of(settings, own, self.policy),
            self.policy,
            Holds.none(self.seams.clock),
        )

    def relations(self, reader: Reader | None = None) -> tuple[Relation, ...]:
        """All relations as a reader has them, or whoever uses these settings; without rows."""
        return every_relation(self.parts, reader or reader_of(self.settings))

    def names(self) -> Names:
        """What may be granted and revoked."""
        everything = self.relations(Reader("", Role.ADMINISTRATOR))
        return Names.of(self.catalogs, self.policy, everything)

    def sources(self) -> Sources:
        """Where the system's own tables are read from, of the newest snapshot."""
        return sources_of(self.parts, reader_of(self.settings))

    def recorded(self, kind: str) -> AbstractContextManager[Recording]:
        """Keep what the block does as a run of the journal."""
        begun = Begun(kind, "", by_of(Options(), self.settings))
        return recorded(self.store.journal, self.seams, begun, self.settings.history_time)
