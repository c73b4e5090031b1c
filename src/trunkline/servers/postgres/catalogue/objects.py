"""Objects of the catalogue in an answer (regclass ...): their numbers with their names beside."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.lake.session import Answer
from trunkline.servers.postgres.encoding import SHOWN

Shown = tuple[pa.Array, pa.Array]  # the OIDs of a kind, and the names


def named(answer: Answer, names: Mapping[int, Shown]) -> Answer:
    """The same answer, its columns of numbers at these places with the names."""
    numbers = {place for place in names if answer.schema.field(place).type == pa.uint32()}
    schema = answer.schema
    for place in numbers:
        schema = schema.set(place, pa.field(schema.field(place).name, SHOWN))

    return replace(answer, schema=schema, batches=_with_names(answer, schema, numbers, names))


def _with_names(
    answer: Answer, schema: pa.Schema, numbers: Collection[int], names: Mapping[int, Shown]
) -> Iterator[pa.RecordBatch]:
    try:
        for batch in answer.batches:
            columns = [
                _named(column, names[place]) if place in numbers else column
                for place, column in enumerate(batch.columns)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
    finally:
        end(answer)


def end(answer: Answer) -> None:
    """Nobody reads an answer on."""
    if isinstance(answer.batches, Generator):
        answer.batches.close()


def _named(oids: pa.Array, names: Shown) -> pa.Array:
    """``-`` for none, and the number itself for one that nothing has, as PostgreSQL writes them."""
    found = pc.take(names[1], pc.index_in(oids, value_set=names[0]))
    without = pc.if_else(pc.equal(oids, 0), "-", oids.cast(pa.string()))
    return pa.StructArray.from_arrays([oids, pc.coalesce(found, without)], fields=list(SHOWN))
