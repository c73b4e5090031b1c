"""What the provider added up, as rows that come to the same: tables in memory, never landed.

Whoever sums, counts or averages them, or looks for the least and the greatest, by metric, by
dimension or by stretch of time, gets what the emissions themselves would give. A text that asks for
anything else is never answered so (``planner/aggregates``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import pyarrow as pa

from trunkline.catalog import Catalog, Table
from trunkline.emissions import Figure, Figures
from trunkline.errors import MalformedAnswer
from trunkline.interval import iso
from trunkline.lake.relation import TIMES
from trunkline.planner.aggregates.aggregated import Aggregated

_WHAT = "an answer of aggregates"
MOST_TIMES = 2_000  # that a row stands for: they are laid out in memory, some rows at a time
MICRO = 1_000_000  # of the six places that a value has
Group = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What was asked, when, and the rows that were made of the answers, by table."""

    asked: Aggregated
    at: datetime
    requests: int
    groups: int
    strangers: Mapping[str, int]
    rows: Mapping[str, pa.Table] = field(repr=False)

    @property
    def shown(self) -> dict[str, Any]:
        """What a certificate says of it."""
        first = self.asked.questions[0]
        return {
            "endpoint": f"POST {self.asked.declared.path}",
            "interval": str(self.asked.interval),
            "granularity": first.granularity,
            "group_by": [dimension.source for dimension in first.group_by],
            "metrics": list(first.metrics),
            "requests": self.requests,
            "groups": self.groups,
            "asked_at": iso(self.at),
            "unknown": dict(self.strangers),
        }


@dataclass(slots=True)
class Rows:
    """Rows in the making: one column a list, so that an answer can be let go of."""

    asked: Aggregated
    groups: dict[Group, int] = field(default_factory=dict)
    of: list[int] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    def add(self, found: Figures) -> None:
        """Rows that come to the figures of an answer; MalformedAnswer where none can."""
        for figure in found.each:
            number = self.groups.setdefault(figure.group, len(self.groups))
            for micros, times in rows_of(figure, self.asked):
                for most in range(times, 0, -MOST_TIMES):
                    self.of.append(number)
                    self.at.append(figure.start)
                    self.name.append(figure.metric)
                    self.value.append(micros)
                    self.times.append(min(most, MOST_TIMES))

    def tables(self, catalog: Catalog) -> dict[str, pa.Table]:
        """The rows of each table, under all of its names."""
        found: dict[str, pa.Table] = {}
        for name in self.asked.tables:
            table = catalog.named(name)
            rows = self._emissions(table) if name == self.asked.declared.table else self._of(table)
            found |= dict.fromkeys((table.name, *table.views), rows)
        return found

    def _emissions(self, table: Table) -> pa.Table:
        declared = self.asked.declared
        known = {
            **self._keys(table, self.of),
            declared.moment: self.at,
            declared.name: self.name,
            declared.value: [Decimal(micros).scaleb(-6) for micros in self.value],
        }
        rows = _filled(table, known, len(self.of))
        if max(self.times, default=1) == 1:
            return rows
        return rows.append_column(TIMES, pa.array(self.times, pa.int64()))

    def _of(self, table: Table) -> pa.Table:
        """A row for each group."""
        groups = self.asked.questions[0].group_by
        told = {
            dimension.column: [group[place] for group in self.groups]
            for place, dimension in enumerate(groups)
            if dimension.table == table.name
        }
        keys = self._keys(table, range(len(self.groups)))
        return _filled(table, {**keys, **told}, len(self.groups))

    def _keys(self, table: Table, groups: Sequence[int]) -> dict[str, list[Any]]:
        """The columns that tables are joined by: the number of the group stands for all."""
        declared = self.asked.declared
        names = {link.column for link in declared.links} | declared.implied
        keys = [str(number) for number in groups]
        always = [self.asked.interval.start] * len(groups)
        return {name: always if name == table.time_column else keys for name in names}


def rows_of(figure: Figure, asked: Aggregated) -> Iterator[tuple[int, int]]:
    """Values in millionths that come to a figure, each with how often it stands there."""
    total, count = figure.total * MICRO, figure.count
    if count is None or not (asked.counted or asked.extremes):
        yield total, 1
        return
    if not asked.extremes:
        yield from _spread(total, count)
        return
    if figure.least is None or figure.greatest is None:
        raise MalformedAnswer(f"{_WHAT} has no least or greatest {figure.metric}")
    ends = [figure.least * MICRO, figure.greatest * MICRO][: min(count, 2)]
    rest = list(_spread(total - sum(ends), count - len(ends)))
    is_possible = all(ends[0] <= micros <= ends[-1] for micros, _ in rest)
    if not is_possible or sum(ends) + sum(micros * n for micros, n in rest) != total:
        raise MalformedAnswer(f"{_WHAT} has statistics of {figure.metric} that cannot be")
    yield from chain(((end, 1) for end in ends), rest)


def _spread(total: int, count: int) -> Iterator[tuple[int, int]]:
    """As many values as evenly as may be."""
    if count:
        each, over = divmod(total, count)
        yield from ((v, n) for v, n in ((each + 1, over), (each, count - over)) if n)


def _filled(table: Table, known: Mapping[str, list[Any]], length: int) -> pa.Table:
    """A table of which only some columns are known."""
    return pa.table(
        {
            column.name: pa.array(known[column.name], column.type.arrow)
            if column.name in known
            else pa.nulls(length, column.type.arrow)
            for column in table.columns
        }
    )
