"""What is selected gets PostgreSQL's name where the text gives none."""

from __future__ import annotations

from trunkline.servers.postgres.sql import naming, tree
from trunkline.servers.postgres.sql.rules.columns import identifier
from trunkline.servers.postgres.sql.rules.functions.moments import shown_as
from trunkline.servers.postgres.sql.type_names import duckdb_name
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined, quoted
from trunkline.servers.postgres.types import NUMERIC


def item(node: tree.Item, writer: Writer) -> Rope | None:
    """``count(*)`` is ``count(*) AS "count"``."""
    expression = node.expression
    name = node.alias or naming.name(expression)
    if name and id(node) in writer.about.anchors and writer.type(expression) == "numeric":
        wide = duckdb_name(NUMERIC)  # or it would have as few digits as its first value
        return "CAST(", writer.write(expression), f"AS {wide})", "AS", quoted(name)
    if name and id(node) in writer.about.outermost and (shown := _shown(expression, writer)):
        return shown, "AS", quoted(name)
    if node.alias:
        return writer.write(expression), "AS", quoted(node.alias)
    if isinstance(expression, tree.Column | tree.Star) or name is None or _expands(expression):
        return writer.write(expression)
    return writer.write(expression), "AS", quoted(name)


def _shown(expression: tree.Node, writer: Writer) -> Rope | None:
    """A number as the client itself is shown it, by PostgreSQL's type."""
    if isinstance(expression, tree.Call) and (shown := shown_as(expression)):
        return "CAST(", writer.write(expression), "AS", f"{shown})"
    return None


def _expands(expression: tree.Node) -> bool:
    return any(
        isinstance(one, tree.Star) or (isinstance(one, tree.Call) and one.name == "columns")
        for one in tree.walk(expression)
        if not (isinstance(one, tree.Star) and isinstance(expression, tree.Call))
    )


def of_source(node: tree.Alias, writer: Writer) -> Rope | None:
    """Names of a source and its columns."""
    if node.typed:
        return None
    del writer
    columns = joined(",", tuple(map(quoted, node.columns)))
    return ("AS", quoted(node.name), *(("(", columns, ")") if node.columns else ()))


def of_common(node: tree.Common, writer: Writer) -> Rope | None:
    """A common table expression: its name, and those of its columns."""
    columns = joined(",", tuple(map(quoted, node.columns)))
    named = ("(", columns, ")") if node.columns else ()
    start = next(
        place
        for place in range(node.first, node.query.first)
        if writer.statement.tokens[place].is_("as")
    )
    return (
        identifier(writer.statement.tokens[node.first]),
        *named,
        writer.tokens(start, node.query.first),
        writer.write(node.query),
        writer.tokens(node.query.last, node.last),
    )
