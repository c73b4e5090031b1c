"""What the tables of observations have in common."""

from __future__ import annotations

from trunkline.catalog import Column
from trunkline.providers.genesys.aggregate_records import METRIC, OBSERVED, QUALIFIER, START
from trunkline.types import Type


def metric_columns(level: str, metrics: str, qualifiers: str) -> tuple[Column, ...]:
    """What is observed, how much of it there is, and when that was."""
    return (
        Column("metric", Type.TEXT, f"{level}.{METRIC}", f"What is observed: {metrics}."),
        Column("qualifier", Type.TEXT, f"{level}.{QUALIFIER}", qualifiers),
        Column("observed", Type.BIGINT, f"{level}.{OBSERVED}", "How many there are.", unit="count"),
        Column("observed_at", Type.TIMESTAMP, f"{level}.{START}", "When it was asked."),
    )
