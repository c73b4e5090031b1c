"""One page a table, and the list of all relations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tools.print_docs.markdown import code, fenced
from tools.print_docs.markdown import page as page_of
from tools.print_docs.markdown import table as grid
from trunkline.catalog import Catalog, Column, Table
from trunkline.cli.tables import KEPT
from trunkline.engine.system import SYSTEM_TABLES, SystemTable
from trunkline.flatten.treatment import default_of
from trunkline.lake.relation import SYSTEM_SCHEMA

INDEX = """\
Every table can be named alone or with its schema (`conversations`, `genesys.conversations`). All
tables of a dataset are fetched together, by the same jobs, and become visible together. Each has a
key of one column, and beside it the natural one. `conversation_id` and `conversation_start` are in
every table of conversations, and a join by `conversation_id` carries the bounds of one table to the
others; a table of another dataset needs bounds of its own. Tables with a column `refreshed_at` are
[whole lists](../explanation/lists.md) and need no bounds. The tables of the schema `finance` are
named with it, and [not everybody reads them](../explanation/masking.md#who-may-read-what)."""

SYSTEM_TEXT = """\
What Trunkline knows of itself, as tables of the schema `trunkline`. They need no bounds and no
request, and are read only where a query names them. `unknown_fields` is of the snapshot that is
answered from; the others are as they are now."""

_COMMENT = re.compile(r"^--(?: (.*))?$")


@dataclass(frozen=True, slots=True)
class Example:
    """A question in words and in SQL."""

    title: str
    sql: str


def examples_of(text: str) -> tuple[Example, ...]:
    """The examples of a file: each is lines of comment, then a statement that ends in ``;``."""
    found: list[Example] = []
    title: list[str] = []
    sql: list[str] = []
    for line in text.splitlines():
        comment = _COMMENT.match(line)
        if comment and not sql:
            title.append(comment[1] or "")
        elif line.strip():
            sql.append(line.rstrip())
        if line.rstrip().endswith(";") and not comment:
            found.append(Example(" ".join(title), "\n".join(sql).rstrip(";")))
            title, sql = [], []
    if title or sql:
        raise ValueError(f"an example is not ended by a semicolon: {' '.join(title)}")
    return tuple(found)


def page(table: Table, examples: str) -> str:
    """The page of one table."""
    metrics = [column for column in table.columns if _is_metric(column)]
    others = [column for column in table.columns if not _is_metric(column)]
    return page_of(
        table.shown,
        f"{table.description} One row is {table.grain}.",
        grid(("", ""), _facts(table)),
        "## Examples",
        *map(_example, examples_of(examples)),
        "## Columns",
        _columns(others),
        *_metrics(metrics),
    )


def index(catalog: Catalog, examples: Mapping[str, str]) -> str:
    """The page that lists every relation, with the system's own in full."""
    rows = [
        (
            f"[{table.shown}](../tables/{table.name}.md)",
            ", ".join(map(code, table.views)),
            table.grain,
            code(table.key),
            str(len(table.columns)),
            table.description,
        )
        for table in catalog.tables
    ]
    return page_of(
        "Tables",
        INDEX,
        grid(("table", "also as", "one row is", "key", "columns", "description"), rows),
        f"## The schema {SYSTEM_SCHEMA}",
        SYSTEM_TEXT,
        *map(_system, SYSTEM_TABLES),
        *map(_example, examples_of(examples[SYSTEM_SCHEMA])),
    )


def _facts(table: Table) -> Iterator[tuple[str, str]]:
    yield "key", code(table.key)
    yield "natural key", ", ".join(map(code, table.natural_key))
    if table.views:
        yield "also as", ", ".join(map(code, table.views))
    dataset = table.dataset
    if dataset.is_list:
        yield "a query must bound", "nothing: it is [a whole list](../explanation/lists.md)"
    else:
        yield "a query must bound", code(table.time_column)
    yield "dataset", f"{code(dataset.name)} of {dataset.provider}"
    yield "permission", " or ".join(map(code, dataset.permissions)) or "none"


def _example(example: Example) -> str:
    return f"{example.title}\n\n{fenced('sql', example.sql)}"


def _is_metric(column: Column) -> bool:
    return column.attribute.startswith("metrics[")


def _columns(columns: Iterable[Column]) -> str:
    return grid(
        ("column", "type", "unit", "what is kept", "description", "read from"),
        (
            (
                code(column.name),
                column.type.duckdb,
                column.unit or "",
                KEPT[default_of(column)],
                column.description,
                code(_read_from(column)),
            )
            for column in columns
        ),
    )


def _read_from(column: Column) -> str:
    return "" if column.attribute in ("#", "key") else column.source


def _metrics(columns: Iterable[Column]) -> Iterator[str]:
    rows = [
        (code(column.name), column.type.duckdb, column.unit or "", column.description)
        for column in columns
    ]
    if rows:
        yield "## Metrics"
        yield (
            "Each is the sum of what the vendor emitted under that name at or below the row, and "
            "NULL where it emitted nothing: see [metrics](../explanation/metrics.md)."
        )
        yield grid(("column", "type", "unit", "description"), rows)


def _system(table: SystemTable) -> str:
    rows = [(code(name), type_.duckdb, text) for name, type_, text in table.columns]
    listed = grid(("column", "type", "description"), rows)
    return f"### {SYSTEM_SCHEMA}.{table.name}\n\n{table.description}\n\n{listed}"
