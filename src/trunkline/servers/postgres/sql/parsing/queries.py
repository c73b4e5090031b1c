"""Queries: https://www.postgresql.org/docs/15/sql-select.html, and DuckDB's clauses."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.parsing import calls, expressions, primaries, sources
from trunkline.servers.postgres.sql.parsing.state import DEEPEST, State, Unread, too_deep
from trunkline.servers.postgres.sql.parsing.words import NEEDS_AS
from trunkline.servers.postgres.sql.statement import Statement
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.tree import Item, Node, Query


def parse(statement: Statement) -> Query:
    """The tree of a query; Unread where it has something that is not known here."""
    state = State(statement)
    try:
        found = query(state)
        state.finish()
    except RecursionError:
        raise too_deep() from None
    return found


def in_parentheses(state: State) -> Query:
    """A query with its parentheses, which are not among its tokens."""
    state.expect("(")
    found = query(state)
    state.expect(")")
    return found


def query(state: State) -> Query:
    """A query with its WITH, ORDER BY and LIMIT."""
    state.depth += 1
    if state.depth > DEEPEST:
        raise too_deep()
    first = state.at
    recursive, common = _with(state)
    body = _sets(state, 0)
    order = calls.sort_keys(state) if state.take("order", "by") else ()
    limit, offset = _ending(state)
    state.depth -= 1
    return Query(first, state.at, common, recursive, body, order, limit, offset)


def _with(state: State) -> tuple[bool, tuple[tree.Common, ...]]:
    if not state.take("with"):
        return False, ()
    recursive = state.take("recursive")
    found: list[tree.Common] = []
    while not found or state.take(","):
        first = state.at
        name = state.name()
        columns = names_in_parentheses(state)
        if state.sees("using"):
            raise Unread
        state.expect("as")
        state.take("not")
        state.take("materialized")
        inner = in_parentheses(state)
        found.append(tree.Common(first, state.at, name, columns, inner))
    return recursive, tuple(found)


def names_in_parentheses(state: State) -> tuple[str, ...]:
    """Names of columns; none where there are no parentheses."""
    if not state.take("("):
        return ()
    found = [state.name()]
    while state.take(","):
        found.append(state.name())
    state.expect(")")
    return tuple(found)


def _sets(state: State, level: int) -> Node:
    """INTERSECT binds tighter than UNION and EXCEPT."""
    left = _core(state)
    while word := state.token.value if state.token.is_("union", "except", "intersect") else "":
        own = 1 if word == "intersect" else 0
        if own < level:
            break
        state.next()
        state.take_one("all", "distinct")
        if state.take("by"):
            raise Unread
        right = _sets(state, own + 1)
        left = tree.Sets(left.first, state.at, word, left, right)
    return left


def _core(state: State) -> Node:
    first = state.at
    if state.sees("("):
        inner = in_parentheses(state)
        return tree.Derived(first, state.at, inner, None)
    if state.take("values"):
        return _values(state, first)
    if state.take("table"):
        start = state.at
        names = state.names()
        return tree.Table(first, state.at, names, tree.Opaque(start, state.at), None)
    if state.sees("from"):
        return _select(state, first)
    state.expect("select")
    return _select(state, first)


def _values(state: State, first: int) -> tree.Values:
    rows: list[tree.Row] = []
    while not rows or state.take(","):
        start = state.at
        state.expect("(")
        items = expressions.expressions(state)
        state.expect(")")
        rows.append(tree.Row(start, state.at, items))
    return tree.Values(first, state.at, tuple(rows))


def _select(state: State, first: int) -> tree.Select:
    found: tuple[Node, ...] = ()
    rest: list[Node] = []
    items: tuple[Item, ...] = ()
    if state.sees("from"):
        state.next()
        found = sources.sources(state)
        if state.take("select"):
            items = _items(state, rest)
    else:
        items = _items(state, rest)
        if state.take("from"):
            found = sources.sources(state)
    where = expressions.expression(state) if state.take("where") else None
    _grouping(state, rest)
    return tree.Select(first, state.at, items, found, where, tuple(rest))


def _items(state: State, rest: list[Node]) -> tuple[Item, ...]:
    distinct = state.take_one("distinct", "all") == "distinct"
    if distinct and state.take("on", "("):
        rest.extend(expressions.expressions(state))
        state.expect(")")
    found: list[Item] = []
    if not state.ended and not state.token.is_("from", "where", "union", ")"):
        found.append(_item(state))
        while state.take(","):
            if state.token.is_("from"):  # DuckDB lets a comma stand at the end
                raise Unread
            found.append(_item(state))
    return tuple(found)


def _item(state: State) -> Item:
    first = state.at
    if state.token.is_identifier and state.ahead(1).is_(":") and not state.ahead(2).is_(":"):
        raise Unread  # DuckDB's alias before the expression
    value = expressions.expression(state)
    alias = label(state)
    return Item(first, state.at, value, alias)


def label(state: State) -> str:
    """A name behind an expression, with AS or without; empty for none."""
    if state.take("as"):
        if state.token.kind is Kind.STRING:
            raise Unread
        return state.name()
    token = state.token
    if token.kind is Kind.QUOTED or (token.kind is Kind.NAME and token.value not in NEEDS_AS):
        return state.name()
    return ""


def _grouping(state: State, rest: list[Node]) -> None:
    """GROUP BY, HAVING, WINDOW and DuckDB's QUALIFY and USING SAMPLE."""
    if state.take("group", "by"):
        state.take_one("distinct")
        if not state.take("all"):
            _groups(state, rest)
    if state.take("having"):
        rest.append(expressions.expression(state))
    while state.take("window") or (
        rest and state.tokens[state.at - 1].is_(")") and state.take(",")
    ):
        state.name()
        state.expect("as")
        rest.append(calls.window(state))
    if state.take("qualify"):
        rest.append(expressions.expression(state))
    if state.sees("using", "sample"):
        raise Unread


