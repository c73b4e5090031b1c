"""Functions of numbers."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def rounded(node: tree.Call, writer: Writer) -> Rope | None:
    """A floating point number that ends with a half is rounded to an even one."""
    if len(node.arguments) != 1 or writer.type(node) != "float8":
        return None
    value = writer.write(node.arguments[0])
    return "round_even(CAST(", value, "AS double), 0)"
