"""What a predicate says of the time column: one rule a file, tried in the order of one tuple."""

from __future__ import annotations

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.rules.between import between
from trunkline.planner.rules.comparison import comparison
from trunkline.planner.rules.conjunction import conjunction, every
from trunkline.planner.rules.in_list import in_list
from trunkline.planner.rules.negation import negation
from trunkline.planner.rules.shape import Rule
from trunkline.planner.spans import EVERYTHING, Spans

RULES: tuple[Rule, ...] = (conjunction, negation, between, in_list, comparison)


def instants(predicate: exp.Expr, question: Question) -> Spans:
    """The instants at which a predicate can be true; everything where no rule knows it."""
    return every([predicate], question, _asked)


def _asked(predicate: exp.Expr, question: Question) -> Spans:
    for rule in RULES:
        spans = rule(predicate, question, _asked)
        if spans is not None:
            return spans
    return EVERYTHING
