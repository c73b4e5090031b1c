"""What an answer rests on: the days, pages and gaps behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from trunkline.engine.certificate import Facts, Reopened, Tally
from trunkline.engine.completeness import missing_of
from trunkline.engine.fetching import Fetched, Parts
from trunkline.jobs.job import Landed
from trunkline.lake.catalogue import CoveredDay
from trunkline.planner.literals import masked
from trunkline.planner.plan import Plan


@dataclass(frozen=True, slots=True)
class Run:
    """What answering one query took: the plan it ended with, and the fetch if there was one."""

    plan: Plan
    tally: Tally
    fetched: Fetched | None = None
    reopened: Reopened = field(default_factory=Reopened)
    notices: tuple[str, ...] = ()

    @property
    def broken(self) -> Mapping[str, frozenset[date]]:
        """The days of jobs that did not end well."""
        return self.fetched.broken if self.fetched else {}


def facts_of(parts: Parts, run: Run, snapshot: int, asked_at: datetime) -> Facts:
    """The facts of an answer from one snapshot."""
    wanted = {(name, day) for name, days in run.plan.wanted.items() for day in days}
    held = parts.lake.coverage(parts.catalog.schema, snapshot)
    covered = tuple(day for day in held if (day.dataset, day.day) in wanted)
    fresh = parts.lake.catalogue.fresh
    tails = fresh.tails(parts.catalog.schema, snapshot)
    tails = tuple(day for day in tails if (day.dataset, day.day) in wanted)
    return Facts(
        statement=masked(run.plan.sql),
        time_zone=run.plan.time_zone,
        asked_at=asked_at,
        snapshot=snapshot,
        covered=covered,
        missing=missing_of(run.plan, covered, run.broken, tails),
        watermark=min((day.watermark for day in covered), default=None),
        pages=_pages_behind(parts, covered),
        broken=run.broken,
        tails=tails,
        reopened=run.reopened,
        counts=tuple(
            count
            for count in fresh.counts(parts.catalog.schema)
            if (count.dataset, count.day) in wanted
        ),
    )


def _pages_behind(parts: Parts, covered: tuple[CoveredDay, ...]) -> tuple[Landed, ...]:
    """The pages of every job that brought a day, in this run or an earlier one."""
    jobs = [parts.store.get(key) for key in dict.fromkeys(day.job for day in covered)]
    return tuple(page for job in jobs if job for page in parts.store.pages(job))
