"""Subscripts of arrays."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope

_FROM_ZERO = frozenset({"int2vector", "oidvector"})


def index(node: tree.Index, writer: Writer) -> Rope | None:
    """Vectors of the system catalogue count from 0, and nothing is at a place below the first."""
    if node.slice or node.lower is None:
        return None
    base, type_ = writer.write(node.base), writer.type(node.base)
    if type_ in _FROM_ZERO:
        return "(", base, ")[ 1 + (", writer.write(node.lower), ")]"
    if not type_.endswith("[]"):
        return None
    if isinstance(node.lower, tree.Literal):
        return "(", base, ")[", writer.write(node.lower), "]"
    place = writer.write(node.lower)
    return "(CASE WHEN", place, "> 0 THEN (", base, ")[", place, "] END)"
