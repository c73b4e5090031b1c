"""Steps onto a grid of equal widths: quarters of an hour, half hours, hours.

Each is the start of the stretch that a moment is in, so it is never past the moment; and it is
before a bound of the grid exactly as long as the moment is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from trunkline.planner.constants import text_of
from trunkline.planner.walls import NO_TIME, Walls, evaluated, number

if TYPE_CHECKING:
    from trunkline.planner.clocks import Constant, Window

_HOUR = 60
_LONGER = ("year", "month", "day")


@dataclass(frozen=True, slots=True)
class Bucket:
    """``time_bucket(width, t)`` of hours and less, whose grid the engine knows."""

    width: str

    def back(self, window: Window, constant: Constant) -> Window:
        """What starts its bucket before a bound is itself before the next start."""
        if any(number(constant, f"date_part('{part}', {self.width})") for part in _LONGER):
            return window._replace(low=None, high=None)
        low, high = (bound and self._next_start(bound, constant) for bound in window)
        return window._replace(low=low, high=high)

    def _next_start(self, bound: datetime, constant: Constant) -> datetime | None:
        start = f"time_bucket({self.width}, {Walls.literal(bound)})"
        found = _value(bound, start, constant)
        return found if found == bound else _value(bound, f"{start} + ({self.width})", constant)


@dataclass(frozen=True, slots=True)
class CutMinutes:
    """``t - to_minutes(minute(t) % 30)``: to half an hour, say, of what the session's clock shows.

    Seconds stay, so a moment past a bound of the grid may come out past it by less than a minute,
    and one before it does not.
    """

    minutes: int

    def back(self, window: Window, constant: Constant) -> Window:
        """What comes out before a bound is itself before the next start."""
        high = window.high and self._next_start(window.high, constant)
        return window._replace(high=high)

    def _next_start(self, bound: datetime, constant: Constant) -> datetime:
        width, minute = timedelta(minutes=self.minutes), bound.replace(second=0, microsecond=0)
        start = self._start(minute, constant)
        if start is None or self._is_off(bound, constant):
            return bound + width
        return start if start == bound else start + width

    def _start(self, minute: datetime, constant: Constant) -> datetime | None:
        text = Walls.literal(minute)
        return _value(minute, f"{text} - to_minutes(minute({text}) % {self.minutes})", constant)

    def _is_off(self, bound: datetime, constant: Constant) -> bool:
        """Whether the session's clock is moved nearby, and not by whole buckets."""
        shift = Walls(constant, None).shift(bound) if bound.tzinfo else NO_TIME
        return shift is None or bool(shift % timedelta(minutes=self.minutes))


def bucket(node: exp.DateBin) -> Bucket | None:
    """The step of ``time_bucket``, where it has no origin, offset or zone."""
    width = text_of(node.this)
    is_plain = {name for name, value in node.args.items() if value} == {"this", "expression"}
    return Bucket(width) if is_plain and width else None


def cut_minutes(node: exp.Expr) -> CutMinutes | None:
    """The step of an expression less some of its own minutes; None where it is anything else."""
    match node:
        case exp.Sub(this=whole, expression=exp.Anonymous(this=name, expressions=[exp.Mod() as m])):
            is_own = name.lower() == "to_minutes" and m.this == exp.Minute(this=whole)
        case _:
            return None
    part = m.expression
    if not is_own or not isinstance(part, exp.Literal) or part.is_string:
        return None
    minutes = int(part.name) if part.name.isdecimal() else 0
    return CutMinutes(minutes) if minutes and _HOUR % minutes == 0 else None


def _value(
    bound: datetime, sql: str, constant: Callable[[str], datetime | None]
) -> datetime | None:
    """A constant of the bound's own type: an instant, or a wall reading."""
    return evaluated(constant, sql) if bound.tzinfo else Walls(constant, None).read(sql)
