"""Conditions on a record as the provider's filters state them, and how they combine.

A condition is met by a record if anything in it has one of some values in a column. Two conditions
may be met by different rows of the record, so those on one column do not become one with fewer
values. An answer may let more records through than can matter, never fewer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Beyond this many on one column, those that let most through are forgotten: they would multiply.
MOST_OF_A_COLUMN = 4


@dataclass(frozen=True, slots=True)
class Has:
    """The record has one of the values in the column.

    ``is_told`` unless the provider's filter may miss records that have one: see
    ``catalog.Table.is_told``.
    """

    column: str
    values: frozenset[str]
    is_told: bool = True

    def implies(self, other: Has) -> bool:
        """Whether every record that meets this one meets the other."""
        is_as_sure = self.is_told or not other.is_told
        return self.column == other.column and is_as_sure and self.values <= other.values


# Conditions that are all met; none: any record.
Filter = frozenset[Has]
ANY: Filter = frozenset()


def both(*filters: Filter) -> Filter:
    """What a record meets that meets all of them."""
    return _fewest(condition for one in filters for condition in one)


def either(filters: Iterable[Filter]) -> Filter:
    """What a record meets that meets any of them; ANY where there are none."""
    found: Filter | None = None
    for one in filters:
        found = one if found is None else _either(found, one)
    return ANY if found is None else found


def _either(left: Filter, right: Filter) -> Filter:
    return _fewest(
        Has(a.column, a.values | b.values, a.is_told and b.is_told)
        for a in left
        for b in right
        if a.column == b.column
    )


def _fewest(conditions: Iterable[Has]) -> Filter:
    """Without those that another implies; of each column those that let fewest through."""
    kept: list[Has] = []
    for condition in sorted(set(conditions), key=_order):
        of_column = [has for has in kept if has.column == condition.column]
        if len(of_column) < MOST_OF_A_COLUMN and not any(h.implies(condition) for h in of_column):
            kept.append(condition)
    return frozenset(kept)


def _order(condition: Has) -> tuple[str, int, bool, list[str]]:
    return condition.column, len(condition.values), not condition.is_told, sorted(condition.values)
