"""Operators of numbers whose signs mean something else to DuckDB, or bind otherwise."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import unsupported
from trunkline.servers.postgres.sql.rules.intervals import interval_literal
from trunkline.servers.postgres.sql.rules.quotients import WHOLE, bounded
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.type_names import duckdb_name
from trunkline.servers.postgres.sql.typing.tables import type_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope

_FUNCTIONS = {"^": "pow", "#": "xor", "**": "pow"}
_PREFIXES = {"@": "abs", "|/": "sqrt", "||/": "cbrt"}
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
_PLAIN = frozenset({"+", "-", "*", "/", "%", "//", "=", "<>", "<", ">", "<=", ">="})
_GEOMETRY = frozenset({"@>", "<@", "&&", "?", "?|", "?&", "#>", "#>>", "@@", "@?", "#-"})


def division(node: tree.Binary, writer: Writer) -> Rope | None:
    """``7 / 2`` of whole numbers is 3: ``7 // 2``."""
    if node.operator != "/":
        return None
    left, right = writer.type(node.left), writer.type(node.right)
    if "unknown" in (left, right):
        left = right = right if left == "unknown" else left
    if left not in WHOLE or right not in WHOLE:
        return None
    sign = writer.statement.tokens[node.sign].start
    return side(node.left, writer), At("//", sign), side(node.right, writer)


def renamed(node: tree.Binary, writer: Writer) -> Rope | None:
    """``2 ^ 3`` is a power, and ``5 # 3`` an exclusive or."""
    if node.operator in _GEOMETRY and not _listed(node, writer):
        raise unsupported(f"the operator {node.operator}", writer.statement.tokens[node.sign].start)
    if node.operator in ("@>", "<@"):
        return _contains(node, writer)
    function = _FUNCTIONS.get(node.operator)
    if function is None:
        return None
    place = writer.statement.tokens[node.sign].start
    left, right = writer.write(node.left), writer.write(node.right)
    return At(function, place), "(", left, ",", right, ")"


def _contains(node: tree.Binary, writer: Writer) -> Rope:
    """Nothing has an item that is null."""
    parts = (node.left, node.right) if node.operator == "@>" else (node.right, node.left)
    whole, part = writer.all(parts)
    return (
        "(CASE WHEN", whole, "IS NOT NULL AND list_count(", part, ") < len(", part,
        ") THEN false ELSE list_has_all(", whole, ",", part, ") END)",
    )  # fmt: skip


def _listed(node: tree.Binary, writer: Writer) -> bool:
    """Whether DuckDB has the operator for what it stands between: arrays."""
    return node.operator in ("@>", "<@", "&&") and "[]" in (
        writer.type(node.left)[-2:],
        writer.type(node.right)[-2:],
    )


def prefix(node: tree.Unary, writer: Writer) -> Rope | None:
    """``@ -5``, ``|/ 25`` and ``||/ 27``."""
    if node.operator in _PREFIXES:
        function = At(_PREFIXES[node.operator], writer.place(node))
        return function, "(", writer.write(node.operand), ")"
    if node.operator in ("-", "+", "~") and isinstance(node.operand, tree.Binary | tree.Unary):
        return writer.tokens(node.first, node.first + 1), "(", writer.write(node.operand), ")"
    return None


def grouped(node: tree.Binary, writer: Writer) -> Rope | None:
    """Operators other than the usual ones bind by PostgreSQL's rules: said by parentheses."""
    operator = "=" if node.operator == "==" else node.operator
    left, right = side(node.left, writer, node.operator), side(node.right, writer, node.operator)
    wanted = writer.about.wanted.get(id(node), ())
    if len(wanted) == 2 and node.operator in _ARITHMETIC:
        left = as_wanted(node.left, left, wanted[0], writer)
        right = as_wanted(node.right, right, wanted[1], writer)
    if operator == "*" and {writer.type(node.left), writer.type(node.right)} == {"numeric"}:
        left = ("(", left, "+ CAST(0 AS decimal(19, 0)))")  # a product of two narrow ones is narrow
    found = left, At(operator, writer.statement.tokens[node.sign].start), right
    return bounded(node, found, writer) if operator in ("/", "*") else found


def as_wanted(node: Node, value: Rope, wanted: str, writer: Writer) -> Rope:
    """A string that is taken for something else, since DuckDB would not know for what."""
    while isinstance(node, tree.Paren):
        node = node.inner
    is_string = isinstance(node, tree.Literal) and node.token.kind is Kind.STRING
    if not is_string or wanted in ("", "text", "numeric"):
        return value if wanted != "numeric" or not is_string else ("CAST(", value, "AS double)")
    if isinstance(node, tree.Literal) and wanted == "interval":
        return interval_literal(node.token.value, writer.place(node))
    return "CAST(", value, "AS", f"{duckdb_name(type_of(wanted))})"


def side(node: Node, writer: Writer, around: str = "/") -> Rope:
    """An operand, in parentheses where who reads it might bind it otherwise."""
    found = writer.write(node)
    if isinstance(node, tree.Binary) and not (node.operator in _PLAIN and around in _PLAIN):
        return "(", found, ")"
    if isinstance(node, tree.Is | tree.Like | tree.Between | tree.In | tree.Quantified):
        return "(", found, ")"
    return found
