"""A predicate over moments as a predicate over days of one clock.

``year(t) * 100 + month(t) = 202503`` depends on the day alone: with the day's noon in place of the
moment it is true of exactly the days it is true in. ``epoch_ms(t) >= 1740787200000`` is not, but
``epoch_ms`` goes one way: it can be true on a day only if it is true at one of the day's ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from trunkline.planner.blurs import DATE, blurs
from trunkline.planner.clocks import Chain, Cut, Form, chain
from trunkline.planner.constants import is_pure, text_of, written
from trunkline.planner.readings import MOMENT
from trunkline.planner.steady import steady
from trunkline.planner.units import OF_DAYS


def place(name: str, form: Form) -> exp.Expr:
    """A column of the days (``noon``, ``first`` or ``last``) in place of an expression."""
    if form is Form.INSTANT and name != "noon":
        return exp.column(f"{name}_instant")
    column = exp.column(exp.to_identifier(name, quoted=name != "noon"))
    return column if form is Form.WALL else exp.cast(column, form.value)


@dataclass(frozen=True, slots=True)
class Daily:
    """A predicate over the columns of the days, and from the moment to the clock they are of."""

    predicate: exp.Expr
    clock: Chain

    @property
    def sql(self) -> str:
        """The predicate as text."""
        return written(self.predicate)


def daily(predicate: exp.Expr) -> Daily | None:
    """The predicate of each day; None where nothing is known, or it is of two clocks.

    ``predicate`` is expanded. It may be true of more days than there are matches in.
    """
    clocks: list[Chain] = []
    found = _may_hold(predicate.unnest(), clocks)
    if found is None or not clocks or any(clock.steps != clocks[0].steps for clock in clocks):
        return None
    return Daily(found, clocks[0])


def _may_hold(node: exp.Expr, clocks: list[Chain]) -> exp.Expr | None:
    """What is true of a day that has a match; None where that is not known."""
    mine: list[Chain] = []
    if (exact := _of_day(node, mine, frozenset())) is not None and mine:
        clocks += mine
        return exact
    loose = _LOOSE.get(type(node))
    return loose(node, clocks) if loose else None


def _any_known(node: exp.Expr, clocks: list[Chain]) -> exp.Expr | None:
    sides = [_may_hold(part.unnest(), clocks) for part in node.flatten()]
    return exp.or_(*sides, copy=False) if sides and all(sides) else None


def _all_known(node: exp.Expr, clocks: list[Chain]) -> exp.Expr | None:
    found = []
    for part in node.flatten():
        mine: list[Chain] = []
        if (side := _may_hold(part.unnest(), mine)) is not None:
            found.append(side)
            clocks += mine
    return exp.and_(*found, copy=False) if found else None


def _of_day(node: exp.Expr, clocks: list[Chain], blurred: frozenset[int]) -> exp.Expr | None:
    """The expression of a day; None where it may differ within one.

    ``blurred`` are the ids of the nodes of which only the day is looked at.
    """
    if text_of(node) is not None:
        return node.copy()
    inner = chain(node) if id(node) in blurred else None
    if inner and not _is_cut(inner):
        clocks.append(inner.on_wall())
        return place("noon", inner.form)
    if node == MOMENT or not is_pure(node):
        return None
    return _rebuilt(node, clocks, blurred | blurs(node))


def _rebuilt(node: exp.Expr, clocks: list[Chain], blurred: frozenset[int]) -> exp.Expr | None:
    given: dict[str, object] = {}
    for name, value in node.args.items():
        parts = value if isinstance(value, list) else [value]
        new = [_of_day(p, clocks, blurred) if isinstance(p, exp.Expr) else p for p in parts]
        if any(a is None and b is not None for a, b in zip(new, parts, strict=True)):
            return None
        given[name] = new if isinstance(value, list) else new[0]
    return type(node)(**given)


def _is_cut(found: Chain) -> bool:
    return any(isinstance(step, Cut) and step.unit in OF_DAYS for step in found.steps)


def _begins(node: exp.Expr, clocks: list[Chain]) -> exp.Expr | None:
    """A longer or wilder pattern can match only where its front does."""
    literal = node.expression
    if node.args.get("negate") or node.args.get("escape") or not isinstance(literal, exp.Literal):
        return None
    front = (
        re.split(r"[%_\\]", str(literal.this))[0] if isinstance(node, exp.Like) else literal.this
    )
    shorter = exp.StartsWith(this=node.this, expression=exp.Literal.string(front[:DATE]))
    return _of_day(shorter, clocks, frozenset())


def _between(node: exp.Expr, clocks: list[Chain]) -> exp.Expr | None:
    if node.args.get("symmetric"):
        return None
    low = _compared(exp.GTE(this=node.this, expression=node.args["low"]), clocks)
    high = _compared(exp.LTE(this=node.this, expression=node.args["high"]), clocks)
    return exp.and_(low, high, copy=False) if low and high else None


def _in(node: exp.Expr, clocks: list[Chain]) -> exp.Expr | None:
    sides = [_compared(exp.EQ(this=node.this, expression=e), clocks) for e in node.expressions]
    return exp.or_(*sides, copy=False) if sides and all(sides) else None


def _compared(node: exp.Expr, clocks: list[Chain]) -> exp.Expr | None:
    """A comparison of what goes one way with a constant: true at one end, or passed between."""
    kind = type(node)
    for subject, value, flipped in (
        (node.this, node.expression, False),
        (node.expression, node.this, True),
    ):
        found = steady(subject)
        if found is None or text_of(value) is None:
            continue
        clocks.append(found.on_wall())
        first, last = (_at(subject, name, found) for name in ("first", "last"))
        return _passes(kind, first, last, value, flipped=flipped)
    return None


def _at(subject: exp.Expr, name: str, found: Chain) -> exp.Expr:
    """The subject with an end of the day in place of the chain in it."""
    copy = subject.copy()
    for part in copy.walk(bfs=False):
        if chain(part) == found:
            new = place(name, found.form)
            if part is copy:
                return new
            part.replace(new)
            break
    return copy


def _passes(
    kind: type[exp.Expr], first: exp.Expr, last: exp.Expr, value: exp.Expr, *, flipped: bool
) -> exp.Expr:
    def compared(with_: type[exp.Expr], end: exp.Expr) -> exp.Expr:
        sides = (value.copy(), end.copy()) if flipped else (end.copy(), value.copy())
        return with_(this=sides[0], expression=sides[1])

    if kind not in (exp.EQ, exp.NullSafeEQ):
        return exp.or_(compared(kind, first), compared(kind, last), copy=False)
    up = exp.and_(compared(exp.LTE, first), compared(exp.GTE, last), copy=False)
    down = exp.and_(compared(exp.GTE, first), compared(exp.LTE, last), copy=False)
    return exp.or_(up, down, copy=False)


_LOOSE: dict[type[exp.Expr], Callable[[exp.Expr, list[Chain]], exp.Expr | None]] = {
    exp.And: _all_known,
    exp.Or: _any_known,
    exp.Between: _between,
    exp.In: _in,
    exp.Like: _begins,
    exp.StartsWith: _begins,
    **dict.fromkeys((exp.EQ, exp.NullSafeEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _compared),
}
