"""The columns that every table of user details begins with."""

from __future__ import annotations

from trunkline.catalog import Column, Whose
from trunkline.types import Type

STATE_COLUMNS: tuple[Column, ...] = (
    Column(
        "user_state_key",
        Type.TEXT,
        "record.key",
        "Single-column key: the user, the kind and the start, joined by bars.",
        whose=Whose.EMPLOYEE,
    ),
    Column(
        "user_id",
        Type.TEXT,
        "record.userId",
        "The user, as sessions and participants name them.",
        whose=Whose.EMPLOYEE,
    ),
    Column(
        "start_time",
        Type.TIMESTAMP,
        "record.startTime",
        "When the state began; decides the UTC day.",
        whose=Whose.EMPLOYEE,
    ),
    Column(
        "end_time",
        Type.TIMESTAMP,
        "record.endTime",
        "When it ended, perhaps days later; NULL if it had not when the day was fetched.",
        whose=Whose.EMPLOYEE,
        within="record",
    ),
)
