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
    """Vectors of the system catalogue count from 0."""
    if writer.type(node.arguments[0]) not in ("int2vector", "oidvector"):
        return None
    arguments = joined(",", writer.all(node.arguments))
    return "(generate_subscripts(", arguments, ") - 1)"
