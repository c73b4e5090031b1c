"""From a comparison with a reading back to the moments at which it can be true.

``date_trunc('month', t AT TIME ZONE 'Australia/Sydney' - INTERVAL 6 HOUR)::date`` is a chain of
steps over the moment: onto Sydney's clock, six hours back, cut to months. A window of its values
is traced back through the steps, the last one first, and each makes it no narrower than it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from sqlglot import exp

from trunkline.planner.buckets import bucket, cut_minutes
from trunkline.planner.constants import text_of, written
from trunkline.planner.readings import MOMENT
from trunkline.planner.units import UNITS, next_start
from trunkline.planner.walls import NO_TIME, Walls, evaluated, number

Constant = Callable[[str], "datetime | None"]

# Days that are cut off where a month is too short for the day; and the time of day with them.
_MONTHS_APART = timedelta(days=4)


class Form(Enum):
    """The type of a value along the chain."""

    INSTANT = "TIMESTAMP WITH TIME ZONE"
    WALL = "TIMESTAMP"
    DATE = "DATE"


class Window(NamedTuple):
    """``[low, high)``; None is no bound. Aware where values are instants, else naive."""

    low: datetime | None
    high: datetime | None


class Step(Protocol):
    """One step of a chain, going back."""

    def back(self, window: Window, constant: Constant) -> Window:
        """A window of what goes into the step that holds all that comes out in ``window``."""


@dataclass(frozen=True, slots=True)
class ToWall:
    """From an instant to what a clock shows; the session's where ``zone`` is None."""

    zone: str | None

    def back(self, window: Window, constant: Constant) -> Window:
        """The clock may show a reading twice, or never."""
        walls = Walls(constant, self.zone)
        low, high = window
        return Window(low and walls.earliest(low), high and walls.latest(high))


@dataclass(frozen=True, slots=True)
class ToInstant:
    """From a wall reading to the instant DuckDB picks for it."""

    zone: str | None

    def back(self, window: Window, constant: Constant) -> Window:
        """What the clock shows at the instant, and as far beside it as it is moved nearby."""
        walls = Walls(constant, self.zone)
        low, high = (self._beside(instant, walls) for instant in window)
        return Window(low and low[0], high and high[1])

    def _beside(self, instant: datetime | None, walls: Walls) -> tuple[datetime, datetime] | None:
        wall = instant and walls.reading(instant)
        doubt = walls.doubt(instant, wall) if instant and wall else None
        return None if wall is None or doubt is None else (wall - doubt, wall + doubt)


@dataclass(frozen=True, slots=True)
class Cut:
    """A wall reading cut to a unit."""

    unit: str

    def back(self, window: Window, constant: Constant) -> Window:
        """What is cut to a start before the bound is itself before the next start."""
        del constant
        low, high = window
        return Window(low and next_start(self.unit, low), high and next_start(self.unit, high))


@dataclass(frozen=True, slots=True)
class Shift:
    """An interval, or a number of days, added or taken away: ``sign`` is ``+`` or ``-``."""

    amount: str
    sign: str
    of_instants: bool

    def back(self, window: Window, constant: Constant) -> Window:
        """The bounds moved the other way by the engine, and apart by what may be lost in that."""
        low, high = (self._moved(bound, constant) for bound in window)
        return Window(low and low[0], high and high[1])

    def _moved(
        self, bound: datetime | None, constant: Constant
    ) -> tuple[datetime, datetime] | None:
        if bound is None:
            return None
        walls = Walls(constant, None)
        opposite = "+" if self.sign == "-" else "-"
        if self.of_instants:
            moved = evaluated(constant, f"{walls.literal(bound)} {opposite} ({self.amount})")
        else:
            moved = walls.read(f"{walls.literal(bound)} {opposite} ({self.amount})")
        apart = self._apart(bound, moved, walls) if moved else None
        return None if moved is None or apart is None else (moved - apart, moved + apart)

    def _apart(self, bound: datetime, moved: datetime, walls: Walls) -> timedelta | None:
        years, months, days = (
            number(walls.constant, f"date_part('{part}', {self.amount})")
            for part in ("year", "month", "day")
        )
        apart = _MONTHS_APART if years or months else NO_TIME
        if not self.of_instants or not (years or months or days):
            return apart
        # Whole days of the session's clock: it may have been moved here or there.
        doubts = [walls.shift(bound), walls.shift(moved)]
        return None if None in doubts else apart + sum(filter(None, doubts), NO_TIME)


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps from the moment to an expression of it, and of which type that is."""

    form: Form
    steps: tuple[Step, ...] = ()

    def then(self, form: Form, *steps: Step) -> Chain:
        """One that goes on."""
        return Chain(form, self.steps + steps)

    def on_wall(self) -> Chain:
        """The same where an instant is shown by the session's clock."""
        return self.then(Form.WALL, ToWall(None)) if self.form is Form.INSTANT else self

    def back(self, window: Window, constant: Constant) -> Window:
        """The moments at which the expression can be in the window."""
        for step in reversed(self.steps):
            window = step.back(window, constant)
        return window


def chain(node: exp.Expr) -> Chain | None:
    """The chain that an expanded expression is; None where it is anything else."""
    if node == MOMENT:
        return Chain(Form.INSTANT)
    build = _BUILDERS.get(type(node))
    return build(node) if build else None


def _below(node: object) -> Chain | None:
    return chain(node) if isinstance(node, exp.Expr) else None


def given(node: exp.Expr) -> set[str]:
    """The arguments that an expression has."""
    return {name for name, value in node.args.items() if value not in (None, False, [])}


