"""The text as a syntax tree, without what the parser is known to misread."""

from __future__ import annotations

import re
from itertools import pairwise

import sqlglot
from sqlglot import Dialect, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from trunkline.errors import SqlError
from trunkline.planner.parameters import marked

# sqlglot 30 reads INTERVAL '1 day 02:03:04' and INTERVAL '1 day ago' as one day.
_PLAIN_INTERVAL = re.compile(r"\s*-?\d+\s*[a-zA-Z]*\s*\Z")


def parsed(sql: str) -> exp.Expr:
    """The tree of a statement; SqlError where it cannot be read."""
    try:
        tree = _tree(sql)
        return tree if _reads_intervals(sql) else tree.transform(_unread)
    except RecursionError as error:
        raise too_deep() from error
    except SqlglotError as error:
        raise SqlError(
            "the planner cannot read this query, so it cannot tell which days it needs",
            hint="Write it in plainer SQL.",
        ) from error


def _tree(sql: str) -> exp.Expr:
    dialect = Dialect.get_or_raise("duckdb")
    text = marked(sql)
    (tree,) = dialect.parser().parse(dialect.tokenize(text), text)
    if tree is None:
        raise ParseError("no statement")
    return tree


def too_deep() -> SqlError:
    """The error for text that DuckDB can read and the planner runs out of stack over."""
    return SqlError(
        "this query is nested too deeply for the planner, so it cannot tell which days it needs",
        hint="A chain of hundreds of OR, AND, UNION or JOIN counts as nesting. Write "
        "x = 1 OR x = 2 OR ... as x IN (1, 2, ...), which may be of any length, and put long "
        "lists of rows into a table.",
    )


def _reads_intervals(sql: str) -> bool:
    tokens = sqlglot.tokenize(marked(sql), read="duckdb")
    return all(
        _PLAIN_INTERVAL.match(token.text)
        for before, token in pairwise(tokens)
        if before.token_type is TokenType.INTERVAL and token.token_type is TokenType.STRING
    )


def _unread(node: exp.Expr) -> exp.Expr:
    return (
        exp.Anonymous(this="interval_that_was_misread") if isinstance(node, exp.Interval) else node
    )
