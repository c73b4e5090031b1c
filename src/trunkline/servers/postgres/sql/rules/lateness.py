"""Arithmetic of dates and times: https://www.postgresql.org/docs/15/functions-datetime.html."""

from __future__ import annotations

from trunkline.servers.postgres.parameters.interval_text import interval
from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.rules.intervals import spelled
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def dates(node: tree.Binary, writer: Writer) -> Rope | None:
    """Days between dates are an integer, and a day may be added by its number alone."""
    if node.operator not in ("+", "-"):
        return None
    types = (writer.type(node.left), node.operator, writer.type(node.right))
    if types in (("timestamptz", "+", "interval"), ("timestamptz", "-", "interval")):
        return _later(node, writer)
    if types not in _FORMS:
        return _between(node, writer)
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


_MOMENTS = frozenset({"timestamptz", "timestamp", "date"})


def _between(node: tree.Binary, writer: Writer) -> Rope | None:
    """Days between instants have 24 hours, also where the clocks are changed."""
    types = {writer.type(node.left), writer.type(node.right)}
    if node.operator == "+" or "timestamptz" not in types or not types <= _MOMENTS:
        return None
    first, second = (
        ("CAST(", side(one, writer), "AS timestamptz) AT TIME ZONE 'UTC'")
        for one in (node.left, node.right)
    )
    return "((", first, ") - (", second, "))"


def _later(node: tree.Binary, writer: Writer) -> Rope | None:
    """Months are added before days and hours, as PostgreSQL adds them."""
    if _is_simple(node.right):
        return None
    instant, added, sign = side(node.left, writer), writer.write(node.right), node.operator
    years: Rope = ("date_part('year',", added, ") * 12 + date_part('month',", added, ")")
    months: Rope = ("to_months(CAST(", years, "AS integer))")
    return "((", instant, sign, months, ")", sign, "((", added, ") -", months, "))"


def _is_simple(node: tree.Node) -> bool:
    """Whether it is a literal of months alone, or without any."""
    if not isinstance(node, tree.Cast) or not isinstance(node.operand, tree.Literal):
        return False
    try:
        found = interval(spelled(node.operand.token.value.strip()))
    except (ValueError, OverflowError):
        return True  # refused where it is written
    return not found.months or not (found.days or found.microseconds)
