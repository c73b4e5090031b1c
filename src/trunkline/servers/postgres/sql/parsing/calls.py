"""Calls of functions: https://www.postgresql.org/docs/15/sql-expressions.html."""

from __future__ import annotations

from dataclasses import replace

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.parsing import expressions
from trunkline.servers.postgres.sql.parsing.forms import FORMS
from trunkline.servers.postgres.sql.parsing.state import State, Unread
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Node, SortKey


def call(state: State, first: int, names: tuple[str, ...]) -> Node:
    """Behind the name of a function."""
    if len(names) == 1 and names[0] in FORMS and state.tokens[first].kind is Kind.NAME:
        return FORMS[names[0]](state, first)
    return _plain(state, first, names)


def _plain(state: State, first: int, names: tuple[str, ...]) -> Node:
    state.expect("(")
    distinct = state.take_one("distinct", "all") == "distinct"
    arguments: list[Node] = []
    variadic = odd = False
    while not state.sees(")") and not state.token.is_("order"):
        variadic = state.take("variadic") or variadic
        if state.token.is_identifier and state.ahead(1).is_(":=", "=>"):
            odd = True
            state.at += 2
        arguments.append(expressions.expression(state))
        if not state.take(","):
            break
    order = sort_keys(state) if state.take("order", "by") else ()
    if state.take_one("ignore", "respect"):
        state.expect("nulls")
        odd = True
    state.expect(")")
    called = tree.Call(
        first, state.at, names, tuple(arguments), distinct, order, variadic=variadic, odd=odd
    )
    return _behind(state, called)


def _behind(state: State, called: tree.Call) -> tree.Call:
    """What stands behind the parentheses."""
    within: tuple[SortKey, ...] = ()
    condition = over = None
    odd = called.odd
    if state.take("within", "group", "("):
        state.expect("order", "by")
        within = sort_keys(state)
        state.expect(")")
    if state.sees("filter", "("):
        state.at += 2
        state.take("where")
        condition = expressions.expression(state)
        state.expect(")")
    if state.take_one("ignore", "respect"):
        state.expect("nulls")
        odd = True
    if state.take("over"):
        over = window(state)
    return replace(called, last=state.at, within=within, filter=condition, over=over, odd=odd)


def window(state: State) -> Node:
    """The name of a window, or what defines one in parentheses."""
    first = state.at
    if not state.sees("("):
        state.name()
        return tree.Opaque(first, state.at)
    state.expect("(")
    if state.token.is_identifier and not state.token.is_(
        "partition", "order", "range", "rows", "groups"
    ):
        state.name()
    partition: tuple[Node, ...] = ()
    order: tuple[SortKey, ...] = ()
    if state.take("partition", "by"):
        partition = expressions.expressions(state)
    if state.take("order", "by"):
        order = sort_keys(state)
    rest: list[Node] = []
    if state.take_one("range", "rows", "groups"):
        while not state.sees(")"):
            if state.take_one(*_FRAME):
                continue
            rest.append(expressions.expression(state, expressions.RANGE))
    state.expect(")")
    return tree.Window(first, state.at, partition, order, tuple(rest))


_FRAME = (
    "between", "and", "unbounded", "preceding", "following", "current", "row", "exclude", "no",
    "others", "ties", "group",
)  # fmt: skip


def sort_keys(state: State) -> tuple[SortKey, ...]:
    """Behind ORDER BY."""
    found = [_sort_key(state)]
    while state.take(","):
        found.append(_sort_key(state))
    return tuple(found)


def _sort_key(state: State) -> SortKey:
    first = state.at
    key: Node
    if state.token.is_("all") and not state.ahead(1).is_("("):  # DuckDB's ORDER BY ALL
        state.next()
        key = tree.Opaque(first, state.at)
    else:
        key = expressions.expression(state)
    using = ""
    if state.take("using"):
        using = state.next().value
    descending = state.take_one("asc", "desc") == "desc" or using in (">", ">=")
    nulls = ""
    if state.take("nulls"):
        nulls = state.take_one("first", "last")
        if not nulls:
            raise Unread
    return SortKey(first, state.at, key, descending, nulls)
