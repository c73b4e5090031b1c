"""Functions of strings: https://www.postgresql.org/docs/15/functions-string.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.regex import pattern_of
from trunkline.servers.postgres.sql.rules.as_text import as_text
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined, string

_TEXTS = frozenset({"text", "varchar", "name", "bpchar", "unknown"})


def substring(node: tree.Call, writer: Writer) -> Rope | None:
    """By places, those before the first counted too; or what a regular expression matches."""
    arguments = node.arguments
    if len(arguments) not in (2, 3):
        return None
    if writer.about.wanted.get(id(node), ("", ""))[1] == "text":
        if len(arguments) == 3:
            raise unsupported(
                "substring by a pattern of SQL", writer.place(node),
                hint="Where places are meant, cast them: $1::integer.",
            )  # fmt: skip
        return _matched(arguments[0], arguments[1], writer)
    text, *places = writer.all(arguments)
    start = arguments[1]
    from_first = isinstance(start, tree.Literal) and start.token.value not in ("0", "null")
    if len(places) == 1:
        first = places[0] if from_first else ("greatest(", places[0], ", 1)")
        return "substring(", text, ",", first, ")"
    if from_first:
        return "substring(", text, ",", places[0], ",", places[1], ")"
    first, count = places
    begin: Rope = ("greatest(", first, ", 1)")
    length: Rope = ("greatest(", first, "+", count, "-", begin, ", 0)")
    return "substring(", text, ",", begin, ",", length, ")"


def _matched(text: Node, pattern: Node, writer: Writer) -> Rope:
    """The first group of a match, or the whole of it where there is none."""
    constant = pattern.token.value if isinstance(pattern, tree.Literal) else None
    if constant is None:
        raise unsupported("substring by a pattern that is no constant", writer.place(pattern))
    group = 1 if "(" in constant.replace("\\(", "").replace("(?", "") else 0
    value, by = writer.write(text), pattern_of(pattern, writer)
    return (
        "CASE WHEN regexp_matches(", value, ",", by, ", 's') THEN regexp_extract(", value, ",", by,
        f", {group}, 's') END",
    )  # fmt: skip


def octet_length(node: tree.Call, writer: Writer) -> Rope | None:
    """Of a string its bytes in UTF-8."""
    if len(node.arguments) == 1 and writer.type(node.arguments[0]) in _TEXTS:
        return "CAST(strlen(", writer.write(node.arguments[0]), ") AS integer)"
    return None


def concat(node: tree.Call, writer: Writer) -> Rope | None:
    """Values of any type, as PostgreSQL writes them; a boolean is one letter."""
    if node.variadic or not node.arguments:
        return None
    written = tuple(_output(one, writer) for one in node.arguments)
    return f"{node.name}(", joined(",", written), ")"


def _output(node: Node, writer: Writer) -> Rope:
    type_, value = writer.type(node), writer.write(node)
    if type_ == "bool":
        return "CASE", value, "WHEN true THEN 't' WHEN false THEN 'f' END"
    return as_text(type_, value) or value


def formatted(node: tree.Call, writer: Writer) -> Rope | None:
    """``format`` with ``%s`` alone; DuckDB's own has braces."""
    form = node.arguments[0] if node.arguments else None
    if not isinstance(form, tree.Literal) or form.token.kind is not Kind.STRING:
        return None
    text, rest = form.token.value, list(node.arguments[1:])
    if "%" not in text:
        return None
    pieces: list[Rope] = []
    at = 0
    while (found := text.find("%", at)) >= 0:
        pieces.append(string(text[at:found]))
        mark = text[found + 1 : found + 2]
        if mark == "%":
            pieces.append("'%'")
        elif mark == "s" and rest:
            pieces.append(_output(rest.pop(0), writer))
        else:
            raise unsupported(f"format with %{mark}", writer.place(form))
        at = found + 2
    pieces.append(string(text[at:]))
    return "concat(", joined(",", tuple(pieces)), ")"
