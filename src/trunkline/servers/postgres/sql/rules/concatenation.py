"""``||`` joins strings, and arrays with arrays or with one item."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope
from trunkline.servers.postgres.sql.rules.as_text import as_text


def concatenation(node: tree.Binary, writer: Writer) -> Rope | None:
    """An item beside an array is appended to it or put before it."""
    if node.operator != "||":
        return None
    left, right = writer.type(node.left), writer.type(node.right)
    if left.endswith("[]") and right and not right.endswith("[]"):
        if right == "unknown":
            return None
        return "list_append(", writer.write(node.left), ",", writer.write(node.right), ")"
    if right.endswith("[]") and left and not left.endswith("[]"):
        if left == "unknown":
            return None
        return "list_prepend(", writer.write(node.left), ",", writer.write(node.right), ")"
    return _text(node.left, writer), "||", _text(node.right, writer)


def _text(node: tree.Node, writer: Writer) -> Rope:
    """What is no text becomes some as PostgreSQL writes it."""
    return as_text(writer.type(node), side(node, writer, "||")) or side(node, writer, "||")
