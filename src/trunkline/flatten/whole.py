"""Durations and counts that stand as attributes (``nNextContactAvoided``): whole, or NULL.

A fraction in one of them is no reason to lose its conversation: the column is NULL and the
certificate counts it, as it counts those among the emitted metrics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from trunkline.catalog import Holds
from trunkline.flatten.shape import Layout, Shape
from trunkline.types import Type

# The vendor's prefix: n counts, t is milliseconds (reference, all metric names).
_METRIC = re.compile(r"[nt][A-Z]")


def is_fraction(name: str, type_: Type, value: Any) -> bool:
    """Whether a value of an n or t attribute is a finite number that is not whole."""
    if type_ is not Type.BIGINT or not _METRIC.match(name) or not isinstance(value, Decimal):
        return False
    return value.is_finite() and value != value.to_integral_value()


def fractions(page: dict[str, Any], places: Iterable[int], layout: Layout) -> int:
    """How many such values the records at ``places`` of a decoded page have."""
    records = page.get(layout.root.level.attribute) or []
    return sum(_count(records[place], layout.root) for place in places)


def _count(element: dict[str, Any], shape: Shape) -> int:
    own = sum(is_fraction(name, type_, element.get(name)) for name, type_ in shape.attributes)
    return own + sum(_below(element.get(child.level.attribute), child) for child in shape.children)


def _below(held: Any, child: Shape) -> int:
    if held is None or child.level.holds is Holds.MAP:
        return 0
    elements = [held] if child.level.holds is Holds.OBJECT else held
    return sum(_count(element, child) for element in elements)
