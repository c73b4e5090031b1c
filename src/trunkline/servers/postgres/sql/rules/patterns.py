"""LIKE, ILIKE and SIMILAR TO.

https://www.postgresql.org/docs/15/functions-matching.html: a backslash escapes where nothing else
is said, which DuckDB must be told.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.regex import similar
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, string


def like(node: tree.Like, writer: Writer) -> Rope | None:
    r"""With ``ESCAPE '\'`` where a pattern has a backslash or is not known."""
    if node.operator == "similar":
        return _similar(node, writer)
    word = f"NOT {node.operator.upper()}" if node.negated else node.operator.upper()
    found = (side(node.operand, writer, "~"), word, side(node.pattern, writer, "~"))
    if node.escape is not None:
        return *found, "ESCAPE", writer.write(node.escape)
    constant = _constant(node.pattern)
    if constant is not None and "\\" not in constant:
        return found
    return *found, "ESCAPE '\\'"


def _constant(node: tree.Node) -> str | None:
    if isinstance(node, tree.Literal) and node.token.kind is Kind.STRING:
        return node.token.value
    return None


def _similar(node: tree.Like, writer: Writer) -> Rope:
    pattern = _constant(node.pattern)
    escape = "\\" if node.escape is None else _constant(node.escape)
    if pattern is None or escape is None or len(escape) > 1:
        raise unsupported(
            "SIMILAR TO with a pattern that is no constant", writer.place(node.pattern)
        )
    text = string(similar(pattern, escape, writer.place(node.pattern)))
    found = ("regexp_full_match(", writer.write(node.operand), ",", text, ", 's')")
    return ("(NOT", found, ")") if node.negated else found
