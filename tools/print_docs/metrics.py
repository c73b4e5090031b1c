"""Every metric of conversation details: its column, its meaning, and when it is emitted."""

from __future__ import annotations

from collections.abc import Iterator

from tools.print_docs.markdown import code, table
from tools.print_docs.markdown import page as page_of
from trunkline.catalog import Catalog, Column
from trunkline.providers.genesys.emission import emitted

INTRODUCTION = """\
Each has a row in `session_metrics` for every time it was emitted, and a column in `sessions` and
`participants` with the sum at or below the row. How to read them, which are the same time twice,
and what NULL means: [metrics](../explanation/metrics.md).

A metric that the vendor emits and that is not listed here is kept in
`session_metrics`, and counted in `trunkline.unknown_fields`."""


def page(known: Catalog) -> str:
    """The page."""
    rows = [
        (
            code(name),
            code(column.name),
            column.type.duckdb,
            column.unit or "",
            column.description,
            emitted(name),
        )
        for name, column in _metrics(known)
    ]
    headings = ("metric", "column", "type", "unit", "meaning", "emitted")
    return page_of("Metrics", INTRODUCTION, table(headings, rows))


def _metrics(known: Catalog) -> Iterator[tuple[str, Column]]:
    """The metric columns of sessions, by the vendor's name."""
    sessions = known.find("sessions")
    for column in sessions.columns if sessions else ():
        if column.attribute.startswith("metrics["):
            yield column.attribute.removeprefix("metrics[").removesuffix("]"), column
