"""Casts: https://www.postgresql.org/docs/15/sql-expressions.html#SQL-SYNTAX-TYPE-CASTS."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.array_text import items_of
from trunkline.servers.postgres.sql.rules.as_text import as_text
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.type_names import REGS, Named
from trunkline.servers.postgres.sql.typing.tables import name_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, joined, string

_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "char"})
_WIDTHS = {"int2": "decimal(5, 0)", "int4": "decimal(10, 0)", "int8": "decimal(19, 0)"}
_REGS = {one.name for one in REGS}


def cast(node: tree.Cast, writer: Writer) -> Rope | None:
    """By DuckDB's name of the type, and as PostgreSQL reads and writes its values."""
    to = node.to
    if to is None:
        return None
    target, source = name_of(to.type), writer.type(node.operand)
    value = writer.write(node.operand)
    text = _constant(node.operand)
    if isinstance(node.operand, tree.Parameter) and source == target and not to.modifiers:
        return value
    if target in _REGS:
        return _registered(target, source, value)
    if source in _REGS and target in _TEXTS:
        return f"{source}_out(", value, ")"
    if text is not None and target.endswith("[]"):
        return _array(to, text, writer.place(node))
    if target == "numeric" and not to.modifiers:
        return _numeric(source, text, value, node)
    if target in _TEXTS:
        return _text(to, target, source, value, node)
    return _as(to.duckdb, value, node)


def _as(name: str, value: Rope, node: tree.Cast) -> Rope:
    return "TRY_CAST(" if node.attempt else "CAST(", value, "AS", f"{name})"


def _constant(node: tree.Node) -> str | None:
    while isinstance(node, tree.Paren):
        node = node.inner
    if isinstance(node, tree.Literal) and node.token.kind is Kind.STRING:
        return node.token.value
    return None


def _registered(target: str, source: str, value: Rope) -> Rope:
    """Names of things are their OIDs; the catalogue knows which."""
    if source in ("unknown", *_TEXTS):
        return f"{target}_in(", value, ")"
    return value if source in _REGS or source == "oid" else ("CAST(", value, "AS bigint)")


def _array(to: Named, text: str, place: int) -> Rope:
    items = items_of(text, place)
    if items is None:
        return At(f"CAST({string(_bracketed(text))} AS {to.duckdb})", place)
    texts = tuple("NULL" if one is None else string(one) for one in items)
    return At("CAST([", place), joined(",", texts), "] AS", f"{to.duckdb})"


def _bracketed(text: str) -> str:
    """An array of arrays as DuckDB writes one."""
    return text.replace("{", "[").replace("}", "]")


def _numeric(source: str, text: str | None, value: Rope, node: tree.Cast) -> Rope:
    """As many digits as there are, since DuckDB's numbers must have so many."""
    if source == "numeric":
        return "(", value, ")"
    if source in _WIDTHS:
        return _as(_WIDTHS[source], value, node)
    if text is not None and (precise := _precision(text)):
        return _as(precise, value, node)
    return _as("decimal(38, 10)", value, node)


def _precision(text: str) -> str:
    try:
        number = Decimal(text.strip()).as_tuple()
    except InvalidOperation:
        return ""
    if not isinstance(number.exponent, int):
        return ""
    scale = max(-number.exponent, 0)
    width = max(len(number.digits) + max(number.exponent, 0), scale, 1)
    return f"decimal({width}, {scale})" if width <= 38 else ""


def _text(to: Named, target: str, source: str, value: Rope, node: tree.Cast) -> Rope:
    written = as_text(source, value) or _as("varchar", value, node)
    length = 63 if target == "name" else 1 if target == "char" else 0
    if to.modifiers:
        length = to.modifiers[0]
    elif target == "bpchar" and node.to is not None and not _is_bpchar(node):
        length = 1
    return ("left(", written, f", {length})") if length else written


def _is_bpchar(node: tree.Cast) -> bool:
    """``bpchar`` has any length, while ``char`` has one character."""
    return node.to is not None and node.to.modifiers == () and node.to.duckdb == "varchar"
