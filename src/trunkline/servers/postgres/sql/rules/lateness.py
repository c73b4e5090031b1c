"""Arithmetic of dates and times: https://www.postgresql.org/docs/15/functions-datetime.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope

_WHOLE = ("int2", "int4", "int8")


def dates(node: tree.Binary, writer: Writer) -> Rope | None:
    """Days between dates are an integer, and a day may be added by its number alone."""
    if node.operator not in ("+", "-"):
        return None
    left, right = writer.type(node.left), writer.type(node.right)
    first, second = side(node.left, writer), side(node.right, writer, "*")
    if (left, node.operator, right) == ("date", "-", "date"):
        return "CAST((", first, "-", second, ") AS integer)"
    if left == "date" and right == "int8":
        return first, node.operator, "CAST(", second, "AS integer)"
    if left in _WHOLE and right == "date" and node.operator == "+":
        return second, "+ CAST(", first, "AS integer)"
    return None
