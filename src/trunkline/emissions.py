"""What a provider tells of the emissions of metrics by adding them up, and how that is asked for.

A row of a table of details is one emission; the provider also tells, of all emissions in a stretch
of time that have some dimensions alike, how many they are and what they come to. See design/0060.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from trunkline.interval import Interval

_GRANULARITIES = {
    timedelta(days=1): "P1D",
    timedelta(hours=1): "PT1H",
    timedelta(minutes=30): "PT30M",
    timedelta(minutes=15): "PT15M",
}
GRAINS = tuple(_GRANULARITIES)
"""The lengths of stretches that may be asked for, the longest first."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column by which emissions may be told apart, and how the provider calls it.

    ``most`` is about how many values it has.
    """

    table: str
    column: str
    source: str
    most: int


@dataclass(frozen=True, slots=True)
class Link:
    """Every row of the table ``of`` belongs to one row of ``table``, whose key is ``column``."""

    table: str
    of: str
    column: str


@dataclass(frozen=True, slots=True)
class Emissions:
    """A table of emissions, and what of it the provider adds up.

    ``dataset`` is what the table is of, and ``asked_of`` the one that is told under the right that
    adding up needs. ``implied`` are columns of equal values wherever a link holds. ``durations``
    are told with their count, sum, least and greatest, ``counts`` by what they come to alone.
    """

    dataset: str
    asked_of: str
    path: str
    table: str
    moment: str
    name: str
    value: str
    links: tuple[Link, ...]
    implied: frozenset[str]
    durations: frozenset[str]
    counts: frozenset[str]
    dimensions: tuple[Dimension, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The table of emissions, and those it may be joined with."""
        return (self.table, *(link.table for link in self.links))

    def dimension(self, table: str, column: str) -> Dimension | None:
        """The dimension that a column is."""
        found = (d for d in self.dimensions if (d.table, d.column) == (table, column))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Question:
    """One request: what was emitted in an interval, by stretches of ``grain``; None is as one."""

    interval: Interval
    grain: timedelta | None
    metrics: tuple[str, ...]
    group_by: tuple[Dimension, ...] = ()

    @property
    def granularity(self) -> str | None:
        """The grain as ISO 8601 writes a duration."""
        return None if self.grain is None else _GRANULARITIES[self.grain]

    @property
    def stretches(self) -> int:
        """How many there are."""
        length = self.interval.end - self.interval.start
        return 1 if self.grain is None else -(-length // self.grain)

    @property
    def halves(self) -> tuple[Question, Question] | None:
        """The same of either half of the time; None where it is one stretch of the shortest.

        What is asked as a whole may be parted at any quarter of an hour: it looks the same to both.
        """
        grain, of = self.grain or GRAINS[-1], self.interval
        half = (of.end - of.start) // grain // 2 * grain
        if not half:
            return None
        middle = of.start + half
        first, last = Interval(of.start, middle), Interval(middle, of.end)
        return replace(self, interval=first), replace(self, interval=last)


@dataclass(frozen=True, slots=True)
class Figure:
    """What the emissions of one metric, group and stretch come to.

    ``count`` is None of what is told by its sum alone. ``least`` and ``greatest`` are None where
    the provider leaves them out.
    """

    group: tuple[str | None, ...]
    start: datetime
    metric: str
    total: int
    count: int | None = None
    least: int | None = None
    greatest: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """An answer; ``strangers`` are attributes that nobody declared, with how often they came."""

    each: tuple[Figure, ...]
    strangers: Mapping[str, int] = field(default_factory=dict)
