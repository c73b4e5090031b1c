"""The maps of a page: attributes whose names are arbitrary, which no schema of columns can hold.

They are read from the page's text a second time, by a decoder that skips everything else and
leaves the values as they stand. A value is decoded only where its name is listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import accumulate
from types import GenericAlias
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Holds
from trunkline.flatten.shape import Layout, Shape, arrow_type

Maps = Mapping[str, pa.ListArray]  # by level: for each element of the parent, its entries
Decoder = msgspec.json.Decoder[Any] | None

_Entries = dict[str, msgspec.Raw]


# Every escape of a text, so that none is taken for the tail of another.
_ESCAPE = re.compile(
    rb"(?P<pair>\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|(?P<half>\\u[dD][89a-fA-F]..)|\\.", re.DOTALL
)


class Unreadable(Exception):
    """A map is something else."""


def decoder_of(layout: Layout) -> Decoder:
    """Reads the maps of a layout and what leads to them; None where it has none."""
    if not _has_maps(layout.root):
        return None
    envelope = [(layout.root.level.attribute, _held(layout.root) | None, None)]
    return msgspec.json.Decoder(msgspec.defstruct("page", envelope))


def read(body: bytes, layout: Layout, decoder: Decoder, places: Iterable[int]) -> Maps:
    """The maps of the records at ``places``. Unreadable, of which the text says nothing."""
    if decoder is None:
        return {}
    try:
        records = getattr(_decoded(body, decoder), layout.root.level.attribute) or ()
        found: dict[str, pa.ListArray] = {}
        _collect(found, [records[place] for place in places], layout.root, layout.listed)
    except (msgspec.DecodeError, RecursionError, IndexError):
        raise Unreadable from None
    return found


def _decoded(body: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return decoder.decode(_ESCAPE.sub(_mended, body))


def _mended(escape: re.Match[bytes]) -> bytes:
    """Half a surrogate pair as the mark of what is not Unicode; any other escape as it is."""
    return rb"\ufffd" if escape["half"] else escape[0]


def placed(elements: pa.StructArray, shape: Shape, maps: Maps) -> pa.StructArray:
    """The elements of a level with their maps at their places, as the slow path makes them.

    Unreadable where the two readings of the page do not have the same elements.
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
        raise Unreadable
    return pa.StructArray.from_arrays(list(fields.values()), list(fields), mask=elements.is_null())


def _relisted(lists: pa.ListArray, elements: pa.StructArray) -> pa.ListArray:
    """The lists with other elements in the same places; a list that is null is empty."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements)


def _type(shape: Shape) -> Any:
    """What to decode of a level: nothing but what leads to a map."""
    below = [child for child in shape.children if _has_maps(child)]
    fields = [(child.level.attribute, _held(child) | None, None) for child in below]
    return msgspec.defstruct(shape.level.name, fields)


def _held(child: Shape) -> Any:
    if child.level.holds is Holds.MAP:
        return _Entries
    made = _type(child)
    return GenericAlias(list, (made,)) if child.level.holds is Holds.LIST else made


def _collect(
    found: dict[str, pa.ListArray], parents: list[Any], shape: Shape, listed: frozenset[str]
) -> None:
    for child in shape.children:
        if not _has_maps(child):
            continue
        held = [getattr(parent, child.level.attribute, None) for parent in parents]
        if child.level.holds is Holds.MAP:
            found[child.level.name] = _lists(held, child, listed)
        elif child.level.holds is Holds.LIST:
            _collect(found, [each for many in held for each in many or ()], child, listed)
        else:
            _collect(found, held, child, listed)


def _has_maps(shape: Shape) -> bool:
    return any(below.level.holds is Holds.MAP for below in shape.walk())


def _lists(held: list[_Entries | None], shape: Shape, listed: frozenset[str]) -> pa.ListArray:
    offsets = list(accumulate((len(entries) if entries else 0 for entries in held), initial=0))
    names = [name for entries in held if entries for name in entries]
    raw = (item for entries in held if entries for item in entries.items())
    values = [_value(value) if name in listed else None for name, value in raw]
    columns = {"name": pa.array(names, pa.string()), "value": pa.array(values, pa.string())}
    type_ = arrow_type(shape)
    elements = pa.StructArray.from_arrays([columns[f.name] for f in type_], fields=list(type_))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements)


def _value(raw: msgspec.Raw) -> str | None:
    return msgspec.json.decode(raw, type=str | None)
