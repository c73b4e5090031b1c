"""NOT, moved inwards to the comparisons.

    NOT (t < '2025-01-01' OR t >= '2025-02-01')
    t NOT BETWEEN '2025-01-01' AND '2025-01-31'

The instants at which NOT p can be true are not those at which p cannot, since an answer may hold
more than it must: so the negation is answered for a predicate that says the same without NOT.
"""

from __future__ import annotations

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.one_type import keeps_times, of_one_type
from trunkline.planner.rules.shape import Ask
from trunkline.planner.spans import Spans

_OPPOSITE: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.NEQ: exp.EQ,
    exp.NullSafeNEQ: exp.NullSafeEQ,
    exp.GT: exp.LTE,
    exp.GTE: exp.LT,
    exp.LT: exp.GTE,
    exp.LTE: exp.GT,
}


def negation(predicate: exp.Expr, question: Question, ask: Ask) -> Spans | None:
    """The answer for what a negation says in other words."""
    if not isinstance(predicate, exp.Not):
        return None
    positive = _negated(predicate.this, question)
    return None if positive is None else ask(positive, question)


def _negated(inner: exp.Expr, question: Question) -> exp.Expr | None:
    inner = inner.unnest()
    left, right = inner.args.get("this"), inner.args.get("expression")
    match inner:
        case exp.Not():
            return left
        case exp.And():
            return exp.Or(this=exp.Not(this=left), expression=exp.Not(this=right))
        case exp.Or():
            return exp.And(this=exp.Not(this=left), expression=exp.Not(this=right))
        case exp.Between():
            return _outside(inner, question)
    opposite = _OPPOSITE.get(type(inner))
    return opposite(this=left, expression=right) if opposite else None


def _outside(between: exp.Between, question: Question) -> exp.Expr | None:
    subject, low, high = operands = between.this, between.args["low"], between.args["high"]
    if between.args.get("symmetric") or not of_one_type(question, operands):
        return None
    if keeps_times(question, operands):
        return None
    return exp.Or(
        this=exp.LT(this=subject, expression=low), expression=exp.GT(this=subject, expression=high)
    )
