"""What a query session can see: relations by name, each with its columns and its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from trunkline.catalog import Catalog, Table, folded
from trunkline.errors import TrunklineError
from trunkline.types import ColumnType

SYSTEM_SCHEMA = "trunkline"
BENEATH = "beneath "  # what the schemas of relations begin with that stand for views alone
LOCAL_SCHEMA = "local"  # the user's own tables
TIMES = "times"  # beside the columns of rows in memory: as how many rows each counts

Columns = tuple[tuple[str, ColumnType], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Parquet files, of which the rows are read that the condition holds for; all without one.

    ``beside`` are files that the condition itself reads.
    """

    files: tuple[str, ...]
    where: str = ""
    beside: tuple[str, ...] = ()

    def source(self, columns: Columns) -> str:
        """What stands after FROM, for a relation of these columns."""
        return parquet(self.files, columns) + (f" WHERE {self.where}" if self.where else "")


@dataclass(frozen=True, slots=True)
class Closed:
    """Why whoever asks may not read something: who that is, the reason, and what to do about it."""

    why: str
    whom: str = "this role"
    advice: str = "Who asks is the setting role (TRUNKLINE_ROLE)."


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as a session sees it: parts of the lake, or rows in memory, a query, or nothing.

    ``rows`` may have a column ``TIMES`` beside its own: each then stands for so many.

    ``query`` is SQL of ours, over files of its own, which it has ``opened``, or over the relations
    that are ``below`` it; those ``beneath`` it are its own, and no text can name them. ``closed``
    says why whoever asks may not read it; a session then does not have it, nor one that is
    ``broken``, which is the error of whoever names it. ``hidden`` are columns that the relation has
    and a session does not, and ``hiding`` says why.
    """

    schema: str
    name: str
    columns: Columns
    parts: tuple[Part, ...] = ()
    rows: pa.Table | None = None
    closed: Closed | None = None
    hidden: Columns = ()
    hiding: Closed | None = None
    query: str = ""
    opened: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    beneath: tuple[Relation, ...] = ()
    broken: TrunklineError | None = None

    @property
    def every_column(self) -> Columns:
        """Its columns, and those that are hidden: all that its files are read with."""
        return (*self.columns, *self.hidden)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that reading it opens."""
        of_parts = (path for part in self.parts for path in (*part.files, *part.beside))
        return (*of_parts, *self.opened)

    @property
    def empty(self) -> Relation:
        """The same without rows, for a text that is only bound."""
        return replace(self, parts=(), rows=None, query="", opened=())

    @property
    def qualified(self) -> str:
        """The name as SQL writes it; both parts are in snake_case."""
        return f"{self.schema}.{self.name}"


def relations_of(
    catalog: Catalog, parts: Mapping[str, tuple[Part, ...]] | None = None
) -> tuple[Relation, ...]:
    """Every table and view of a catalogue, with the parts it is read from by table name."""
    held = parts or {}
    return tuple(
        Relation(catalog.schema_of(table), name, columns_of(table), held.get(table.name, ()))
        for table in catalog.tables
        for name in (table.name, *table.views)
    )


def columns_of(table: Table) -> Columns:
    """Names and types, in the order of the declaration."""
    return tuple((column.name, column.type) for column in table.columns)


def find(
    relations: Iterable[Relation], name: str, schema: str | None, default: str
) -> Relation | None:
    """The relation of that name, as the search path of a session would find it."""
    wanted = (folded(schema or default), folded(name))
    return next((r for r in relations if (r.schema, r.name) == wanted), None)


def parquet(paths: Iterable[str], columns: Iterable[tuple[str, ColumnType]]) -> str:
    """The table function that reads columns of the files; one that a file lacks is NULL there.

    Told the columns, DuckDB opens no file to learn them, where `union_by_name` opens every one. Not
    by Hive's naming: a data directory below one that is called `queue_id=5` would else become that
    column.
    """
    listed = ", ".join(literal(path) for path in paths)
    declared = ", ".join(
        f"'{name}': {{'name': '{name}', 'type': '{type_.duckdb}', 'default_value': NULL}}"
        for name, type_ in columns
    )
    return f"read_parquet([{listed}], hive_partitioning = false, schema = MAP {{{declared}}})"


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
