"""The functions of a time that look at its day alone: parts of a date, the front of a text."""

from __future__ import annotations

import re

from sqlglot import exp

from trunkline.planner.clocks import unit_of
from trunkline.planner.units import OF_DAYS

DATE = 10  # characters of 2025-03-01, with which the text of every time begins
_DAY_CODES = re.compile(r"(?:[^%]|%[-]?[aAwuUWdbBmyYjGVxD%])*\Z")
_DAY_PARTS = frozenset({
    "year", "years", "month", "months", "day", "days", "quarter", "quarters", "week", "weeks",
    "isoyear", "yearweek", "dow", "dayofweek", "weekday", "isodow", "doy", "dayofyear",
    "dayofmonth", "century", "decade", "millennium", "era",
})  # fmt: skip
_OF_DAY = (
    exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Week, exp.WeekOfYear, exp.DayOfWeek,
    exp.DayOfWeekIso, exp.DayOfYear, exp.DayOfMonth, exp.Monthname, exp.Dayname, exp.LastDay,
    exp.Date,
)  # fmt: skip
_OF_DAY_FUNCTIONS = frozenset(
    ["isoyear", "yearweek", "weekday", "century", "decade", "millennium", "era"],
)


def blurs(node: exp.Expr) -> frozenset[int]:
    """The ids of the operands of which a node looks at nothing but the day."""
    return frozenset(id(part) for part in _looked_at(node) if isinstance(part, exp.Expr))


def _looked_at(node: exp.Expr) -> list[object]:  # noqa: PLR0911 (a table of shapes)
    match node:
        case exp.Extract() if node.name.lower() in _DAY_PARTS:
            return [node.expression]
        case exp.Anonymous():
            return _of_function(node)
        case exp.TimeToStr():
            return _of_format(node)
        case exp.DateTrunc() | exp.TimestampTrunc() if unit_of(node) in OF_DAYS:
            return [node.this]
        case exp.DateDiff() if unit_of(node) in OF_DAYS:
            return [node.this, node.expression]
        case exp.Cast() if node.args["to"].this is exp.DType.DATE:
            return [node.this]
        case exp.Left() | exp.Substring():
            return _of_front(node)
        case exp.Like() | exp.StartsWith() if _pattern(node) is not None:
            return [_shown_as_text(node.this)]
    return [node.this] if isinstance(node, _OF_DAY) else []


def _of_function(node: exp.Anonymous) -> list[object]:
    name, arguments = node.name.lower(), node.expressions
    if name in _OF_DAY_FUNCTIONS:
        return arguments[:1]
    is_part = name in ("date_part", "datepart") and arguments[0].name.lower() in _DAY_PARTS
    return arguments[1:] if is_part and isinstance(arguments[0], exp.Literal) else []


def _of_format(node: exp.TimeToStr) -> list[object]:
    sides = [node.this, node.args["format"]]
    formats = [side for side in sides if isinstance(side, exp.Literal)]
    is_of_day = len(formats) == 1 and _DAY_CODES.match(formats[0].this)
    return [side for side in sides if side is not formats[0]] if is_of_day else []


def _of_front(node: exp.Expr) -> list[object]:
    if isinstance(node, exp.Left):
        start, length = "1", node.expression
    else:
        start, length = node.args["start"].name, node.args.get("length")
    is_date = isinstance(length, exp.Literal) and length.name.isdigit()
    if not is_date or start != "1" or int(length.name) > DATE:
        return []
    return [_shown_as_text(node.this)]


def _shown_as_text(node: exp.Expr) -> exp.Expr | None:
    is_text = isinstance(node, exp.Cast) and node.args["to"].this in exp.DataType.TEXT_TYPES
    return node.this if is_text else None


def _pattern(node: exp.Expr) -> str | None:
    """The text that LIKE or starts_with looks for at the front, where it is of the day alone."""
    literal = node.expression
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return None
    text = str(literal.this)
    if isinstance(node, exp.Like):
        if node.args.get("escape") or not text.endswith("%"):
            return None
        text = text[:-1]
        if re.search(r"[%_\\]", text):
            return None
    return text if len(text) <= DATE else None
