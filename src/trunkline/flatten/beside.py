"""What a page holds beside its columns: maps, whose names are arbitrary, and what no table wants.

Both are read from the page's text a second time, by a decoder that skips everything else and leaves
values as they stand: the value of a map's entry is decoded only where its name is listed. The names
in them are counted, as those of the columns are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from types import GenericAlias
from typing import Any

import msgspec
import pyarrow as pa

from trunkline.catalog import Holds
from trunkline.flatten import maps, names
from trunkline.flatten.shape import Shape

# Every escape of a text, so that none is taken for the tail of another.
_ESCAPE = re.compile(
    rb"(?P<pair>\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|(?P<half>\\u[dD][89a-fA-F]..)|\\.", re.DOTALL
)


class _Nothing:
    """An object that is absent: it keeps its place among the others and has nothing."""

    def __getattr__(self, name: str) -> None:
        return None


_NOTHING = _Nothing()


class Unreadable(Exception):
    """A map is something else, or an element is."""


@dataclass(slots=True)
class Beside:
    """The maps of a page by level, and how many names stand beside the columns: NaN for unknown."""

    maps: dict[str, pa.ListArray] = field(default_factory=dict)
    names: float = 0

    def count(self, values: Iterable[Any], named: int) -> None:
        """Add ``named`` names and those that stand in the values."""
        self.names += named + names.standing(b",".join(values))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a page is read beside its columns; ``decoder`` is None where there is no such."""

    root: Shape
    listed: frozenset[str]
    decoder: msgspec.json.Decoder[Any] | None

    @classmethod
    def of(cls, root: Shape, listed: frozenset[str]) -> Reading:
        """A decoder for the maps and unread attributes of a shape, and for what leads to them."""
        if not _leads(root):
            return cls(root, listed, None)
        envelope = [(root.level.attribute, _held(root), None)]
        page = msgspec.defstruct("page", envelope, gc=False)
        return cls(root, listed, msgspec.json.Decoder(page))

    def read(self, body: bytes) -> Beside:
        """What the page has of it. Unreadable, of which the text says nothing."""
        found = Beside()
        if self.decoder is None:
            return found
        try:
            records = getattr(_decoded(body, self.decoder), self.root.level.attribute) or []
            _collect(found, records, self.root, self.listed)
        except (msgspec.DecodeError, RecursionError):
            raise Unreadable from None
        return found


def _decoded(body: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return decoder.decode(mended(body))


def mended(body: bytes) -> bytes:
    """A page whose texts have no half of a surrogate pair: msgspec reads none."""
    return _ESCAPE.sub(_mended, body)


def _mended(escape: re.Match[bytes]) -> bytes:
    """Half a surrogate pair as the mark of what is not Unicode; any other escape as it is."""
    return rb"\ufffd" if escape["half"] else escape[0]


def _leads(shape: Shape) -> bool:
    return any(below.unread for below in shape.walk())


def _held(shape: Shape) -> Any:
    """What to decode of an attribute that holds a level; nothing but what leads further."""
    if shape.level.holds is Holds.MAP:
        return maps.Entries | None
    fields = [(c.level.attribute, _held(c), None) for c in shape.children if _followed(c)]
    # A union with None would make every value of the kind Raw a None.
    fields += [(name, msgspec.Raw, None) for name in sorted(_values(shape))]
    made = msgspec.defstruct(shape.level.name, fields, gc=False)
    return (GenericAlias(list, (made,)) if shape.level.holds is Holds.LIST else made) | None


def _followed(shape: Shape) -> bool:
    return shape.level.holds is Holds.MAP or _leads(shape)


def _values(shape: Shape) -> frozenset[str]:
    """The attributes left unread that are no maps."""
    return shape.unread - {child.level.attribute for child in shape.children}


def _collect(found: Beside, parents: list[Any], shape: Shape, listed: frozenset[str]) -> None:
    for name in _values(shape):
        values = map(attrgetter(name), parents)
        unread = [value for value in values if value is not None]
        found.count(unread, len(unread))
    for child in filter(_followed, shape.children):
        held = list(map(attrgetter(child.level.attribute), parents))
        if child.level.holds is Holds.MAP:
            _take(found, held, child, listed)
        elif child.level.holds is Holds.LIST:
            _collect(found, [each for many in held if many for each in many], child, listed)
        else:
            _collect(found, [one or _NOTHING for one in held], child, listed)


def _take(
    found: Beside, held: list[maps.Entries | None], shape: Shape, listed: frozenset[str]
) -> None:
    found.maps[shape.level.name] = maps.lists(held, shape, listed)
    there = [entries for entries in held if entries is not None]
    values = [value for entries in there for value in entries.values()]
    found.count(values, len(there) + len(values))
