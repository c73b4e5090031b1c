"""Publishing through dlt: days are taken away, loaded in every table, and noted when whole.

dlt loads each table by itself, so a run that is killed leaves days without a note, perhaps with
rows: they are taken away and loaded again by the next. A reader joins ``trunkline_days`` to know
which days are whole. One publisher at a time: nothing here is a lock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from trunkline.catalog import Column, Table
from trunkline.engine import Engine
from trunkline.engine.fetching import Parts
from trunkline.publish.copying import Copied, without_nul
from trunkline.publish.held import held_here
from trunkline.publish.progress import Day, Observe
from trunkline.publish.schemas import (
    Into,
    each_schema,
    require_same_organization,
    summed,
    to_do,
    with_those_there,
)
from trunkline.publish.shapes import Shape
from trunkline.publish.source import Shelf, Source, opened, together
from trunkline.publish.state import PublishedDay
from trunkline.publish.summary import Published, Tally
from trunkline.publish.warehouse import ledger, target
from trunkline.publish.warehouse.ledger import Found
from trunkline.publish.warehouse.target import Warehouse, failing, loader
from trunkline.publish.wish import Wish


def publish_into(
    engine: Engine, to: Warehouse, wish: Wish, observe: Observe
) -> tuple[Published, ...]:
    """Publish what is held of an organisation; what was done in each schema.

    Requests nothing of the provider. Errors as those of ``publish``.
    """

    def writing(parts: Parts, wish: Wish, snapshot: int) -> AbstractContextManager[Into]:
        return nullcontext(_Writer(to, parts, wish, snapshot, observe).into)

    return each_schema(engine, wish, writing)


@dataclass(frozen=True, slots=True)
class _Writer:
    to: Warehouse
    parts: Parts
    wish: Wish
    snapshot: int
    observe: Observe

    def into(self, schema: str, tables: tuple[Table, ...]) -> Published:
        with target.opened(self.to, self.parts.settings.home, schema) as pipeline:
            with failing(self.to):
                found = _found(pipeline, tables[0].dataset.name)
            wanted = with_those_there(self.parts, tables, found.state)
            shelf = Shelf(self.parts, schema, wanted, held_here(self.parts, wanted, self.snapshot))
            require_same_organization(shelf, found.state, self.wish)
            tally = Tally()
            self._days(pipeline, shelf, found.state.days, tally)
        made = tuple(f"table {t.name}" for t in wanted if t.name not in found.tables)
        return summed(shelf, self.wish, tally, self.to.shown, made=made if tally.published else ())

    def _days(
        self, pipeline: Any, shelf: Shelf, known: Mapping[date, PublishedDay], tally: Tally
    ) -> None:
        puts, gone = to_do(shelf, self.wish, known, tally)
        if gone:
            self._clear(pipeline, shelf, gone)
            tally.removed = gone
        done = 0
        for some in together(puts, shelf.held):
            with opened(shelf, some) as source:
                written = self._put(pipeline, shelf, known, source, tally)
            done += len(some)
            self.observe(Day(shelf.schema, some[-1], done, len(puts), written, shelf.listed))

    def _put(
        self,
        pipeline: Any,
        shelf: Shelf,
        known: Mapping[date, PublishedDay],
        source: Source,
        tally: Tally,
    ) -> int:
        """Bring some days; how many rows were written."""
        contents = source.contents()
        same = {d for d, one in contents.items() if d in known and known[d].content == one.hash}
        new = [day for day in contents if day not in same]
        copied = Copied()
        self._clear(pipeline, shelf, new, sorted(same))
        with failing(self.to):
            resources = [resource_of(s.table, _rows(s, source, new, copied)) for s in source.shapes]
            if new:
                pipeline.run(resources)
            at = self.parts.seams.clock.now()
            pipeline.run(_noting(ledger.notes(shelf, contents, at)))
        tally.published += new
        tally.confirmed += sorted(same)
        tally.written += copied.written
        tally.altered += copied.altered
        return copied.written.total()

    def _clear(
        self, pipeline: Any, shelf: Shelf, days: Iterable[date], notes: Iterable[date] = ()
    ) -> None:
        """Take days away, and of others their notes."""
        with failing(self.to), pipeline.sql_client() as client:
            ledger.clear(client, shelf, days, notes)


def _found(pipeline: Any, dataset: str) -> Found:
    """What the target has; of a schema that is not there, nothing."""
    with pipeline.sql_client() as client:
        return ledger.read(client, dataset) if client.has_dataset() else ledger.NONE


def resource_of(table: Table, rows: Iterable[pa.Table] = ()) -> Any:
    """A table's rows to load; it is made with all its columns, also of no rows."""
    columns = {
        column.name: {
            "nullable": column.name != table.key,
            "primary_key": column.name == table.key,
            "description": column.description,
        }
        for column in table.columns
    }
    schema = pa.schema([(column.name, _type_of(column)) for column in table.columns])

    def loaded() -> Iterator[pa.Table]:
        yield schema.empty_table()
        for some in rows:
            yield _told(some, schema)

    return loader().resource(loaded, name=table.name, write_disposition="append", columns=columns)


def _rows(shape: Shape, source: Source, days: list[date], copied: Copied) -> Iterator[pa.Table]:
    for day in days:
        for batch in without_nul(source.batches(shape, day), shape, copied):
            copied.written[shape.name] += batch.num_rows
            yield pa.Table.from_batches([batch])


def _type_of(column: Column) -> pa.DataType:
    """A list is JSON as a text: before its version of 2025, SQL Server has no type for either."""
    return pa.string() if column.type.is_list else column.type.arrow


def _told(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows in the types of a schema."""
    for place, name in enumerate(rows.column_names):
        if pa.types.is_list(rows[name].type):
            texts = [None if one is None else json.dumps(one) for one in rows[name].to_pylist()]
            rows = rows.set_column(place, name, pa.array(texts, pa.string()))
    return rows.cast(schema)


def _noting(rows: pa.Table) -> Any:
    return loader().resource([rows], name=ledger.NOTES, write_disposition="append")
