"""A statement as it may be logged: its literals masked, its comments gone."""

from __future__ import annotations

from sqlglot import TokenType, tokenize
from sqlglot.errors import SqlglotError

_LITERALS = frozenset(
    {
        TokenType.STRING,
        TokenType.NUMBER,
        TokenType.BIT_STRING,
        TokenType.HEX_STRING,
        TokenType.BYTE_STRING,
        TokenType.NATIONAL_STRING,
        TokenType.RAW_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.UNICODE_STRING,
    }
)


def masked(sql: str) -> str:
    """The statement with ``?`` for each literal; only its length where it cannot be read."""
    try:
        tokens = tokenize(sql, read="duckdb")
    except SqlglotError:
        return f"(unreadable, {len(sql)} characters)"
    return " ".join(
        "?" if token.token_type in _LITERALS else sql[token.start : token.end + 1]
        for token in tokens
    )
