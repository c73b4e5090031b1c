"""queue_observations: a row a queue, media type and metric (SDK 269 ObservationMetricData).

What is observed of users has no media type; what is observed of interactions has one.
"""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.aggregate_records import LONGEST
from trunkline.providers.genesys.observation_datasets import QUEUE_OBSERVATIONS
from trunkline.providers.genesys.tables._aggregates import key_column
from trunkline.providers.genesys.tables._observations import metric_columns
from trunkline.types import Type

_LEVEL = "queue_observation"

TABLE = Table(
    name="queue_observations",
    description="What waits and is handled in each queue now, and in which state its users are.",
    dataset=QUEUE_OBSERVATIONS,
    level=_LEVEL,
    grain="one queue, media type, metric and qualifier, as it is when it is asked",
    key="queue_observation_key",
    natural_key=("queue_id", "media_type", "metric", "qualifier"),
    columns=(
        key_column("queue_observation_key", _LEVEL, "queue, media type, metric and qualifier"),
        Column("queue_id", Type.TEXT, f"{_LEVEL}.queueId", "The queue.", whose=Whose.CONFIGURATION),
        Column(
            "media_type",
            Type.TEXT,
            f"{_LEVEL}.mediaType",
            "Media type of interactions; NULL of what is observed of users.",
        ),
        *metric_columns(
            _LEVEL,
            "oWaiting, oInteracting, oOnQueueUsers, ...",
            "The state of the users that are counted; NULL of interactions.",
        ),
        Column(
            "longest_ms",
            Type.BIGINT,
            f"{_LEVEL}.{LONGEST}",
            "Of oLongestWaiting and oLongestInteracting: how long already.",
            unit="ms",
        ),
    ),
    pushdowns=(),
)
