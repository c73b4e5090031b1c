"""Which of the declared attributes pages have: a fraction, and every other one costs a null a row.

A dataset declares all that the vendor documents; an organisation's pages have what its channels
use. So a page is read with the attributes that pages had before. The names that are then left
unread in its text tell (``names``), and it is read once more, with all of them. What becomes of a
page never depends on the pages before it, only how fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(slots=True)
class Usual:
    """The part of a struct's fields that had values so far.

    Shared among threads: ``type`` is replaced, never changed.
    """

    whole: pa.StructType
    type: pa.StructType = field(default_factory=lambda: pa.struct([]))
    seen: frozenset[str] = frozenset()

    def learn(self, elements: pa.StructArray) -> None:
        """Keep in mind what elements of the whole type have."""
        self.seen = self.seen.union(_valued(elements, ""))
        self.type = _narrowed(self.whole, self.seen, "")


def widened(array: pa.Array, whole: pa.DataType) -> pa.Array:
    """The same elements with every field of the whole type; NULL where they had none."""
    if array.type == whole:
        return array
    if pa.types.is_list(whole):
        values = widened(array.values, whole.value_type)
        return pa.ListArray.from_arrays(array.offsets, values, type=whole, mask=_nulls(array))
    had = {f.name: array.field(place) for place, f in enumerate(array.type)}
    fields = [
        widened(had[f.name], f.type) if f.name in had else pa.nulls(len(array), f.type)
        for f in whole
    ]
    return pa.StructArray.from_arrays(fields, fields=list(whole), mask=_nulls(array))


def _nulls(array: pa.Array) -> pa.Array | None:
    return array.is_null() if array.null_count else None


def _valued(elements: pa.StructArray, at: str) -> Iterator[str]:
    """The paths of the fields that have a value."""
    for place, of in enumerate(elements.type):
        values = elements.field(place)
        if values.null_count < len(values):
            path = f"{at}.{of.name}"
            yield path
            below = values.flatten() if pa.types.is_list(of.type) else values
            if pa.types.is_struct(below.type):
                yield from _valued(below, path)


def _narrowed(whole: pa.DataType, seen: frozenset[str], at: str) -> pa.DataType:
    if pa.types.is_list(whole):
        return pa.list_(_narrowed(whole.value_type, seen, at))
    if not pa.types.is_struct(whole):
        return whole
    paths = [(of, f"{at}.{of.name}") for of in whole]
    return pa.struct([(of.name, _narrowed(of.type, seen, p)) for of, p in paths if p in seen])
