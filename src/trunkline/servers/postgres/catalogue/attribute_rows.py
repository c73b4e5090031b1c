"""Columns as rows of the system catalogue."""

from __future__ import annotations

from trunkline.servers.postgres.catalogue import templates as new
from trunkline.servers.postgres.catalogue.relations import ColumnShown
from trunkline.servers.postgres.catalogue.typing import own_type
from trunkline.servers.postgres.catalogue.writing import Writing


def put_attribute(
    writing: Writing, relation: int, number: int, column: ColumnShown, *, not_null: bool
) -> None:
    """A column of a table, a view or an index."""
    about = {
        "attname": column.name,
        "attnum": number,
        "attndims": 1 if column.type.element else 0,
        "atttypmod": column.modifier,
        "attnotnull": not_null,
    }
    _put(writing, relation, column.type.oid, about)


def put_system_attributes(writing: Writing, relation: int) -> None:
    """The columns that every table has, with numbers below 0."""
    for name, type_, number in new.SYSTEM_COLUMNS:
        about = {"attname": name, "attnum": number, "attndims": 0, "atttypmod": -1,
                 "attnotnull": True, "attstattarget": 0}  # fmt: skip
        _put(writing, relation, own_type(type_).oid, about)


def _put(writing: Writing, relation: int, type_: int, about: new.Row) -> None:
    found = own_type(type_)
    physical = {"attrelid": relation, "atttypid": type_, "attlen": found.size,
                "attbyval": found.by_value, "attalign": found.align,
                "attstorage": found.storage, "attcollation": found.collation}  # fmt: skip
    writing.put("pg_attribute", new.ATTRIBUTE | physical | about)
