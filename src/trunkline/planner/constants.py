"""Constant expressions as text for the engine to evaluate.

Only what sqlglot is known to write back as it was read: the list below is tested one by one. What
is not in it is no constant to us, and bounds nothing.
"""

from __future__ import annotations

from sqlglot import exp

_NODES = (
    exp.Add,
    exp.Anonymous,
    exp.AtTimeZone,
    exp.Cast,
    exp.CurrentDate,
    exp.CurrentTimestamp,
    exp.DataType,
    exp.Date,
    exp.DateFromParts,
    exp.DateTrunc,
    exp.Interval,
    exp.Literal,
    exp.Mul,
    exp.Neg,
    exp.Paren,
    exp.Sub,
    exp.TimestampFromParts,
    exp.TimestampTrunc,
    exp.ToDays,
    exp.UnixToTime,
    exp.Var,
)

# Functions that sqlglot knows nothing of are written back verbatim; these give the same value
# however often they are called in one query.
_FUNCTIONS = frozenset(
    {
        "date_part",
        "get_current_timestamp",
        "make_timestamptz",
        "now",
        "to_hours",
        "to_minutes",
        "to_months",
        "to_seconds",
        "to_weeks",
        "to_years",
        "today",
        "transaction_timestamp",
    }
)


def text_of(node: exp.Expr) -> str | None:
    """The DuckDB text of a constant expression; None where it is not surely one."""
    if not all(_is_constant(part) for part in node.walk()):
        return None
    return node.sql("duckdb", comments=False)


def _is_constant(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _FUNCTIONS
    return isinstance(node, _NODES)
