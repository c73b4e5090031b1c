"""BETWEEN, both ends included.

t BETWEEN '2025-01-01' AND '2025-01-31'
t::date BETWEEN DATE '2025-01-01' AND DATE '2025-01-31'
"""

from __future__ import annotations

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.one_type import of_one_type
from trunkline.planner.rules.shape import Ask
from trunkline.planner.spans import Spans


def between(predicate: exp.Expr, question: Question, ask: Ask) -> Spans | None:
    """The two comparisons it is short for."""
    if not isinstance(predicate, exp.Between) or predicate.args.get("symmetric"):
        return None
    subject, low, high = predicate.this, predicate.args["low"], predicate.args["high"]
    if not of_one_type(question, (subject, low, high)):
        return None
    return ask(exp.GTE(this=subject, expression=low), question) & ask(
        exp.LTE(this=subject, expression=high), question
    )
