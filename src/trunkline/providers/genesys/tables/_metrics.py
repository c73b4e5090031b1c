"""The metrics of a conversation as numeric columns of participants and sessions."""

from __future__ import annotations

import re

from trunkline.catalog import Column
from trunkline.providers.genesys.detail_metrics import METRICS
from trunkline.types import Type

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def metric_columns(level: str) -> tuple[Column, ...]:
    """A column for every metric, summed over all that was emitted at or below ``level``."""
    return tuple(_column(level, name, meaning) for name, meaning in METRICS.items())


def _column(level: str, name: str, meaning: str) -> Column:
    snake, source = _HUMP.sub("_", name).lower(), f"{level}.metrics[{name}]"
    if name.startswith("t"):
        return Column(f"{snake}_ms", Type.BIGINT, source, meaning, unit="ms")
    if name.startswith("n"):
        return Column(snake, Type.BIGINT, source, meaning, unit="count")
    return Column(snake, Type.SCORE, source, meaning)
