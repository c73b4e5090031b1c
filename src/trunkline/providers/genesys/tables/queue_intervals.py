"""queue_intervals: one row for each queue, media type and interval (SDK 269 StatisticalResponse).

The six counts that a queue is judged by are 0 of what did not happen wherever something was
offered; in the column of its own metric what did not happen is NULL, as the vendor leaves it out.
"""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys import aggregate_records as told
from trunkline.providers.genesys.aggregate_datasets import QUEUE_INTERVALS
from trunkline.providers.genesys.aggregate_metrics import QUEUE_METRICS
from trunkline.providers.genesys.tables._aggregates import (
    PUSHDOWNS,
    key_column,
    metric_columns,
    time_columns,
)
from trunkline.types import Type

_LEVEL = "queue_interval"


def _count(name: str, attribute: str, description: str) -> Column:
    return Column(name, Type.BIGINT, f"{_LEVEL}.{attribute}", description, unit="count")


TABLE = Table(
    name="queue_intervals",
    description="What happened in each queue and media type, by the vendor's own count.",
    dataset=QUEUE_INTERVALS,
    level=_LEVEL,
    grain="one queue and media type in one interval; none where nothing happened",
    key="queue_interval_key",
    natural_key=("queue_id", "media_type", "interval_start"),
    columns=(
        key_column("queue_interval_key", _LEVEL, "queue, media type and start"),
        Column("queue_id", Type.TEXT, f"{_LEVEL}.queueId", "The queue.", whose=Whose.CONFIGURATION),
        Column("media_type", Type.TEXT, f"{_LEVEL}.mediaType", "Media type: voice, chat, ..."),
        *time_columns(_LEVEL),
        _count("offered", "nOffered", "Offered to the queue in the interval."),
        _count("answered", told.ANSWERED, "Answered in the interval."),
        _count(
            "answered_within_threshold",
            told.WITHIN,
            "Answered in the interval and not over the threshold of the service level.",
        ),
        _count("abandoned", told.ABANDONED, "Abandoned in the interval, short ones included."),
        _count(
            "short_abandoned",
            told.SHORT_ABANDONED,
            "Abandoned below the threshold of short abandons.",
        ),
        _count("flow_outs", told.FLOW_OUTS, "Left the queue without an answer or an abandon."),
        _count(
            "service_level_numerator",
            told.NUMERATOR,
            "Of the service level: answered within the threshold.",
        ),
        _count(
            "service_level_denominator",
            told.DENOMINATOR,
            "Of the service level, by the options of the organisation.",
        ),
        Column(
            "service_level_ratio",
            Type.SCORE,
            f"{_LEVEL}.{told.RATIO}",
            "Numerator by denominator. Never averaged: sum both and divide.",
        ),
        Column(
            "service_level_target",
            Type.SCORE,
            f"{_LEVEL}.{told.TARGET}",
            "The queue's target, as a share of 1.",
        ),
        *metric_columns(_LEVEL, QUEUE_METRICS),
    ),
    pushdowns=PUSHDOWNS,
)
