"""Dimensions of what the organisation set up: the ids that what is held names, with their names.

Names are those of the whole lists that are held, deleted ones included; NULL where none are.
"""

from __future__ import annotations

from trunkline.types import Type
from trunkline.views import View, ViewColumn


def _ids(name: str, column: str, table: str, sql: str, what: str, key: str = "") -> View:
    """``key`` is that of the list of the same name, where it is called otherwise there."""
    of_list = key or column
    return View(
        name=name,
        description=f"{what} that the conversations held name, and those of the list that is held.",
        grain=f"one {what[0].lower()}{what[1:].removesuffix('s')}",
        key=column,
        columns=(
            ViewColumn(column, Type.TEXT, f"i.{column}", "Its id at the provider.", nullable=False),
            ViewColumn("name", Type.TEXT, "r.name", "Its name; NULL where no list has it."),
        ),
        source=(
            f"(SELECT DISTINCT {sql} AS {column} FROM {{of}}.{table} "  # noqa: S608
            f"UNION SELECT {of_list} FROM {{of}}.{name}) i "
            f"LEFT JOIN {{of}}.{name} r ON r.{of_list} = i.{column} "
            f"WHERE i.{column} IS NOT NULL"
        ),
        held=True,
    )


QUEUES = _ids("queues", "queue_id", "segments", "queue_id", "Queues")
USERS = _ids("users", "user_id", "participants", "user_id", "Users")
DIVISIONS = _ids("divisions", "division_id", "conversations", "unnest(division_ids)", "Divisions")
WRAPUP_CODES = _ids(
    "wrapup_codes", "wrap_up_code", "segments", "wrap_up_code", "Wrap-up codes", "wrapup_code_id"
)
FLOWS = _ids("flows", "flow_id", "session_flows", "flow_id", "Flows")
