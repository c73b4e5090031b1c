"""What the tables of aggregates have in common: their times, and a column for each statistic."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trunkline.catalog import Column, Pushdown
from trunkline.providers.genesys.aggregate_records import END, KEY, START
from trunkline.types import Type

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

PUSHDOWNS = (Pushdown("interval_start", (">=", "<"), required=True),)


def key_column(name: str, level: str, parts: str) -> Column:
    """The single-column key of a level, made of what tells its rows apart."""
    said = f"Single-column key: {parts}, joined by bars."
    return Column(name, Type.TEXT, f"{level}.{KEY}", said)


def time_columns(level: str) -> tuple[Column, ...]:
    """The two ends of an interval."""
    said = "When the interval starts; decides its UTC day."
    return (
        Column("interval_start", Type.TIMESTAMP, f"{level}.{START}", said),
        Column("interval_end", Type.TIMESTAMP, f"{level}.{END}", "When the interval ends."),
    )


def metric_columns(level: str, metrics: Mapping[str, str]) -> Iterator[Column]:
    """For each count a column, for each duration its sum and how often there was one."""
    for name, meaning in metrics.items():
        snake, source = _HUMP.sub("_", name).lower(), f"{level}.{name}"
        if name.startswith("n"):
            yield Column(snake, Type.BIGINT, source, meaning, unit="count")
        elif name.startswith("o"):
            yield Column(snake, Type.SCORE, source, meaning)
        else:
            said = f"How often {snake}_ms was emitted in the interval."
            yield Column(f"{snake}_ms", Type.BIGINT, source, meaning, unit="ms")
            yield Column(f"{snake}_count", Type.BIGINT, f"{source}_count", said, unit="count")
