"""Types in an expression, DuckDB's own among them."""

from __future__ import annotations

from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.sql.parsing.state import State
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.type_names import Named, read_type

_NESTED = ("struct", "map", "union", "enum", "row", "bitstring", "variant", "varint")


def cast_type(state: State) -> Named | None:
    """The type that is named next; None for one that only DuckDB has."""
    if not state.token.is_(*_NESTED):
        return read_type(state)
    state.next()
    if state.sees("("):
        state.past_parentheses()
    while state.sees("["):
        state.past_parentheses()
    return None


def literal_type(state: State) -> Named | None:
    """The type before a literal, as in ``date '2026-01-01'``; None where there is none such."""
    start = state.at
    try:
        found = read_type(state)
    except Refused:
        state.at = start
        return None
    except Exception:
        state.at = start
        raise
    if state.token.kind is Kind.STRING:
        return found
    state.at = start
    return None
