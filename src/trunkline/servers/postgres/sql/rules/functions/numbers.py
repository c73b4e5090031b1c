"""Functions of numbers."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import refused_at
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


def quotient(node: tree.Call, writer: Writer) -> Rope | None:
    """``div``: what DuckDB divides of decimal numbers is floating point, what is left over is not.

    So a number without its remainder is divided, and what comes of it is the nearest whole number.
    """
    if len(node.arguments) != 2 or node.odd:
        return None
    types = [writer.type(one) for one in node.arguments]
    if not {"float4", "float8"}.isdisjoint(types):
        raise refused_at("42883", "function div(double precision, double precision) does not exist",
                         writer.place(node), hint="Cast what it is given to numeric.")  # fmt: skip
    given, by = (exactly(one, writer) or writer.write(one) for one in node.arguments)
    return "list_transform([{'a':", given, ", 'b':", by, f"}}], {_QUOTIENT}"


_MULTIPLE = "CAST(given.a - given.a % given.b AS double) / CAST(given.b AS double)"
_QUOTIENT = (
    "lambda given: CASE WHEN NOT (typeof(given.a) LIKE 'DECIMAL%' OR typeof(given.b) LIKE "
    "'DECIMAL%') THEN CAST(given.a // given.b AS decimal(38, 0)) "
    f"WHEN typeof(given.a % given.b) = 'DOUBLE' OR abs({_MULTIPLE}) > 1e15 "
    "THEN error('numeric value out of range: div() of numbers with a fraction has 15 digits here "
    "and this one needs more') "
    f"ELSE CAST(round({_MULTIPLE}) AS decimal(38, 0)) END)[1]"
)
