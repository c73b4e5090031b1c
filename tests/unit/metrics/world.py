"""Declared views over rows of ours, in a session of the product's own."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from trunkline.engine.registry import catalog
from trunkline.lake.locked import Limits
from trunkline.lake.relation import Relation, relations_of
from trunkline.lake.session import answer
from trunkline.metrics import Options

VECTORS = Path(__file__).parents[2] / "fixtures" / "metrics"
START = datetime(2025, 1, 27, 9, tzinfo=UTC)
DEFAULT = Options()
Row = dict[str, Any]


def vectors(name: str) -> list[dict[str, str]]:
    """The lines of a file of vectors."""
    with (VECTORS / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text: str) -> int | None:
    """A whole number; None where there is none."""
    return int(text) if text else None


def interval(start: datetime = START, minutes: int = 15, **columns: Any) -> Row:
    """A row of a table of intervals."""
    end = start + timedelta(minutes=minutes)
    return {"interval_start": start, "interval_end": end, **columns}


def asked(
    sql: str,
    tables: Mapping[str, Iterable[Row]],
    options: Options = DEFAULT,
    zone: str = "UTC",
    minutes: int = 15,
) -> list[Row]:
    """The rows of a query over the views, where the tables have these rows and no others."""
    known = catalog(counted=options, minutes=minutes)
    landed = [_with_rows(relation, tables) for relation in relations_of(known)]
    views = [
        Relation(
            view.schema,
            view.name,
            tuple((column.name, column.type) for column in view.columns),
            query=view.query,
            below=view.below,
        )
        for view in known.views
        if view.schema == "metrics"
    ]
    with answer(sql, (*landed, *views), known.schema, zone, Limits()) as found:
        return [row for batch in found.batches for row in batch.to_pylist()]


def _with_rows(relation: Relation, tables: Mapping[str, Iterable[Row]]) -> Relation:
    rows = [dict(row) for row in tables.get(relation.name, ())]
    if strangers := {name for row in rows for name in row} - {c for c, _ in relation.columns}:
        raise AssertionError(f"{relation.name} has no columns {sorted(strangers)}")
    schema = pa.schema([(name, type_.arrow) for name, type_ in relation.columns])
    return Relation(
        relation.schema, relation.name, relation.columns, rows=pa.Table.from_pylist(rows, schema)
    )
