"""What the tables are in PostgreSQL: columns, keys, indexes and comments, from the declarations.

Pure. Foreign keys stand inside the tree of one payload and one schema alone: what another
identifier names may have been deleted long ago.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from trunkline.catalog import Column, Pii, Table
from trunkline.interval import DAY, midnight
from trunkline.types import Type

# As format_type() of PostgreSQL spells them, so that they can be compared with what is there.
TYPES: dict[Type, str] = {
    Type.TEXT: "text",
    Type.BOOLEAN: "boolean",
    Type.BIGINT: "bigint",
    Type.DOUBLE: "double precision",
    Type.SCORE: "numeric(18,6)",
    Type.METRIC: "numeric(24,6)",
    Type.DATE: "date",
    Type.TIMESTAMP: "timestamp(3) with time zone",
    Type.TEXT_LIST: "text[]",
    Type.BIGINT_LIST: "bigint[]",
}


def quoted(name: str) -> str:
    """An identifier as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it, whatever standard_conforming_strings is."""
    body = text.replace("'", "''")
    return f"'{body}'" if "\\" not in body else "E'" + body.replace("\\", "\\\\") + "'"


def rows_of(table: Table, day: date) -> tuple[str, tuple[datetime, ...]]:
    """Which rows of a table are of a day, as a condition and its values; of a list, all."""
    if table.dataset.is_list:
        return "", ()
    time = quoted(table.time_column)
    return f" WHERE {time} >= %s AND {time} < %s", (midnight(day), midnight(day + DAY))


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column whose values are keys of a table above."""

    column: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One table of a schema of the target."""

    table: Table
    above: ForeignKey | None

    @property
    def name(self) -> str:
        """Its name."""
        return self.table.name

    @property
    def columns(self) -> dict[str, str]:
        """The type of each column, in order."""
        return {column.name: TYPES[column.type] for column in self.table.columns}

    @property
    def indexed(self) -> tuple[str, ...]:
        """Columns with an index: when a record began and ended, and what a foreign key looks up."""
        names = [self.table.time_column]
        names += [c for c in self.columns if c == self.table.dataset.end_column]
        if self.above and self.above.column != self.table.key:
            names.append(self.above.column)
        return tuple(dict.fromkeys(names))

    def comments(self) -> dict[str | None, str]:
        """What each column means; the table itself stands under None."""
        table = self.table
        said: dict[str | None, str] = {None: f"{table.description} One row: {table.grain}."}
        return said | {column.name: _comment(column) for column in table.columns}


def _comment(column: Column) -> str:
    parts = [column.description]
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.pii is not Pii.NONE:
        parts.append(f"Personal data ({column.pii.value}), kept as the masking policy says.")
    return " ".join(parts)


def shapes_of(tables: Iterable[Table]) -> tuple[Shape, ...]:
    """The tables of one schema of the target, each after those that it stands below."""
    some = tuple(tables)
    ordered = sorted(some, key=lambda table: len(table.dataset.path(table.level)))
    return tuple(Shape(table, _above(table, some)) for table in ordered)


def _above(table: Table, others: tuple[Table, ...]) -> ForeignKey | None:
    """The nearest table above whose key the table has, too."""
    for level in reversed(table.dataset.path(table.level)[:-1]):
        for other in others:
            if (other.dataset, other.level) != (table.dataset, level.name):
                continue
            source = other.column(other.key).source
            for column in table.columns:
                if column.source == source:
                    return ForeignKey(column.name, other.name, other.key)
    return None
