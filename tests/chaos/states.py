"""Presence and routing status in a story: asked for among the rest, and held against the truth.

They are of a dataset of their own beside the conversations: one lake, one job store, one provider.
Only some seeds have them, drawn from a stream of their own: a story without them is what it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pyarrow.parquet as pq

from tests.chaos.process import Kill
from tests.chaos.story import DAY, Ask, Fate, Story
from tests.chaos.truth import kind
from tests.chaos.world import Answered, Ended, World
from trunkline.engine.engine import JOBS
from trunkline.interval import Interval, day_span
from trunkline.jobs.job import Job
from trunkline.jobs.store import JobStore
from trunkline.lake.lake import Lake
from trunkline.organizations import GENESYS
from trunkline.scope import WHOLE
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.state import Job as Remote
from trunkline_simulator.truth_statuses import STATUS_TABLES, expected_statuses

EVERY, OF_THEM = (
    29,
    6,
)  # of so many seeds the one with this remainder: such a seed costs twice as much
DATASET = "user_details"
WELL = Fate()
_OURS = frozenset({"user_state_key", "kind"})  # columns that the truth does not list
_KILLS = {"request": 12, "answer": 12, "work": 6, "statement": 200, "file": 24, "rename": 24}


@dataclass(frozen=True, slots=True)
class States:
    """A query for the states of some UTC days."""

    table: str
    first: date
    days: int
    fate: Fate = WELL
    zone: str = "UTC"
    allow_partial: bool = False

    @property
    def asks(self) -> tuple[Ask, ...]:
        """No days of conversations."""
        return ()

    @property
    def interval(self) -> Interval:
        """The time asked for."""
        return day_span(self.first, self.first + (self.days - 1) * DAY)

    @property
    def sql(self) -> str:
        """The statement."""
        end = self.first + self.days * DAY
        return (
            f"SELECT * FROM {self.table} WHERE start_time >= '{self.first}'"
            f" AND start_time < '{end}'"
        )

    def __str__(self) -> str:
        return f"ask for {self.table} {self.first} +{self.days}d  [{self.fate}]"


def with_states(story: Story) -> Story:
    """The story with a question or two of states among the rest, or as it is."""
    if story.seed % EVERY != OF_THEM:
        return story
    draw = Random(f"states {story.seed}")  # noqa: S311
    actions: list[Any] = list(story.actions)
    for _ in range(draw.choice((1, 2, 2))):
        actions.insert(draw.randint(0, len(actions)), _drawn(draw, story.start))
    return replace(story, actions=tuple(actions))


def _drawn(draw: Random, start: datetime) -> States:
    point = draw.choice(tuple(_KILLS))
    fate = Fate(Kill(point, draw.randint(1, _KILLS[point]))) if draw.random() < 0.5 else Fate()
    first = start.date() + draw.choice((-6, -3, -2, -1, 0)) * DAY
    return States(draw.choice(STATUS_TABLES), first, draw.choice((1, 2, 3)), fate)


def everything_of(story: Story) -> States | None:
    """A question of every day of states that was asked for; None where none was."""
    asks = [action for action in story.actions if isinstance(action, States)]
    if not asks:
        return None
    first = min(ask.first for ask in asks)
    last = max(ask.first + ask.days * DAY for ask in asks)
    return States("user_states", first, (last - first).days)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is held of states: who brought each day, every row by table, unfinished jobs."""

    brought: Mapping[date, Remote]
    counts: Mapping[date, int]
    rows: Mapping[str, tuple[dict[str, Any], ...]]
    unfinished: tuple[Job, ...]


