"""``x = ANY (array)`` and its like: https://www.postgresql.org/docs/15/functions-comparisons.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.array_text import items_of
from trunkline.servers.postgres.sql.rules import regular
from trunkline.servers.postgres.sql.rules.arithmetic import side
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.type_names import duckdb_name
from trunkline.servers.postgres.sql.typing.resolving import element
from trunkline.servers.postgres.sql.typing.tables import type_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, joined, string

_LAMBDA = "item"


def quantified(node: tree.Quantified, writer: Writer) -> Rope | None:
    """Of a constant array as IN, of another array by its items, of a query as it is."""
    if isinstance(node.right, tree.Subquery) and not node.right.of:
        return None
    listed = _constants(node.right, writer)
    same = (node.operator, node.every) in (("=", False), ("<>", True))
    if same and listed:
        word = "NOT IN" if node.every else "IN"
        return side(node.left, writer, "~"), word, "(", joined(",", listed), ")"
    array = _array(node, writer)
    if same:
        return _among(node, array, writer)
    return _each(node, array, writer)


def _constants(node: Node, writer: Writer) -> tuple[Rope, ...] | None:
    """The items of ``ARRAY[...]`` or ``'{...}'``, where there are any."""
    bare, type_ = node, ""
    while isinstance(bare, tree.Paren | tree.Cast):
        if isinstance(bare, tree.Cast):
            type_ = element(writer.type(bare)) or type_
            bare = bare.operand
        else:
            bare = bare.inner
    if isinstance(bare, tree.Array) and not type_:
        return writer.all(bare.items)
    if isinstance(bare, tree.Literal) and bare.token.kind is Kind.STRING:
        place = writer.place(bare)
        items = items_of(bare.token.value, place)
        if items is None:
            return None
        texts = tuple("NULL" if one is None else string(one) for one in items)
        if type_ in ("", "text", "varchar", "name"):
            return tuple(At(text, place) for text in texts)
        name = duckdb_name(type_of(type_))
        return tuple(At(f"CAST({text} AS {name})", place) for text in texts)
    return None


def _array(node: tree.Quantified, writer: Writer) -> Rope:
    right = node.right
    listed = _constants(right, writer)
    if listed is not None and not isinstance(right, tree.Array):
        wanted = writer.about.wanted.get(id(node), ("", ""))[1] or writer.type(right)
        name = duckdb_name(type_of(wanted)) if wanted else "varchar[]"
        return "CAST([", joined(",", listed), "] AS", f"{name})"
    return writer.write(right)


def _among(node: tree.Quantified, array: Rope, writer: Writer) -> Rope:
    """Null where nothing is found and something was not known."""
    value = writer.write(node.left)
    has = ("list_contains(", array, ",", value, ")")
    unsure = (value, "IS NULL OR len(", array, ") <> list_count(", array, ")")
    yes, no = ("false", "true") if node.every else ("true", "false")
    return (
        "(CASE WHEN", has, "THEN", yes, "WHEN len(", array, ") > 0 AND (", unsure,
        ") THEN NULL WHEN", array, "IS NULL THEN NULL ELSE", no, "END)",
    )  # fmt: skip


def _each(node: tree.Quantified, array: Rope, writer: Writer) -> Rope:
    """By comparing with each item: null counts as not known."""
    value = side(node.left, writer, "~")
    operator = node.operator
    if operator in ("~", "~*", "!~", "!~*"):
        flags = "si" if operator.endswith("*") else "s"
        one: Rope = ("regexp_matches(", value, f", {_LAMBDA}, '{flags}')")
    elif operator in ("~~", "~~*", "!~~", "!~~*"):
        word = "ILIKE" if operator.endswith("*") else "LIKE"
        one = ("(", value, word, f"{_LAMBDA} ESCAPE '\\' )")
    else:
        one = (value, operator, _LAMBDA)
    if operator.startswith("!"):
        one = ("NOT", one)
    combine = "list_bool_and" if node.every else "list_bool_or"
    neutral = "true" if node.every else "false"
    found = (f"{combine}(list_transform(", array, f", lambda {_LAMBDA}:", one, "))")
    return (
        "(CASE WHEN len(", array, f") = 0 THEN {neutral} WHEN {combine}(list_transform(", array,
        f", lambda {_LAMBDA}:", one, f")) = {'false' if node.every else 'true'} THEN",
        "false" if node.every else "true", "WHEN list_count(list_transform(", array,
        f", lambda {_LAMBDA}:", one, ")) < len(", array, ") THEN NULL ELSE", found, "END)",
    )  # fmt: skip


_ = regular
