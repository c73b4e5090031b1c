"""Maps as arrays: for each element of the parent's level the list of its entries."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Holds
from trunkline.flatten.shape import Shape, arrow_type

Maps = Mapping[str, pa.ListArray]  # by level
Entries = dict[str, msgspec.Raw]


class Misplaced(Exception):
    """The two readings of a page do not have the same elements."""


def placed(elements: pa.StructArray, shape: Shape, maps: Maps) -> pa.StructArray:
    """The elements of a level with their maps at their places, as the slow path makes them.

    Misplaced where there are not as many of both.
    """
    if not _has_maps(shape):
        return elements
    fields = {field.name: elements.field(field.name) for field in elements.type}
    for child in shape.children:
        name = child.level.attribute
        if child.level.holds is Holds.MAP:
            fields[name] = maps[child.level.name]
        elif child.level.holds is Holds.OBJECT:
            fields[name] = placed(fields[name], child, maps)
        elif _has_maps(child):
            fields[name] = _relisted(fields[name], placed(fields[name].flatten(), child, maps))
    if any(len(array) != len(elements) for array in fields.values()):
        raise Misplaced
    return pa.StructArray.from_arrays(list(fields.values()), list(fields), mask=elements.is_null())


def _relisted(lists: pa.ListArray, elements: pa.StructArray) -> pa.ListArray:
    """The lists with other elements in the same places; a list that is null is empty."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements)


def _has_maps(shape: Shape) -> bool:
    return any(below.level.holds is Holds.MAP for below in shape.walk())


def lists(held: list[Entries | None], shape: Shape, listed: frozenset[str]) -> pa.ListArray:
    """The entries of each map; values only of the listed names."""
    offsets = list(accumulate((len(entries) if entries else 0 for entries in held), initial=0))
    names = [name for entries in held if entries for name in entries]
    values = [
        _value(value) if name in listed else None
        for entries in held
        if entries
        for name, value in entries.items()
    ]
    columns = {"name": pa.array(names, pa.string()), "value": pa.array(values, pa.string())}
    type_ = arrow_type(shape)
    elements = pa.StructArray.from_arrays([columns[f.name] for f in type_], fields=list(type_))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements)


def _value(raw: msgspec.Raw) -> str | None:
    return msgspec.json.decode(raw, type=str | None)
