"""user_aggregates: a row an interval, user, metric and status (SDK 269 AggregateMetricData)."""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.aggregate_datasets import USER_AGGREGATES
from trunkline.providers.genesys.aggregate_records import DURATION, METRIC, QUALIFIER
from trunkline.providers.genesys.tables._aggregates import PUSHDOWNS, key_column, time_columns
from trunkline.types import Type

_LEVEL = "user_interval"

TABLE = Table(
    name="user_aggregates",
    description="How long each user was in each presence and routing status.",
    dataset=USER_AGGREGATES,
    level=_LEVEL,
    grain="one user, metric and status in one interval; none where the user was not in it",
    key="user_aggregate_key",
    natural_key=("user_id", "interval_start", "metric", "qualifier"),
    columns=(
        key_column("user_aggregate_key", _LEVEL, "user, start, metric and qualifier"),
        Column("user_id", Type.TEXT, f"{_LEVEL}.userId", "The user.", whose=Whose.EMPLOYEE),
        *time_columns(_LEVEL),
        Column(
            "metric",
            Type.TEXT,
            f"{_LEVEL}.{METRIC}",
            "What of: tAgentRoutingStatus, tSystemPresence or tOrganizationPresence.",
        ),
        Column(
            "qualifier",
            Type.TEXT,
            f"{_LEVEL}.{QUALIFIER}",
            "The status: INTERACTING, ON_QUEUE, ..., or the id of a presence definition.",
        ),
        Column(
            "duration_ms",
            Type.BIGINT,
            f"{_LEVEL}.{DURATION}",
            "How long the user was in it within the interval.",
            unit="ms",
        ),
    ),
    pushdowns=PUSHDOWNS,
)
