"""What a day must hold, by the simulator's account of the job that brought it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from tests.chaos.story import DAY
from trunkline.interval import Interval, midnight
from trunkline_simulator.directory import directory
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import Settings as Provider
from trunkline_simulator.state import Job
from trunkline_simulator.truth import conversations, rows_of

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the provider says of the job that brought a day."""

    provider: Provider
    job: Job

    @property
    def end(self) -> datetime:
        """The instant up to which it asked."""
        return datetime.fromisoformat(self.job.query["interval"].split("/")[1]).astimezone(UTC)

    def rows(self, table: str, day: date) -> Rows:
        """The rows of a day, as the data lake had them when the job was submitted."""
        names = self.job.client.divisions
        found = _rows(kind(self.provider), table, day, self.job.lake_date, names)
        return [row for row in found if row["conversation_start"] < self.end]

    def live(self, table: str, day: date, at: datetime) -> Rows:
        """The rows of a day as the synchronous API knew them: nothing is late there."""
        prompt = replace(kind(self.provider), late_share=0.0)
        return _rows(prompt, table, day, at, self.job.client.divisions)

    def held(self, day: date) -> Interval | None:
        """The part of a day that it can have everything of."""
        end = min(midnight(day + DAY), self.end, self.job.lake_date)
        return Interval(midnight(day), end) if end > midnight(day) else None

    def is_final(self, day: date, settle: float) -> bool:
        """Whether it was fetched so late that the day needs no other fetch."""
        return (self.job.lake_date - midnight(day + DAY)).total_seconds() >= settle


def kind(provider: Provider) -> Provider:
    """What of a provider decides its rows: the same for all that only behave otherwise."""
    plain = Provider()
    return replace(
        plain,
        shape=provider.shape,
        late_share=provider.late_share,
        late_seconds=provider.late_seconds,
        corrected_share=provider.corrected_share,
        corrected_seconds=provider.corrected_seconds,
        removed_share=provider.removed_share,
        removed_seconds=provider.removed_seconds,
    )


def counted(provider: Provider, day: date, at: datetime) -> int:
    """How many conversations of a day the synchronous API has for the client at an instant."""
    prompt = replace(kind(provider), late_share=0.0)
    return len(_rows(prompt, "conversations", day, at, provider.clients[0].divisions))


@lru_cache(maxsize=4_000)
def _rows(
    provider: Provider, table: str, day: date, at: datetime, names: frozenset[str] | None
) -> Rows:
    return [row for one in _of_day(provider, day, at, names) for row in one.rows(table)]


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One as it was answered, and its rows once they were asked for."""

    made: Json
    kept: dict[str, Rows] = field(default_factory=dict)

    def rows(self, table: str) -> Rows:
        if table not in self.kept:
            self.kept[table] = rows_of(table, self.made)
        return self.kept[table]


@lru_cache(maxsize=400)
def _of_day(
    provider: Provider, day: date, at: datetime, names: frozenset[str] | None
) -> tuple[_Conversation, ...]:
    ids = frozenset(
        one.id
        for one in directory(provider.shape.seed).divisions
        if names is None or one.name in names
    )
    return tuple(map(_known, conversations(provider, day, day, at, ids)))


_seen: OrderedDict[int, _Conversation] = OrderedDict()


def _known(made: Json) -> _Conversation:
    """The same one for the same object: most look the same whenever they are asked for."""
    found = _seen.setdefault(id(made), _Conversation(made))
    while len(_seen) > 4_000:
        _seen.popitem(last=False)
    return found
