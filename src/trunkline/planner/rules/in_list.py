"""IN with a list, or with a query whose rows stand in the text.

t::date IN (DATE '2025-01-01', DATE '2025-02-01')
"""

from __future__ import annotations

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.one_type import of_one_type
from trunkline.planner.rules.shape import Ask
from trunkline.planner.spans import NOTHING, Spans


def in_list(predicate: exp.Expr, question: Question, ask: Ask) -> Spans | None:
    """The union of the equalities it is short for."""
    if not isinstance(predicate, exp.In):
        return None
    if query := predicate.args.get("query"):
        return _in_query(predicate.this, query, question)
    if not predicate.expressions:
        return None
    members = predicate.expressions
    if not of_one_type(question, (predicate.this, *members)):
        return None
    spans = NOTHING
    for member in members:
        spans |= ask(exp.EQ(this=predicate.this, expression=member), question)
    return spans


def _in_query(subject: exp.Expr, query: exp.Expr, question: Question) -> Spans | None:
    chain, value = question.chain(subject), question.members(query)
    return question.compare_with(chain, "=", value) if chain and value else None
