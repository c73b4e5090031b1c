"""Every column of every relation, as rows of ``trunkline.tables``."""

from __future__ import annotations

from collections.abc import Iterable

from trunkline.catalog import Whose
from trunkline.catalogs import Catalogs
from trunkline.lake.local import SCHEMA, LocalTable
from trunkline.types import Type

Rows = Iterable[tuple[object, ...]]
TABLES: tuple[tuple[str, Type, str], ...] = (
    ("schema_name", Type.TEXT, "Its schema: the organisation's, or finance."),
    ("table_name", Type.TEXT, "The table."),
    ("column_name", Type.TEXT, "The column."),
    ("data_type", Type.TEXT, "Its type in SQL."),
    ("unit", Type.TEXT, "Its unit, where it has one."),
    ("personal_data", Type.TEXT, "The kind of personal data, which decides what is kept."),
    ("whose_data", Type.TEXT, "Whom it is about: a customer, an employee or the configuration."),
    ("description", Type.TEXT, "What it means."),
)


def table_columns(catalogs: Catalogs) -> Rows:
    """The columns of the tables of all organisations."""
    return (
        (
            catalog.schema_of(table),
            table.name,
            column.name,
            column.type.duckdb,
            column.unit,
            column.pii.value,
            column.whose.value,
            column.description,
        )
        for catalog in catalogs.each
        for table in catalog.tables
        for column in table.columns
    )


def view_columns(catalogs: Catalogs) -> Rows:
    """Those of the declared views."""
    return (
        (
            view.schema,
            view.name,
            column.name,
            column.type.duckdb,
            column.unit,
            "none",
            Whose.NOBODY.value,
            column.description,
        )
        for view in catalogs.views
        for column in view.columns
    )


def local_columns(tables: Iterable[LocalTable]) -> Rows:
    """Those of the user's own files."""
    return (
        (
            SCHEMA,
            table.name,
            column.name,
            column.type.duckdb,
            None,
            "none",
            Whose.NOBODY.value,
            f"{column.written}, in {table.file.name}.",
        )
        for table in tables
        if table.reading
        for column in table.reading.columns
    )
