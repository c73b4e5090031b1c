"""Which expressions go one way: never back while the moment goes on, or never forth.

Such an expression is, all day long, between what it is at the two ends of the day.
"""

from __future__ import annotations

import re

from sqlglot import exp

from trunkline.planner.clocks import Chain, chain
from trunkline.planner.constants import text_of

# From the year down, and then all that is not of the order: 2025-03-01T14:00, 20250301, 2025-03.
_ORDERED = re.compile(r"%Y\W*(?:%m\W*(?:%d\W*[T ]?(?:%H\W*(?:%M\W*(?:%S\W*(?:%f|%g)?)?)?)?)?)?\Z")
_NUMBERS = (
    exp.DType.BIGINT,
    exp.DType.DECIMAL,
    exp.DType.DOUBLE,
    exp.DType.FLOAT,
    exp.DType.INT,
    exp.DType.INT128,
)
_ONE = frozenset({"epoch_us", "epoch_ns", "julian"})


def steady(node: exp.Expr) -> Chain | None:
    """The chain inside of an expression that goes one way with it; None where it may turn."""
    inner = _inner(node)
    return None if inner is None else chain(inner) or steady(inner)


def _inner(node: exp.Expr) -> exp.Expr | None:  # noqa: PLR0911 (a table of shapes)
    match node:
        case exp.Paren() | exp.Neg() | exp.Floor() | exp.TimeToUnix() | exp.UnixToTime():
            return _expression(node.this)
        case exp.Round() if not node.args.get("decimals"):
            return _expression(node.this)
        case exp.Cast() if _keeps_order(node):
            return _expression(node.this)
        case exp.TimeToStr() if _is_ordered(node):
            return _expression(node.this)
        case exp.Extract() if node.name.lower() == "epoch":
            return _expression(node.expression)
        case exp.DateDiff() | exp.Add() | exp.Sub() | exp.Mul() | exp.Div() | exp.IntDiv():
            return _beside_constant(node)
        case exp.Anonymous():
            return _argument(node)
    return None


def _expression(node: object) -> exp.Expr | None:
    return node if isinstance(node, exp.Expr) else None


def _keeps_order(node: exp.Cast) -> bool:
    to = node.args["to"].this
    # The text of a time has its order; the text of a number has not.
    return to in _NUMBERS or (to in exp.DataType.TEXT_TYPES and chain(node.this) is not None)


def _is_ordered(node: exp.TimeToStr) -> bool:
    form = node.args["format"]
    return isinstance(form, exp.Literal) and bool(_ORDERED.match(form.this))


def _beside_constant(node: exp.Expr) -> exp.Expr | None:
    left, right = node.this, node.args["expression"]
    if text_of(right) is not None:
        return _expression(left)
    is_divisor = isinstance(node, exp.Div | exp.IntDiv)
    return _expression(right) if text_of(left) is not None and not is_divisor else None


def _argument(node: exp.Anonymous) -> exp.Expr | None:
    name, arguments = node.name.lower(), node.expressions
    if name in _ONE and len(arguments) == 1:
        return _expression(arguments[0])
    if name in ("date_part", "datepart") and arguments[0].name.lower() == "epoch":
        return _expression(arguments[1])
    if name in ("date_sub", "datesub") and len(arguments) == 3:
        constants = [text_of(side) is not None for side in arguments[1:]]
        if sum(constants) == 1:
            return _expression(arguments[1 + constants.index(False)])
    return None
