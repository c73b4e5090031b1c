"""The one shape of a rule.

A rule answers for the predicates it knows and gives None for any other. It asks for the parts of
a predicate through ``ask``, which tries every rule.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.spans import Spans

Ask = Callable[[exp.Expr, Question], Spans]
Rule = Callable[[exp.Expr, Question, Ask], "Spans | None"]
