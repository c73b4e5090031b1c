"""Functions with a grammar of their own, which may be called as any other, too.

https://www.postgresql.org/docs/15/functions-string.html and functions-datetime.html. Nothing is
read twice: texts nested in one another would take for ever.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.parsing import expressions
from trunkline.servers.postgres.sql.parsing.state import State, Unread
from trunkline.servers.postgres.sql.tokens import Kind, Token
from trunkline.servers.postgres.sql.tree import Node


def _called(state: State, first: int, name: str, arguments: list[Node]) -> tree.Call:
    """To the end of the parentheses, further arguments behind commas."""
    while state.take(","):
        arguments.append(expressions.expression(state))
    state.expect(")")
    return tree.Call(first, state.at, (name,), tuple(arguments))


def _extract(state: State, first: int) -> Node:
    """EXTRACT(field FROM x); the field is a name or a string."""
    state.expect("(")
    at, token = state.at, state.token
    if not (token.is_identifier or token.kind is Kind.STRING) or not state.ahead(1).is_("from"):
        raise Unread
    state.at += 2
    field = Token(Kind.STRING, token.value, token.start, token.end)
    source = expressions.expression(state)
    return _called(state, first, "extract", [tree.Literal(at, at + 1, field), source])


def _position(state: State, first: int) -> Node:
    """POSITION(part IN whole)."""
    state.expect("(")
    found = [expressions.expression(state, expressions.RANGE + 1)]
    if state.take("in"):
        found.append(expressions.expression(state))
    return _called(state, first, "position", found)


def _substring(state: State, first: int) -> Node:
    """SUBSTRING(x FROM a FOR b) and (x FOR b); (x SIMILAR p ESCAPE e) is not known."""
    state.expect("(")
    text = expressions.expression(state)
    if not state.token.is_("from", "for"):
        return _called(state, first, "substring", [text])
    starts = lengths = None
    while word := state.take_one("from", "for"):
        found = expressions.expression(state)
        starts, lengths = (found, lengths) if word == "from" else (starts, found)
    if starts is None:
        token = Token(Kind.NUMBER, "1", state.token.start, state.token.start)
        starts = tree.Literal(state.at, state.at, token)
    return _called(state, first, "substring", [text, starts, *([lengths] if lengths else [])])


def _overlay(state: State, first: int) -> Node:
    """OVERLAY(x PLACING y FROM a FOR b)."""
    state.expect("(")
    found = [expressions.expression(state)]
    while state.take_one("placing", "from", "for"):
        found.append(expressions.expression(state))
    return _called(state, first, "overlay", found)


def _trim(state: State, first: int) -> Node:
    """TRIM(BOTH characters FROM x), (FROM x), (x) and (x, characters)."""
    state.expect("(")
    name = _SIDES[state.take_one("leading", "trailing", "both")]
    found: list[Node] = []
    if not state.sees("from"):
        found.append(expressions.expression(state))
    if state.take("from"):
        found.insert(0, expressions.expression(state))
    return _called(state, first, name, found)


_SIDES = {"leading": "ltrim", "trailing": "rtrim", "both": "btrim", "": "btrim"}
FORMS = {
    "extract": _extract,
    "position": _position,
    "substring": _substring,
    "overlay": _overlay,
    "trim": _trim,
}