_FORMS = {
    exp.DType.DATE: Form.DATE,
    exp.DType.TIMESTAMP: Form.WALL,
    exp.DType.TIMESTAMPNTZ: Form.WALL,
    exp.DType.TIMESTAMPTZ: Form.INSTANT,
}


def _of_cast(node: exp.Expr) -> Chain | None:
    to = node.args["to"]
    # TIMESTAMP(0) and the like round, up as well as down.
    form = None if to.expressions else _FORMS.get(to.this)
    inner = _below(node.this)
    return _cast(inner, form) if inner and form else None


def _of_date(node: exp.Expr) -> Chain | None:
    inner = _below(node.this) if given(node) <= {"this"} else None
    return _cast(inner, Form.DATE) if inner else None


def _cast(inner: Chain, form: Form) -> Chain:
    if inner.form is form:
        return inner
    match form:
        case Form.DATE:
            return inner.on_wall().then(Form.DATE, Cut("day"))
        case Form.WALL:
            return replace(inner.on_wall(), form=Form.WALL)
    return inner.then(Form.INSTANT, ToInstant(None))


def _of_truncation(node: exp.Expr) -> Chain | None:
    unit, inner = unit_of(node), _below(node.this)
    if not inner or unit not in UNITS or not given(node) <= {"this", "unit"}:
        return None
    cut = inner.on_wall().then(Form.WALL, Cut(unit))
    return cut.then(Form.INSTANT, ToInstant(None)) if inner.form is Form.INSTANT else cut


def unit_of(node: exp.Expr) -> str | None:
    """The unit that a function is given, in the singular."""
    unit = node.args.get("unit")
    return unit.name.lower().removesuffix("s") if isinstance(unit, exp.Var | exp.Literal) else None


def _of_bucket(node: exp.Expr) -> Chain | None:
    inner = _below(node.args["expression"])
    step = bucket(node) if isinstance(node, exp.DateBin) else None
    if not inner or not step or inner.form is Form.DATE:
        return None
    return inner.then(inner.form, step)


def _of_zone(node: exp.Expr) -> Chain | None:
    return _at_zone(_below(node.this), node.args["zone"])


def _of_function(node: exp.Expr) -> Chain | None:
    """``timezone('Europe/Berlin', t)`` is ``t AT TIME ZONE 'Europe/Berlin'``."""
    if node.name.lower() != "timezone" or len(node.expressions) != 2:
        return None
    zone, subject = node.expressions
    return _at_zone(_below(subject), zone)


def _at_zone(inner: Chain | None, zone: exp.Expr) -> Chain | None:
    if inner is None or not (isinstance(zone, exp.Literal) and zone.is_string):
        return None
    text = written(zone)
    if inner.form is Form.INSTANT:
        return inner.then(Form.WALL, ToWall(text))
    return inner.then(Form.INSTANT, ToInstant(text))


def _of_epoch(node: exp.Expr) -> Chain | None:
    """``make_timestamp(epoch_us(t))`` is what a clock in UTC shows, without ICU."""
    inner, scale = node.this, node.args.get("scale")
    is_micro = isinstance(scale, exp.Literal) and scale.name == "6"
    if not (is_micro and isinstance(inner, exp.Anonymous) and inner.name.lower() == "epoch_us"):
        return None
    below = _below(inner.expressions[0]) if len(inner.expressions) == 1 else None
    if below is None or below.form is Form.DATE:
        return None
    return below.then(Form.WALL, ToWall("'UTC'")) if below.form is Form.INSTANT else below


def _of_sum(node: exp.Expr) -> Chain | None:
    left, right = node.this, node.args["expression"]
    if inner := _below(left):
        if cut := cut_minutes(node):
            return inner.then(inner.form, cut) if inner.form is not Form.DATE else None
        return _shifted(inner, right, "-" if isinstance(node, exp.Sub) else "+")
    if isinstance(node, exp.Add) and (inner := _below(right)):
        return _shifted(inner, left, "+")
    return None


def _shifted(inner: Chain, amount: exp.Expr, sign: str) -> Chain | None:
    text = text_of(amount)
    if text is None:
        return None
    if isinstance(amount, exp.Literal) and not amount.is_string:  # days, which only a DATE takes
        shift = Shift(f"to_days({text})", sign, of_instants=False)
        return inner.then(Form.DATE, shift) if inner.form is Form.DATE else None
    if not _is_interval(amount):
        return None
    is_instant = inner.form is Form.INSTANT
    return inner.then(
        Form.INSTANT if is_instant else Form.WALL, Shift(text, sign, of_instants=is_instant)
    )


def _is_interval(node: exp.Expr) -> bool:
    match node:
        case exp.Interval() | exp.ToDays():
            return True
        case exp.Paren() | exp.Neg():
            return _is_interval(node.this)
        case exp.Add() | exp.Sub():
            return _is_interval(node.this) and _is_interval(node.expression)
        case exp.Mul():
            return _is_interval(node.this) or _is_interval(node.expression)
        case exp.Cast():
            return bool(node.args["to"].this is exp.DType.INTERVAL)
    return isinstance(node, exp.Anonymous) and node.name.lower().startswith("to_")


_BUILDERS: dict[type[exp.Expr], Callable[[exp.Expr], Chain | None]] = {
    exp.Paren: lambda node: _below(node.this),
    exp.Cast: _of_cast,
    exp.TryCast: _of_cast,
    exp.Date: _of_date,
    exp.DateBin: _of_bucket,
    exp.DateTrunc: _of_truncation,
    exp.TimestampTrunc: _of_truncation,
    exp.AtTimeZone: _of_zone,
    exp.Anonymous: _of_function,
    exp.Add: _of_sum,
    exp.Sub: _of_sum,
    exp.UnixToTime: _of_epoch,
    exp.DateAdd: _of_sum,
}
