"""What stands in FROM."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.parsing import calls, expressions, queries
from trunkline.servers.postgres.sql.parsing.state import State, Unread
from trunkline.servers.postgres.sql.parsing.types import cast_type
from trunkline.servers.postgres.sql.parsing.words import BARE, JOINS, NEEDS_AS
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Alias, Node


def sources(state: State) -> tuple[Node, ...]:
    """Sources with commas between them."""
    found = [_joined(state)]
    while state.take(","):
        found.append(_joined(state))
    if state.token.is_("pivot", "unpivot", "tablesample"):
        raise Unread
    return tuple(found)


def _joined(state: State) -> Node:
    left = _source(state)
    while state.token.is_(*JOINS):
        left = _join(state, left)
    return left


def _join(state: State, left: Node) -> Node:
    words = _join_words(state)
    natural, hides = "natural" in words, bool(words & {"semi", "anti"})
    right = _source(state)
    # A condition may stand behind that of the next: a JOIN b JOIN c ON ... ON ...
    while state.token.is_(*JOINS) and not words & {"natural", "cross", "positional"}:
        right = _join(state, right)
    needs = not words & {"natural", "cross", "positional"}
    condition, using = _condition(state) if needs else (None, ())
    return tree.Join(left.first, state.at, left, right, condition, using, natural, hides)


def _join_words(state: State) -> set[str]:
    words: set[str] = set()
    while not state.take("join"):
        word = state.take_one(
            "inner", "left", "right", "full", "outer", "cross", "natural", "asof", "positional",
            "semi", "anti",
        )  # fmt: skip
        if not word:
            raise Unread
        words.add(word)
    return words


def _condition(state: State) -> tuple[Node | None, tuple[str, ...]]:
    if state.take("on"):
        return expressions.expression(state), ()
    if state.take("using"):
        found = queries.names_in_parentheses(state)
        if state.take("as"):
            raise Unread
        return None, found
    raise Unread


def _source(state: State) -> Node:
    first = state.at
    state.take("lateral")
    state.take("only")
    if state.sees("("):
        return _parenthesised(state, first)
    if not state.token.is_identifier:
        raise Unread
    if state.sees("rows", "from", "("):
        raise Unread
    if state.token.kind is Kind.NAME and state.token.value in BARE and not state.ahead(1).is_("("):
        start = state.at
        state.next()
        call: Node = tree.Call(start, state.at, (state.tokens[start].value,), (), bare=True)
        return tree.FromCall(first, state.at, call, _alias(state), ordinality=False)
    return _named(state, first)


def _named(state: State, first: int) -> Node:
    start = state.at
    names = state.names()
    if state.sees("("):
        call = calls.call(state, start, names)
        ordinality = state.take("with", "ordinality")
        alias = _alias(state)
        return tree.FromCall(first, state.at, call, alias, ordinality)
    path = tree.Opaque(start, state.at)
    state.take("*")
    if state.token.is_("tablesample", "at", "for") and not state.sees("for", "update"):
        raise Unread
    alias = _alias(state)
    return tree.Table(first, state.at, names, path, alias)


def _parenthesised(state: State, first: int) -> Node:
    if state.begins_query():
        query = queries.in_parentheses(state)
        alias = _alias(state)
        return tree.Derived(first, state.at, query, alias)
    start = state.at
    state.expect("(")
    inner = _joined(state)
    state.expect(")")
    if _alias(state):
        raise Unread
    return tree.Paren(start, state.at, inner)


def _alias(state: State) -> Alias | None:
    first = state.at
    said = state.take("as")
    if said and state.sees("("):  # AS (name type, ...)
        raise Unread
    token = state.token
    if token.kind is not Kind.QUOTED and (
        token.kind is not Kind.NAME or (token.value in NEEDS_AS and not said)
    ):
        if said:
            raise Unread
        return None
    name = state.name()
    columns: list[str] = []
    typed = False
    if state.take("("):
        while not columns or state.take(","):
            columns.append(state.name())
            if not state.sees(",") and not state.sees(")"):
                cast_type(state)
                typed = True
        state.expect(")")
    return Alias(first, state.at, name, tuple(columns), typed)
