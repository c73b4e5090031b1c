"""The completeness certificate: what an answer rests on, as JSON with named keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from trunkline import __version__
from trunkline.engine.completeness import Missing, pieces
from trunkline.engine.events import Beside, Listed
from trunkline.engine.strangers import unknown_of
from trunkline.http.exchange import Exchange
from trunkline.interval import iso, runs
from trunkline.jobs.job import Job, JobState, Landed
from trunkline.jobs.runner import Progress
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import Counted, TailDay
from trunkline.lake.lists import HeldList
from trunkline.planner.plan import Plan
from trunkline.scope import OPEN_AT

_WITHOUT_PAGES = (JobState.PLANNED, JobState.SPLIT, JobState.FAILED, JobState.CANCELLED)


@dataclass(slots=True)
class Tally:
    """What one run has used and landed so far; filled by the engine's observer.

    ``landed`` are the pages by job that still count: what a job staged before it was started over
    or split is gone.
    """

    requests: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    jobs: dict[str, Job] = field(default_factory=dict)
    landed: dict[str, list[Landed]] = field(default_factory=dict)

    def exchange(self, exchange: Exchange) -> None:
        """Count one request."""
        self.requests[f"{exchange.method} {exchange.path}"] += 1
        self.repeated += exchange.attempt > 1

    def progress(self, progress: Progress) -> None:
        """Count one step of a job."""
        job = progress.job
        before = self.jobs.get(job.key, job)
        self.jobs[job.key] = job
        if job.attempt != before.attempt:
            self.landed.pop(job.key, None)
        if progress.landed:
            self.landed.setdefault(job.key, []).append(progress.landed)
        if job.state in _WITHOUT_PAGES:
            self.landed.pop(job.key, None)

    def beside(self, beside: Beside | Listed) -> None:
        """Count a page that came without a job."""
        self.landed.setdefault(beside.what, []).append(beside.landed)

    @property
    def pages(self) -> list[Landed]:
        """Every page that counts."""
        return [page for of_job in self.landed.values() for page in of_job]

    @property
    def total_requests(self) -> int:
        """Every exchange with the provider, repetitions included."""
        return self.requests.total()


@dataclass(frozen=True, slots=True)
class Reopened:
    """Open records that were fetched again by their keys: asked for, and answered."""

    asked: int = 0
    answered: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the certificate says beside the tally.

    ``pages`` are those of every job that brought a covered day, in this run or an earlier one.
    """

    statement: str
    time_zone: str
    asked_at: datetime
    snapshot: int
    covered: tuple[CoveredDay, ...]
    missing: Missing
    watermark: datetime | None
    pages: tuple[Landed, ...] = ()
    broken: Mapping[str, frozenset[date]] = field(default_factory=dict)
    tails: tuple[TailDay, ...] = ()
    reopened: Reopened = field(default_factory=Reopened)
    counts: tuple[Counted, ...] = ()
    unopened: Mapping[str, frozenset[date]] = field(default_factory=dict)
    verified: bool = False
    observed: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    aggregated: dict[str, Any] | None = None
    lists: tuple[HeldList, ...] = ()
    failed_lists: tuple[str, ...] = ()


def certificate(plan: Plan, tally: Tally, facts: Facts) -> dict[str, Any]:
    """Put it together; every value is JSON.

    ``complete`` is about the time asked for and the conversations in it: nothing is missing, and
    none was quarantined.
    """
    pages, records = tally.pages, _records(facts.covered)
    is_missing = any(facts.missing.values()) or bool(facts.unopened)
    quarantined = [reason for page in facts.pages for reason in page.quarantined]
    quarantined += [reason for tail in facts.tails for reason in tail.quarantined]
    quarantined += [reason for each in facts.lists for reason in each.quarantined]
    is_missing = is_missing or bool(facts.failed_lists)
    return {
        "trunkline": __version__,
        "statement": facts.statement,
        "time_zone": facts.time_zone,
        "asked_at": iso(facts.asked_at),
        "snapshot": facts.snapshot,
        "complete": not is_missing and not quarantined,
        "watermark": iso(facts.watermark) if facts.watermark else None,
        "intervals": _intervals(plan, facts),
        "filtered": _filtered(facts),
        "open_at": {
            name: {
                "asked": [str(day) for day in sorted(days)],
                "missing": [str(day) for day in sorted(facts.unopened.get(name, ()))],
            }
            for name, days in plan.opened.items()
        },
        "divisions": _divisions(facts.covered),
        "conversations": _conversations(plan, records),
        "records": records,
        "provider_counts": _counts(plan, facts),
        "tail": _tail(facts),
        "reopened": {
            "asked": facts.reopened.asked,
            "answered": facts.reopened.answered,
            "requests": facts.reopened.requests,
        },
        "observed": dict(facts.observed),
        "aggregated": facts.aggregated,
        "lists": [_list(each, facts.failed_lists) for each in facts.lists],
        "jobs": [_job(job) for job in tally.jobs.values()],
        "pages": len(pages),
        "requests": {
            "total": tally.total_requests,
            "repeated": tally.repeated,
            "by_endpoint": dict(sorted(tally.requests.items())),
        },
        "rows_landed": _summed(page.rows for page in pages),
        "ignored": sum(page.ignored for page in pages),
        "quarantined": quarantined,
        "fractions": sum(page.fractions for page in facts.pages),
        **unknown_of(
            (*(page.unknown for page in facts.pages), *(each.unknown for each in facts.lists))
        ),
    }


