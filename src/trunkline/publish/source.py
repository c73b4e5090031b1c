"""The rows of days as they are read from the lake: a few small days at once, a large one streamed.

To open the files of a day and to ask DuckDB for anything costs milliseconds, of which a day of
twelve tables takes many. Days that are small together are read together, into memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
import pyarrow as pa

from trunkline.catalog import Dataset, Table
from trunkline.engine.fetching import Parts
from trunkline.engine.judgement import limits_of
from trunkline.engine.reader import reader_of
from trunkline.interval import runs
from trunkline.lake.reading import Reads
from trunkline.lake.relation import Relation, relations_of
from trunkline.lake.rows import Rows, reading
from trunkline.publish.held import HeldHere
from trunkline.publish.shapes import Shape, quoted, shapes_of

AT_ONCE = 200_000  # rows of all tables that are in memory at once, about
MOST_KEY = 2_600  # bytes; an entry of an index may have 2,704 with all that is around it
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One schema of the target, the tables of one dataset that go there, and what is held."""

    parts: Parts
    schema: str
    tables: tuple[Table, ...]
    held: HeldHere

    @property
    def dataset(self) -> Dataset:
        """What its tables are cut from."""
        return self.tables[0].dataset

    @property
    def listed(self) -> str:
        """The name of the dataset, where it is a whole list."""
        return self.dataset.name if self.dataset.is_list else ""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The tables as PostgreSQL has them."""
        return shapes_of(self.tables)


@dataclass(frozen=True, slots=True)
class Content:
    """What a day has: a hash of all its rows, whatever their order, and how many in each table."""

    hash: str
    rows: Mapping[str, int]


@dataclass(slots=True)
class Source:
    """Rows of some days. ``mended`` where they contradict one another, as they may not there.

    Mended, of rows with the same key one is left, and none whose row above is not there. A row
    whose key is too long for an index is left out in any case.
    """

    rows: Rows
    shapes: tuple[Shape, ...]
    days: tuple[date, ...]
    mended: bool = False
    _loaded: dict[str, dict[date, pa.Table]] = field(default_factory=dict)

    def contents(self) -> dict[date, Content]:
        """What each day has."""
        hashes = {day: sha256() for day in self.days}
        counts: dict[date, dict[str, int]] = {day: {} for day in self.days}
        for shape in self.shapes:
            found = {_day(row[0]): row[1:] for row in self.rows.all(_digest(shape))}
            for day in self.days:
                values = found.get(day, (0, None, None))
                counts[day][shape.name] = int(values[0])
                said = f"{shape.name} {' '.join(shape.columns)} {values}\n"
                hashes[day].update(said.encode())
        return {day: Content(hashes[day].hexdigest(), counts[day]) for day in self.days}

    def batches(self, shape: Shape, day: date) -> Iterator[pa.RecordBatch]:
        """The rows of a table that are published of a day."""
        if len(self.days) == 1:
            return self.rows.batches(self._select(shape))
        if shape.name not in self._loaded:
            self._loaded[shape.name] = _by_day(self.rows.batches(self._select(shape)), shape)
        of_day = self._loaded[shape.name].get(day)
        return iter(of_day.to_batches() if of_day else ())

    def records(self) -> Iterator[pa.RecordBatch]:
        """The records that any table has rows of."""
        key = quoted(self.shapes[0].table.dataset.key)
        selects = (f"SELECT {key} FROM {quoted(shape.name)}" for shape in self.shapes)
        return self.rows.batches(" UNION ".join(selects))

    def _select(self, shape: Shape) -> str:
        listed = ", ".join(quoted(column) for column in shape.columns)
        return f"SELECT {listed} FROM {self._kept(shape)}"

    def _kept(self, shape: Shape) -> str:
        key, above = quoted(shape.table.key), shape.above
        source = f"SELECT * FROM {quoted(shape.name)} WHERE strlen({key}) <= {MOST_KEY}"
        if not self.mended:
            return f"({source})"
        if above:
            parent = next(s for s in self.shapes if s.name == above.table)
            there = f"SELECT {quoted(above.key)} FROM {self._kept(parent)}"
            source += f" AND {quoted(above.column)} IN ({there})"
        order = ", ".join(quoted(column) for column in shape.columns)
        return f"({source} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1)"


def _digest(shape: Shape) -> str:
    """Rows by day, and two hashes of all of them; none of it depends on their order."""
    row = "row(" + ", ".join(quoted(column) for column in shape.columns) + ")"
    of_day = f"epoch_ms({quoted(shape.table.time_column)}) // {_DAY_MS}"
    day = "0" if shape.table.dataset.is_list else of_day
    return (
        f"SELECT {day} AS day, count(*), bit_xor(hash({row})), "
        f"sum(hash({row}, 1)::HUGEINT) FROM {quoted(shape.name)} GROUP BY day"
    )


def _by_day(batches: Iterable[pa.RecordBatch], shape: Shape) -> dict[date, pa.Table]:
    found = list(batches)
    if not found:
        return {}
    rows = pa.Table.from_batches(found).combine_chunks()
    milliseconds = rows[shape.table.time_column].cast(pa.timestamp("ms", "UTC"))
    days = milliseconds.combine_chunks().cast(pa.int64()).to_numpy() // _DAY_MS
    order = np.argsort(days, kind="stable")
    rows, days = rows.take(pa.array(order)), days[order]
    numbers, firsts = np.unique(days, return_index=True)
    ends = [*firsts[1:].tolist(), len(days)]
    spans = zip(numbers.tolist(), firsts.tolist(), ends, strict=True)
    return {_day(number): rows.slice(first, end - first) for number, first, end in spans}


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def together(days: Iterable[date], held: HeldHere) -> Iterator[tuple[date, ...]]:
    """Days in order, as many at once as are small together."""
    group: list[date] = []
    weight = 0.0
    for day in days:
        own = held.days[day].rows if day in held.days else 0.0
        if group and weight + own > AT_ONCE:
            yield tuple(group)
            group, weight = [], 0.0
        group.append(day)
        weight += own
    if group:
        yield tuple(group)


@contextmanager
def opened(shelf: Shelf, days: tuple[date, ...], *, mended: bool = False) -> Iterator[Source]:
    """The rows of some days, readable while the block lasts."""
    catalog, settings = shelf.parts.catalog, shelf.parts.settings
    limits = limits_of(settings, reader_of(settings).limits)
    schema = catalog.schema_of(shelf.tables[0])
    with reading(_relations(shelf, days), schema, limits) as rows:
        yield Source(rows, shelf.shapes, days, mended)


def _relations(shelf: Shelf, days: tuple[date, ...]) -> tuple[Relation, ...]:
    """The tables with what they are read from: whole days and the tail."""
    catalog, names = shelf.parts.catalog, frozenset(table.name for table in shelf.tables)
    of_days = {} if shelf.dataset.is_list else dict.fromkeys(names, runs(days))
    reads = Reads(names, of_days)
    parts = shelf.parts.lake.parts(catalog, shelf.held.snapshot, reads)
    return tuple(r for r in relations_of(catalog, parts) if r.name in names)
