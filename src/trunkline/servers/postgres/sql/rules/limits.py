"""LIMIT ALL, FETCH FIRST, OFFSET ... ROWS, and FOR UPDATE, which locks nothing here."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined


def limit(node: tree.Limit, writer: Writer) -> Rope | None:
    """A number of rows; without one FETCH means one."""
    if node.count is None:
        return "" if node.plain else "LIMIT 1"
    return "LIMIT", _whole(node.count, writer)


def _whole(node: tree.Node, writer: Writer) -> Rope:
    found = writer.write(node)
    plain = isinstance(node, tree.Literal | tree.Parameter)
    return found if plain else ("(", found, ")")


def query(node: tree.Query, writer: Writer) -> Rope | None:
    """What stands behind the body, in the order in which DuckDB wants it."""
    before = writer.tokens(node.first, node.first + 1 + node.recursive) if node.common else ()
    order = ("ORDER BY", joined(",", writer.all(node.order))) if node.order else ()
    offset = ("OFFSET", _whole(node.offset, writer)) if node.offset else ()
    return (
        before,
        joined(",", writer.all(node.common)),
        writer.write(node.body),
        order,
        writer.write(node.limit) if node.limit else "",
        offset,
    )
