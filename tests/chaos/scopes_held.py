"""What one data directory holds beside whole days, read as it lies there, and what is read of it.

The tail past the watermark, days as a filter let them through, and what was open at an instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tests.chaos.scopes_truth import Rows
from trunkline.interval import Interval
from trunkline.lake.freshness import TailDay
from trunkline.scope import OPEN_AT, TAIL, Scope
from trunkline_simulator.state import Job

ONLY_IN_JOBS = "participant_attributes"


@dataclass(frozen=True, slots=True)
class Brought:
    """The job that brought a day of a scope: our key of it, and the provider's account."""

    key: str
    job: Job


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows by scope and table; the jobs that brought days of a scope; the days of the tail.

    ``begun`` are the keys of unfinished jobs that ask what was open: only the same question goes on
    with them.
    """

    rows: Mapping[Scope, Mapping[str, Rows]] = field(default_factory=dict)
    brought: Mapping[Scope, Mapping[date, Brought]] = field(default_factory=dict)
    tails: tuple[TailDay, ...] = ()
    begun: frozenset[str] = frozenset()

    def of(self, scope: Scope, table: str) -> Rows:
        """The rows of a table that a scope has."""
        return self.rows.get(scope, {}).get(table, [])

    def ids(self, scope: Scope) -> frozenset[str]:
        """The conversations that a scope has."""
        return frozenset(row["conversation_id"] for row in self.of(scope, "conversations"))

    @property
    def filters(self) -> tuple[Scope, ...]:
        """The filters that something is held through."""
        return tuple(scope for scope in self.rows.keys() | self.brought.keys() if scope.predicates)


@dataclass(frozen=True, slots=True)
class Piece:
    """The days of the tail that were asked for together."""

    interval: Interval
    asked_at: datetime
    days: tuple[TailDay, ...]


def pieces(tails: Iterable[TailDay]) -> tuple[Piece, ...]:
    """The tail by when it was asked for."""
    asked: dict[datetime, list[TailDay]] = {}
    for day in tails:
        asked.setdefault(day.asked_at, []).append(day)
    return tuple(
        Piece(Interval(min(d.start for d in of), max(d.end for d in of)), at, tuple(of))
        for at, of in asked.items()
    )


def readable(
    table: str,
    whole: Mapping[date, Rows],
    days: Iterable[date],
    beside: Beside,
    *,
    through: Mapping[Scope, Iterable[date]],
    opened: bool,
) -> Rows:
    """What can be read of a table: of each conversation its newest version, in all tables alike.

    ``days`` are held whole; ``whole`` are their rows. ``through`` are the filters that are read,
    and of which days; ``opened``, what was open at an instant.
    """
    held = frozenset(days)
    tail = beside.ids(TAIL) if table != ONLY_IN_JOBS else frozenset[str]()
    found = list(beside.of(TAIL, table)) if table != ONLY_IN_JOBS else []
    found += [r for of in whole.values() for r in of if r["conversation_id"] not in tail]
    before = tail
    if opened:
        found += _others(beside.of(OPEN_AT, table), before, held)
        early = [r for r in beside.of(OPEN_AT, "conversations") if _day(r) not in held]
        before |= {row["conversation_id"] for row in early}
    for scope, on in through.items():
        wanted = frozenset(on)
        rows = _others(beside.of(scope, table), before, held)
        found += [row for row in rows if _day(row) in wanted]
    return found


def _others(rows: Rows, ids: frozenset[str], days: frozenset[date]) -> Rows:
    return [r for r in rows if r["conversation_id"] not in ids and _day(r) not in days]


def _day(row: Mapping[str, datetime]) -> date:
    return row["conversation_start"].date()
