"""Held days against the provider's own counts: which to ask about, and what to say of each; pure.

The synchronous query counts what began on a UTC day (``totalHits``), which is what a day holds: one
request for a day. The vendor calls the number approximate, so a difference is a reason to fetch the
day again and no proof; the aggregates count events by when they happened, and cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from trunkline.catalog import Dataset
from trunkline.engine.findings import Finding, Health
from trunkline.errors import CostGuard, IncompleteData
from trunkline.interval import DAY, midnight
from trunkline.lake.catalogue import CoveredDay
from trunkline.lake.freshness import Counted
from trunkline.live import Live
from trunkline.planner.gap import is_final
from trunkline.planner.plan import Context, DayHeld

_NONE = Finding(
    "counts",
    Health.WARNING,
    "no final day is held to be compared",
    "`trunkline coverage` shows which days are held; name others with --from and --to.",
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared; ``beyond`` are days too old for the provider to count.

    ``organization`` is said where there are several.
    """

    counted: tuple[Counted, ...]
    beyond: int
    organization: str = ""


def to_verify(
    held: Iterable[CoveredDay],
    span: tuple[datetime | None, datetime | None],
    dataset: Dataset,
    context: Context,
) -> tuple[tuple[CoveredDay, ...], int]:
    """The final days that a span touches and the provider can count; how many it cannot.

    A span is half-open; None for no bound.
    """
    start, end = span
    final = [
        day
        for day in held
        if day.dataset == dataset.name
        and is_final(midnight(day.day + DAY), _as_held(day), context)
        and (start is None or midnight(day.day + DAY) > start)
        and (end is None or midnight(day.day) < end)
    ]
    first = _first(dataset, context)
    return tuple(d for d in final if d.day > first), sum(d.day <= first for d in final)


def _as_held(day: CoveredDay) -> DayHeld:
    return DayHeld(day.fetched_at, day.watermark, day.fingerprint)


def countable(days: Iterable[date], dataset: Dataset, context: Context) -> tuple[date, ...]:
    """Of days that may not be held yet, those that are long over and not beyond the reach."""
    first = _first(dataset, context)
    return tuple(
        day for day in days if day > first and midnight(day + DAY) + context.settle <= context.now
    )


def _first(dataset: Dataset, context: Context) -> date:
    """The last day that is too old for the provider to count."""
    return (context.now - (dataset.live or Live()).reach_days * DAY).date()


def guarded(requests: int, most: int) -> None:
    """CostGuard where that would take more requests than allowed."""
    if requests > most:
        raise CostGuard(
            f"this would take at least {requests:,} requests; the limit is {most:,}",
            hint="Name a shorter time with --from and --to, or allow it with --max-requests.",
        )


def findings(verified: Verified) -> list[Finding]:
    """What to say of it: a finding for each day that differs, and one for all the others."""
    differ = [count for count in verified.counted if count.held != count.provider]
    whose = f"--org {verified.organization} " if verified.organization else ""
    found = [_differing(count, whose) for count in differ]
    if verified.beyond:
        found.append(
            Finding(
                "counts",
                Health.WARNING,
                f"{verified.beyond:,} final days are too old for the provider to count",
                "To have what was corrected in them, fetch them again: trunkline sync --refresh.",
            )
        )
    if not verified.counted and not verified.beyond:
        found.append(_NONE)
    elif len(differ) < len(verified.counted):
        same = [count for count in verified.counted if count.held == count.provider]
        total = sum(count.held for count in same)
        detail = f"{len(same):,} days with {total:,} conversations, as the provider counts them"
        found.append(Finding("counts", Health.GOOD, detail))
    return found


def _differing(count: Counted, whose: str) -> Finding:
    error = IncompleteData(
        f"{count.held:,} conversations are held, the provider counts {count.provider:,}"
    )
    advice = (
        f"Fetch it again: trunkline sync --refresh {whose}--from {count.day} "
        f"--to {count.day + DAY} --timezone UTC"
    )
    return Finding(f"counts of {count.day}", Health.BAD, error.message, advice, error)
