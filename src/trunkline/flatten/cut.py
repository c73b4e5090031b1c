"""The tables of a page, cut from its frames column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from trunkline.catalog import Column, Table
from trunkline.flatten.frames import Frame
from trunkline.flatten.masking import Asked, Numbers, mask_all
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


@dataclass(frozen=True, slots=True)
class Wide:
    """The metrics that have a wide column, with its type, and the levels that have such columns."""

    types: Mapping[str, Type]
    levels: frozenset[str]


@lru_cache(maxsize=8)
def wide_of(tables: tuple[Table, ...]) -> Wide:
    """The wide columns of some tables."""
    columns = [column for table in tables for column in table.columns]
    found = [(name, column) for column in columns if (name := metric_name(column)) is not None]
    return Wide(
        {name: column.type for name, column in found},
        frozenset(column.level for _, column in found),
    )


def metrics_in(frames: Mapping[str, Frame], types: Mapping[str, Type]) -> Metrics | None:
    """The metric rows of a page, where the dataset has any."""
    if METRIC not in frames:
        return None
    emitted = frames[METRIC].elements
    return metrics_of(emitted.field("name"), emitted.field("value"), types)


def sums_of(
    metrics: Metrics | None, frames: Mapping[str, Frame], levels: Iterable[str]
) -> dict[str, dict[str, pa.Array]]:
    """The metrics summed at every level that has wide columns."""
    if metrics is None:
        return {}
    above = frames[METRIC].above
    return {level: wide(metrics, above[level], len(frames[level])) for level in levels}


@dataclass(frozen=True, slots=True)
class _Source:
    """A column at its own level, whichever tables show it: where it is from, what is done to it."""

    asked: Asked
    level: str
    attribute: str
    type: Type
    metric: str | None
    is_read: bool


@dataclass(frozen=True, slots=True)
class _Cut:
    """A table and, for each column, its place among the sources and its level if it is another."""

    name: str
    level: str
    schema: pa.Schema
    columns: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True, slots=True)
class Cutting:
    """How the tables of a dataset are cut, worked out once; tables share their sources."""

    sources: tuple[_Source, ...]
    tables: tuple[_Cut, ...]


def cutting_of(tables: tuple[Table, ...], policy: Policy) -> Cutting:
    """How to cut tables under a policy; worked out once for its rules."""
    return _cutting(tables, frozenset(policy.rules.items()))


@lru_cache(maxsize=8)
def _cutting(
    tables: tuple[Table, ...], rules: frozenset[tuple[tuple[str, str], Treatment]]
) -> Cutting:
    policy = Policy(dict(rules))
    places: dict[Asked, int] = {}
    sources: list[_Source] = []
    cuts: list[_Cut] = []
    for table in tables:
        columns: list[tuple[int, str | None]] = []
        for column in table.columns:
            asked = _asked(table, column, policy)
            place = places.setdefault(asked, len(sources))
            if place == len(sources):
                sources.append(_source(asked, column))
            columns.append((place, column.level if column.level != table.level else None))
        cuts.append(_Cut(table.name, table.level, schema_of(table), tuple(columns)))
    return Cutting(tuple(sources), tuple(cuts))


def _asked(table: Table, column: Column, policy: Policy) -> Asked:
    return Asked(column.source, policy.treatment(table, column), column.pii)


def _source(asked: Asked, column: Column) -> _Source:
    return _Source(
        asked, column.level, column.attribute, column.type, metric_name(column), is_read(column)
    )


def cut(
    cutting: Cutting, frames: Mapping[str, Frame], sums: Sums, numbers: Numbers
) -> dict[str, pa.Table]:
    """The tables of a page by name, masked, rows in the order of the page."""
    values = [(source.asked, _values(source, frames, sums)) for source in cutting.sources]
    masked = mask_all(values, numbers)
    return {table.name: _cut(table, masked, frames[table.level]) for table in cutting.tables}


def _cut(table: _Cut, masked: Sequence[pa.Array], at: Frame) -> pa.Table:
    rows = {level: pa.array(above) for level, above in at.above.items() if level != table.level}
    arrays = [
        masked[place] if level is None else masked[place].take(rows[level])
        for place, level in table.columns
    ]
    return pa.Table.from_arrays(arrays, schema=table.schema)


def _values(source: _Source, frames: Mapping[str, Frame], all_sums: Sums) -> pa.Array:
    frame, sums = frames[source.level], all_sums.get(source.level, {})
    if source.attribute == "#":
        return pa.array(frame.ordinal)
    if source.attribute == "key":
        return frame.key
    if source.metric is not None and source.metric in sums:
        return sums[source.metric]
    if source.metric is not None or not source.is_read:
        return pa.nulls(len(frame), source.type.arrow)
    return decimals(frame.elements.field(source.attribute), source.type)
