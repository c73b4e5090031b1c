"""Functions of numbers."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.quotients import exactly
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def rounded(node: tree.Call, writer: Writer) -> Rope | None:
    """A floating point number that ends with a half is rounded to an even one."""
    if len(node.arguments) != 1 or writer.type(node) != "float8":
        return whole(node, writer)
    value = writer.write(node.arguments[0])
    return "round_even(CAST(", value, "AS double), 0)"


def whole(node: tree.Call, writer: Writer) -> Rope | None:
    """ROUND, TRUNC, CEIL and FLOOR of a quotient: of its digits, not of a double near it."""
    if not node.arguments or node.odd:
        return None
    value = exactly(node.arguments[0], writer)
    if value is None:
        return None
    digits = tuple(part for one in node.arguments[1:] for part in (",", writer.write(one)))
    return f"{node.name}(", value, *digits, ")"


def percentile(node: tree.Call, writer: Writer) -> Rope | None:
    """Between two prices there may be half a cent; DuckDB's would be one of their cents."""
    if len(node.within) != 1 or writer.type(node.within[0].expression) != "numeric":
        return None
    if node.over or node.odd:
        return None
    key = node.within[0]
    direction = "DESC" if key.descending else "ASC"
    order = ("ORDER BY CAST(", writer.write(key.expression), f"AS double) {direction}")
    kept = ("FILTER (WHERE", writer.write(node.filter), ")") if node.filter else ()
    return "percentile_cont(", writer.write(node.arguments[0]), ") WITHIN GROUP (", order, ")", kept
