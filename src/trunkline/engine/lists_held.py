"""``trunkline.lists``: the whole lists of a snapshot, a row each."""

from __future__ import annotations

from trunkline.lake.lists import HeldList
from trunkline.types import Type

LISTS = (
    ("dataset", Type.TEXT, "What is held."),
    ("refreshed_at", Type.TIMESTAMP, "When it was asked for."),
    ("row_count", Type.BIGINT, "Rows of its tables that are there."),
    ("deleted", Type.BIGINT, "Rows that are told no more, or told as deleted."),
    ("requests", Type.BIGINT, "Requests it took."),
    ("organization", Type.TEXT, "Whose: the organisation's name in the settings."),
)


def list_row(held: HeldList) -> tuple[object, ...]:
    """A list in the order of the columns."""
    return (
        held.dataset,
        held.refreshed_at,
        sum(held.rows.values()),
        sum(held.deleted.values()),
        held.requests,
        held.organization,
    )
