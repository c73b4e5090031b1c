"""generate_series: https://www.postgresql.org/docs/15/functions-srf.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import as_wanted
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined


def generate_series(node: tree.Call, writer: Writer) -> Rope | None:
    """Of dates it gives instants."""
    wanted = writer.about.wanted.get(id(node), ())
    if len(wanted) != len(node.arguments) or not wanted[0].startswith("timestamp"):
        return None
    arguments = tuple(
        _argument(one, type_, writer) for one, type_ in zip(node.arguments, wanted, strict=True)
    )
    return "generate_series(", joined(",", arguments), ")"


def _argument(node: tree.Node, wanted: str, writer: Writer) -> Rope:
    value = as_wanted(node, writer.write(node), wanted, writer)
    if writer.type(node) == "date":
        return "CAST(", value, "AS", f"{wanted})"
    return value


def generate_subscripts(node: tree.Call, writer: Writer) -> Rope | None:
    """The places of an array; vectors of the system catalogue count from 0."""
    if len(node.arguments) != 2:
        return None
    array = writer.write(node.arguments[0])
    bounds: Rope = ("1, len(", array, ")")
    if writer.type(node.arguments[0]) in ("int2vector", "oidvector"):
        bounds = ("0, len(", array, ") - 1")
    places: Rope = ("CAST(generate_series(", bounds, ") AS integer[])")
    if isinstance(node.arguments[1], tree.Literal):
        return "unnest(", places, ")"
    return "unnest(CASE WHEN", writer.write(node.arguments[1]), "= 1 THEN", places, "END)"
