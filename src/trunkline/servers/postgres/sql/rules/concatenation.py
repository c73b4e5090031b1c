"""``||`` joins strings, and arrays with arrays or with one item."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.rules.as_text import as_text
from trunkline.servers.postgres.sql.rules.casts import array_literal, literal_text
from trunkline.servers.postgres.sql.type_names import duckdb_name
from trunkline.servers.postgres.sql.typing.resolving import UNKNOWN
from trunkline.servers.postgres.sql.typing.tables import type_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def concatenation(node: tree.Binary, writer: Writer) -> Rope | None:
    """An item beside an array is appended to it or put before it."""
    if node.operator != "||":
        return None
    return _arrays(node, writer) or (_text(node.left, writer), "||", _text(node.right, writer))


def _arrays(node: tree.Binary, writer: Writer) -> Rope | None:
    left, right = writer.type(node.left), writer.type(node.right)
    if left.endswith("[]") and right and not right.endswith("[]"):
        if right == "unknown":
            return _beside(node, writer)
        return "list_append(", writer.write(node.left), ",", writer.write(node.right), ")"
    if right.endswith("[]") and left and not left.endswith("[]"):
        if left == "unknown":
            return _beside(node, writer)
        return "list_prepend(", writer.write(node.left), ",", writer.write(node.right), ")"
    if left.endswith("[]") or right.endswith("[]"):  # null beside an array adds nothing to it
        first, second = writer.write(node.left), writer.write(node.right)
        made: Rope = ("list_concat(", first, ",", second, ")")
        return "(CASE WHEN", first, "IS NOT NULL OR", second, "IS NOT NULL THEN", made, "END)"
    return None


def _beside(node: tree.Binary, writer: Writer) -> Rope:
    """A string without a type beside an array is an array."""
    wanted = writer.type(node.right)
    if wanted == UNKNOWN:
        wanted = writer.type(node.left)
    parts = tuple(_as_array(one, wanted, writer) for one in (node.left, node.right))
    return "list_concat(", parts[0], ",", parts[1], ")"


def _as_array(node: tree.Node, wanted: str, writer: Writer) -> Rope:
    text = literal_text(node)
    if text is None:
        return writer.write(node)
    return array_literal(text, duckdb_name(type_of(wanted)), writer.place(node))


def _text(node: tree.Node, writer: Writer) -> Rope:
    """What is no text becomes some as PostgreSQL writes it."""
    return as_text(writer.type(node), side(node, writer, "||")) or side(node, writer, "||")
