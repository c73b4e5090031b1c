"""What ``trunkline tables`` says of declared views."""

from __future__ import annotations

from collections.abc import Iterable

import click

from trunkline.catalogs import Catalogs
from trunkline.cli import grid
from trunkline.cli.telling import put
from trunkline.views import View


def named(name: str, known: Catalogs) -> View | None:
    """The view that is written ``bi.name``."""
    schema, _, bare = name.rpartition(".")
    return known.view(bare, schema)


def show_all(known: Catalogs) -> None:
    """Each view of the default organisation."""
    star = known.default.star
    _list("for BI tools", star)
    _list("service level, KPIs", (view for view in known.default.views if view not in star))


def _list(heading: str, views: Iterable[View]) -> None:
    put("")
    grid.show(
        (heading, "columns", "one row is", "description"),
        ((view.qualified, str(len(view.columns)), view.grain, view.description) for view in views),
    )


def show(view: View) -> None:
    """The columns of one, with what they are keys of."""
    put(f"{click.style(view.qualified, bold=True)}: {view.description}")
    bound = f"a query must bound {view.time}" if view.time else "a query needs no bounds on it"
    put(f"key {view.key}; {bound}")
    grid.show(
        ("column", "type", "unit", "key of", "description"),
        (
            (
                column.name,
                column.type.duckdb,
                column.unit or "",
                f"{view.schema}.{column.references}" if column.references else "",
                column.description,
            )
            for column in view.columns
        ),
    )
