"""Identifiers: folded by the lexer, and quoted where DuckDB takes them for key words."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.tokens import Kind, Token
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, quoted, string

# Names to PostgreSQL, key words to DuckDB 2.0 (its duckdb_keywords()).
_WORDS = """
    anti asof at authorization binary by collation columns concurrently cross describe freeze full
    generated glob ilike inner is isnull join lambda left like map natural notnull outer overlaps
    pivot pivot_longer pivot_wider positional qualify right semi show similar struct summarize
    tablesample try_cast tuple unpack unpivot verbose
"""
_KEY_WORDS = frozenset(_WORDS.split())


def identifier(token: Token) -> Rope:
    """A name of a column, a relation or an alias."""
    if token.kind is Kind.QUOTED or token.value in _KEY_WORDS:
        return At(quoted(token.value), token.start)
    return token


def column(node: tree.Column, writer: Writer) -> Rope | None:
    """A column; a database and ``pg_catalog`` before it say nothing that DuckDB needs."""
    if relation := writer.about.hidden.get(id(node)):
        return _hidden(node, relation, writer)
    tokens = writer.statement.tokens[node.first : node.last]
    names = [token for token in tokens if token.is_identifier]
    if len(names) > 2 and writer.about.is_path(node.names):
        names = names[-2:]
    found: list[Rope] = []
    for token in names:
        found += [".", identifier(token)] if found else [identifier(token)]
    return tuple(found)


def _hidden(node: tree.Column, relation: str, writer: Writer) -> Rope:
    """Of the relation itself, and of the transaction that made the catalogue's rows: always one."""
    if node.names[-1] == "xmin":
        return At("CAST(716 AS uinteger)", writer.place(node))
    return "regclass_in(", At(string(relation), writer.place(node)), ")"
