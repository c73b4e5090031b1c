"""Whether what is held beside whole days is as the provider told it; nothing is good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from tests.chaos.held import Holding, differences
from tests.chaos.scopes_held import ONLY_IN_JOBS, Piece, pieces
from tests.chaos.scopes_records import Recent
from tests.chaos.scopes_truth import (
    Condition,
    Made,
    Rows,
    day_opened,
    open_at,
    passing,
    table_of,
    told_by_job,
    told_live,
)
from tests.chaos.truth import Fetched
from tests.chaos.world import World
from tests.gateway import TABLES
from trunkline.interval import iso
from trunkline.scope import OPEN_AT, TAIL, Scope
from trunkline_simulator.state import Job

MOST = timedelta(days=7)  # of an interval of the synchronous query

TABLE_OF = {
    "queue_id": "segments",
    "segment_type": "segments",
    "disconnect_type": "segments",
    "media_type": "sessions",
    "direction": "sessions",
    "user_id": "participants",
    "purpose": "participants",
    "originating_direction": "conversations",
}
LIVE = tuple(table for table in TABLES if table != ONLY_IN_JOBS)


def judge_beside(world: World, holding: Holding) -> list[str]:
    """At any moment: what is held of every scope equals what was told of it, in all tables."""
    return [*_filtered(world, holding), *_opened(world, holding), *_tail(world, holding)]


def judge_displaced(before: Holding, after: Holding) -> list[str]:
    """A day that was published whole has no more of the tail that was held of it until then."""
    return [
        f"the tail of {tail.day} lives on beside its whole day, as of {tail.asked_at}"
        for tail in after.beside.tails
        if tail in before.beside.tails and tail.day in after.days
        if tail.day not in before.days or before.days[tail.day].job != after.days[tail.day].job
    ]


def conditions_of(scope: Scope) -> tuple[Condition, ...]:
    """The predicates of a scope."""
    return tuple(Condition(TABLE_OF[name], name, values) for name, values in scope.predicates)


def _filtered(world: World, holding: Holding) -> Iterator[str]:
    """A filtered day has what passes the filter, and nothing else; it does not count as whole."""
    for scope in holding.beside.filters:
        covered = holding.beside.brought.get(scope, {})
        found = {table: _by_day(holding.beside.of(scope, table)) for table in TABLES}
        for table in TABLES:
            for day in found[table].keys() - covered.keys():
                yield f"{table}: rows of {day} where {scope.condition}, which is not held"
        for day, brought in covered.items():
            made = told_by_job(world.provider, day, brought.job)
            truth = passing(made, conditions_of(scope))
            end = Fetched(world.provider, brought.job).end
            for table in TABLES:
                rows = table_of(truth.values(), table)
                rows = [row for row in rows if row["conversation_start"] < end]
                what = f"on {day} where {scope.condition}"
                yield from differences(table, what, found[table].get(day, []), rows)


def _opened(world: World, holding: Holding) -> Iterator[str]:
    """What was open when a day began is held, and each as one of the jobs had it."""
    versions = tuple(_openings(world))
    found = _by_conversation(holding, OPEN_AT, TABLES)
    for one, rows in found.items():
        if not any(_agree(one, rows, made[one]) for _, made in versions if one in made):
            yield f"{one} was open, and is held as no job had it"
    for day, brought in holding.beside.brought.get(OPEN_AT, {}).items():
        for one, made in open_at(world.provider, day, brought.job).items():
            began = table_of([made], "conversations")[0]["conversation_start"].date()
            of_day = holding.rows["conversations"].get(began, [])
            here = one in found or any(row["conversation_id"] == one for row in of_day)
            if not here and not _is_told_since(holding, began, brought.job):
                yield f"{one} was open when {day} began, and is not held"


def _is_told_since(holding: Holding, day: date, job: Job) -> bool:
    """Whether a day is held whole as it was told later than a job was, or under other rights."""
    fetched = holding.brought.get(day)
    if fetched is None:
        return False
    later = fetched.job.submitted >= job.submitted
    return later or fetched.job.client.divisions != job.client.divisions


def _openings(world: World) -> Iterator[tuple[Job, Made]]:
    """Every job that asked what was open when a day began, with what it was told."""
    for job in world.simulator.state.jobs.values():
        if (day := day_opened(job)) is not None:
            yield job, open_at(world.provider, day, job)


def told_anew(world: World, holding: Holding, day: date, tables: Iterable[str]) -> frozenset[str]:
    """Conversations of a day held whole that are, in tables, as a later job had them."""
    fetched = holding.brought[day]
    later = [made for job, made in _openings(world) if job.submitted > fetched.job.submitted]
    here = {row["conversation_id"] for row in holding.rows["conversations"].get(day, [])}
    wanted = tuple(tables)
    return frozenset(
        one
        for made in later
        for one in here & made.keys()
        if _agree(one, {t: _only(holding.rows[t].get(day, []), one) for t in wanted}, made[one])
    )


def last_told(world: World, holding: Holding, day: date, one: str) -> datetime:
    """When a conversation of a day held whole was told of last, by whatever asked for it."""
    opened = (
        brought.job.submitted
        for at, brought in holding.beside.brought.get(OPEN_AT, {}).items()
        if one in open_at(world.provider, at, brought.job)
    )
    return max(holding.brought[day].job.submitted, world.records.last(one), *opened)


def forgotten(
    world: World, holding: Holding, days: Iterable[date], since: datetime
) -> Iterator[str]:
    """Open conversations, as they are read, of days held whole, told of last before an instant."""
    of_days = set(days) & holding.brought.keys()
    for row in holding.readable(["conversations"])["conversations"]:
        day, one = row["conversation_start"].date(), row["conversation_id"]
        if row["conversation_end"] is None and day in of_days:
            last = last_told(world, holding, day, one)
            if last < since:
                yield f"{one} is open since {last} and forgotten"


def _tail(world: World, holding: Holding) -> Iterator[str]:
    """Each conversation is as it was told; every one that had begun is there."""
    found = _by_conversation(holding, TAIL, LIVE)
    if holding.beside.of(TAIL, ONLY_IN_JOBS):
        yield "the tail has what only jobs tell"
    for one, rows in found.items():
        tellings = reversed(world.records.live.told.get(one, []))
        starts = [row["conversation_start"].date() for row in rows["conversations"]]
        if not starts:
            yield f"{one} has rows in the tail, and is not in it"
        elif not any(
            _agree(one, rows, told[one])
            for telling in tellings
            for told in (told_live(world.provider, starts[0], telling),)
            if one in told
        ):
            yield f"{one} is in the tail as it was never told"
    for piece in pieces(holding.beside.tails):
        yield from _piece(world, holding, piece, frozenset(found))


def _piece(world: World, holding: Holding, piece: Piece, tail: frozenset[str]) -> Iterator[str]:
    pages = [page for page in world.records.live.recent if _is_of(page, piece)]
    if not pages:
        yield f"the tail of {piece.interval} was never told"
        return
    first = min(pages, key=lambda page: page.telling.at)
    start, end = map(datetime.fromisoformat, first.interval.split("/"))
    if not start <= piece.interval.start < piece.interval.end <= end:
        yield f"the tail of {piece.interval} was told of {first.interval}"
    for day in piece.days:
        whole = {row["conversation_id"] for row in holding.rows["conversations"].get(day.day, [])}
        for one, made in told_live(world.provider, day.day, first.telling).items():
            (row,) = table_of([made], "conversations")
            begun = day.start <= row["conversation_start"] < min(day.end, first.telling.at)
            if begun and one not in tail | whole:
                yield f"{one} had begun, and is not in the tail of {piece.interval}"


def _is_of(page: Recent, piece: Piece) -> bool:
    """Whether it was asked for then: up to then, or the most days that the provider tells of.

    Whatever jobs took away since. Of the latter, the first that was told after.
    """
    start, end = map(datetime.fromisoformat, page.interval.split("/"))
    if end - start < MOST:
        return page.interval.endswith(iso(piece.asked_at))
    return page.telling.noted >= piece.asked_at and start <= piece.interval.start < end


def _by_conversation(
    holding: Holding, scope: Scope, tables: tuple[str, ...]
) -> dict[str, dict[str, Rows]]:
    found: dict[str, dict[str, Rows]] = {}
    for table in tables:
        for row in holding.beside.of(scope, table):
            empty: dict[str, Rows] = {name: [] for name in tables}
            found.setdefault(row["conversation_id"], empty)[table].append(row)
    return found


def _agree(one: str, rows: dict[str, Rows], made: dict[str, object]) -> bool:
    """Whether the rows of a conversation are, in every table given, what it stands for."""
    return not any(differences(table, one, rows[table], table_of([made], table)) for table in rows)


def _only(rows: Rows, one: str) -> Rows:
    return [row for row in rows if row["conversation_id"] == one]


def _by_day(rows: Rows) -> dict[date, Rows]:
    found: dict[date, Rows] = {}
    for row in rows:
        found.setdefault(row["conversation_start"].date(), []).append(row)
    return found
