"""``trunkline tables``: what can be asked, and what is kept of it."""

from __future__ import annotations

import click

from trunkline.catalog import Table
from trunkline.catalogs import Catalogs
from trunkline.cli import grid, local, views
from trunkline.cli.opening import settings_of
from trunkline.cli.telling import put
from trunkline.engine.masking import policy_of
from trunkline.engine.registry import catalogs
from trunkline.engine.system import SYSTEM_TABLES, SystemTable
from trunkline.errors import UsageError
from trunkline.flatten.policy import Policy
from trunkline.flatten.policy_text import policy_text
from trunkline.flatten.treatment import Treatment
from trunkline.lake.relation import SYSTEM_SCHEMA

_SYSTEM = {table.name: table for table in SYSTEM_TABLES}

KEPT = {
    Treatment.KEEP: "",
    Treatment.LISTED: "dropped unless listed",
    Treatment.TOKEN: "token",
    Treatment.FRONT: "all but the last digits",
    Treatment.LAST_DIGITS: "last 4 digits or REDACTED",
    Treatment.REDACT: "REDACTED",
    Treatment.DROP: "dropped",
}


@click.command("tables")
@click.argument("name", required=False)
@click.option("--policy", is_flag=True, help="Print the masking policy in effect, as TOML.")
@click.pass_context
def command(ctx: click.Context, name: str | None, *, policy: bool) -> None:
    """List the tables, or the columns of one with their meaning and masking.

    Example:

    \b
        trunkline tables
        trunkline tables sessions
        trunkline tables bi.legs
        trunkline tables local.budget
        trunkline tables trunkline.requests
        trunkline tables --policy
    """
    settings = settings_of(ctx)
    known = catalogs(settings)
    effective = policy_of(settings, known.default)
    if policy and name:
        raise UsageError("--policy is about all tables", hint="Leave out the name.")
    if policy:
        put(policy_text(effective, known.default).rstrip("\n"))
    elif name is None:
        _list(known)
        views.show_all(known)
        local.show_all(settings)
    elif view := views.named(name, known):
        views.show(view)
    elif own := local.named(name, settings):
        local.show(own)
    elif system := _SYSTEM.get(name.lower().removeprefix(f"{SYSTEM_SCHEMA}.")):
        _show_system(system)
    else:
        more = (view.qualified for view in known.views)
        others = (*map(_qualified, SYSTEM_TABLES), *more, *local.names(settings))
        owner, table = known.named(name, others)
        shown = known.shown(owner, table) if "." in name else table.shown
        _show(table, shown, effective)


def _list(known: Catalogs) -> None:
    if known.is_several:
        put(_whose(known))
        put("")
    grid.show(
        ("table", "columns", "one row is", "description"),
        (
            (
                ", ".join((table.shown, *table.views)),
                str(len(table.columns)),
                table.grain,
                table.description,
            )
            for table in known.default.tables
        ),
    )
    put("")
    grid.show(
        ("Trunkline's own", "columns", "description"),
        ((_qualified(t), str(len(t.columns)), t.description) for t in SYSTEM_TABLES),
    )


def _whose(known: Catalogs) -> str:
    """How the tables of each organisation are named."""
    others = ", ".join(name for name in known.names[1:])
    some = known.each[1]
    root = some.root(some.datasets[0])
    return (
        f"organisations: {known.names[0]} (the default: a name without a schema is its), {others}. "
        f"Each has all of these tables, for example {known.shown(some, root)}; the tables of the "
        f"schema finance are in {some.schema}_finance and so on."
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


def _show(table: Table, shown: str, policy: Policy) -> None:
    put(f"{click.style(shown, bold=True)}: {table.description}")
    bound = f"a query must bound {table.time_column}"
    whole = "a whole list: a query needs no bounds on it"
    put(f"key {table.key}; {whole if table.dataset.is_list else bound}")
    grid.show(
        ("column", "type", "unit", "kept", "description"),
        (
            (
                column.name,
                column.type.duckdb,
                column.unit or "",
                KEPT[policy.treatment(table, column)],
                column.description,
            )
            for column in table.columns
        ),
    )
