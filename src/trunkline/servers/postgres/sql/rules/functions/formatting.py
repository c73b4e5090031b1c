"""to_char, to_date and to_timestamp with constant formats.

https://www.postgresql.org/docs/15/functions-formatting.html.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.rules.functions.patterns import pieces_of
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined, string

_MOMENTS = frozenset({"date", "timestamp", "timestamptz"})
_HINT = "Give a constant format of YYYY, MM, DD, HH24, MI, SS, MS, US, Mon, Month, Day, Q and IW."


def _format(node: Node, writer: Writer) -> str:
    if isinstance(node, tree.Literal) and node.token.kind is Kind.STRING:
        return node.token.value
    raise unsupported("a format that is no constant", writer.place(node), hint=_HINT)


def to_char(node: tree.Call, writer: Writer) -> Rope | None:
    """A moment in a format."""
    if len(node.arguments) != 2:
        return None
    value, form = node.arguments
    type_ = writer.type(value)
    if type_ not in _MOMENTS:
        raise unsupported(
            f"to_char of {type_ or 'what has no type that is known'}",
            writer.place(value),
            hint="Cast to timestamp or date first; numbers can be rounded and cast to text.",
        )
    pieces = pieces_of(_format(form, writer))
    if pieces is None:
        raise unsupported("this format", writer.place(form), hint=_HINT)
    written = writer.write(value)
    if type_ == "timestamptz":
        written = ("CAST(", written, "AS timestamp)")
    parts = tuple(_written(piece, written) for piece in pieces)
    if len(parts) == 1:
        return parts[0]
    return "(", joined("||", parts), ")"


def _written(piece: tuple[str, str], value: Rope) -> Rope:
    """A template around the moment, or text for strftime."""
    kind, text = piece
    if kind == "strftime":
        return "strftime(", value, ",", string(text), ")"
    before, _, behind = text.partition("{}")
    return before, value, behind


def to_date(node: tree.Call, writer: Writer) -> Rope | None:
    """A date by a format."""
    return _parsed(node, writer, "date")


def to_timestamp(node: tree.Call, writer: Writer) -> Rope | None:
    """An instant by a format, in the session's zone; of a number it is DuckDB's own."""
    return _parsed(node, writer, "timestamptz") if len(node.arguments) == 2 else None


def _parsed(node: tree.Call, writer: Writer, type_: str) -> Rope | None:
    if len(node.arguments) != 2:
        return None
    form = node.arguments[1]
    pieces = pieces_of(_format(form, writer))
    if pieces is None or any(kind != "strftime" for kind, _ in pieces):
        raise unsupported("this format", writer.place(form), hint=_HINT)
    text = string("".join(text for _, text in pieces))
    return "CAST(strptime(", writer.write(node.arguments[0]), ",", text, ") AS", f"{type_})"
