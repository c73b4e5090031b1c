"""The plan as frozen values; ``str(plan)`` is EXPLAIN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from trunkline.catalog import Dataset
from trunkline.emissions import Emissions
from trunkline.flatten.policy import Policy
from trunkline.interval import Interval
from trunkline.planner import about, explain
from trunkline.planner.aggregates.aggregated import Aggregated
from trunkline.planner.filters.choice import Filtered, Pushdown, Shares, unknown
from trunkline.planner.listed import ListHeld, Refresh
from trunkline.planner.moving import Reopen, StillOpen, Tail, TailHeld, Told
from trunkline.planner.spans import END
from trunkline.scope import OPEN_AT, WHOLE, Scope


@dataclass(frozen=True, slots=True)
class DayHeld:
    """One UTC day of a dataset in the lake: when it was fetched and under what."""

    fetched_at: datetime
    watermark: datetime
    fingerprint: str
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job that an earlier run left resumable, submitted under the fingerprint of today.

    What it brings is as of ``submitted_at``; None where it has yet to be submitted.
    """

    key: str
    dataset: str
    interval: Interval
    days: frozenset[date]
    state: str
    scope: Scope = WHOLE
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held of each dataset, which jobs are still unfinished, and what is still moving.

    ``days`` are held whole, ``filtered``, by scope, as a filter let them through. ``open_at`` are
    the days for which it is held what was open when they began.
    """

    days: Mapping[str, Mapping[date, DayHeld]] = field(default_factory=dict)
    open_at: Mapping[str, Mapping[date, DayHeld]] = field(default_factory=dict)
    unfinished: tuple[Unfinished, ...] = ()
    filtered: Mapping[Scope, Mapping[str, Mapping[date, DayHeld]]] = field(default_factory=dict)
    told: Mapping[str, Told] = field(default_factory=dict)
    tails: Mapping[str, Mapping[date, TailHeld]] = field(default_factory=dict)
    open: Mapping[str, tuple[StillOpen, ...]] = field(default_factory=dict)
    lists: Mapping[str, ListHeld] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What a plan depends on beside the text.

    ``constant`` evaluates an SQL expression without column references, in the session's time zone,
    as a TIMESTAMP WITH TIME ZONE; None where it has no value or cannot be evaluated.
    ``fingerprints`` are those of today, by the dataset's name.
    ``lookback`` is how long before a bound on another time of a record it may have started; what
    is older comes by being open then. ``covered`` answers from what is held and plans no fetch;
    ``lenient`` does so only for a scan without bounds, which is otherwise an error. Days last
    fetched before ``refresh_before`` are fetched again; with ``recheck``, final days that were last
    fetched before they were that old. ``tail`` asks for what is past the watermark, too;
    ``fetched`` says that the jobs are done. ``policy`` says what masked columns hold.
    ``parameters`` are the values of the text's own, by name; those without a name are called ``1``,
    ``2`` and so on. ``pushdown`` says whether filters are pushed; ``share``, by the dataset's name,
    what the newest held days tell of a filter; it is asked for only where one could be pushed for a
    gap. ``has_client`` where the fingerprints are of a client. A whole list is asked for again when
    it is older than ``list_age``. ``emissions`` are what the provider may be asked to add up.
    """

    now: datetime
    time_zone: str
    constant: Callable[[str], datetime | None]
    fingerprints: Mapping[str, str]
    settle: timedelta = timedelta(hours=72)
    refresh_after: timedelta = timedelta(minutes=15)
    lookback: timedelta = timedelta(days=31)
    covered: bool = False
    lenient: bool = False
    policy: Policy = field(default_factory=Policy)
    refresh_before: datetime | None = None
    recheck: timedelta | None = None
    tail: bool = False
    fetched: bool = False
    parameters: Mapping[str, object] = field(default_factory=dict, repr=False)
    pushdown: Pushdown = Pushdown.AUTO
    share: Shares = unknown
    has_client: bool = True
    list_age: timedelta = timedelta(days=1)
    emissions: Emissions | None = None

    def fingerprint(self, dataset: Dataset) -> str:
        """What a day of a dataset that is fetched today is fetched under."""
        return self.fingerprints.get(dataset.name, "")


class State(Enum):
    """What is held of one wanted day. The value says what EXPLAIN says."""

    FINAL = "final"
    FRESH = "fresh"
    AHEAD = "ahead"
    PROVISIONAL = "provisional"
    STALE = "stale"
    RECHECK = "recheck"
    REFRESH = "refresh"
    REOPENED = "reopened"
    MISSING = "missing"

    @property
    def is_held(self) -> bool:
        """Whether the day can be answered without a fetch, as well as it can be."""
        return self in (State.FINAL, State.FRESH, State.AHEAD)


