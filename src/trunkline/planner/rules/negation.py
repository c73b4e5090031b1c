"""NOT, moved inwards to the comparisons.

    NOT (t < '2025-01-01' OR t >= '2025-02-01')
    t NOT BETWEEN '2025-01-01' AND '2025-01-31'

The instants at which NOT p can be true are not those at which p cannot, since an answer may hold
more than it must: so the negation is answered for a predicate that says the same without NOT.
"""

from __future__ import annotations

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.one_type import of_one_type
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
    match inner:
        case exp.Paren():
            return _negated(inner.this, question)
        case exp.Not():
            return inner.this
        case exp.And():
            return exp.Or(this=exp.Not(this=inner.this), expression=exp.Not(this=inner.expression))
        case exp.Or():
            return exp.And(this=exp.Not(this=inner.this), expression=exp.Not(this=inner.expression))
        case exp.Between() if not inner.args.get("symmetric"):
            low, high = inner.args["low"], inner.args["high"]
            if not of_one_type(question, (inner.this, low, high)):
                return None
            return exp.Or(
                this=exp.LT(this=inner.this, expression=low),
                expression=exp.GT(this=inner.this, expression=high),
            )
    opposite = _OPPOSITE.get(type(inner))
    return opposite(this=inner.this, expression=inner.expression) if opposite else None
