"""The completeness certificate: what an answer rests on, as JSON with named keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from trunkline import __version__
from trunkline.http.exchange import Exchange
from trunkline.interval import iso, runs
from trunkline.jobs.job import Job, JobState, Landed
from trunkline.jobs.runner import Progress
from trunkline.lake.catalogue import CoveredDay
from trunkline.planner.plan import Plan

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
        self.jobs[job.key] = job
        if progress.landed:
            self.landed.setdefault(job.key, []).append(progress.landed)
        if job.state in _WITHOUT_PAGES:
            self.landed.pop(job.key, None)

    @property
    def pages(self) -> list[Landed]:
        """Every page that counts."""
        return [page for of_job in self.landed.values() for page in of_job]

    @property
    def total_requests(self) -> int:
        """Every exchange with the provider, repetitions included."""
        return self.requests.total()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the certificate says beside the tally."""

    statement: str
    time_zone: str
    asked_at: datetime
    snapshot: int
    covered: tuple[CoveredDay, ...]
    missing: Mapping[str, frozenset[date]]
    watermark: datetime | None


def certificate(plan: Plan | None, tally: Tally, facts: Facts) -> dict[str, Any]:
    """Put it together; every value is JSON.

    Without a plan, for an answer from what is held, nothing says what complete would be: null.
    """
    pages = tally.pages
    return {
        "trunkline": __version__,
        "statement": facts.statement,
        "time_zone": facts.time_zone,
        "asked_at": iso(facts.asked_at),
        "snapshot": facts.snapshot,
        "complete": None if plan is None else not any(facts.missing.values()),
        "watermark": iso(facts.watermark) if facts.watermark else None,
        "intervals": _intervals(plan, facts),
        "divisions": _divisions(facts.covered),
        "conversations": sum(day.conversations for day in facts.covered),
        "provider_counts": None,
        "jobs": [_job(job) for job in tally.jobs.values()],
        "pages": len(pages),
        "requests": {
            "total": tally.total_requests,
            "repeated": tally.repeated,
            "by_endpoint": dict(sorted(tally.requests.items())),
        },
        "rows_landed": _summed(page.rows for page in pages),
        "ignored": sum(page.ignored for page in pages),
        "quarantined": [reason for page in pages for reason in page.quarantined],
        "fractions": sum(page.fractions for page in pages),
        "unknown": _summed(page.unknown for page in pages),
    }


def _summed(counts: Iterable[tuple[tuple[str, int], ...]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for of_page in counts:
        total.update(dict(of_page))
    return dict(sorted(total.items()))


def _intervals(plan: Plan | None, facts: Facts) -> dict[str, dict[str, list[str]]]:
    wanted = plan.wanted if plan else {}
    covered: dict[str, set[date]] = {}
    for day in facts.covered:
        covered.setdefault(day.dataset, set()).add(day.day)
    fetched = (
        {
            name: {
                day for fetch in plan.fetches if fetch.dataset.name == name for day in fetch.days
            }
            for name in wanted
        }
        if plan
        else {}
    )
    return {
        name: {
            "asked": _texts(days),
            "covered": _texts(set(days) & covered.get(name, set())),
            "fetched": _texts(fetched[name] - facts.missing.get(name, frozenset())),
            "missing": _texts(facts.missing.get(name, frozenset())),
        }
        for name, days in wanted.items()
    }


def _divisions(covered: Iterable[CoveredDay]) -> list[str] | None:
    """The divisions that the client covered on any day; None where it was not told them all."""
    told = [day.divisions for day in covered]
    if any(names is None for names in told):
        return None
    return sorted({name for names in told if names for name in names})


def _texts(days: Iterable[date]) -> list[str]:
    return [str(interval) for interval in runs(days)]


def _job(job: Job) -> dict[str, Any]:
    return {
        "key": job.key,
        "id": job.remote_id,
        "interval": str(job.interval),
        "days": len(job.days),
        "state": job.state.value,
        "pages": job.pages,
        "attempt": job.attempt,
        "submits": job.submits,
        "possibly_repeated": job.possibly_repeated,
        "error": job.error,
    }
