"""From a conjunct to a condition on the record of a row.

queue_id = '6f…'                        the record has that queue
user_id IN ('1a…', '2b…')               one of them
queue_id = '6f…' OR queue_id = '7c…'    the same, on one column
lower(queue_id) = '6f…', <> and LIKE    nothing: what is not understood is no condition
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from trunkline.planner.facts import Passes, Variable
from trunkline.planner.filters.conditions import Has
from trunkline.planner.frames import Frame
from trunkline.planner.relations import Value


@dataclass(frozen=True, slots=True)
class _OneOf:
    """A column of a source, and the values that a predicate wants one of."""

    variable: Variable
    value: Value
    values: frozenset[str]


def conditions(conjunct: exp.Expr, frame: Frame) -> Iterator[Passes]:
    """What a conjunct says of the record of each row it is true of."""
    found = _one_of(conjunct.unnest(), frame)
    if found:
        has = Has(found.value.pushdown.column, found.values, found.value.is_told)
        yield Passes(found.variable, frozenset({has}))


def _one_of(node: exp.Expr, frame: Frame) -> _OneOf | None:
    match node:
        case exp.Or():
            return _any_of(node.flatten(), frame)
        case exp.EQ():
            left, right = node.this.unnest(), node.expression.unnest()
            subject, other = (left, right) if isinstance(left, exp.Column) else (right, left)
            return _of(subject, [other], frame)
        case exp.In() if node.expressions and not _is_of_rows(node):
            return _of(node.this.unnest(), [one.unnest() for one in node.expressions], frame)
    return None


def _is_of_rows(node: exp.In) -> bool:
    return any(node.args.get(name) for name in ("query", "unnest", "field"))


def _any_of(alternatives: Iterable[exp.Expr], frame: Frame) -> _OneOf | None:
    """What all alternatives say of one column; a chain of OR may have thousands."""
    columns: set[tuple[Variable, Value]] = set()
    values: set[str] = set()
    for alternative in alternatives:
        found = _one_of(alternative.unnest(), frame)
        if found is None or columns - {(found.variable, found.value)}:
            return None
        columns.add((found.variable, found.value))
        values |= found.values
    (variable, value) = columns.pop()
    return _OneOf(variable, value, frozenset(values))


def _of(subject: exp.Expr, others: Iterable[exp.Expr], frame: Frame) -> _OneOf | None:
    shown = frame.value(subject) if isinstance(subject, exp.Column) else None
    texts = [one.this if isinstance(one, exp.Literal) and one.is_string else "" for one in others]
    if shown is None or not all(shown.value.pushdown.takes(text) for text in texts):
        return None
    variable = Variable(shown.query, shown.source, shown.value.track)
    return _OneOf(variable, shown.value, frozenset(texts))
