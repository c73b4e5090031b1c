"""The plan as frozen values; ``str(plan)`` is EXPLAIN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from trunkline.catalog import WHOLE, Dataset, Scope
from trunkline.interval import Interval
from trunkline.planner import explain


@dataclass(frozen=True, slots=True)
class DayHeld:
    """One UTC day of a dataset in the lake: when it was fetched and under what."""

    fetched_at: datetime
    watermark: datetime
    fingerprint: str
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job that an earlier run left resumable, submitted under the fingerprint of today."""

    key: str
    dataset: str
    interval: Interval
    days: frozenset[date]
    state: str
    scope: Scope = WHOLE


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
    ``covered`` answers from what is held and plans no fetch; ``lenient`` does so only for a scan
    without bounds, which is otherwise an error.
    """

    now: datetime
    time_zone: str
    constant: Callable[[str], datetime | None]
    fingerprint: str
    settle: timedelta = timedelta(hours=72)
    refresh_after: timedelta = timedelta(minutes=15)
    covered: bool = False
    lenient: bool = False


class State(Enum):
    """What is held of one wanted day. The value says what EXPLAIN says."""

    FINAL = "final"
    FRESH = "fresh"
    PROVISIONAL = "provisional"
    STALE = "stale"
    MISSING = "missing"

    @property
    def is_held(self) -> bool:
        """Whether the day can be answered without a fetch."""
        return self in (State.FINAL, State.FRESH)


@dataclass(frozen=True, slots=True)
class Scan:
    """One table of the query and the intervals of its time column that can matter to the answer.

    ``position`` is the 0-based offset of the table's name in the text, where it is known.
    """

    table: str
    alias: str
    time_column: str
    dataset: Dataset
    intervals: tuple[Interval, ...]
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """The UTC days a query wants of one dataset, and what is held of each."""

    dataset: Dataset
    days: Mapping[date, State]

    def in_state(self, *states: State) -> frozenset[date]:
        """The days in any of the states."""
        return frozenset(day for day, state in self.days.items() if state in states)

    @property
    def gap(self) -> frozenset[date]:
        """The days that must be fetched."""
        return frozenset(day for day, state in self.days.items() if not state.is_held)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One job: an interval of whole UTC days, and which of its days are wanted.

    ``reason`` is ``missing``, ``stale`` or ``provisional``, the first that any of its days is in;
    ``resumes`` is the key of an unfinished job that already covers the days. ``pages`` is how many
    result pages it is thought to have, None where nothing held tells.
    """

    dataset: Dataset
    interval: Interval
    days: frozenset[date]
    reason: str
    resumes: str | None = None
    pages: int | None = None
    scope: Scope = WHOLE

    @property
    def requests(self) -> int:
        """The fewest requests it can take: a submit unless it resumes, one poll, its pages."""
        return (self.resumes is None) + 1 + (self.pages or 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query reads, what of it is held, and the jobs that bring the rest.

    ``others`` are relations that are not of a dataset, such as the system tables; they need no
    fetch.
    """

    sql: str
    time_zone: str
    now: datetime
    scans: tuple[Scan, ...]
    others: tuple[str, ...]
    needs: tuple[Need, ...]
    fetches: tuple[Fetch, ...]
    notices: tuple[str, ...]

    def __str__(self) -> str:
        return explain.text(self)

    @property
    def wanted(self) -> Mapping[str, frozenset[date]]:
        """The UTC days the query wants, by the dataset's name."""
        return {need.dataset.name: frozenset(need.days) for need in self.needs}

    @property
    def held(self) -> Mapping[str, frozenset[date]]:
        """Those of the wanted days that need no fetch, by the dataset's name."""
        return {need.dataset.name: need.in_state(State.FINAL, State.FRESH) for need in self.needs}

    @property
    def requests(self) -> int:
        """The fewest requests the fetches can take: for the cost guard."""
        return sum(fetch.requests for fetch in self.fetches)