def _records(covered: Iterable[CoveredDay]) -> dict[str, int]:
    """How many records the covered days have, by dataset."""
    return _summed(((day.dataset, day.conversations),) for day in covered)


def _conversations(plan: Plan, records: Mapping[str, int]) -> int:
    """Those of them that are conversations."""
    nouns = {need.dataset.name: need.dataset.noun for need in plan.needs}
    return sum(n for name, n in records.items() if nouns.get(name) == "conversation")


def _filtered(facts: Facts) -> dict[str, dict[str, list[str]]]:
    """The days that were fetched through a filter alone, by dataset and filter."""
    days: dict[str, dict[str, list[date]]] = {}
    for held in facts.covered:
        if held.scope.predicates:
            of_dataset = days.setdefault(held.dataset, {})
            of_dataset.setdefault(held.scope.condition, []).append(held.day)
    return {
        name: {condition: _texts(of) for condition, of in by_filter.items()}
        for name, by_filter in days.items()
    }


def _summed(counts: Iterable[tuple[tuple[str, int], ...]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for of_page in counts:
        total.update(dict(of_page))
    return dict(sorted(total.items()))


def _intervals(plan: Plan, facts: Facts) -> dict[str, dict[str, list[str]]]:
    covered: dict[str, set[date]] = {}
    for held in facts.covered:
        covered.setdefault(held.dataset, set()).add(held.day)
    fetched: dict[str, set[date]] = {}
    for fetch in plan.fetches:
        fetched.setdefault(fetch.dataset.name, set()).update(fetch.days)
    return {
        name: {
            "asked": _texts(days),
            "covered": _texts(days & covered.get(name, set())),
            "fetched": _texts(
                fetched.get(name, set())
                & covered.get(name, set()) - facts.broken.get(name, frozenset())
            ),
            "missing": [str(interval) for interval in facts.missing.get(name, ())],
        }
        for name, days in plan.wanted.items()
    }


def _divisions(covered: Iterable[CoveredDay]) -> list[str] | None:
    """The divisions that every day was fetched under; None where any was not told."""
    told = [day.divisions for day in covered]
    known = [frozenset(names) for names in told if names is not None]
    if len(known) < len(told):
        return None
    return sorted(frozenset.intersection(*known)) if known else []


def _texts(days: Iterable[date]) -> list[str]:
    return [str(interval) for interval in runs(days)]


def _job(job: Job) -> dict[str, Any]:
    return {
        "key": job.key,
        "id": job.remote_id,
        "interval": str(job.interval),
        "days": len(job.days),
        "of": _of(job),
        "state": job.state.value,
        "pages": job.pages,
        "attempt": job.attempt,
        "submits": job.submits,
        "possibly_repeated": job.possibly_repeated,
        "error": job.error,
    }


def _of(job: Job) -> str:
    """What of its days a job is for: all, what a filter lets through, or what was open."""
    return "open when it begins" if job.scope == OPEN_AT else job.scope.condition or "all"


def _tail(facts: Facts) -> list[dict[str, Any]]:
    """What is held past the watermark, a piece for each time it was asked for."""
    return [
        {
            "dataset": piece.dataset,
            "interval": str(piece.interval),
            "conversations": piece.conversations,
            "asked_at": iso(piece.asked_at),
        }
        for piece in pieces(facts.tails)
    ]


def _list(each: HeldList, failed: tuple[str, ...]) -> dict[str, Any]:
    """A whole list that was read: when it was told, as whom, and what it holds."""
    return {
        "dataset": each.dataset,
        "refreshed_at": iso(each.refreshed_at),
        "rows": dict(each.rows),
        "deleted": dict(each.deleted),
        "requests": each.requests,
        "divisions": None if each.divisions is None else sorted(each.divisions),
        "failed": each.dataset in failed,
    }


def _counts(plan: Plan, facts: Facts) -> dict[str, Any] | None:
    """The provider's own counts of the covered days, as far as they were asked for.

    They are of whole days: what is held through a filter alone cannot be compared.
    """
    held = {(day.dataset, day.day) for day in facts.covered if not day.scope.predicates}
    counts = [count for count in facts.counts if (count.dataset, count.day) in held]
    if not counts and not facts.verified:
        return None
    countable = {need.dataset.name for need in plan.needs if need.dataset.live}
    wanted = {(n, day) for n, days in plan.wanted.items() for day in days if n in countable}
    left = wanted - {(count.dataset, count.day) for count in counts}
    differing = [count for count in counts if count.provider != count.held]
    return {
        "days": len(counts),
        "provider": sum(count.provider for count in counts),
        "held": sum(count.held for count in counts),
        "equal": not differing if counts else None,
        "asked_at": iso(min(count.asked_at for count in counts)) if counts else None,
        "differing": [
            {"day": f"{count.day}", "provider": count.provider, "held": count.held}
            for count in differing
        ],
        "not_counted": _texts({day for _, day in left}),
    }
