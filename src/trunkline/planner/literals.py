"""A statement as it may be logged: its literals masked, its comments gone."""

from __future__ import annotations

import re

from sqlglot import Token, TokenType, tokenize
from sqlglot.errors import SqlglotError

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

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
    """The statement with ``?`` for each literal; only its length where it cannot be read.

    Also for a quoted name that is none of a table or column of ours: an alias may hold anything.
    """
    try:
        tokens = tokenize(sql, read="duckdb")
    except SqlglotError:
        return f"(unreadable, {len(sql)} characters)"
    return " ".join(
        "?" if _may_tell(token) else sql[token.start : token.end + 1] for token in tokens
    )


def _may_tell(token: Token) -> bool:
    is_quoted = token.token_type is TokenType.IDENTIFIER
    return token.token_type in _LITERALS or (is_quoted and not _PLAIN.fullmatch(token.text))