@dataclass(frozen=True, slots=True)
class Open:
    """The records that started before a UTC day and were open when it began.

    What happened in them from ``until`` on does not matter.
    """

    day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """One table of the query and the intervals of its time column that can matter to the answer.

    ``open_at`` are earlier records that can matter, too. ``position`` is the 0-based offset of the
    table's name in the text, where it is known. A scan that is not ``bounded`` reads whatever is
    held; its intervals are the days that are held.
    """

    table: str
    alias: str
    time_column: str
    dataset: Dataset
    intervals: tuple[Interval, ...]
    position: int | None = None
    bounded: bool = True
    open_at: Open | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """The UTC days a query wants of one dataset, and what is held of each.

    ``why`` has words for the days that are stale. With the scope OPEN_AT, what it wants is what was
    open when the days began. Of the days in ``since``, what was told before that is of no use, nor
    is what seems to be told after ``now``: the clock that noted it was wrong.
    """

    dataset: Dataset
    days: Mapping[date, State]
    why: Mapping[date, str] = field(default_factory=dict)
    scope: Scope = WHOLE
    since: Mapping[date, datetime] = field(default_factory=dict)
    now: datetime = END

    def served_by(self, job: Unfinished) -> frozenset[date]:
        """The days of the gap that a job brings as they are wanted."""
        return frozenset(day for day in self.gap & job.days if not self._is_too_old(job, day))

    def outlives(self, job: Unfinished) -> bool:
        """Whether a job is too old for every one of its days."""
        return all(self._is_too_old(job, day) for day in job.days)

    def _is_too_old(self, job: Unfinished, day: date) -> bool:
        since, told = self.since.get(day), job.submitted_at
        return since is not None and told is not None and not since <= told <= self.now

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

    Of a dataset that is asked for directly it is a job of ours alone.

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
        if self.dataset.is_direct:
            return self.pages or 1
        return (self.resumes is None) + 1 + (self.pages or 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query reads, what of it is held, and the jobs that bring the rest.

    ``others`` are relations that are not of a dataset, such as the system tables; they need no
    fetch. ``tails`` and ``reopened`` are asked for without a job. ``filters`` are those that the
    provider can apply, where any day is not held whole. ``outlived`` are the keys of unfinished
    jobs that would bring wanted days as of too long ago. What is ``observed`` is asked for as it is
    now. ``lists`` are those that are read, and those that they need; ``lists_held`` are all. What
    is ``aggregated`` is asked for in place of days; ``unfit`` says why nothing is, where something
    might have been.
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
    filters: tuple[Filtered, ...] = ()
    outlived: tuple[str, ...] = ()
    observed: tuple[Dataset, ...] = ()
    lists: tuple[Refresh, ...] = ()
    lists_held: Mapping[str, ListHeld] = field(default_factory=dict)
    aggregated: Aggregated | None = None
    unfit: str = ""

    def __str__(self) -> str:
        return explain.text(self)

    @property
    def reads(self) -> bool:
        """Whether it reads anything of the organisation."""
        return bool(self.scans or self.lists or self.observed or self.aggregated)

    @property
    def wanted(self) -> Mapping[str, frozenset[date]]:
        """The UTC days the query wants whole, by the dataset's name."""
        return self._wanted(WHOLE)

    @property
    def opened(self) -> Mapping[str, frozenset[date]]:
        """The UTC days of which it wants what was open when they began, by the dataset's name."""
        return self._wanted(OPEN_AT)

    @property
    def days(self) -> Mapping[tuple[str, Scope], frozenset[date]]:
        """The UTC days the query wants, by the dataset's name and in which scope."""
        return {(need.dataset.name, need.scope): frozenset(need.days) for need in self.needs}

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What the query reads beside whole days."""
        return tuple(dict.fromkeys(need.scope for need in self.needs if need.scope != WHOLE))

    def _wanted(self, scope: Scope) -> Mapping[str, frozenset[date]]:
        return {n.dataset.name: frozenset(n.days) for n in self.needs if n.scope == scope}

    @property
    def held(self) -> Mapping[str, frozenset[date]]:
        """Those of the days wanted whole that need no fetch, by the dataset's name."""
        return {
            need.dataset.name: need.in_state(State.FINAL, State.FRESH)
            for need in self.needs
            if need.scope == WHOLE
        }

    @property
    def filtered(self) -> Mapping[str, Mapping[Scope, frozenset[date]]]:
        """The days that are read as filters let them through, by the dataset's name and scope."""
        return {item.dataset.name: item.days for item in self.filters}

    @property
    def requests(self) -> int:
        """The fewest requests it can take: for the cost guard."""
        return self.requests_to_hold + self.observing + self.aggregating

    @property
    def requests_to_hold(self) -> int:
        """Those of them that bring what is held from then on."""
        fetching = sum(fetch.requests for fetch in self.fetches)
        fetching += about.readings((fetch.dataset for fetch in self.fetches), self.lists_held)
        return fetching + self.without_jobs + self.listing

    @property
    def listing(self) -> int:
        """Those of them that ask for whole lists."""
        return sum(refresh.requests for refresh in self.lists)

    @property
    def observing(self) -> int:
        """Those of them that ask what is now."""
        asking = sum(about.requests(dataset, 1, self.lists_held) for dataset in self.observed)
        return asking + about.readings(self.observed, self.lists_held)

    @property
    def aggregating(self) -> int:
        """Those of them that ask what emissions come to."""
        return self.aggregated.requests if self.aggregated else 0

    @property
    def without_jobs(self) -> int:
        """Those of them that need no job: the tail's, and those for open records."""
        tails = sum(tail.requests for tail in self.tails)
        return tails + sum(again.requests for again in self.reopened)
