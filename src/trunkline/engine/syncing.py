"""What ``sync`` is asked to hold, and what became of it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trunkline.catalog import Catalog, Table
from trunkline.errors import UsageError
from trunkline.interval import DAY, Interval, midnight, runs
from trunkline.planner.plan import Holdings, Plan
from trunkline.wording import counted

FOLLOWED = timedelta(days=7)  # past it, days are final: settle and the watermark's lag together
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """Which days of which tables are to be held; no tables are all of them.

    Without ``end``: up to now. Without ``start``: with ``recheck`` the days that are held; with
    ``follow`` the last seven, and those of open conversations. ``refresh`` fetches days again
    although they are final, ``recheck`` those that were last fetched before they were as old as the
    setting.
    """

    tables: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    refresh: bool = False
    recheck: bool = False
    follow: bool = False


@dataclass(frozen=True, slots=True)
class Synced:
    """What one round of ``sync`` did. ``days`` were fetched, ``held`` needed no fetch.

    ``later`` are those of which the provider has nothing yet.
    """

    intervals: tuple[Interval, ...]
    days: int
    held: int
    later: int
    rows: int
    requests: int
    snapshot: int
    notices: tuple[str, ...]
    certificate: dict[str, Any]

    def __str__(self) -> str:
        """One line for a log."""
        shown = [f"{i.start:%F} to {i.last_day:%F}" for i in self.intervals[-MOST_SHOWN:]]
        more = len(self.intervals) - len(shown)
        spans = ", ".join(([f"{more:,} more"] if more else []) + shown)
        later = f", {self.later:,} not there yet" if self.later else ""
        return (
            f"{spans or 'nothing held yet'}: {counted(self.days, 'day')} fetched, "
            f"{self.held:,} held already{later}; {counted(self.rows, 'row')} landed, "
            f"{counted(self.requests, 'request')}; snapshot {self.snapshot}"
        )


def checked(wish: Wish) -> Wish:
    """The wish, if it says what is to be held. UsageError where it does not."""
    if wish.start is None and not (wish.follow or wish.recheck):
        raise UsageError(
            "sync needs to know which days: no --from is given",
            hint="For example --from 2025-03-01 --to 2025-04-01. Without it, --follow keeps the "
            "last seven days fresh, and --recheck goes over the days that are held.",
        )
    if wish.follow and wish.end is not None:
        raise UsageError("--follow goes on for ever: leave --to out")
    if wish.start and wish.end and wish.start >= wish.end:
        raise UsageError("--to must be later than --from", hint="--to itself is not included.")
    return wish


def tables_of(wish: Wish, catalog: Catalog) -> tuple[Table, ...]:
    """The tables by their names; UnknownRelation where there is none of a name."""
    if not wish.tables:
        return catalog.tables
    return tuple(dict.fromkeys(map(catalog.named, wish.tables)))


def intervals_of(wish: Wish, holdings: Holdings, now: datetime) -> tuple[Interval, ...]:
    """The time that is to be held. UsageError where it has not begun."""
    if wish.start is None and not wish.follow:
        return runs(day for days in holdings.days.values() for day in days)
    start, end = first_wanted(wish, now), wish.end or now
    if start >= now:
        raise UsageError("--from is in the future: there is nothing to fetch yet")
    return (*_older(wish, holdings, start), Interval(start, end))


def first_wanted(wish: Wish, now: datetime) -> datetime:
    """Where a wish begins, open conversations aside; one to follow begins some days ago."""
    return wish.start or midnight(now.date()) - FOLLOWED


def _older(wish: Wish, holdings: Holdings, start: datetime) -> tuple[Interval, ...]:
    """The days before it that somebody who follows wants, too: those of open conversations."""
    if wish.start is not None:
        return ()
    records = (record for of_dataset in holdings.open.values() for record in of_dataset)
    return runs(record.start.date() for record in records if record.start < start)


def synced(plan: Plan, certificate: dict[str, Any], notices: tuple[str, ...]) -> Synced:
    """What a round did, by its plan and its certificate."""
    fetched, covered = (
        sum(
            _days(interval) for found in certificate["intervals"].values() for interval in found[of]
        )
        for of in ("fetched", "covered")
    )
    wanted = sum(len(found) for found in plan.wanted.values())
    return Synced(
        intervals=runs(day for found in plan.wanted.values() for day in found),
        days=fetched,
        held=covered - fetched,
        later=wanted - covered,
        rows=sum(certificate["rows_landed"].values()),
        requests=certificate["requests"]["total"],
        snapshot=certificate["snapshot"],
        notices=notices,
        certificate=certificate,
    )


def _days(interval: str) -> int:
    start, end = (datetime.fromisoformat(text) for text in interval.split("/"))
    return (end - start) // DAY
