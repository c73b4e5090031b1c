"""A page's levels side by side: the elements of each, and where each stands in its parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Holds
from trunkline.flatten.distinct import distinct
from trunkline.flatten.shape import Shape

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Frame:
    """The elements of one level, in the order of the page.

    ``above`` has, for this level and every one above, the row of that level that each element
    belongs to. ``ordinal`` is the place in the parent's list; ``key`` the ids joined by colons, of
    which ``again`` stood there before and were made unique.
    """

    elements: pa.StructArray
    above: Mapping[str, Rows]
    ordinal: Rows
    key: pa.Array
    again: int = 0

    def __len__(self) -> int:
        return len(self.elements)


def frames_of(records: pa.StructArray, root: Shape) -> dict[str, Frame]:
    """Every level's frame by name."""
    frames: dict[str, Frame] = {}
    places = np.arange(len(records))
    key = records.field(root.level.id) if root.level.id else _text(places)
    frames[root.level.name] = Frame(records, {root.level.name: places}, places, key)
    for shape in root.walk():
        for child in shape.children:
            parent, level = frames[shape.level.name], child.level
            held = parent.elements.field(level.attribute)
            make = _one if level.holds is Holds.OBJECT else _many
            frames[level.name] = make(parent, child, held)
    return frames


def _one(parent: Frame, shape: Shape, objects: pa.StructArray) -> Frame:
    """At most one element for each of the parent, so its key is the parent's."""
    owner: Rows = np.flatnonzero(objects.is_valid().to_numpy(zero_copy_only=False))
    above = {name: rows[owner] for name, rows in parent.above.items()}
    above[shape.level.name] = np.arange(len(owner))
    key = parent.key.take(pa.array(owner))
    return Frame(objects.filter(objects.is_valid()), above, np.zeros_like(owner), key)


def _many(parent: Frame, shape: Shape, lists: pa.ListArray) -> Frame:
    elements = lists.flatten()
    owner: Rows = pc.list_parent_indices(lists).to_numpy()
    lengths = np.bincount(owner, minlength=len(parent))
    ordinal = np.arange(len(elements)) - (np.cumsum(lengths) - lengths)[owner]
    above = {name: rows[owner] for name, rows in parent.above.items()}
    above[shape.level.name] = np.arange(len(elements))
    own = _text(ordinal)
    if shape.level.id:
        # "Any attribute may be absent": an element without its id goes by its place.
        own = pc.coalesce(elements.field(shape.level.id), own)
    key = pc.binary_join_element_wise(parent.key.take(pa.array(owner)), own, ":")
    key, again = distinct(key, ordinal, shape)
    return Frame(elements, above, ordinal, key, again)


def _text(numbers: Rows) -> pa.Array:
    return pa.array(numbers).cast(pa.string())
