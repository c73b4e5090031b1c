"""user_routing_status: one row for each routing status (SDK 269 AnalyticsRoutingStatusRecord)."""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.datasets import USER_DETAILS
from trunkline.providers.genesys.tables._states import STATE_COLUMNS
from trunkline.types import Type

TABLE = Table(
    name="user_routing_status",
    description="The routing status of users: off queue, idle, interacting, not responding, ...",
    dataset=USER_DETAILS,
    level="routing",
    grain="a time that a user had one routing status",
    key="user_state_key",
    natural_key=("user_id", "start_time"),
    columns=(
        *STATE_COLUMNS,
        Column(
            "routing_status",
            Type.TEXT,
            "routing.routingStatus",
            "What the user was to routing: OFF_QUEUE, IDLE, INTERACTING, NOT_RESPONDING or "
            "COMMUNICATING.",
            whose=Whose.EMPLOYEE,
        ),
    ),
    pushdowns=(),
)
