"""What is read of a payload: its levels and attributes, gathered from the declared columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import pyarrow as pa

from trunkline.catalog import Column, Dataset, Holds, Level, Pii, Table
from trunkline.types import Type

# Decimals on the slow path: DECIMAL(24,6) and DECIMAL(18,6). On the fast one metrics are whole, and
# scores are doubles that leave no doubt about their six places.
LIMITS = {Type.METRIC: 10**18, Type.SCORE: 10**12}
_FAST = {Type.METRIC: pa.int64(), Type.SCORE: pa.float64()}

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)
# Milliseconds since 1970 of the years 1 to 9999, which is what the languages of our readers have; a
# day less at either end, so that a time may be told in every zone.
TIMES = range(
    (date(1, 1, 2) - _EPOCH).days * _DAY_MS,
    (date(9999, 12, 31) - _EPOCH).days * _DAY_MS,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One level: what to land of it, the levels below, what to leave unread, and all together.

    ``texts`` are free: read with the attributes so as to be counted, and landed nowhere.
    """

    level: Level
    attributes: tuple[tuple[str, Type], ...]
    texts: tuple[tuple[str, Type], ...]
    children: tuple[Shape, ...]
    unread: frozenset[str]
    known: frozenset[str]

    @property
    def landed(self) -> frozenset[str]:
        """The names whose values become rows or parts of them."""
        below = (child.level.attribute for child in self.children)
        return frozenset(name for name, _ in self.attributes).union(below)

    def walk(self) -> Iterator[Shape]:
        """The level and all below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Layout:
    """A dataset as it is read: its root level, and that level's key and time attributes.

    ``listed`` names the entries of maps whose values are kept.
    """

    dataset: Dataset
    root: Shape
    key: str
    time: str
    listed: frozenset[str]


@lru_cache(maxsize=8)
def layout_of(
    dataset: Dataset, tables: tuple[Table, ...], listed: frozenset[str] = frozenset()
) -> Layout:
    """The layout that tables ask for. ValueError where two columns disagree on a type."""
    columns = [column for table in tables for column in table.columns]
    of = {column.name: column.attribute for column in columns}
    by_level: defaultdict[str, list[Column]] = defaultdict(list)
    for column in columns:
        by_level[column.level].append(column)
    root = _shape(dataset, dataset.levels[0], by_level)
    return Layout(dataset, root, of[dataset.key], of[dataset.time_column], listed)


def arrow_type(shape: Shape, *, exact: bool = False) -> pa.DataType:
    """A level's elements as an Arrow struct.

    ``exact`` is what the slow path makes: numbers of any scale as decimals, maps as lists of their
    entries, no free texts.
    """
    attributes = shape.attributes if exact else shape.attributes + shape.texts
    fields = [(name, _arrow(type_, exact=exact)) for name, type_ in attributes]
    for child in shape.children:
        below = arrow_type(child, exact=exact)
        if child.level.holds is Holds.OBJECT:
            fields.append((child.level.attribute, below))
        elif child.level.holds is Holds.LIST or exact:
            fields.append((child.level.attribute, pa.list_(below)))
    return pa.struct(fields)


def _arrow(type_: Type, *, exact: bool) -> pa.DataType:
    return type_.arrow if exact else _FAST.get(type_, type_.arrow)


def _shape(dataset: Dataset, level: Level, columns: Mapping[str, Sequence[Column]]) -> Shape:
    children = tuple(
        _shape(dataset, child, columns) for child in dataset.levels if child.parent == level.name
    )
    own = columns.get(level.name, ())
    attributes = _attributes(level, own)
    if level.holds is Holds.MAP:
        return Shape(level, attributes, (), children, frozenset(), frozenset())
    free = [column for column in own if column.pii is Pii.FREE_TEXT]
    texts = {column.attribute: column.type for column in free}
    maps = {child.level.attribute for child in children if child.level.holds is Holds.MAP}
    unread = level.known | maps
    below = {child.level.attribute for child in children}
    known = unread | below | texts.keys() | {name for name, _ in attributes}
    return Shape(level, attributes, tuple(texts.items()), children, unread, known)


def only_maps(shape: Shape) -> Shape:
    """The shape without what is left unread, maps excepted."""
    maps = {child.level.attribute for child in shape.children if child.level.holds is Holds.MAP}
    children = tuple(map(only_maps, shape.children))
    return replace(shape, children=children, unread=frozenset(maps))


def _attributes(level: Level, columns: Iterable[Column]) -> tuple[tuple[str, Type], ...]:
    wanted = {level.id: Type.TEXT} if level.id else {}
    for column in columns:
        if not is_read(column):
            continue
        if wanted.setdefault(column.attribute, column.type) is not column.type:
            raise ValueError(f"{column.source}: {column.name} is of another type elsewhere")
    return tuple(wanted.items())


def is_read(column: Column) -> bool:
    """Whether the column's attribute is landed; free text never leaves the page."""
    return _is_attribute(column) and column.pii is not Pii.FREE_TEXT


def metric_name(column: Column) -> str | None:
    """The metric that a wide column sums, or None for any other column."""
    attribute = column.attribute
    return attribute[len("metrics[") : -1] if attribute.startswith("metrics[") else None


def _is_attribute(column: Column) -> bool:
    return column.attribute not in ("#", "key") and metric_name(column) is None
