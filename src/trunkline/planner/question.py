"""The question every rule answers: at which instants a predicate can be true.

The answer may hold more instants than that, never fewer. A predicate that is not understood can be
true at any instant. Wherever the answer is less than everything, the predicate is not true where
the time column is NULL: the joins rest on that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from trunkline.planner.constants import text_of
from trunkline.planner.readings import PLAIN, Find, Form, Reading, after, read, start_of
from trunkline.planner.spans import EVERYTHING, Spans
from trunkline.planner.walls import MILLISECOND, Walls, ceiling, evaluated, floor


@dataclass(frozen=True, slots=True)
class Question:
    """One time column: ``find`` says which columns show it, and how."""

    find: Find
    constant: Callable[[str], datetime | None]

    def reading(self, node: exp.Expr) -> Reading | None:
        """What an expression shows of the time column."""
        return read(node, self.find)

    def compare(self, reading: Reading, operator: str, value: exp.Expr) -> Spans:
        """The instants at which ``reading operator value`` can be true, for a constant value."""
        sql = text_of(value)
        if sql is None:
            return EVERYTHING
        if reading == PLAIN:
            instant = evaluated(self.constant, sql)
            return EVERYTHING if instant is None else _beside(operator, instant)
        return self._compare_readings(reading, operator, value, sql)

    def is_instant(self, value: exp.Expr) -> bool:
        """Whether a constant is a TIMESTAMP WITH TIME ZONE by itself."""
        if isinstance(value, exp.Literal):
            return False
        probe = f"CASE WHEN typeof({text_of(value)}) = '{Form.INSTANT.value}' THEN now() END"
        return self.constant(probe) is not None

    def _compare_readings(
        self, reading: Reading, operator: str, value: exp.Expr, sql: str
    ) -> Spans:
        walls = Walls(self.constant, reading.zone)
        if reading.form is Form.INSTANT:
            return self._against_instant(reading, operator, sql)
        if self.is_instant(value):
            # The reading becomes an instant by the session's clock, whatever its own is.
            return EVERYTHING if reading.zone else self._against_instant(reading, operator, sql)
        is_text = isinstance(value, exp.Literal)
        day = f"CAST({sql} AS DATE)" if is_text and reading.form is Form.DATE else sql
        wall = walls.read(f"CAST({day} AS TIMESTAMP)")
        return EVERYTHING if wall is None else _bounds(walls, reading, operator, wall, wall)

    def _against_instant(self, reading: Reading, operator: str, sql: str) -> Spans:
        walls = Walls(self.constant, reading.zone)
        instant = evaluated(self.constant, sql)
        wall = walls.reading(instant) if instant else None
        if instant is None or wall is None:
            return EVERYTHING
        doubt = walls.doubt(instant, wall)
        if doubt is None:
            return EVERYTHING
        return _bounds(walls, reading, operator, wall - doubt, wall + doubt)


def _beside(operator: str, instant: datetime) -> Spans:
    down, up = floor(instant), ceiling(instant)
    past = floor(instant) + MILLISECOND
    return {
        "=": Spans.between(down, past),
        ">=": Spans.since(down),
        ">": Spans.since(down),
        "<": Spans.before(up),
        "<=": Spans.before(past),
    }[operator]


def _bounds(walls: Walls, reading: Reading, operator: str, low: datetime, high: datetime) -> Spans:
    """Bounds for a comparison with a wall reading that lies between ``low`` and ``high``."""
    unit = reading.unit or "millisecond"
    first, last = start_of(unit, low), start_of(unit, high)
    # A reading that is cut to a unit is before a moment inside of the unit if it is in that unit.
    until = last if operator == "<" and last == high else after(unit, last)
    since = after(unit, first) if operator == ">" and reading.unit else first
    start = walls.earliest(since) if operator in ("=", ">", ">=") else None
    end = walls.latest(until) if operator in ("=", "<", "<=") else None
    spans = EVERYTHING
    if start is not None:
        spans &= Spans.since(start)
    if end is not None:
        spans &= Spans.before(end)
    return spans
