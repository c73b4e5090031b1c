"""The question every rule answers: at which instants a predicate can be true.

The answer may hold more instants than that, never fewer. A predicate that is not understood can be
true at any instant. Wherever the answer is less than everything, the predicate is not true where
the time column is NULL: the joins rest on that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlglot import exp

from trunkline.planner.clocks import Chain, Constant, Form, ToInstant, Window, chain
from trunkline.planner.constants import text_of
from trunkline.planner.readings import Find, expanded
from trunkline.planner.spans import BEGINNING, END, EVERYTHING, Spans
from trunkline.planner.walls import Walls, ceiling, evaluated, floor

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Value:
    """What a reading is compared with, as SQL: between its least and its greatest value.

    Both are the same for a constant; a column of a list of rows lies between two.
    """

    least: str
    greatest: str


Among = Callable[[exp.Expr], "Value | None"]


@dataclass(frozen=True, slots=True)
class Question:
    """One time column: ``find`` says which columns show it, and how.

    ``among`` gives the ends of an expression of columns whose rows stand in the query itself, and
    ``members`` those of such a query's one column.
    """

    find: Find
    constant: Constant
    among: Among = lambda _: None
    members: Among = lambda _: None

    def expanded(self, node: exp.Expr) -> exp.Expr:
        """An expression with the time column's moment in place of all that shows it."""
        return expanded(node, self.find)

    def chain(self, node: exp.Expr) -> Chain | None:
        """How an expression shows the time, where it is a chain of clocks and cuts."""
        return chain(self.expanded(node))

    def value(self, node: exp.Expr) -> Value | None:
        """What is known of the other side of a comparison."""
        text = text_of(node)
        return self.among(node) if text is None else Value(text, text)

    def compare(self, subject: Chain, operator: str, node: exp.Expr) -> Spans:
        """The instants at which ``subject operator node`` can be true."""
        value = self.value(node)
        return EVERYTHING if value is None else self.compare_with(subject, operator, value)

    def compare_with(self, subject: Chain, operator: str, value: Value) -> Spans:
        """The same for what is known of the other side."""
        if value.least != value.greatest and self.is_text(value):
            return EVERYTHING  # the least of texts is not the earliest
        if subject.form is not Form.INSTANT and self.is_instant(value):
            subject = subject.then(Form.INSTANT, ToInstant(None))  # by the session's clock
        low, high = (self._bound(subject, sql) for sql in (value.least, value.greatest))
        if low is None or high is None:
            return EVERYTHING
        return self.spans(subject, _window(operator, low, high))

    def spans(self, subject: Chain, window: Window) -> Spans:
        """The instants at which a chain can be in a window, to the millisecond."""
        low, high = subject.back(window, self.constant)
        return Spans.between(floor(low) if low else BEGINNING, ceiling(high) if high else END)

    def is_instant(self, value: Value) -> bool:
        """Whether a constant is a TIMESTAMP WITH TIME ZONE by itself."""
        return self._is_of(value, "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")

    def is_text(self, value: Value) -> bool:
        """Whether a constant is a text, which becomes what it is compared with."""
        return self._is_of(value, "VARCHAR")

    def _is_of(self, value: Value, *types: str) -> bool:
        listed = ", ".join(f"'{name}'" for name in types)
        probe = f"CASE WHEN typeof({value.least}) IN ({listed}) THEN now() END"
        return self.constant(probe) is not None

    def _bound(self, subject: Chain, sql: str) -> datetime | None:
        if subject.form is Form.INSTANT:
            return evaluated(self.constant, sql)
        is_day = subject.form is Form.DATE and self.is_text(Value(sql, sql))
        day = f"CAST({sql} AS DATE)" if is_day else sql
        return Walls(self.constant, None).read(f"CAST({day} AS TIMESTAMP)")


def _window(operator: str, low: datetime, high: datetime) -> Window:
    """The values for which a comparison with one between ``low`` and ``high`` can be true."""
    windows = {
        "=": Window(low, high + _MICROSECOND),
        ">=": Window(low, None),
        ">": Window(low + _MICROSECOND, None),
        "<": Window(None, high),
        "<=": Window(None, high + _MICROSECOND),
    }
    return windows[operator]
