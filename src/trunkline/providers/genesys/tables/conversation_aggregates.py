"""conversation_aggregates: a row an interval and group (SDK 269 StatisticalResponse).

What has no queue or no user, as the time in an IVR, has a row of its own, where that is NULL.
"""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.aggregate_datasets import CONVERSATION_AGGREGATES
from trunkline.providers.genesys.aggregate_metrics import METRICS
from trunkline.providers.genesys.tables._aggregates import (
    PUSHDOWNS,
    key_column,
    metric_columns,
    time_columns,
)
from trunkline.types import Type

_LEVEL = "aggregate"

TABLE = Table(
    name="conversation_aggregates",
    description="What happened by queue, user, media type and direction, by the vendor's count.",
    dataset=CONVERSATION_AGGREGATES,
    level=_LEVEL,
    grain="one queue, user, media type and direction in one interval; none where nothing happened",
    key="conversation_aggregate_key",
    natural_key=("queue_id", "user_id", "media_type", "direction", "interval_start"),
    columns=(
        key_column(
            "conversation_aggregate_key", _LEVEL, "queue, user, media type, direction and start"
        ),
        Column(
            "queue_id",
            Type.TEXT,
            f"{_LEVEL}.queueId",
            "The queue; NULL of what happened in none.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "user_id",
            Type.TEXT,
            f"{_LEVEL}.userId",
            "The user; NULL of what happened to none.",
            whose=Whose.EMPLOYEE,
        ),
        Column("media_type", Type.TEXT, f"{_LEVEL}.mediaType", "Media type: voice, chat, ..."),
        Column("direction", Type.TEXT, f"{_LEVEL}.direction", "Direction: inbound or outbound."),
        *time_columns(_LEVEL),
        *metric_columns(_LEVEL, METRICS),
    ),
    pushdowns=PUSHDOWNS,
)
