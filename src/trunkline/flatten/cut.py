"""The tables of a page, cut from its frames column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from trunkline.catalog import Column, Pii, Table
from trunkline.flatten.frames import Frame
from trunkline.flatten.masking import Numbers, mask
from trunkline.flatten.policy import Policy
from trunkline.flatten.shape import is_read, metric_name
from trunkline.flatten.sums import Metrics, decimals, metrics_of, wide
from trunkline.flatten.treatment import Treatment
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
    """The frames of a page, its sums, how it is masked, and the columns that are made already."""

    frames: Mapping[str, Frame]
    sums: Sums
    policy: Policy
    numbers: Numbers
    made: dict[tuple[str, Treatment, Pii], pa.Array] = field(default_factory=dict)


def cut(table: Table, schema: pa.Schema, page: Cutting) -> pa.Table:
    """One table, masked, rows in the order of the page."""
    at = page.frames[table.level]
    arrays = []
    for column in table.columns:
        values = _masked(table, column, page)
        if column.level != table.level:
            values = values.take(pa.array(at.above[column.level]))
        arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=schema)


def _masked(table: Table, column: Column, page: Cutting) -> pa.Array:
    """A column at its own level; tables that show the same of an attribute share it."""
    treatment = page.policy.treatment(table, column)
    what = (column.source, treatment, column.pii)
    if what not in page.made:
        values = decimals(_values(column, page), column.type)
        page.made[what] = mask(values, treatment, column.pii, page.numbers)
    return page.made[what]


def _values(column: Column, page: Cutting) -> pa.Array:
    """A column at its own level."""
    frame, sums = page.frames[column.level], page.sums.get(column.level, {})
    if column.attribute == "#":
        return pa.array(frame.ordinal)
    if column.attribute == "key":
        return frame.key
    metric = metric_name(column)
    if metric is not None and metric in sums:
        return sums[metric]
    if metric is not None or not is_read(column):
        return pa.nulls(len(frame), column.type.arrow)
    return frame.elements.field(column.attribute)
