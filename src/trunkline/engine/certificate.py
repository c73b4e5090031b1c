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
from trunkline.jobs.job import Job, Landed
from trunkline.jobs.runner import Progress
from trunkline.lake.catalogue import CoveredDay
from trunkline.planner.plan import Plan


@dataclass(slots=True)
class Tally:
    """What one run has used and landed so far; filled by the engine's observer."""

    requests: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    quarantined: list[str] = field(default_factory=list)
    ignored: int = 0
    pages: int = 0
    jobs: dict[str, Job] = field(default_factory=dict)

    def exchange(self, exchange: Exchange) -> None:
        """Count one request."""
        self.requests[f"{exchange.method} {exchange.path}"] += 1
        self.repeated += exchange.attempt > 1

    def progress(self, progress: Progress) -> None:
        """Count one step of a job."""
        self.jobs[progress.job.key] = progress.job
        if progress.landed:
            self.landed(progress.landed)

    def landed(self, page: Landed) -> None:
        """Count one page."""
        self.pages += 1
        self.ignored += page.ignored
        self.quarantined += page.quarantined
        self.rows.update(dict(page.rows))
        self.unknown.update(dict(page.unknown))

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
    """Put it together; every value is JSON."""
    return {
        "trunkline": __version__,
        "statement": facts.statement,
        "time_zone": facts.time_zone,
        "asked_at": iso(facts.asked_at),
        "snapshot": facts.snapshot,
        "complete": not any(facts.missing.values()),
        "watermark": iso(facts.watermark) if facts.watermark else None,
        "intervals": _intervals(plan, facts),
        "divisions": sorted({name for day in facts.covered for name in day.divisions}),
        "conversations": sum(day.conversations for day in facts.covered),
        "provider_counts": None,
        "jobs": [_job(job) for job in tally.jobs.values()],
        "pages": tally.pages,
        "requests": {
            "total": tally.total_requests,
            "repeated": tally.repeated,
            "by_endpoint": dict(sorted(tally.requests.items())),
        },
        "rows_landed": dict(sorted(tally.rows.items())),
        "ignored": tally.ignored,
        "quarantined": tally.quarantined,
        "unknown": dict(sorted(tally.unknown.items())),
    }


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
