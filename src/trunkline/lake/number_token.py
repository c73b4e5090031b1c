"""``number_token('+61 400 000 000')``: the one function of ours in SQL, on literals only.

The tokens of a statement's literals are made before it runs, and its session has a macro that
looks them up. So no statement can have tokens made of the values of a column, which would undo the
masking by trying all numbers, and the key never comes near the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from trunkline.errors import ForbiddenSql, SqlError

NAME = "number_token"
MOST = 100  # numbers in one statement: enough for a question, few for a search

Tokens = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Call:
    """The literal of one call, and where the call stands."""

    literal: str
    position: int | None


def no_tokens(_: str) -> str:
    """For sessions without users."""
    raise SqlError(f"{NAME}() is not available")


def call_of(node: Mapping[str, Any], position: int | None) -> Call:
    """A call as DuckDB's parser has it; ForbiddenSql unless it is of one text."""
    arguments = [argument["expression"] for argument in node.get("arguments") or ()]
    literal = arguments[0].get("literal") if len(arguments) == 1 else None
    if node["class"] != "FUNCTION" or not literal or literal.get("kind") != "STRING":
        raise ForbiddenSql(
            f"{NAME}() takes one number, written as a text",
            hint=f"For example {NAME}('+61 491 570 156'). It takes no column: the token of a "
            "column stands beside it.",
            position=position,
        )
    return Call(str(literal["text"]), position)


def tokens_of(calls: Iterable[Call], token: Tokens) -> dict[str, str]:
    """The token of each literal. ForbiddenSql where there are too many, SqlError with the place."""
    first = {call.literal: call for call in reversed(tuple(calls))}
    if len(first) > MOST:
        raise ForbiddenSql(
            f"{NAME}() is asked for {len(first):,} numbers; {MOST} are the most of one statement",
            hint="Join a list of numbers by tokens that are made outside.",
        )
    return {literal: _token(call, token) for literal, call in first.items()}


def create(connection: duckdb.DuckDBPyConnection, schema: str, tokens: Mapping[str, str]) -> None:
    """The macro of a session, where its statement calls it."""
    if tokens:
        cases = " ".join(
            f"WHEN {_text(given)} THEN {_text(made)}" for given, made in tokens.items()
        )
        connection.execute(f'CREATE MACRO "{schema}".{NAME}(number) AS (CASE number {cases} END)')


def _token(call: Call, token: Tokens) -> str:
    try:
        return token(call.literal)
    except SqlError as error:
        raise SqlError(error.message, hint=error.hint, position=call.position) from None


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
