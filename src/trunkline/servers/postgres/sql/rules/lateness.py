"""Arithmetic of dates and times: https://www.postgresql.org/docs/15/functions-datetime.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def dates(node: tree.Binary, writer: Writer) -> Rope | None:
    """Days between dates are an integer, and a day may be added by its number alone."""
    if node.operator not in ("+", "-"):
        return None
    types = (writer.type(node.left), node.operator, writer.type(node.right))
    if types not in _FORMS:
        return None
    first, second = side(node.left, writer), side(node.right, writer, "*")
    if types == ("date", "-", "date"):
        return "CAST((", first, "-", second, ") AS integer)"
    if types[0] == "date":
        return first, node.operator, "CAST(", second, "AS integer)"
    return second, "+ CAST(", first, "AS integer)"


_FORMS = frozenset(
    {("date", "-", "date"), ("date", "+", "int8"), ("date", "-", "int8"),
     *((whole, "+", "date") for whole in ("int2", "int4", "int8"))}
)  # fmt: skip
