"""Numbers that DuckDB computes in floating point where PostgreSQL has ``numeric``.

A quotient of 1.15 and 2 is 0.575, which no double is: rounded to cents as a double it is 0.57. So
what is rounded is taken by its fifteen digits, which is what a double of exact numbers has right.
One that is so large that its cents are not among them is an error (22003), and never a number near
it: whoever can do with that says so, by a cast to ``double precision`` of what it is made of.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope

NUMBER = "decimal(38, 18)"
# Of these the digits do not matter so: they are roots, or as large as squares; and those are exact.
_LEFT = frozenset(
    {"stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "power", "pow",
     "sqrt", "exp", "ln", "log", "log10", "round", "trunc", "ceil", "ceiling", "floor", "extract",
     "to_number", "width_bucket", "div", "percentile_disc"}
)  # fmt: skip
_NO, _MAYBE, _SURE = range(3)


def makes_quotients(query: Node, writer: Writer) -> bool:
    """Whether a column of something within it may be floating point."""
    return any(_itself(one, writer) == _SURE for one in tree.walk(query))


def exactly(node: Node, writer: Writer) -> Rope | None:
    """A number of PostgreSQL's as a decimal one; None where DuckDB's is one anyway."""
    found = _floating(node, writer)
    if found == _NO:
        return None
    value = writer.write(node)
    if found == _SURE:
        return "CAST(format('{:.15g}', CAST(", value, f"AS double)) AS {NUMBER})"
    return "CAST(list_transform([", value, f"], {_DIGITS})[1] AS {NUMBER})"


def bounded(node: Node, value: Rope, writer: Writer) -> Rope:
    """What an operator or a function comes to, as long as a double has its cents right."""
    found = _floating(node, writer)
    if found == _NO:
        return value
    is_wide = f"abs(given) >= {_most(node, writer)}"
    if found == _MAYBE:
        is_wide = f"typeof(given) = 'DOUBLE' AND {is_wide}"
    return "list_transform([", value, f"], lambda given: CASE WHEN {is_wide} {_TOO_WIDE}"


def _most(node: Node, writer: Writer) -> str:
    """Of a mean of whole numbers only the units are asked for."""
    if isinstance(node, tree.Call) and all(writer.type(one) in WHOLE for one in node.arguments):
        return "1e15"
    return "1e13"


WHOLE = frozenset({"int2", "int4", "int8"})
_TOO_WIDE = (
    "THEN error('numeric value out of range: a quotient or a mean has 15 digits here and this one "
    "needs more; cast what it is made of to double precision if so many will do') "
    "ELSE given END)[1]"
)
# Of what may be either; a function, since a text that stood here twice would double at each level.
_DIGITS = (
    "lambda given: CASE WHEN typeof(given) = 'DOUBLE' "
    "THEN format('{:.15g}', CAST(given AS double)) ELSE CAST(given AS varchar) END"
)


def _floating(node: Node, writer: Writer) -> int:
    if writer.type(node) != "numeric":
        return _NO
    own = _itself(node, writer)
    if own is not None:
        return own
    if isinstance(node, tree.Column | tree.Subquery):
        return _MAYBE if writer.about.has_quotients else _NO
    return max((_floating(one, writer) for one in tree.children(node)), default=_NO)


def _itself(node: Node, writer: Writer) -> int | None:
    """Of what a node alone says; None where it depends on what is in it."""
    if writer.type(node) != "numeric":
        return None
    match node:
        case tree.Binary(operator="/"):
            return _SURE
        case tree.Call():
            return _SURE if node.name == "avg" else _NO if node.name in _LEFT else None
        case tree.Cast(to=to, operand=operand):
            is_new = to is None or to.modifiers or writer.type(operand) != "numeric"
            return _NO if is_new else None
    return None