def shelf_of(world: World) -> Shelf:
    """Read all of it, and change nothing."""
    lake, store = Lake(world.home), JobStore(world.home / JOBS, world.clock)
    try:
        snapshot = lake.catalogue.latest()
        jobs = {job.key: job for job in store.jobs(GENESYS) if job.dataset == DATASET}
        days = [d for d in lake.scoped(GENESYS, snapshot) if d.dataset == DATASET]
        known = world.simulator.state.jobs
        return Shelf(
            {d.day: known[jobs[d.job].remote_id or ""] for d in days if d.scope == WHOLE},
            {d.day: d.conversations for d in days if d.scope == WHOLE},
            {table: tuple(_rows(lake, table, snapshot)) for table in STATUS_TABLES},
            tuple(job for job in jobs.values() if job.unfinished),
        )
    finally:
        store.close()
        lake.close()


def _rows(lake: Lake, table: str, snapshot: int) -> Iterator[dict[str, Any]]:
    for file in lake.catalogue.files(GENESYS, snapshot, frozenset({table})):
        yield from pq.read_table(lake.home / file.path, partitioning=None).to_pylist()


def judge_shelf(world: World, shelf: Shelf) -> list[str]:
    """Every day of states that is held equals the truth as of its fetch, in all tables."""
    said = []
    for table, rows in shelf.rows.items():
        if strangers := {row["start_time"].date() for row in rows} - shelf.brought.keys():
            said.append(f"{table}: rows of {sorted(strangers)}, which are not held")
        by_day: dict[date, list[dict[str, Any]]] = {}
        for row in rows:
            by_day.setdefault(row["start_time"].date(), []).append(row)
        for day, job in shelf.brought.items():
            said += _differ(
                f"{table} on {day}", by_day.get(day, ()), _truth(world, table, day, job)
            )
    for day, count in shelf.counts.items():
        held = sum(row["start_time"].date() == day for row in shelf.rows["user_states"])
        if held != count:
            said.append(f"{day}: {count} states said, {held} held")
    return said


def _truth(world: World, table: str, day: date, job: Remote) -> list[dict[str, Any]]:
    provider, names = kind(world.provider), job.client.divisions
    every = organisation_of(provider.shape).divisions
    ids = None if names is None else frozenset(one.id for one in every if one.name in names)
    end = datetime.fromisoformat(job.query["interval"].split("/")[1]).astimezone(UTC)
    found = expected_statuses(provider, table, day, day, job.lake_date, ids)
    return [row for row in found if row["start_time"] < end]


def _differ(
    what: str, found: Iterable[Mapping[str, Any]], truth: Iterable[Mapping[str, Any]]
) -> list[str]:
    have, want = Counter(map(_plain, found)), Counter(map(_plain, truth))
    if have == want:
        return []
    return [f"{what}: {(have - want).total()} too many, {(want - have).total()} missing"]


def _plain(row: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((n, v) for n, v in row.items() if n not in _OURS))


def judge_states(states: States, ended: Ended, shelf: Shelf) -> list[str]:
    """An answer has what is held of its days; what it counts is what there was."""
    if not isinstance(ended.value, Answered):
        return []
    interval, certificate = states.interval, ended.value.prepared.certificate
    inside = [
        row
        for row in shelf.rows[states.table]
        if interval.start <= row["start_time"] < interval.end
    ]
    said = _differ(f"{states.table} in the answer", ended.value.rows, inside)
    if certificate["requests"]["total"] != len(ended.sent):
        said.append(f"{certificate['requests']['total']} requests said, {len(ended.sent)} sent")
    days = {day: n for day, n in shelf.counts.items() if day in interval.days()}
    if certificate["records"].get(DATASET, 0) != sum(days.values()):
        said.append(f"{certificate['records']} records said, {sum(days.values())} there were")
    if certificate["quarantined"]:
        said.append("a state was quarantined")
    return said


def judge_end_of_states(everything: States, shelf: Shelf, until: datetime) -> list[str]:
    """In the end every day that was asked for is held, and nothing of them is unfinished."""
    wanted = {day for day in everything.interval.days() if day_span(day, day).start < until}
    said = [f"unfinished for ever: job {job.key} of states" for job in shelf.unfinished]
    if missing := wanted - shelf.brought.keys():
        said.append(f"days of states that nobody could have: {sorted(missing)}")
    return said
