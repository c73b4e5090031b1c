"""Attributes and metrics that the declarations do not have: counted by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Holds
from trunkline.flatten.shape import Layout, Shape

# A name that is none may be a value where the vendor made a map: it is counted, not repeated.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")


def attributes(page: dict[str, Any], places: Iterable[int], layout: Layout) -> Counter[str]:
    """How often each undeclared attribute stands in the envelope and the records at ``places``."""
    counted: Counter[str] = Counter()
    root = layout.root.level.attribute
    _count(counted, "page", page, frozenset({root, *_envelope(layout)}))
    records = page.get(root) or []
    for place in places:
        _walk(counted, records[place], layout.root)
    return counted


def metrics(names: pa.Array, declared: Iterable[str]) -> Counter[str]:
    """How often each undeclared metric stands in the rows."""
    known = pc.is_in(names, value_set=pa.array(list(declared), pa.string()))
    strangers = names.filter(pc.invert(known)).drop_null()
    counts = ((row["values"], row["counts"]) for row in strangers.value_counts().to_pylist())
    return sum((Counter({f"metric:{_shown(name)}": n}) for name, n in counts), Counter())


def _envelope(layout: Layout) -> tuple[str, ...]:
    beside = layout.dataset.live.envelope if layout.dataset.live else ()
    return layout.dataset.cursor, layout.dataset.watermark, *beside


def _walk(counted: Counter[str], element: dict[str, Any], shape: Shape) -> None:
    _count(counted, shape.level.name, element, shape.known)
    for child in shape.children:
        held = element.get(child.level.attribute)
        if held is None or child.level.holds is Holds.MAP:
            continue
        for below in [held] if child.level.holds is Holds.OBJECT else held:
            _walk(counted, below, child)


def _count(
    counted: Counter[str], level: str, element: dict[str, Any], known: frozenset[str]
) -> None:
    counted.update(f"{level}.{_shown(name)}" for name in element.keys() - known)


def _shown(name: str) -> str:
    return name if _NAME.match(name) else "(not a name)"
