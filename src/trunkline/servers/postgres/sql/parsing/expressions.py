"""Expressions, by the precedence of operators.

https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-PRECEDENCE.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.parsing.primaries import primary
from trunkline.servers.postgres.sql.parsing.state import DEEPEST, State, Unread, too_deep
from trunkline.servers.postgres.sql.parsing.types import cast_type
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node

OR, AND, NOT, IS, COMPARISON, RANGE, OTHER, SUM, PRODUCT, POWER, ZONE, COLLATION, SIGN = range(
    1, 14
)
_LEVELS = {
    "or": OR, "and": AND, "<": COMPARISON, ">": COMPARISON, "=": COMPARISON, "<=": COMPARISON,
    ">=": COMPARISON, "<>": COMPARISON, "==": COMPARISON, "+": SUM, "-": SUM, "*": PRODUCT,
    "/": PRODUCT, "%": PRODUCT, "//": PRODUCT, "^": POWER, "**": POWER,
}  # fmt: skip
_RANGES = ("between", "in", "like", "ilike", "similar", "glob")


def expression(state: State, level: int = 0) -> Node:
    """An expression whose operators bind at least as ``level`` does."""
    state.depth += 1
    if state.depth > DEEPEST:
        raise too_deep()
    left = _prefixed(state)
    while (found := _continued(state, left, level)) is not None:
        left = found
    state.depth -= 1
    return left


def _prefixed(state: State) -> Node:
    first, token = state.at, state.token
    if token.is_("not"):
        state.next()
        operand = expression(state, NOT)
        return tree.Unary(first, state.at, "not", operand)
    if token.kind is Kind.OPERATOR and token.value != "*":
        state.next()
        level = SIGN if token.value in ("-", "+") else OTHER + 1
        operand = expression(state, level)
        return tree.Unary(first, state.at, token.value, operand)
    return _postfixed(state, primary(state))


def _postfixed(state: State, base: Node) -> Node:
    """``::``, ``[]`` and ``.`` bind tightest."""
    while True:
        if state.take("::"):
            to = cast_type(state)
            base = tree.Cast(base.first, state.at, base, to)
        elif state.sees("["):
            base = _indexed(state, base)
        elif state.sees(".") and state.ahead(1).is_("*"):
            state.at += 2
            base = tree.Opaque(base.first, state.at, (base,))
        elif state.sees("."):
            base = _member(state, base)
        else:
            return base


def _member(state: State, base: Node) -> Node:
    state.next()
    name = state.name()
    if state.sees("("):  # DuckDB's x.function(y)
        start = state.at
        state.past_parentheses()
        inside = tree.Opaque(start, state.at)
        return tree.Opaque(base.first, state.at, (base, inside))
    return tree.Member(base.first, state.at, base, name)


def _indexed(state: State, base: Node) -> Node:
    state.expect("[")
    lower = None if state.sees(":") else expression(state)
    if not state.take(":"):
        state.expect("]")
        return tree.Index(base.first, state.at, base, lower)
    upper = None if state.sees("]") or state.sees(":") else expression(state)
    if state.sees(":"):
        raise Unread
    state.expect("]")
    return tree.Index(base.first, state.at, base, lower, upper, slice=True)


def _continued(state: State, left: Node, level: int) -> Node | None:
    """What goes on with an operator behind ``left``; None where nothing does."""
    token = state.token
    if token.is_("operator") and state.ahead(1).is_("("):
        return _qualified(state, left) if level <= OTHER else None
    if token.is_("and", "or"):
        own = _LEVELS[token.value]
        return _chain(state, left, token.value, own) if own >= level else None
    if token.kind is Kind.OPERATOR:
        own = _LEVELS.get(token.value, OTHER)
        return _binary(state, left, token.value, own) if own >= level else None
    return _worded(state, left, level) if token.kind is Kind.NAME else None


def _worded(state: State, left: Node, level: int) -> Node | None:
    token = state.token
    if token.is_(*_RANGES) or (token.is_("not") and state.ahead(1).is_(*_RANGES)):
        return _ranged(state, left) if level <= RANGE else None
    if token.is_("is", "isnull", "notnull"):
        return _is(state, left) if level <= IS else None
    if state.sees("at", "time", "zone") and level <= ZONE:
        state.at += 3
        zone = expression(state, ZONE + 1)
        return tree.AtZone(left.first, state.at, left, zone)
    if token.is_("collate") and level <= COLLATION:
        state.next()
        names = state.names()
        return tree.Collate(left.first, state.at, left, names)
    return None


def _chain(state: State, left: Node, operator: str, level: int) -> Node:
    parts = [left]
    while state.take(operator):
        parts.append(expression(state, level + 1))
    return tree.Chain(left.first, state.at, operator, tuple(parts))


def _qualified(state: State, left: Node) -> Node:
    """``OPERATOR(pg_catalog.~)``."""
    sign = state.at
    state.at += 2
    while state.token.is_identifier:
        state.next()
        state.expect(".")
    operator = state.next()
    state.expect(")")
    if operator.kind is not Kind.OPERATOR:
        raise Unread
    return _operand(state, left, operator.value, OTHER, sign)


def _binary(state: State, left: Node, operator: str, level: int) -> Node:
    sign = state.at
    state.next()
    return _operand(state, left, operator, level, sign)


def _operand(state: State, left: Node, operator: str, level: int, sign: int) -> Node:
    if state.token.is_("any", "some", "all") and state.ahead(1).is_("("):
        return _quantified(state, left, operator, sign)
    right = expression(state, level + 1)
    return tree.Binary(left.first, state.at, operator, left, right, sign)


def _quantified(state: State, left: Node, operator: str, sign: int) -> Node:
    every = state.next().value == "all"
    if state.ahead(1).is_("select", "with", "values", "table"):
        right = primary(state)
    else:
        state.expect("(")
        right = expression(state)
        state.expect(")")
    return tree.Quantified(left.first, state.at, operator, left, every, right, sign)


def _ranged(state: State, left: Node) -> Node:
    sign = state.at
    negated = state.take("not")
    word = state.next().value
    if word == "between":
        return _between(state, left, negated=negated)
    if word == "in":
        return _in(state, left, negated=negated)
    if word == "similar":
        state.expect("to")
    if word == "glob":
        raise Unread
    if state.token.is_("any", "some", "all") and state.ahead(1).is_("("):
        operator = {"like": "~~", "ilike": "~~*"}.get(word)
        if operator is None:
            raise Unread
        return _quantified(state, left, f"!{operator}" if negated else operator, sign)
    pattern = expression(state, RANGE + 1)
    escape = expression(state, RANGE + 1) if state.take("escape") else None
    return tree.Like(left.first, state.at, word, left, pattern, escape, negated)


def _between(state: State, left: Node, *, negated: bool) -> Node:
    symmetric = state.take_one("symmetric", "asymmetric") == "symmetric"
    low = expression(state, RANGE + 1)
    state.expect("and")
    high = expression(state, RANGE + 1)
    return tree.Between(left.first, state.at, left, low, high, negated, symmetric)


def _in(state: State, left: Node, *, negated: bool) -> Node:
    if not state.sees("("):  # DuckDB's IN of a list
        items: tuple[Node, ...] = (expression(state, RANGE + 1),)
        return tree.Opaque(left.first, state.at, (left, *items))
    if state.begins_query():
        items = (primary(state),)
    else:
        state.expect("(")
        items = expressions(state)
        state.expect(")")
    return tree.In(left.first, state.at, left, items, negated)


def expressions(state: State) -> tuple[Node, ...]:
    """Expressions with commas between them."""
    found = [expression(state)]
    while state.take(","):
        found.append(expression(state))
    return tuple(found)


def _is(state: State, left: Node) -> Node:
    word = state.next().value
    if word != "is":
        return tree.Is(left.first, state.at, left, "null", word == "notnull")
    negated = state.take("not")
    if state.take("distinct", "from"):
        other = expression(state, IS + 1)
        return tree.Is(left.first, state.at, left, "distinct", negated, other)
    test = state.take_one("null", "true", "false", "unknown")
    if not test:
        raise Unread
    return tree.Is(left.first, state.at, left, test, negated)
