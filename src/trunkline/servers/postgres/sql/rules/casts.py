"""Casts: https://www.postgresql.org/docs/15/sql-expressions.html#SQL-SYNTAX-TYPE-CASTS."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.array_text import items_of
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.rules import moments
from trunkline.servers.postgres.sql.rules.as_text import as_text
from trunkline.servers.postgres.sql.rules.intervals import interval_literal
from trunkline.servers.postgres.sql.rules.quotients import exactly
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.type_names import REGS, Named
from trunkline.servers.postgres.sql.typing.tables import name_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, joined, string

_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "char"})
_READ = _TEXTS - {"char"}  # which has a code
_WIDTHS = {"int2": "decimal(5, 0)", "int4": "decimal(10, 0)", "int8": "decimal(19, 0)"}
_REGS = {one.name for one in REGS}


def cast(node: tree.Cast, writer: Writer) -> Rope | None:
    """By DuckDB's name of the type, and as PostgreSQL reads and writes its values."""
    to = node.to
    if to is None:
        return None
    target, source = name_of(to.type), writer.type(node.operand)
    value = _value(node, target, to, writer)
    text = literal_text(node.operand)
    if isinstance(node.operand, tree.Parameter) and source == target and not to.modifiers:
        return value
    if target in _REGS:
        return _registered(target, source, value)
    if text is not None and (found := _of_literal(to, target, text, node, writer)):
        return found
    return _of_value(node, to, target, source, text, value)


def _value(node: tree.Cast, target: str, to: Named, writer: Writer) -> Rope:
    """What is cast: a quotient that is rounded thereby, by its digits."""
    if (target == "numeric" and to.modifiers) or target in _WIDTHS:
        return exactly(node.operand, writer) or writer.write(node.operand)
    return writer.write(node.operand)


def _of_literal(to: Named, target: str, text: str, node: tree.Cast, writer: Writer) -> Rope | None:
    place = writer.place(node)
    if node.attempt and target in _WIDTHS:
        return None
    if target.endswith("[]"):
        return array_literal(text, to.duckdb, place)
    if target in ("date", "timestamp", "timestamptz"):
        read = moments.moment(text, target, place)
        if read is None:
            return _date(text, place) if target == "date" else None
        found = At(string(_day_of(read) if target == "date" else read), place)
        return _rounded(to, found, node) if to.modifiers else _as(to.duckdb, found, node)
    return _LITERALS[target](text, place) if target in _LITERALS else None


def _of_value(
    node: tree.Cast, to: Named, target: str, source: str, text: str | None, value: Rope
) -> Rope:
    if target in ("timestamp", "timestamptz", "time") and to.modifiers:
        return _rounded(to, value, node)
    if target == "timestamp" and source in (*_READ, "unknown") and not node.attempt:
        return moments.of_columns(value, node.operand, to.duckdb) or _as(to.duckdb, value, node)
    if target == "numeric" and not to.modifiers:
        return _numeric(source, text, value, node)
    if target in _WIDTHS and source in _READ and not node.attempt:
        return _read(value, to)
    if target in _TEXTS:
        return _text(to, target, source, value, node)
    return _as(to.duckdb, value, node)


def _boolean(text: str, place: int) -> Rope:
    """Beginnings of true, false, yes and no, and on, off, 1 and 0."""
    word = text.strip().lower()
    if word in ("1", "on") or (word and ("true".startswith(word) or "yes".startswith(word))):
        return At("CAST('t' AS boolean)", place)
    if word in ("0", "of", "off") or (word and ("false".startswith(word) or "no".startswith(word))):
        return At("CAST('f' AS boolean)", place)
    raise refused_at("22P02", f'invalid input syntax for type boolean: "{text}"', place)


def _date(text: str, place: int) -> Rope | None:
    """What stands behind a date is not looked at: JDBC sends its zone."""
    found = _DATED.match(text)
    return At(f"CAST('{found[1]}' AS date)", place) if found else None


def _day_of(text: str) -> str:
    day, era, _ = text.partition(" (BC)")
    return day + era if era else day.split()[0]


_DATED = re.compile(
    r"\s*(\d{4,}-\d{2}-\d{2})(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
    r" *(?:Z|[+-]\d{1,2}(?::?\d{2})?)?\s*\Z"
)


def _whole(text: str, place: int, bits: int) -> Rope | None:
    """Digits alone: DuckDB would round what has a fraction."""
    if not _WHOLE.match(text):
        raise refused_at("22P02", f'invalid input syntax for type integer: "{text}"', place)
    if not -(1 << bits - 1) <= int(text) < 1 << bits - 1:
        raise refused_at("22003", f'value "{text}" is out of range for type {_INTS[bits]}', place)
    return None


_INTS = {16: "smallint", 32: "integer", 64: "bigint"}
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*\Z")
_LITERALS: dict[str, Callable[[str, int], Rope | None]] = {
    "bool": _boolean, "interval": interval_literal,
    "int2": partial(_whole, bits=16), "int4": partial(_whole, bits=32),
    "int8": partial(_whole, bits=64),
}  # fmt: skip


def _rounded(to: Named, value: Rope, node: tree.Cast) -> Rope:
    """To some digits of a second."""
    digits = to.modifiers[0]
    found = _as(to.duckdb, value, node)
    if digits >= 6 or to.duckdb == "time":
        return found
    step = 10 ** (6 - digits)
    half = f"+ CAST('{step // 2} microseconds' AS interval))"
    return f"time_bucket(CAST('{step} microseconds' AS interval),", found, half


def _as(name: str, value: Rope, node: tree.Cast) -> Rope:
    return "TRY_CAST(" if node.attempt else "CAST(", value, "AS", f"{name})"


def literal_text(node: tree.Node) -> str | None:
    """The value of a string, in parentheses or not; None for anything else."""
    while isinstance(node, tree.Paren):
        node = node.inner
    if isinstance(node, tree.Literal) and node.token.kind is Kind.STRING:
        return node.token.value
    return None


def _registered(target: str, source: str, value: Rope) -> Rope:
    """Names of things are their OIDs; the catalogue knows which."""
    if source in ("unknown", *_TEXTS):
        return f"{target}_in(", value, ")"
    return value if source in _REGS or source == "oid" else ("CAST(", value, "AS uinteger)")


def array_literal(text: str, name: str, place: int) -> Rope:
    """``'{a,b}'`` as an array of a type, by DuckDB's name of it."""
    items = items_of(text, place)
    if items is None:
        return At(f"CAST({string(_bracketed(text))} AS {name})", place)
    texts = tuple("NULL" if one is None else string(one) for one in items)
    return At("CAST([", place), joined(",", texts), "] AS", f"{name})"


def _bracketed(text: str) -> str:
    """An array of arrays as DuckDB writes one."""
    return text.replace("{", "[").replace("}", "]")


def _read(value: Rope, to: Named) -> Rope:
    """A whole number of a text that is not known: DuckDB would round what has a fraction."""
    return "list_transform([", value, f"], lambda given: {_DIGITS} AS {to.duckdb}) END)[1]"


_DIGITS = (
    r"CASE WHEN NOT regexp_full_match(given, '\s*[+-]?[0-9]+\s*') "
    "THEN error('invalid input syntax for type integer') ELSE CAST(given"
)


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
    written = as_text(source, value) or moments.as_text(source, node.operand, value)
    written = written or _as("varchar", value, node)
    length = 63 if target == "name" else 1 if target == "char" else 0
    if to.modifiers:
        length = to.modifiers[0]
    return ("left(", written, f", {length})") if length else written
