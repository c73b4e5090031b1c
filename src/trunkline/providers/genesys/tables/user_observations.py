"""user_observations: a row a user and metric (SDK 269 ObservationMetricData)."""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.observation_datasets import USER_OBSERVATIONS
from trunkline.providers.genesys.tables._aggregates import key_column
from trunkline.providers.genesys.tables._observations import metric_columns
from trunkline.types import Type

_LEVEL = "user_observation"

TABLE = Table(
    name="user_observations",
    description="In how many queues each user is now.",
    dataset=USER_OBSERVATIONS,
    level=_LEVEL,
    grain="one user, media type, metric and qualifier, as it is when it is asked",
    key="user_observation_key",
    natural_key=("user_id", "media_type", "metric", "qualifier"),
    columns=(
        key_column("user_observation_key", _LEVEL, "user, media type, metric and qualifier"),
        Column("user_id", Type.TEXT, f"{_LEVEL}.userId", "The user.", whose=Whose.EMPLOYEE),
        Column(
            "media_type", Type.TEXT, f"{_LEVEL}.mediaType", "Media type, where the answer has one."
        ),
        *metric_columns(
            _LEVEL, "oActiveQueues or oMemberQueues", "What the vendor qualifies it by, if at all."
        ),
    ),
    pushdowns=(),
)
