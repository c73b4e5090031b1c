"""What ``trunkline tables`` says of the user's own files."""

from __future__ import annotations

import click

from trunkline.cli import grid
from trunkline.cli.telling import put, visible
from trunkline.config import Settings
from trunkline.engine.local import folder_of, local_tables
from trunkline.lake.local import SCHEMA, LocalTable


def names(settings: Settings) -> tuple[str, ...]:
    """The tables as SQL writes them."""
    return tuple(table.qualified for table in local_tables(settings))


def named(name: str, settings: Settings) -> LocalTable | None:
    """The table that is written ``local.name``."""
    found = (table for table in local_tables(settings) if table.qualified == name.lower())
    return next(found, None) if name.lower().startswith(f"{SCHEMA}.") else None


def show_all(settings: Settings) -> None:
    """Each file: what it is read as, or what is wrong with it. ConfigError without the folder."""
    folder_of(settings)
    rows = [
        (
            table.qualified,
            str(len(table.reading.columns)) if table.reading else "",
            visible(f"{table.file.name}: {table.reading.manner if table.reading else table.fault}"),
        )
        for table in local_tables(settings)
    ]
    if rows:
        put("")
        grid.show(("your own", "columns", "file"), rows)


def show(table: LocalTable) -> None:
    """The columns of one; the error of its file where it has none."""
    if table.broken:
        raise table.broken
    columns = table.reading.columns if table.reading else ()
    manner = table.reading.manner if table.reading else ""
    put(f"{click.style(table.qualified, bold=True)}: {visible(table.file.name)} ({manner})")
    put("a query needs no bounds on it, and no request")
    grid.show(
        ("column", "type", "in the file"),
        ((column.name, column.type.duckdb, visible(column.written)) for column in columns),
    )
