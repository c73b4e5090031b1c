"""The tables of a page, cut from its frames column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from trunkline.catalog import Column, Table
from trunkline.flatten.frames import Frame
from trunkline.flatten.masking import Asked, Numbers, mask_all
from trunkline.flatten.policy import Policy
from trunkline.flatten.shape import is_read, metric_name
from trunkline.flatten.sums import Metrics, decimals, metrics_of, wide
from trunkline.types import Type

METRIC = "metric"  # the level whose elements have a name and a value

Sums = Mapping[str, Mapping[str, pa.Array]]  # by level, then by metric


def schema_of(table: Table) -> pa.Schema:
    """The table's columns in Arrow's types."""
    return pa.schema([(column.name, column.type.arrow) for column in table.columns])


def metric_types(tables: Iterable[Table]) -> dict[str, Type]:
    """The metrics that have a wide column, and its type."""
    columns = [column for table in tables for column in table.columns]
    return {name: c.type for c in columns if (name := metric_name(c)) is not None}


def metrics_in(frames: Mapping[str, Frame], types: Mapping[str, Type]) -> Metrics | None:
    """The metric rows of a page, where the dataset has any."""
    if METRIC not in frames:
        return None
    emitted = frames[METRIC].elements
    return metrics_of(emitted.field("name"), emitted.field("value"), types)


def sums_of(
    metrics: Metrics | None, frames: Mapping[str, Frame], tables: Iterable[Table]
) -> dict[str, dict[str, pa.Array]]:
    """The metrics summed at every level that has wide columns."""
    if metrics is None:
        return {}
    columns = [column for table in tables for column in table.columns]
    levels = {column.level for column in columns if metric_name(column)}
    above = frames[METRIC].above
    return {level: wide(metrics, above[level], len(frames[level])) for level in levels}


@dataclass(frozen=True, slots=True)
class Cutting:
    """How the tables of a dataset are cut, worked out once.

    ``sources`` are the columns with what is done to them, each once: tables that show the same of
    an attribute share it. ``tables`` have, for each column, its place among them.
    """

    sources: tuple[tuple[Column, Asked], ...]
    tables: tuple[tuple[Table, pa.Schema, tuple[int, ...]], ...]


def cutting_of(tables: Iterable[Table], policy: Policy) -> Cutting:
    """How to cut tables under a policy."""
    sources: dict[Asked, Column] = {}
    cuts = []
    for table in tables:
        asked = [Asked(c.source, policy.treatment(table, c), c.pii) for c in table.columns]
        for column, of_column in zip(table.columns, asked, strict=True):
            sources.setdefault(of_column, column)
        cuts.append((table, asked))
    places = {asked: place for place, asked in enumerate(sources)}
    return Cutting(
        tuple((column, asked) for asked, column in sources.items()),
        tuple((table, schema_of(table), tuple(places[a] for a in asked)) for table, asked in cuts),
    )


def cut(
    cutting: Cutting, frames: Mapping[str, Frame], sums: Sums, numbers: Numbers
) -> dict[str, pa.Table]:
    """The tables of a page by name, masked, rows in the order of the page."""
    values = [(asked, _values(column, frames, sums)) for column, asked in cutting.sources]
    masked = mask_all(values, numbers)
    return {
        table.name: _cut(table, schema, [masked[place] for place in places], frames[table.level])
        for table, schema, places in cutting.tables
    }


def _cut(table: Table, schema: pa.Schema, columns: list[pa.Array], at: Frame) -> pa.Table:
    rows = {level: pa.array(above) for level, above in at.above.items() if level != table.level}
    arrays = [
        values if column.level == table.level else values.take(rows[column.level])
        for column, values in zip(table.columns, columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _values(column: Column, frames: Mapping[str, Frame], all_sums: Sums) -> pa.Array:
    """A column at its own level."""
    frame, sums = frames[column.level], all_sums.get(column.level, {})
    if column.attribute == "#":
        return pa.array(frame.ordinal)
    if column.attribute == "key":
        return frame.key
    metric = metric_name(column)
    if metric is not None and metric in sums:
        return sums[metric]
    if metric is not None or not is_read(column):
        return pa.nulls(len(frame), column.type.arrow)
    return decimals(frame.elements.field(column.attribute), column.type)
