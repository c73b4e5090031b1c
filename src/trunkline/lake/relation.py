"""What a query session can see: relations by name, each with its columns and its data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from trunkline.catalog import Catalog, Table, folded
from trunkline.types import Type

SYSTEM_SCHEMA = "trunkline"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as a session sees it: Parquet files of the lake, or rows in memory, or nothing.

    ``closed`` says why whoever asks may not read it; a session then does not have it.
    """

    schema: str
    name: str
    columns: tuple[tuple[str, Type], ...]
    files: tuple[str, ...] = ()
    rows: pa.Table | None = None
    closed: str | None = None

    @property
    def qualified(self) -> str:
        """The name as SQL writes it; both parts are in snake_case."""
        return f"{self.schema}.{self.name}"


def relations_of(
    catalog: Catalog, files: dict[str, tuple[str, ...]] | None = None
) -> tuple[Relation, ...]:
    """Every table and view of a catalogue, with the files of a snapshot by table name."""
    held = files or {}
    return tuple(
        Relation(catalog.schema_of(table), name, columns_of(table), held.get(table.name, ()))
        for table in catalog.tables
        for name in (table.name, *table.views)
    )


def columns_of(table: Table) -> tuple[tuple[str, Type], ...]:
    """Names and types, in the order of the declaration."""
    return tuple((column.name, column.type) for column in table.columns)


def find(
    relations: Iterable[Relation], name: str, schema: str | None, default: str
) -> Relation | None:
    """The relation of that name, as the search path of a session would find it."""
    wanted = (folded(schema or default), folded(name))
    return next((r for r in relations if (r.schema, r.name) == wanted), None)
