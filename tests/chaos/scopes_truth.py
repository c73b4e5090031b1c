"""What the provider told of conversations that did not come with their whole day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from tests.chaos.truth import kind
from trunkline.interval import DAY, midnight
from trunkline_simulator.directory import directory
from trunkline_simulator.settings import Settings as Provider
from trunkline_simulator.state import Job
from trunkline_simulator.truth import conversations, rows_of

Rows = list[dict[str, Any]]
Made = dict[str, dict[str, Any]]  # conversations as they are answered, by id

LONGEST = 67  # days that a conversation of the simulator may last, and one
NESTED = {"conversations": (), "participants": ("participant_id",)}
_SESSION = ("participant_id", "session_id")


@dataclass(frozen=True, slots=True)
class Condition:
    """That a conversation has, in a column of a table, one of some values."""

    table: str
    column: str
    values: tuple[str, ...]

    def lets_through(self, made: dict[str, Any]) -> bool:
        """Whether a filter of the provider does: it looks at segments, and what they belong to."""
        if self.table == "conversations":
            return any(row[self.column] in self.values for row in rows_of(self.table, made))
        keys = NESTED.get(self.table, _SESSION)
        below = {tuple(row[key] for key in keys) for row in rows_of("segments", made)}
        return any(
            row[self.column] in self.values and tuple(row[key] for key in keys) in below
            for row in rows_of(self.table, made)
        )


@dataclass(frozen=True, slots=True)
class Telling:
    """One conversation as it was told without a job: at an instant, to a client of divisions.

    ``noted`` is the instant by the clock of who asked.
    """

    at: datetime
    divisions: frozenset[str] | None
    noted: datetime


def told_live(provider: Provider, day: date, telling: Telling) -> Made:
    """The conversations of a day as the synchronous API tells them: nothing is late there."""
    return _made(replace(kind(provider), late_share=0.0), day, telling.at, telling.divisions)


def told_by_job(provider: Provider, day: date, job: Job) -> Made:
    """The conversations of a day as the data lake had them when a job was submitted."""
    return _made(kind(provider), day, job.lake_date, job.client.divisions)


def open_at(provider: Provider, day: date, job: Job) -> Made:
    """What had begun before a day, and was told to be open when it began, by the job asked."""
    return _open_at(kind(provider), day, job.lake_date, job.client.divisions)


def _is_open(made: dict[str, Any], at: datetime) -> bool:
    end = made.get("conversationEnd")
    return end is None or datetime.fromisoformat(end) >= at


def day_opened(job: Job) -> date | None:
    """The day at whose beginning it was asked what was open; None of any other job."""
    start, end = map(datetime.fromisoformat, job.query["interval"].split("/"))
    return start.date() if end - start == timedelta(minutes=1) else None


def passing(made: Made, conditions: Iterable[Condition]) -> Made:
    """The conversations that pass every condition."""
    wanted = tuple(conditions)
    return {n: one for n, one in made.items() if all(c.lets_through(one) for c in wanted)}


def table_of(made: Iterable[dict[str, Any]], table: str) -> Rows:
    """The rows of a table that conversations stand for."""
    return [row for one in made for row in rows_of(table, one)]


@lru_cache(maxsize=100)
def _open_at(provider: Provider, day: date, at: datetime, names: frozenset[str] | None) -> Made:
    return {
        name: made
        for back in range(1, LONGEST + 1)
        for name, made in _made(provider, day - back * DAY, at, names).items()
        if _is_open(made, midnight(day))
    }


@lru_cache(maxsize=2_000)
def _made(provider: Provider, day: date, at: datetime, names: frozenset[str] | None) -> Made:
    ids = frozenset(
        one.id
        for one in directory(provider.shape.seed).divisions
        if names is None or one.name in names
    )
    found = conversations(provider, day, day, at, ids)
    return {made["conversationId"]: made for made in found}
