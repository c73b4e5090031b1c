"""Dimensions of what the organisation set up: the ids that what is held of the facts names.

Names are not here: they come from the provider's lists, which are tables of their own.
"""

from __future__ import annotations

from trunkline.types import Type
from trunkline.views import View, ViewColumn


def _ids(name: str, column: str, table: str, sql: str, what: str) -> View:
    return View(
        name=name,
        description=f"{what} that the conversations held name.",
        grain=f"one {what[0].lower()}{what[1:].removesuffix('s')}",
        key=column,
        columns=(
            ViewColumn(column, Type.TEXT, f"i.{column}", "Its id at the provider.", nullable=False),
        ),
        source=(
            f"(SELECT DISTINCT {sql} AS {column} FROM {{of}}.{table}) i "  # noqa: S608
            f"WHERE i.{column} IS NOT NULL"
        ),
        held=True,
    )


QUEUES = _ids("queues", "queue_id", "segments", "queue_id", "Queues")
USERS = _ids("users", "user_id", "participants", "user_id", "Users")
DIVISIONS = _ids("divisions", "division_id", "conversations", "unnest(division_ids)", "Divisions")
WRAPUP_CODES = _ids("wrapup_codes", "wrap_up_code", "segments", "wrap_up_code", "Wrap-up codes")
