"""What an expression shows of a row's moment: any pure expression of it and of constants.

A reading is kept as the expression itself, with ``MOMENT`` in place of the time column, so that it
can be carried through views, derived tables and common table expressions, compared with another,
and be handed to the engine. What can be concluded from it is told by ``clocks`` and ``daily``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from trunkline.planner.constants import is_pure

MOMENT = exp.column(exp.to_identifier("the moment", quoted=True))
# An expression that a chain of views makes longer than this shows nothing: it may double each time.
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Reading:
    """A pure expression of ``MOMENT``. It is never changed; whoever changes one takes a copy."""

    expression: exp.Expr


PLAIN = Reading(MOMENT)
Find = Callable[[exp.Column], "Reading | None"]


def read(node: exp.Expr, find: Find) -> Reading | None:
    """The reading that an expression is; None where it is anything else."""
    if isinstance(node, exp.Column):
        return find(node)
    shown = expanded(node, find)
    if shown is node or sum(1 for _ in shown.walk()) > _LONGEST:
        return None
    is_reading = all(part == MOMENT or is_pure(part) for part in _parts(shown))
    return Reading(shown) if is_reading else None


def expanded(node: exp.Expr, find: Find) -> exp.Expr:
    """The expression with each column replaced by what it shows; itself where none shows anything.

    Subqueries are left alone: their columns are of other rows.
    """
    if isinstance(node, exp.Column):
        reading = find(node)
        return reading.expression if reading else node
    if not any(find(column) for column in _columns(node)):
        return node
    copy = node.copy()
    for column in list(_columns(copy)):
        if reading := find(column):
            column.replace(_standing_alone(reading.expression))
    return copy


def shows_moment(node: exp.Expr) -> bool:
    """Whether the moment stands anywhere in an expanded expression."""
    return any(column == MOMENT for column in _columns(node))


def _columns(node: exp.Expr) -> Iterator[exp.Column]:
    for part in _parts(node):
        if isinstance(part, exp.Column):
            yield part


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Every node outside of subqueries; of a column, only itself."""
    return node.walk(bfs=False, prune=lambda part: isinstance(part, exp.Query | exp.Column))


def _standing_alone(expression: exp.Expr) -> exp.Expr:
    copy = expression.copy()
    is_atom = isinstance(copy, exp.Column | exp.Func | exp.Paren | exp.Cast)
    return copy if is_atom else exp.paren(copy, copy=False)
