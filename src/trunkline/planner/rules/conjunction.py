"""AND and OR, chains of any length.

t >= '2025-01-01' AND t < '2025-02-01'      what both allow
t < '2025-01-08' OR t >= '2025-01-22'       what either allows
(t >= '2025-01-01' OR queue = 'x')          everything: the other side does not bound t
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.by_day import all_by_day, any_by_day
from trunkline.planner.rules.shape import Ask
from trunkline.planner.spans import EVERYTHING, Spans


def conjunction(predicate: exp.Expr, question: Question, ask: Ask) -> Spans | None:
    """AND is the intersection of its sides, OR the union."""
    match predicate:
        case exp.Paren():
            return ask(predicate.this, question)
        case exp.And():
            return every(predicate.flatten(), question, ask)
        case exp.Or():
            return either(predicate.flatten(), question, ask)
    return None


def every(predicates: Iterable[exp.Expr], question: Question, ask: Ask) -> Spans:
    """The instants at which all can be true."""
    spans, left = EVERYTHING, []
    for predicate in predicates:
        found = ask(predicate, question)
        spans &= found
        if found == EVERYTHING:
            left.append(predicate)
    return all_by_day(left, question, spans)


def either(predicates: Iterable[exp.Expr], question: Question, ask: Ask) -> Spans:
    """The instants at which one can be true."""
    asked = [(predicate, ask(predicate, question)) for predicate in predicates]
    left = [predicate for predicate, found in asked if found == EVERYTHING]
    spans = Spans.of(part for _, found in asked if found != EVERYTHING for part in found.parts)
    return spans | any_by_day(left, question) if left else spans
