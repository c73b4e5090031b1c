"""Subqueries that count: rows of a table of intervals as they are, or added up by a unit."""

from __future__ import annotations

from collections.abc import Mapping

from trunkline.metrics.grains import OWN, Grain


def total(grain: Grain, column: str, missing: str = "0") -> str:
    """A column, added up where the rows are; what is not there counts ``missing``."""
    if grain is OWN:
        return f"i.{column}" if missing == "NULL" else f"coalesce(i.{column}, {missing})"
    added = f"sum(i.{column})" if missing == "NULL" else f"coalesce(sum(i.{column}), {missing})"
    return f"CAST({added} AS BIGINT)"


def of_queue_intervals(grain: Grain, columns: Mapping[str, str]) -> str:
    """Counts by queue, media type and interval."""
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    start = "i.interval_start"
    if grain is OWN:
        times, grouped = f"{start}, i.interval_end", ""
    else:
        unit = grain.start(start)
        times = f"{unit} AS interval_start, {grain.end(f'({unit})')} AS interval_end"
        grouped = f" GROUP BY i.queue_id, i.media_type, {unit}"
    return (
        f"(SELECT i.queue_id, i.media_type, {times}, {listed} "  # noqa: S608
        f"FROM {{of}}.queue_intervals i{grouped})"
    )
