"""What no other rule knows, by the days on which it holds; the engine is asked for them.

year(t) = 2025 AND month(t) IN (1, 2)
strftime(t, '%Y-%m') = '2025-03'
t::text LIKE '2025-03%'
epoch_ms(t) >= 1740787200000
now() - t < INTERVAL 7 DAY
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trunkline.planner.daily import Daily, daily
from trunkline.planner.days import days_of
from trunkline.planner.question import Question
from trunkline.planner.readings import shows_moment
from trunkline.planner.spans import EVERYTHING, NOTHING, Spans


def all_by_day(predicates: Sequence[exp.Expr], question: Question, within: Spans) -> Spans:
    """The instants of the days on which all can hold, of those in ``within``.

    Predicates of one clock are asked for together: a month of every year is no bound, a month of
    one year is.
    """
    together: dict[object, list[Daily]] = {}
    for predicate in predicates if within != NOTHING else ():
        if found := _daily(predicate, question):
            together.setdefault(found.clock.steps, []).append(found)
    spans = within
    for parts in together.values():
        predicate = exp.and_(*(part.predicate for part in parts), copy=False)
        spans &= days_of(Daily(predicate, parts[0].clock), question, spans)
    return spans


def any_by_day(predicates: Sequence[exp.Expr], question: Question) -> Spans:
    """The instants of the days on which any of the predicates can hold."""
    known: list[Daily] = []
    for predicate in predicates:
        found = _daily(predicate, question)
        if found is None or found.clock.steps != (known or [found])[0].clock.steps:
            return EVERYTHING
        known.append(found)
    predicate = exp.or_(*(part.predicate for part in known), copy=False)
    return days_of(Daily(predicate, known[0].clock), question, EVERYTHING)


def _daily(predicate: exp.Expr, question: Question) -> Daily | None:
    expanded = question.expanded(predicate)
    return daily(expanded) if shows_moment(expanded) else None
