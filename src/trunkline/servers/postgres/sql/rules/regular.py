"""Regular expressions: ``~``, ``~*``, ``!~`` and ``!~*``.

https://www.postgresql.org/docs/15/functions-matching.html#FUNCTIONS-POSIX-REGEXP. DuckDB's engine
knows no references back and looks nowhere else, and says so itself; its dot needs to be told to
match a line feed.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.regex import pattern_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope

_FLAGS = {"~": "s", "~*": "si", "!~": "s", "!~*": "si"}


def matches(node: tree.Binary, writer: Writer) -> Rope | None:
    """``x ~ 'pattern'``; the LIKE operators too."""
    if node.operator in ("~~", "~~*", "!~~", "!~~*"):
        word = "ILIKE" if node.operator.endswith("*") else "LIKE"
        word = f"NOT {word}" if node.operator.startswith("!") else word
        return "(", writer.write(node.left), word, writer.write(node.right), "ESCAPE '\\' )"
    flags = _FLAGS.get(node.operator)
    if flags is None:
        return None
    found = match(node.left, node.right, flags, writer)
    return ("(NOT", found, ")") if node.operator.startswith("!") else found


def match(value: tree.Node, pattern: tree.Node, flags: str, writer: Writer) -> Rope:
    """Whether a pattern is in a value."""
    return (
        "regexp_matches(",
        writer.write(value),
        ",",
        pattern_of(pattern, writer),
        f", '{flags}')",
    )
