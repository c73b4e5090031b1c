"""The plan as frozen values; ``str(plan)`` is EXPLAIN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from trunkline.catalog import Dataset
from trunkline.interval import Interval


@dataclass(frozen=True, slots=True)
class DayHeld:
    """One UTC day of a dataset in the lake: when it was fetched and under what."""

    fetched_at: datetime
    watermark: datetime
    fingerprint: str
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job that an earlier run left resumable."""

    key: str
    dataset: str
    interval: Interval
    days: frozenset[date]
    state: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held of each dataset, and which jobs are still unfinished."""

    days: Mapping[str, Mapping[date, DayHeld]] = field(default_factory=dict)
    unfinished: tuple[Unfinished, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a plan depends on beside the text.

    ``constant`` evaluates an SQL expression without column references, in the session's time zone,
    as a TIMESTAMP WITH TIME ZONE; None where it has no value or cannot be evaluated.
    """

    now: datetime
    time_zone: str
    constant: Callable[[str], datetime | None]
    fingerprint: str
    settle: timedelta = timedelta(hours=72)
    refresh_after: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Scan:
    """One table of the query and the intervals of its time column that can matter to the answer."""

    table: str
    alias: str
    time_column: str
    dataset: Dataset
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Fetch:
    """One job: an interval of whole UTC days, and which of its days are wanted.

    ``reason`` is ``missing``, ``provisional`` or ``stale``; ``resumes`` is the key of an unfinished
    job that already covers the days.
    """

    dataset: Dataset
    interval: Interval
    days: frozenset[date]
    reason: str
    resumes: str | None = None
