"""``trunkline tables``: what can be asked."""

from __future__ import annotations

import click

from trunkline.catalog import Catalog, Pii, Table, closest
from trunkline.cli import grid
from trunkline.cli.telling import put
from trunkline.engine.registry import catalog
from trunkline.engine.system import SYSTEM_TABLES, SystemTable
from trunkline.errors import UnknownRelation
from trunkline.lake.relation import SYSTEM_SCHEMA

_SYSTEM = {table.name: table for table in SYSTEM_TABLES}

KEPT = {
    Pii.NONE: "",
    Pii.NAME: "REDACTED",
    Pii.PHONE: "last 4 digits",
    Pii.CONTACT: "last 4 digits or REDACTED",
    Pii.FREE_TEXT: "dropped",
    Pii.LISTED: "dropped unless listed",
}


@click.command("tables")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the tables, or the columns of one with their meaning and masking.

    Example:

    \b
        trunkline tables
        trunkline tables sessions
        trunkline tables trunkline.requests
    """
    known = catalog()
    if name is None:
        _list(known)
        return
    schema, _, bare = name.rpartition(".")
    if schema.lower() == SYSTEM_SCHEMA and bare.lower() in _SYSTEM:
        _show_system(_SYSTEM[bare.lower()])
        return
    table = known.find(bare, schema or None)
    if table is None:
        near = closest(bare, known.names()) or closest(name, map(_qualified, SYSTEM_TABLES))
        raise UnknownRelation(
            f"there is no table {name}",
            hint=f"Did you mean {near}?" if near else "`trunkline tables` lists them all.",
        )
    _show(table)


def _list(known: Catalog) -> None:
    grid.show(
        ("table", "columns", "one row is", "description"),
        (
            (
                ", ".join((table.name, *table.views)),
                str(len(table.columns)),
                table.grain,
                table.description,
            )
            for table in known.tables
        ),
    )
    put("")
    grid.show(
        ("of the system", "columns", "description"),
        ((_qualified(t), str(len(t.columns)), t.description) for t in SYSTEM_TABLES),
    )


def _qualified(table: SystemTable) -> str:
    return f"{SYSTEM_SCHEMA}.{table.name}"


def _show_system(table: SystemTable) -> None:
    put(f"{click.style(_qualified(table), bold=True)}: {table.description}")
    put("a query needs no bounds on it, and no request")
    grid.show(
        ("column", "type", "description"),
        ((name, type_.duckdb, text) for name, type_, text in table.columns),
    )


def _show(table: Table) -> None:
    put(f"{click.style(table.name, bold=True)}: {table.description}")
    put(f"key {table.key}; a query must bound {table.time_column}")
    grid.show(
        ("column", "type", "unit", "kept", "description"),
        (
            (
                column.name,
                column.type.duckdb,
                column.unit or "",
                KEPT[column.pii],
                column.description,
            )
            for column in table.columns
        ),
    )
