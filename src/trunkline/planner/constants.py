"""Constant expressions as text for the engine to evaluate.

Only what sqlglot is known to write back as it was read: the lists below are tested one by one. What
is not in them is no constant to us, and bounds nothing.
"""

from __future__ import annotations

from sqlglot import ErrorLevel, exp

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
    exp.Localtimestamp,
    exp.Mul,
    exp.Neg,
    exp.Null,
    exp.Paren,
    exp.StrToTime,
    exp.Sub,
    exp.TimestampFromParts,
    exp.TimestampTrunc,
    exp.ToDays,
    exp.UnixToTime,
    exp.Var,
)

# What else an expression of a moment may be made of: it has one value for one moment.
_PURE_NODES = (
    exp.And,
    exp.Between,
    exp.Boolean,
    exp.Bracket,
    exp.Case,
    exp.Coalesce,
    exp.Concat,
    exp.Contains,
    exp.DPipe,
    exp.DateAdd,
    exp.DateBin,
    exp.DateDiff,
    exp.Day,
    exp.DayOfMonth,
    exp.DayOfWeek,
    exp.DayOfWeekIso,
    exp.DayOfYear,
    exp.Dayname,
    exp.Div,
    exp.EQ,
    exp.Extract,
    exp.Floor,
    exp.GT,
    exp.GTE,
    exp.Greatest,
    exp.Hour,
    exp.If,
    exp.In,
    exp.IntDiv,
    exp.Is,
    exp.LT,
    exp.LTE,
    exp.LastDay,
    exp.Least,
    exp.Left,
    exp.Like,
    exp.Lower,
    exp.Minute,
    exp.Mod,
    exp.Month,
    exp.Monthname,
    exp.NEQ,
    exp.Not,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Nullif,
    exp.Or,
    exp.Pad,
    exp.Quarter,
    exp.Replace,
    exp.Right,
    exp.Round,
    exp.Second,
    exp.Slice,
    exp.StartsWith,
    exp.Substring,
    exp.TimeToStr,
    exp.TimeToUnix,
    exp.Trim,
    exp.TryCast,
    exp.Tuple,
    exp.Upper,
    exp.Week,
    exp.WeekOfYear,
    exp.Year,
)

# Functions that sqlglot knows nothing of are written back verbatim; these give the same value
# however often they are called in one query.
_FUNCTIONS = frozenset(
    {
        "current_localtimestamp",
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
_PURE_FUNCTIONS = _FUNCTIONS | {
    "age",
    "century",
    "date_sub",
    "datepart",
    "datesub",
    "decade",
    "epoch_ns",
    "epoch_us",
    "era",
    "isoyear",
    "julian",
    "millennium",
    "printf",
    "timezone",
    "weekday",
    "yearweek",
}


def text_of(node: exp.Expr) -> str | None:
    """The DuckDB text of a constant expression; None where it is not surely one."""
    if not all(_is_constant(part) for part in node.walk()):
        return None
    return written(node)


def written(node: exp.Expr) -> str:
    """An expression as DuckDB's text, without what sqlglot says of other dialects."""
    return node.sql("duckdb", comments=False, unsupported_level=ErrorLevel.IGNORE)


def _is_constant(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _FUNCTIONS
    return isinstance(node, _NODES)


def is_pure(node: exp.Expr) -> bool:
    """Whether a node makes one value of the values below it, the same each time."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _PURE_FUNCTIONS
    return isinstance(node, (*_NODES, *_PURE_NODES))
