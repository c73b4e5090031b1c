"""Subqueries that count: rows of a table of intervals as they are, or added up by a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trunkline.metrics.grains import OWN, Grain

_START = "i.interval_start"


def as_it_is(column: str) -> str:
    """A column of one row; what is not there counts 0."""
    return f"coalesce(i.{column}, 0)"


def added(column: str) -> str:
    """A column, added up; what is nowhere counts 0."""
    return f"CAST(coalesce(sum(i.{column}), 0) AS BIGINT)"


def where_told(column: str) -> str:
    """A column, added up; NULL where it is nowhere."""
    return f"CAST(sum(i.{column}) AS BIGINT)"


def rows(table: str, by: Sequence[str], columns: Mapping[str, str]) -> str:
    """The rows of a table that has one for each interval of what ``by`` names."""
    whose = ", ".join(f"i.{name}" for name in by)
    return (
        f"(SELECT {whose}, {_START}, i.interval_end, {_listed(columns)} "  # noqa: S608
        f"FROM {{of}}.{table} i)"
    )


def grouped(
    table: str, by: Sequence[str], grain: Grain, columns: Mapping[str, str], where: str = ""
) -> str:
    """The rows of a table added up by a unit of time, or by its own intervals."""
    whose = ", ".join(f"i.{name}" for name in by)
    unit = _START if grain is OWN else grain.start(_START)
    end = "max(i.interval_end)" if grain is OWN else grain.end(f"({unit})")
    condition = f" WHERE {where}" if where else ""
    return (
        f"(SELECT {whose}, {unit} AS interval_start, {end} AS interval_end, "  # noqa: S608
        f"{_listed(columns)} FROM {{of}}.{table} i{condition} GROUP BY {whose}, {unit})"
    )


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
