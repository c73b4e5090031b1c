"""What ``sync`` is asked to hold, and what became of it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from trunkline.catalog import Catalog, Dataset, Table
from trunkline.catalogs import Catalogs
from trunkline.engine.combining import combined
from trunkline.errors import UsageError
from trunkline.interval import DAY, Interval, midnight, runs
from trunkline.planner.plan import Holdings, Plan
from trunkline.wording import counted

FOLLOWED = timedelta(days=7)  # past it, days are final: settle and the watermark's lag together
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """Which days of which tables are to be held; no tables are those of the usual datasets.

    ``tables`` are of the organisation, the default one where it is None, unless they say whose they
    are. Of those that are whole lists no days are meant; where no tables are named, lists that are
    held are kept fresh.

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
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Synced:
    """What one round of ``sync`` did. ``days`` were fetched, ``held`` needed no fetch.

    So it is with ``lists`` and ``lists_held``.

    ``later`` are those of which the provider has nothing yet. ``organization`` is said where there
    are several; of several at once these are the sums, and ``each`` has those of each.
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
    organization: str = ""
    each: tuple[Synced, ...] = ()
    lists: int = 0
    lists_held: int = 0

    def __str__(self) -> str:
        """One line for a log; of several organisations, one for each."""
        if self.each:
            return "\n".join(map(str, self.each))
        shown = [f"{i.start:%F} to {i.last_day:%F}" for i in self.intervals[-MOST_SHOWN:]]
        more = len(self.intervals) - len(shown)
        spans = ", ".join(([f"{more:,} more"] if more else []) + shown)
        later = f", {self.later:,} not there yet" if self.later else ""
        whose = f"{self.organization}: " if self.organization else ""
        days = (
            f"{spans or 'nothing held yet'}: {counted(self.days, 'day')} fetched, "
            f"{self.held:,} held already{later}; "
        )
        lists = f"{counted(self.lists, 'list')} fetched, {self.lists_held:,} held already; "
        some = self.lists + self.lists_held
        return (
            f"{whose}{days if shown or not some else ''}{lists if some else ''}"
            f"{counted(self.rows, 'row')} landed, "
            f"{counted(self.requests, 'request')}; snapshot {self.snapshot}"
        )


def checked(wish: Wish, catalogs: Catalogs) -> Wish:
    """The wish, if it says what is to be held. UsageError where it does not."""
    timeless = wish.follow or wish.recheck or _is_of_lists(wish, catalogs)
    if wish.start is None and not timeless:
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


def _is_of_lists(wish: Wish, catalogs: Catalogs) -> bool:
    """Whether all that it names are whole lists, which have no days."""
    owned = [_owned(name, wish.organization, catalogs)[1] for name in wish.tables]
    return bool(owned) and all(table.dataset.is_list for table in owned)


def wishes_of(wish: Wish, catalogs: Catalogs) -> tuple[Wish, ...]:
    """One wish for each organisation: of its tables; of all organisations where none are named.

    UnknownRelation where there is no table of a name; UsageError where one is of another
    organisation than the wish.
    """
    if not wish.tables:
        names = (wish.organization,) if wish.organization else catalogs.names
        return tuple(replace(wish, organization=catalogs.of(name).schema) for name in names)
    tables: dict[str, list[str]] = {}
    for name in wish.tables:
        owner, table = _owned(name, wish.organization, catalogs)
        if wish.organization and owner.schema != wish.organization:
            raise UsageError(
                f"{name} is not a table of {wish.organization}",
                hint=f"Leave out --org, or name the table {wish.organization}.{table.name}.",
            )
        shown = f"{owner.schema_of(table)}.{table.name}"
        tables.setdefault(owner.schema, []).append(shown)
    return tuple(replace(wish, organization=name, tables=tuple(of)) for name, of in tables.items())


def _owned(name: str, organization: str | None, catalogs: Catalogs) -> tuple[Catalog, Table]:
    """A table by its name, and whose: of the organisation that is asked for, unless it says so."""
    if organization and "." not in name:
        owner = catalogs.of(organization)
        return owner, owner.named(name)
    return catalogs.named(name)


def tables_of(wish: Wish, catalog: Catalog) -> tuple[Table, ...]:
    """The tables of days by their names; UnknownRelation where there is none of a name.

    Without any, those of the datasets that are synced by default; all where it goes over what is
    held.
    """
    if not wish.tables:
        is_over_held = wish.start is None and not wish.follow
        lasting = (t for t in catalog.tables if not (t.dataset.is_now or t.dataset.is_list))
        return tuple(t for t in lasting if is_over_held or t.dataset.by_default)
    found = tuple(dict.fromkeys(map(catalog.named, wish.tables)))
    if passing := [table.name for table in found if table.dataset.is_now]:
        raise UsageError(
            f"{', '.join(passing)} tells what is now: there is nothing to hold of it",
            hint="Leave it out; every query of it asks for it.",
        )
    return tuple(table for table in found if not table.dataset.is_list)


def not_taken(wish: Wish, catalog: Catalog) -> str | None:
    """What a wish that names no tables leaves out, in a line; None where it leaves out nothing."""
    if wish.tables or (wish.start is None and not wish.follow):
        return None
    taken = {table.dataset for table in tables_of(wish, catalog)}
    others = dict.fromkeys(
        catalog.root(t.dataset).name
        for t in catalog.tables
        if not (t.dataset in taken or t.dataset.is_now or t.dataset.is_list)
    )
    if not others:
        return None
    return (
        "without a TABLE, sync takes conversations, and lists that were fetched before; "
        f"name what else you want: {', '.join(others)}, or a list such as users"
    )


def lists_of(wish: Wish, catalog: Catalog, holdings: Holdings) -> tuple[Table, ...]:
    """The tables of whole lists: those that are named; without names, those that are held."""
    named = map(catalog.named, wish.tables) if wish.tables else catalog.tables
    found = dict.fromkeys(table for table in named if table.dataset.is_list)
    return tuple(t for t in found if wish.tables or t.dataset.name in holdings.lists)


def intervals_of(
    wish: Wish, dataset: Dataset, holdings: Holdings, now: datetime
) -> tuple[Interval, ...]:
    """The time of a dataset that is to be held. UsageError where it has not begun."""
    if wish.start is None and not wish.follow:
        return runs(holdings.days.get(dataset.name, ()))
    start, end = first_wanted(wish, now), wish.end or now
    if start >= now:
        raise UsageError("--from is in the future: there is nothing to fetch yet")
    return (*_older(wish, dataset, holdings, start), Interval(start, end))


def first_wanted(wish: Wish, now: datetime) -> datetime:
    """Where a wish begins, open conversations aside; one to follow begins some days ago."""
    return wish.start or midnight(now.date()) - FOLLOWED


def _older(
    wish: Wish, dataset: Dataset, holdings: Holdings, start: datetime
) -> tuple[Interval, ...]:
    """The days before it that somebody who follows wants, too: those of open records."""
    if wish.start is not None:
        return ()
    records = holdings.open.get(dataset.name, ())
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
    asked = {each.dataset.name for each in plan.lists if each.state.is_asked}
    failed = {each["dataset"] for each in certificate["lists"] if each["failed"]}
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
        lists=len(asked - failed),
        lists_held=len(plan.lists) - len(asked),
    )


def summed(done: Mapping[str, Synced]) -> Synced:
    """What the rounds of several organisations did together; the only one's as it is."""
    each = tuple(done.values())
    if len(each) == 1:
        return each[0]
    days = frozenset[date]().union(*(span.days() for one in each for span in one.intervals))
    return Synced(
        intervals=runs(days),
        days=sum(one.days for one in each),
        held=sum(one.held for one in each),
        later=sum(one.later for one in each),
        rows=sum(one.rows for one in each),
        requests=sum(one.requests for one in each),
        snapshot=max(one.snapshot for one in each),
        notices=tuple(notice for one in each for notice in one.notices),
        certificate=combined({n: one.certificate for n, one in done.items()}, named=True),
        each=each,
        lists=sum(one.lists for one in each),
        lists_held=sum(one.lists_held for one in each),
    )


def _days(interval: str) -> int:
    start, end = (datetime.fromisoformat(text) for text in interval.split("/"))
    return (end - start) // DAY
