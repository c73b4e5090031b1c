"""What is known of the rows of a query: bounds on instants, filters, equalities between them.

A variable is the instant of one relation inside one query, and the record it is the instant of. A
fact is true of every row it is stated of, and is not true of a row in which one of its variables is
NULL.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from trunkline.planner.filters.conditions import Filter
from trunkline.planner.spans import Spans

Track = Hashable


class Variable(NamedTuple):
    """The instant of one track of one source of one query."""

    query: int
    source: str
    track: Track


@dataclass(frozen=True, slots=True)
class Bound:
    """The variable lies in the spans."""

    variable: Variable
    spans: Spans


@dataclass(frozen=True, slots=True)
class Passes:
    """The record of the variable passes a filter."""

    variable: Variable
    filter: Filter


@dataclass(frozen=True, slots=True)
class Equal:
    """The two variables are the same instant; if they are the same record, ``is_record``."""

    left: Variable
    right: Variable
    is_record: bool = False


Fact = Bound | Passes | Equal
Facts = tuple[Fact, ...]


def classes(equalities: Iterable[Equal]) -> list[set[Variable]]:
    """The variables that are the same instant, set by set."""
    found: list[set[Variable]] = []
    for equal in equalities:
        joined = {equal.left, equal.right}
        apart = []
        for members in found:
            if members & joined:
                joined |= members
            else:
                apart.append(members)
        found = [*apart, joined]
    return found


def variables(facts: Iterable[Fact]) -> Iterator[Variable]:
    """Every variable that a fact speaks of."""
    for fact in facts:
        if isinstance(fact, Equal):
            yield from (fact.left, fact.right)
        else:
            yield fact.variable
