"""What an expression shows of the time column: which clock, cut to which unit, of which type.

``date_trunc('month', t AT TIME ZONE 'Australia/Sydney')::date`` is a reading of ``t`` on Sydney's
clock, cut to months, a DATE. Every reading grows with its instant, save where a clock is put back,
so a comparison with a constant can be turned into bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from sqlglot import exp


class Form(Enum):
    """The type of a reading."""

    INSTANT = "TIMESTAMP WITH TIME ZONE"
    WALL = "TIMESTAMP"
    DATE = "DATE"


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of an instant. ``zone`` is an SQL text literal, None for the session's zone."""

    form: Form = Form.INSTANT
    unit: str | None = None
    zone: str | None = None


PLAIN = Reading()
Find = Callable[[exp.Column], "Reading | None"]

# From fine to coarse; each but the week is made of whole ones of those before it.
UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
_FORMS = {
    exp.DType.DATE: Form.DATE,
    exp.DType.TIMESTAMP: Form.WALL,
    exp.DType.TIMESTAMPNTZ: Form.WALL,
    exp.DType.TIMESTAMPTZ: Form.INSTANT,
}


def read(node: exp.Expr, find: Find) -> Reading | None:
    """The reading that an expression is; None where it is anything else."""
    if isinstance(node, exp.Column):
        return find(node)
    step = _STEPS.get(type(node))
    inner = read(node.this, find) if step and isinstance(node.this, exp.Expr) else None
    return step(node, inner) if step and inner else None


def _given(node: exp.Expr) -> list[str]:
    return [name for name, value in node.args.items() if value not in (None, False, [])]


def _cast_step(node: exp.Expr, inner: Reading) -> Reading | None:
    to = node.args["to"]
    # TIMESTAMP(0) and the like round, up as well as down.
    return None if to.expressions else _cast(inner, _FORMS.get(to.this))


def _date_step(node: exp.Expr, inner: Reading) -> Reading | None:
    return _cast(inner, Form.DATE) if set(_given(node)) <= {"this"} else None


def _truncate_step(node: exp.Expr, inner: Reading) -> Reading | None:
    return _truncate(inner, _unit(node)) if set(_given(node)) <= {"this", "unit"} else None


def _zone_step(node: exp.Expr, inner: Reading) -> Reading | None:
    return _at_zone(inner, node.args["zone"])


def _cast(inner: Reading, form: Form | None) -> Reading | None:
    if form is None:
        return None
    # A cast between an instant and a wall reading goes by the session's clock.
    if inner.zone and Form.INSTANT in (inner.form, form) and inner.form is not form:
        return None
    cut = replace(inner, form=form)
    if form is Form.INSTANT:
        return _returned(inner, cut)
    day = _truncate(cut, "day") if form is Form.DATE else cut
    return day and replace(day, form=form)


def _returned(inner: Reading, instant: Reading) -> Reading:
    # Back from a wall reading it is not the instant itself: an hour shown twice has become one.
    if inner.form is Form.INSTANT or instant.unit:
        return instant
    return replace(instant, unit="millisecond")


def _truncate(inner: Reading, unit: str | None) -> Reading | None:
    if unit not in UNITS or (inner.form is Form.INSTANT and inner.zone):
        return None
    form = Form.WALL if inner.form is Form.DATE else inner.form  # DuckDB gives a TIMESTAMP
    coarser = unit if inner.unit is None else max(inner.unit, unit, key=UNITS.index)
    if "week" in (inner.unit, unit) and coarser != "week" and inner.unit != unit:
        return None  # a week may lie in two months
    return replace(inner, form=form, unit=coarser)


def _at_zone(inner: Reading, zone: exp.Expr) -> Reading | None:
    if not (isinstance(zone, exp.Literal) and zone.is_string):
        return None
    text = zone.sql("duckdb")
    if inner.form is Form.INSTANT:
        plain = inner.unit is None and inner.zone is None
        return Reading(Form.WALL, None, text) if plain else None
    return _returned(inner, replace(inner, form=Form.INSTANT)) if inner.zone == text else None


def _unit(node: exp.Expr) -> str | None:
    unit = node.args.get("unit")
    return unit.name.lower().removesuffix("s") if isinstance(unit, exp.Var | exp.Literal) else None


_STEPS: Mapping[type[exp.Expr], Callable[[exp.Expr, Reading], Reading | None]] = {
    exp.Paren: lambda _, inner: inner,
    exp.Cast: _cast_step,
    exp.TryCast: _cast_step,
    exp.Date: _date_step,
    exp.DateTrunc: _truncate_step,
    exp.TimestampTrunc: _truncate_step,
    exp.AtTimeZone: _zone_step,
}


def start_of(unit: str, reading: datetime) -> datetime:
    """The first moment of the unit that a wall reading is in."""
    midnight = reading.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "millisecond": reading.replace(microsecond=reading.microsecond // 1000 * 1000),
        "second": reading.replace(microsecond=0),
        "minute": reading.replace(second=0, microsecond=0),
        "hour": reading.replace(minute=0, second=0, microsecond=0),
        "day": midnight,
        "week": midnight - timedelta(days=midnight.weekday()),
        "month": midnight.replace(day=1),
        "quarter": midnight.replace(day=1, month=(reading.month - 1) // 3 * 3 + 1),
        "year": midnight.replace(day=1, month=1),
    }
    return starts[unit]


def after(unit: str, start: datetime) -> datetime:
    """The first moment of the next unit; ``start`` is the first of its own."""
    if months := {"month": 1, "quarter": 3, "year": 12}.get(unit):
        years, month = divmod(start.month - 1 + months, 12)
        return start.replace(year=start.year + years, month=month + 1)
    return start + timedelta(**{f"{unit}s": 1})