def _groups(state: State, rest: list[Node]) -> None:
    while True:
        if state.take("grouping", "sets", "("):
            _groups(state, rest)
            state.expect(")")
        elif state.sees("(", ")"):
            state.at += 2
        else:
            rest.append(expressions.expression(state))
        if not state.take(","):
            return


def _ending(state: State) -> tuple[tree.Limit | None, Node | None]:
    """LIMIT, OFFSET, FETCH and FOR UPDATE, in any order."""
    limit: tree.Limit | None = None
    offset: Node | None = None
    while True:
        first = state.at
        if state.take("limit"):
            limit = _limit(state, first)
        elif state.take("offset"):
            offset = expressions.expression(state)
            state.take_one("row", "rows")
        elif state.take("fetch"):
            limit = _fetch(state, first)
        elif state.take("for"):
            _locking(state)
        else:
            return limit, offset


def _limit(state: State, first: int) -> tree.Limit:
    if state.take("all"):
        return tree.Limit(first, state.at, None, plain=True)
    count = expressions.expression(state)
    if state.sees("%") or state.sees(","):
        raise Unread
    return tree.Limit(first, state.at, count, plain=True)


def _fetch(state: State, first: int) -> tree.Limit:
    if not state.take_one("first", "next"):
        raise Unread
    count: Node | None = None
    if not state.token.is_("row", "rows"):
        count = primaries.primary(state)
    state.take_one("row", "rows")
    if not state.take("only"):
        raise Unread
    return tree.Limit(first, state.at, count, plain=False)


def _locking(state: State) -> None:
    if not state.take_one("update", "share") and not (
        state.take("no", "key", "update") or state.take("key", "share")
    ):
        raise Unread
    if state.take("of"):
        state.names()
        while state.take(","):
            state.names()
    state.take("nowait")
    state.take("skip", "locked")
