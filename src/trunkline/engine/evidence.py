"""What an answer rests on: the days, pages and gaps behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from trunkline.engine.added_up import Told
from trunkline.engine.certificate import Facts, Reopened, Tally
from trunkline.engine.completeness import missing_of, unopened_of
from trunkline.engine.fetching import Fetched, Parts
from trunkline.engine.observed import Observed
from trunkline.engine.refreshing import Refreshed
from trunkline.jobs.job import Landed
from trunkline.lake.catalogue import CoveredDay
from trunkline.planner.literals import masked
from trunkline.planner.plan import Plan
from trunkline.scope import OPEN_AT, WHOLE, Scope


@dataclass(frozen=True, slots=True)
class Run:
    """What answering one query took: the plan it ended with, and the fetch if there was one.

    ``observed`` is what was asked for as it is now, by dataset; ``told`` what emissions come to.
    """

    plan: Plan
    tally: Tally
    fetched: Fetched | None = None
    reopened: Reopened = field(default_factory=Reopened)
    notices: tuple[str, ...] = ()
    observed: Mapping[str, Observed] = field(default_factory=dict)
    refreshed: Refreshed = field(default_factory=Refreshed)
    told: Told | None = None

    @property
    def broken(self) -> Mapping[str, frozenset[date]]:
        """The days of jobs that did not end well."""
        return self.fetched.broken if self.fetched else {}

    @property
    def unopened(self) -> Mapping[str, frozenset[date]]:
        """The days for which it was not found out what was open when they began."""
        return self.fetched.unopened if self.fetched else {}


def facts_of(
    parts: Parts, run: Run, snapshot: int, asked_at: datetime, *, verified: bool = False
) -> Facts:
    """The facts of an answer from one snapshot; ``verified`` where its days were counted, too."""
    wanted = {(name, day) for name, days in run.plan.wanted.items() for day in days}
    opened = {(name, day) for name, days in run.plan.opened.items() for day in days}
    held = parts.lake.scoped(parts.organization, snapshot)
    covered = (*_among(held, WHOLE, wanted), *_through(held, run.plan))
    found = _among(held, OPEN_AT, opened)
    fresh = parts.lake.catalogue.fresh
    lists = parts.lake.catalogue.lists.of(parts.organization, snapshot)
    tails = fresh.tails(parts.organization, snapshot)
    tails = tuple(day for day in tails if (day.dataset, day.day) in wanted)
    return Facts(
        statement=masked(run.plan.sql),
        time_zone=run.plan.time_zone,
        asked_at=asked_at,
        snapshot=snapshot,
        covered=covered,
        missing=missing_of(run.plan, covered, run.broken, tails),
        watermark=min((day.watermark for day in covered), default=None),
        pages=_pages_behind(parts, (*covered, *found)),
        unopened=unopened_of(run.plan, found, run.unopened),
        broken=run.broken,
        tails=tails,
        reopened=run.reopened,
        verified=verified,
        observed={name: found.told for name, found in run.observed.items()},
        aggregated=run.told.shown if run.told and run.plan.aggregated else None,
        lists=tuple(lists[e.dataset.name] for e in run.plan.lists if e.dataset.name in lists),
        failed_lists=tuple(name for name, _ in run.refreshed.failed),
        counts=tuple(
            count
            for count in fresh.counts(parts.organization)
            if (count.dataset, count.day) in wanted
        ),
    )


def _among(
    held: Iterable[CoveredDay], scope: Scope, wanted: Collection[tuple[str, date]]
) -> tuple[CoveredDay, ...]:
    return tuple(d for d in held if d.scope == scope and (d.dataset, d.day) in wanted)


def _through(held: Collection[CoveredDay], plan: Plan) -> tuple[CoveredDay, ...]:
    """The days that the plan reads as a filter let them through, and that are not held whole."""
    whole = {(day.dataset, day.day) for day in held if day.scope == WHOLE}
    return tuple(
        day
        for day in held
        if (day.dataset, day.day) not in whole
        and day.day in plan.filtered.get(day.dataset, {}).get(day.scope, ())
    )


def _pages_behind(parts: Parts, covered: tuple[CoveredDay, ...]) -> tuple[Landed, ...]:
    """The pages of every job that brought a day, in this run or an earlier one."""
    jobs = [parts.store.get(key) for key in dict.fromkeys(day.job for day in covered)]
    return tuple(page for job in jobs if job for page in parts.store.pages(job))
