"""The plan as frozen values; ``str(plan)`` is EXPLAIN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from trunkline.catalog import WHOLE, Dataset, Scope
from trunkline.flatten.policy import Policy
from trunkline.interval import Interval
from trunkline.planner import explain
from trunkline.planner.moving import Reopen, StillOpen, Tail, TailHeld, Told


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
    """What is held of each dataset, which jobs are still unfinished, and what is still moving."""

    days: Mapping[str, Mapping[date, DayHeld]] = field(default_factory=dict)
    unfinished: tuple[Unfinished, ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)
    tails: Mapping[str, Mapping[date, TailHeld]] = field(default_factory=dict)
    open: Mapping[str, tuple[StillOpen, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What a plan depends on beside the text.

    ``constant`` evaluates an SQL expression without column references, in the session's time zone,
    as a TIMESTAMP WITH TIME ZONE; None where it has no value or cannot be evaluated.
    ``covered`` answers from what is held and plans no fetch; ``lenient`` does so only for a scan
    without bounds, which is otherwise an error. Days last fetched before ``refresh_before`` are
    fetched again; with ``recheck``, final days that were last fetched before they were that old.
    ``tail`` asks for what is past the watermark, too; ``fetched`` says that the jobs are done.
    ``policy`` says what masked columns hold.
    """

    now: datetime
    time_zone: str
    constant: Callable[[str], datetime | None]
    fingerprint: str
    settle: timedelta = timedelta(hours=72)
    refresh_after: timedelta = timedelta(minutes=15)
    covered: bool = False
    lenient: bool = False
    policy: Policy = field(default_factory=Policy)
    refresh_before: datetime | None = None
    recheck: timedelta | None = None
    tail: bool = False
    fetched: bool = False


class State(Enum):
    """What is held of one wanted day. The value says what EXPLAIN says."""

    FINAL = "final"
    FRESH = "fresh"
    AHEAD = "ahead"
    PROVISIONAL = "provisional"
    STALE = "stale"
    RECHECK = "recheck"
    REFRESH = "refresh"
    MISSING = "missing"

    @property
    def is_held(self) -> bool:
        """Whether the day can be answered without a fetch, as well as it can be."""
        return self in (State.FINAL, State.FRESH, State.AHEAD)


@dataclass(frozen=True, slots=True)
class Scan:
    """One table of the query and the intervals of its time column that can matter to the answer.

    ``position`` is the 0-based offset of the table's name in the text, where it is known. A scan
    that is not ``bounded`` reads whatever is held; its intervals are the days that are held.
    """

    table: str
    alias: str
    time_column: str
    dataset: Dataset
    intervals: tuple[Interval, ...]
    position: int | None = None
    bounded: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """The UTC days a query wants of one dataset, and what is held of each.

    ``why`` has words for the days that are stale.
    """

    dataset: Dataset
    days: Mapping[date, State]
    why: Mapping[date, str] = field(default_factory=dict)

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

    ``reason`` is the state of its days: the first of ``months.REASONS`` that any of them is in;
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
    fetch. ``tails`` and ``reopened`` are asked for without a job.
    """

    sql: str
    time_zone: str
    now: datetime
    scans: tuple[Scan, ...]
    others: tuple[str, ...]
    needs: tuple[Need, ...]
    fetches: tuple[Fetch, ...]
    notices: tuple[str, ...]
    tails: tuple[Tail, ...] = ()
    reopened: tuple[Reopen, ...] = ()

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
        """The fewest requests it can take: for the cost guard."""
        return sum(fetch.requests for fetch in self.fetches) + self.without_jobs

    @property
    def without_jobs(self) -> int:
        """Those of them that need no job: the tail's, and those for open records."""
        tails = sum(tail.requests for tail in self.tails)
        return tails + sum(again.requests for again in self.reopened)
