"""What every table of a list has beside its own columns."""

from __future__ import annotations

from trunkline.catalog import Column, Whose
from trunkline.listing import REFRESHED
from trunkline.types import Type

TIME = "refreshed_at"


def told(root: str, deleted: str = "deletedAt") -> tuple[Column, ...]:
    """When a row was last told, and since when it is not; ``root`` is the level of the items.

    ``deleted`` is the vendor's attribute for the second, where there is one.
    """
    return (
        Column(
            "deleted_at",
            Type.TIMESTAMP,
            f"{root}.{deleted}",
            "When it was first missed in the list, or told as deleted; NULL while it is there.",
        ),
        Column(
            TIME,
            Type.TIMESTAMP,
            f"{root}.{REFRESHED}",
            "When the list was asked for that last told of it.",
        ),
    )


def division(root: str) -> Column:
    """The division that an item belongs to."""
    return Column(
        "division_id",
        Type.TEXT,
        f"{root}.division.id",
        "Division it belongs to.",
        whose=Whose.CONFIGURATION,
    )
