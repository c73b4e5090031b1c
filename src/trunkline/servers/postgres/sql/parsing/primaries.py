"""What an expression starts with: literals, names, calls, and what stands in parentheses."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.parsing import calls, expressions, queries
from trunkline.servers.postgres.sql.parsing.state import State, Unread
from trunkline.servers.postgres.sql.parsing.types import cast_type, literal_type
from trunkline.servers.postgres.sql.parsing.words import BARE, RESERVED
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.type_names import BY_NAME, Named

_LITERALS = frozenset({Kind.STRING, Kind.NUMBER, Kind.BITS})
_TYPES = frozenset(BY_NAME) | {"double", "national", "pg_catalog"}


def primary(state: State) -> Node:
    """Anything but an operator."""
    first, token = state.at, state.token
    if token.kind in _LITERALS:
        state.next()
        return tree.Literal(first, state.at, token)
    if token.kind is Kind.PARAMETER:
        state.next()
        return tree.Parameter(first, state.at, int(token.value))
    if token.kind is Kind.PUNCTUATION or token.is_("*"):
        return _marked(state)
    if token.kind is Kind.NAME:
        return _worded(state)
    return _named(state)


def _marked(state: State) -> Node:
    first = state.at
    if state.sees("("):
        return _parenthesised(state)
    if state.sees("["):
        return _array(state, first)
    if state.sees("{"):
        return _struct(state)
    if state.take("*"):
        return star(state, first, ())
    raise Unread


def star(state: State, first: int, qualifier: tuple[str, ...]) -> tree.Star:
    """Behind ``*``: what DuckDB leaves out or replaces."""
    changed = False
    while state.token.is_("exclude", "replace", "rename") and state.ahead(1).is_("("):
        changed = True
        state.next()
        state.past_parentheses()
    return tree.Star(first, state.at, qualifier, changed)


def _parenthesised(state: State) -> Node:
    first = state.at
    if state.begins_query():
        query = queries.in_parentheses(state)
        return tree.Subquery(first, state.at, query)
    state.expect("(")
    if state.take(")"):
        raise Unread
    items = expressions.expressions(state)
    state.expect(")")
    if len(items) == 1:
        return tree.Paren(first, state.at, items[0])
    return tree.Row(first, state.at, items)


def _array(state: State, first: int) -> Node:
    state.expect("[")
    items: list[Node] = []
    while not state.take("]"):
        inner = state.at
        items.append(_array(state, inner) if state.sees("[") else expressions.expression(state))
        if state.token.is_("for"):  # a comprehension of DuckDB's
            raise Unread
        if not state.take(",") and not state.sees("]"):
            raise Unread
    return tree.Array(first, state.at, tuple(items))


def _struct(state: State) -> Node:
    """DuckDB's ``{name: value}``."""
    first = state.at
    state.expect("{")
    parts: list[Node] = []
    while not state.take("}"):
        state.next()
        state.expect(":")
        parts.append(expressions.expression(state))
        if not state.take(",") and not state.sees("}"):
            raise Unread
    return tree.Opaque(first, state.at, tuple(parts))


def _worded(state: State) -> Node:
    """A key word, or a name without quotes."""
    first, word = state.at, state.token.value
    if word in ("true", "false", "null"):
        return tree.Literal(first, first + 1, state.next())
    if word == "default":
        state.next()
        return tree.Opaque(first, state.at)
    if word in _FORMS:
        found = _FORMS[word](state)
        if found is not None:
            return found
        state.at = first
    if word in _TYPES and (to := literal_type(state)):
        return _typed(state, first, to)
    if word in BARE and not (state.ahead(1).is_("(") or state.ahead(1).is_(".")):
        state.next()
        return tree.Call(first, state.at, (word,), (), bare=True)
    return _named(state)


def _typed(state: State, first: int, to: Named) -> Node:
    at = state.at
    operand = tree.Literal(at, at + 1, state.next())
    if to.duckdb == "interval":
        while state.token.is_("year", "month", "day", "hour", "minute", "second"):
            raise Unread
    return tree.Cast(first, state.at, operand, to, prefixed=True)


def _named(state: State) -> Node:
    first = state.at
    if not state.token.is_identifier or (
        state.token.kind is Kind.NAME
        and state.token.value in RESERVED - BARE
        and not state.ahead(1).is_("(")
    ):
        raise Unread
    names = [state.name()]
    while state.sees("."):
        if state.ahead(1).is_("*"):
            state.at += 2
            return star(state, first, tuple(names))
        if not state.ahead(1).is_identifier:
            raise Unread
        state.next()
        names.append(state.name())
    if state.sees("("):
        return calls.call(state, first, tuple(names))
    return tree.Column(first, state.at, tuple(names))


def _case(state: State) -> Node:
    first = state.at
    state.expect("case")
    operand = None if state.sees("when") else expressions.expression(state)
    whens: list[Node] = []
    while state.take("when"):
        whens.append(expressions.expression(state))
        state.expect("then")
        whens.append(expressions.expression(state))
    otherwise = expressions.expression(state) if state.take("else") else None
    state.expect("end")
    return tree.Case(first, state.at, operand, tuple(whens), otherwise)


def _cast(state: State) -> Node | None:
    first = state.at
    attempt = state.next().value == "try_cast"
    if not state.take("("):
        return None
    operand = expressions.expression(state)
    state.expect("as")
    to = cast_type(state)
    state.expect(")")
    return tree.Cast(first, state.at, operand, to, attempt)


def _exists(state: State) -> Node | None:
    first = state.at
    state.next()
    if not state.begins_query():
        return None
    query = queries.in_parentheses(state)
    return tree.Subquery(first, state.at, query, "exists")


def _array_of(state: State) -> Node | None:
    first = state.at
    state.next()
    if state.sees("["):
        return _array(state, first)
    if not state.begins_query():
        return None
    query = queries.in_parentheses(state)
    return tree.Subquery(first, state.at, query, "array")


def _row(state: State) -> Node | None:
    first = state.at
    state.next()
    if not state.take("("):
        return None
    items = () if state.sees(")") else expressions.expressions(state)
    state.expect(")")
    return tree.Row(first, state.at, items)


def _interval(state: State) -> Node | None:
    """``INTERVAL '1' DAY`` and, as DuckDB has it, ``INTERVAL 1 DAY``."""
    first = state.at
    state.next()
    if state.token.kind is not Kind.STRING or not state.ahead(1).is_(*_UNITS):
        return None
    at = state.at
    token = state.next()
    unit = state.next()
    if state.sees("to"):
        raise Unread
    while state.sees("("):
        state.past_parentheses()
    merged = type(token)(Kind.STRING, f"{token.value} {unit.value}", token.start, unit.end)
    operand = tree.Literal(at, state.at, merged)
    return tree.Cast(first, state.at, operand, Named(*BY_NAME["interval"]), prefixed=True)


def _lambda(state: State) -> Node | None:
    first = state.at
    state.next()
    if not state.token.is_identifier or not state.ahead(1).is_(",", ":"):
        return None
    while not state.take(":"):
        state.name()
        state.take(",")
    body = expressions.expression(state)
    return tree.Opaque(first, state.at, (body,))


_UNITS = ("year", "month", "day", "hour", "minute", "second")
_FORMS = {
    "case": _case,
    "cast": _cast,
    "try_cast": _cast,
    "exists": _exists,
    "array": _array_of,
    "row": _row,
    "interval": _interval,
    "lambda": _lambda,
}
