"""regexp_replace and regexp_match: functions-matching.html#FUNCTIONS-POSIX-REGEXP."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.regex import pattern_of
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, joined, string


def _constant(node: Node, what: str, writer: Writer) -> str:
    if isinstance(node, tree.Literal) and node.token.kind is Kind.STRING:
        return node.token.value
    raise unsupported(f"{what} that is no constant", writer.place(node))


def _flags(nodes: tuple[Node, ...], allowed: str, writer: Writer) -> str:
    flags = _constant(nodes[0], "a regular expression's flags", writer) if nodes else ""
    if set(flags) - set(allowed):
        raise unsupported(f"the flags {flags} of a regular expression", writer.place(nodes[0]))
    return flags if "s" in flags else f"{flags}s"


def replaced(node: tree.Call, writer: Writer) -> Rope | None:
    r"""``\&`` is the whole match, ``\\0`` to DuckDB."""
    if len(node.arguments) not in (3, 4):
        return None
    text, pattern, by, *rest = node.arguments
    flags = _flags(tuple(rest), "gis", writer)
    written: Rope = writer.write(by)
    if isinstance(by, tree.Literal):
        written = At(string(by.token.value.replace("\\&", "\\0")), writer.place(by))
    parts = (writer.write(text), pattern_of(pattern, writer), written, string(flags))
    return "regexp_replace(", joined(",", parts), ")"


def match(node: tree.Call, writer: Writer) -> Rope | None:
    """The groups of the first match as an array, or the match; null where there is none."""
    if len(node.arguments) not in (2, 3):
        return None
    text, pattern, *rest = node.arguments
    flags = _flags(tuple(rest), "is", writer)
    constant = _constant(pattern, "regexp_match with a pattern", writer)
    count = constant.replace("\\(", "").replace("(?", "").count("(")
    value, by = writer.write(text), pattern_of(pattern, writer)
    groups = range(1, count + 1) if count else range(1)
    found = tuple(("regexp_extract(", value, ",", by, f", {group}, '{flags}')") for group in groups)
    return (
        "CASE WHEN regexp_matches(", value, ",", by, f", '{flags}') THEN [", joined(",", found),
        "] END",
    )  # fmt: skip
