"""How the moment of emission is looked at.

Rule: all emissions of one stretch of a grid look the same. So the moment is compared with edges of
the grid, or cut to hours or longer by some clock; what is made of that is the same for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlglot import exp

from trunkline.planner.aggregates.scene import Unfit
from trunkline.planner.clocks import Constant, Form, given, unit_of
from trunkline.planner.constants import text_of
from trunkline.planner.walls import FIRST, LAST, evaluated, number

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_FORMS = {
    exp.DType.TIMESTAMP: Form.WALL,
    exp.DType.TIMESTAMPNTZ: Form.WALL,
    exp.DType.TIMESTAMPTZ: Form.INSTANT,
}
_PARTS = {
    "hour": HOUR,
    **dict.fromkeys(
        (
            "day", "dayofmonth", "dow", "weekday", "isodow", "doy", "week", "month", "quarter",
            "year", "isoyear", "yearweek", "decade", "century", "dayofweek", "dayofyear",
        ),
        DAY,
    ),
}  # fmt: skip
_FUNCTIONS: dict[type[exp.Expr], timedelta] = {
    exp.Hour: HOUR,
    **dict.fromkeys(
        (
            exp.Day, exp.DayOfMonth, exp.DayOfWeek, exp.DayOfWeekIso, exp.DayOfYear, exp.Dayname,
            exp.LastDay, exp.Month, exp.Monthname, exp.Quarter, exp.Week, exp.WeekOfYear, exp.Year,
        ),
        DAY,
    ),
}  # fmt: skip


@dataclass(slots=True)
class Looks:
    """All that was seen: lengths the grid must divide, its edges, and the clocks it is seen by.

    ``zones`` are SQL literals, None for the session's; ``edges`` are instants, or what a clock of
    the zones shows as if it were UTC.
    """

    units: set[timedelta] = field(default_factory=set)
    edges: set[datetime] = field(default_factory=set)
    zones: set[str | None] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Look:
    """One reference, followed outwards until it is cut to the grid or compared with an edge."""

    looks: Looks
    constant: Constant
    name: str

    def follow(self, column: exp.Expr) -> None:
        node, form = column, Form.INSTANT
        while (parent := node.parent) is not None:
            then = self._step(parent, node, form)
            if then is None:
                return
            node, form = parent, then
        raise self._unfit()

    def _unfit(self) -> Unfit:
        return Unfit(f"{self.name} is read otherwise than in bounds and by the hour or longer")

    def _step(self, parent: exp.Expr, node: exp.Expr, form: Form) -> Form | None:
        """What form the value has around the node; None where it is on the grid."""
        match parent:
            case exp.Paren():
                return form
            case exp.AtTimeZone() if parent.this is node:
                return self._at_zone(parent.args["zone"], form)
            case exp.Cast() | exp.TryCast() if parent.args["to"].this is not exp.DType.DATE:
                return self._cast(parent.args["to"])
            case exp.Add() | exp.Sub() if parent.this is node:
                return self._shifted(parent.expression, form)
            case exp.Anonymous(expressions=[zone, _]) if parent.name.lower() == "timezone":
                return self._at_zone(zone, form)
        self._settle(parent, node, form)
        return None

    def _settle(self, parent: exp.Expr, node: exp.Expr, form: Form) -> None:
        """Note what it is compared with, or cut to."""
        if isinstance(parent, exp.Between):
            raise Unfit(f"BETWEEN takes in its end: write {self.name} >= and <")
        if isinstance(parent, exp.GTE | exp.LT | exp.GT | exp.LTE):
            self._compared(parent, node, form)
            return
        if form is Form.INSTANT:
            self.looks.zones.add(None)
        self.looks.units.add(self._length(parent, node))

    def _length(self, parent: exp.Expr, node: exp.Expr) -> timedelta:
        """The length of what a function cuts to."""
        found = _FUNCTIONS.get(type(parent))
        match parent:
            case exp.Date() if given(parent) <= {"this"}:
                found = DAY
            case exp.Cast() | exp.TryCast():
                found = DAY  # to a DATE
            case exp.DateTrunc() | exp.TimestampTrunc() if given(parent) <= {"this", "unit"}:
                found = _PARTS.get(unit_of(parent) or "")
            case exp.Extract():
                found = _PARTS.get(parent.name.lower())
            case exp.DateBin() if given(parent) <= {"this", "expression"}:
                found = self._width(parent.this) if parent.expression is node else None
            case exp.Anonymous():
                found = _of_function(parent, node)
        if found is None:
            raise self._unfit()
        return found

    def _width(self, node: exp.Expr) -> timedelta | None:
        """The width of a bucket: whole days of a calendar, or so many microseconds."""
        text = text_of(node)
        if text is None or not self._part("epoch", text):
            return None
        if any(self._part(part, text) for part in ("year", "month", "day")):
            is_whole = not any(self._part(part, text) for part in ("hour", "minute", "second"))
            return DAY if is_whole else None
        return timedelta(microseconds=round(self._part("epoch", text) * 1_000_000))

    def _part(self, part: str, interval: str) -> float:
        return number(self.constant, f"date_part('{part}', {interval})")

    def _at_zone(self, zone: exp.Expr, form: Form) -> Form:
        if not (isinstance(zone, exp.Literal) and zone.is_string):
            raise self._unfit()
        self.looks.zones.add(zone.name)
        return Form.WALL if form is Form.INSTANT else Form.INSTANT

    def _cast(self, to: exp.DataType) -> Form:
        then = None if to.expressions else _FORMS.get(to.this)
        if then is None:
            raise self._unfit()
        self.looks.zones.add(None)
        return then

    def _shifted(self, amount: exp.Expr, form: Form) -> Form:
        """Earlier or later by whole days, months and so much time: the grid must divide that."""
        text = text_of(amount) if isinstance(amount, exp.Interval) else None
        if text is None:
            raise self._unfit()
        hours, minutes, seconds = (
            self._part(part, text) for part in ("hour", "minute", "microsecond")
        )
        self.looks.units.add(timedelta(hours=hours, minutes=minutes, microseconds=seconds) or DAY)
        self.looks.zones.add(None)
        return form

    def _compared(self, parent: exp.Expr, node: exp.Expr, form: Form) -> None:
        is_left = parent.this is node
        if isinstance(parent, exp.GTE | exp.LT) is not is_left:
            raise Unfit(f"{self.name} is compared by > or <=: write >= and <")
        other = text_of(parent.expression if is_left else parent.this)
        edge = self._edge(other, form) if other else None
        if edge is None or not FIRST < edge < LAST:
            raise Unfit(f"{self.name} is compared with what is no time that stands in the text")
        self.looks.edges.add(edge)

    def _edge(self, text: str, form: Form) -> datetime | None:
        if form is Form.INSTANT:
            return evaluated(self.constant, text)
        self.looks.zones.add(None)
        return evaluated(self.constant, f"CAST({text} AS TIMESTAMP) AT TIME ZONE 'UTC'")


def _of_function(parent: exp.Anonymous, node: exp.Expr) -> timedelta | None:
    """The length of a function that is called by name."""
    match parent.name.lower(), parent.expressions:
        case (("date_part" | "datepart"), [exp.Literal() as part, subject]) if subject is node:
            return _PARTS.get(part.name.lower())
        case name, [_]:
            return _PARTS.get(name)
    return None


def looked_at(column: exp.Column, looks: Looks, constant: Constant) -> None:
    """Note how a reference to the moment looks at it; Unfit where that is no grid's."""
    _Look(looks, constant, column.name.lower()).follow(column)
