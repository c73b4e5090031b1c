"""Comparison of the time column, or of a chain over it, with a constant, in either order.

t >= TIMESTAMPTZ '2025-01-01 00:00:00Z'
now() - INTERVAL 7 DAY < t
t::date = DATE '2025-01-31'
date_trunc('month', t AT TIME ZONE 'Australia/Sydney') <= '2025-03-01'
"""

from __future__ import annotations

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.shape import Ask
from trunkline.planner.spans import Spans

OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NullSafeEQ: "=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
MIRRORED = {"=": "=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}


def comparison(predicate: exp.Expr, question: Question, _ask: Ask) -> Spans | None:
    """The chain's bounds; nothing is known of a comparison with anything but a constant."""
    operator = OPERATORS.get(type(predicate))
    if operator is None or not isinstance(predicate, exp.Binary):
        return None
    left, right = predicate.this, predicate.expression
    if subject := question.chain(left):
        return question.compare(subject, operator, right)
    if subject := question.chain(right):
        return question.compare(subject, MIRRORED[operator], left)
    return None
