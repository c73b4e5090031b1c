"""user_states: one row for each state of a user, of either kind (SDK 269 AnalyticsUserDetail)."""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.datasets import USER_DETAILS
from trunkline.providers.genesys.tables._states import STATE_COLUMNS
from trunkline.types import Type

TABLE = Table(
    name="user_states",
    description="Presence and routing status of users together: who was in any state, and when.",
    dataset=USER_DETAILS,
    level="record",
    grain="a time that a user was in one presence or routing status",
    key="user_state_key",
    natural_key=("user_id", "kind", "start_time"),
    columns=(
        *STATE_COLUMNS,
        Column(
            "kind",
            Type.TEXT,
            "record.kind",
            "`presence` or `routing`: in which table the state itself stands.",
            whose=Whose.EMPLOYEE,
        ),
    ),
    pushdowns=(),
)
