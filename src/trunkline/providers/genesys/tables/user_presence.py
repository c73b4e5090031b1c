"""user_presence: one row for each presence of a user (SDK 269 AnalyticsUserPresenceRecord)."""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.datasets import USER_DETAILS
from trunkline.providers.genesys.tables._states import STATE_COLUMNS
from trunkline.types import Type

TABLE = Table(
    name="user_presence",
    description="The presence of users: available, away, in a meal, on queue, offline, ...",
    dataset=USER_DETAILS,
    level="presence",
    grain="a time that a user had one presence",
    key="user_state_key",
    natural_key=("user_id", "start_time"),
    columns=(
        *STATE_COLUMNS,
        Column(
            "system_presence",
            Type.TEXT,
            "presence.systemPresence",
            "The vendor's own presence: AVAILABLE, AWAY, BUSY, OFFLINE, IDLE, ON_QUEUE, MEAL, "
            "TRAINING, MEETING or BREAK.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "organization_presence_id",
            Type.TEXT,
            "presence.organizationPresenceId",
            "The organisation's own definition of it.",
            whose=Whose.EMPLOYEE,
        ),
    ),
    pushdowns=(),
)
