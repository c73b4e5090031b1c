"""What the newest held days tell of a filter: how many of their conversations pass it.

One bounded query over at most seven final days, and only where a plan asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from trunkline.catalog import Catalog, Table
from trunkline.interval import DAY, is_settled, midnight, runs
from trunkline.lake.lake import Lake
from trunkline.lake.locked import Limits
from trunkline.lake.reading import Reads
from trunkline.lake.relation import literal, relations_of
from trunkline.lake.session import answer
from trunkline.planner.filters.choice import Share
from trunkline.planner.plan import DayHeld, Holdings
from trunkline.scope import Scope

MOST_DAYS = 7


def shares(
    lake: Lake, catalog: Catalog, snapshot: int, held: Holdings, settle: timedelta, limits: Limits
) -> Callable[[str, Scope], Share | None]:
    """A function from a dataset's name and a filter to what a snapshot tells of it."""

    def share(dataset: str, scope: Scope) -> Share | None:
        days = _newest(held, dataset, settle)
        if not days:
            return None
        tables = _tables(catalog, dataset, scope)
        spans = runs(days)
        reads = Reads(frozenset(t.name for t in tables), {t.name: spans for t in tables})
        relations = relations_of(catalog, lake.parts(catalog, snapshot, reads))
        sql = _counting(tables, scope, catalog.schema)
        with answer(sql, relations, catalog.schema, "UTC", limits) as found:
            (matching,) = (row["n"] for batch in found.batches for row in batch.to_pylist())
        return Share(matching, sum(day.conversations for day in days.values()), len(days))

    return share


def _newest(held: Holdings, dataset: str, settle: timedelta) -> dict[date, DayHeld]:
    """The newest days that are held whole and final."""
    days = held.days.get(dataset, {})
    final = [d for d, of in days.items() if is_settled(midnight(d + DAY), of.watermark, settle)]
    return {day: days[day] for day in sorted(final)[-MOST_DAYS:]}


def _tables(catalog: Catalog, dataset: str, scope: Scope) -> tuple[Table, ...]:
    """For each column of the filter, a table of the dataset that is filtered by it."""
    tables = [table for table in catalog.tables if table.dataset.name == dataset]
    return tuple(
        next(table for table in tables if table.filter_of(column)) for column, _ in scope.predicates
    )


def _counting(tables: tuple[Table, ...], scope: Scope, schema: str) -> str:
    """The number of records that have, for each column, one of its values."""
    key = tables[0].dataset.key
    selects = (
        f'SELECT "{key}" FROM "{schema}"."{table.name}" '  # noqa: S608
        f'WHERE "{column}" IN ({", ".join(map(literal, values))})'
        for table, (column, values) in zip(tables, scope.predicates, strict=True)
    )
    return f'SELECT count(DISTINCT "{key}") AS n FROM ({" INTERSECT ".join(selects)})'  # noqa: S608
