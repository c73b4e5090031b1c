"""AND and OR.

t >= '2025-01-01' AND t < '2025-02-01'      what both allow
t < '2025-01-08' OR t >= '2025-01-22'       what either allows
(t >= '2025-01-01' OR queue = 'x')          everything: the other side does not bound t
"""

from __future__ import annotations

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.shape import Ask
from trunkline.planner.spans import Spans


def conjunction(predicate: exp.Expr, question: Question, ask: Ask) -> Spans | None:
    """AND is the intersection of its sides, OR the union."""
    match predicate:
        case exp.Paren():
            return ask(predicate.this, question)
        case exp.And():
            return ask(predicate.this, question) & ask(predicate.expression, question)
        case exp.Or():
            return ask(predicate.this, question) | ask(predicate.expression, question)
    return None
