"""One day of one schema of the target: one transaction, which replaces it in all tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from psycopg import errors as pg

from trunkline.catalog import Dataset, Table
from trunkline.engine.fetching import Parts
from trunkline.engine.judgement import limits_of
from trunkline.interval import day_span
from trunkline.lake.reading import Reads
from trunkline.lake.relation import Relation, relations_of
from trunkline.lake.rows import reading
from trunkline.publish import state
from trunkline.publish.copying import Copied, Reading, remove, replace
from trunkline.publish.decision import Verdict, decide
from trunkline.publish.held import HeldHere
from trunkline.publish.shapes import Shape, shapes_of
from trunkline.publish.summary import Tally
from trunkline.publish.target import Connection

_TRIES = 5
_IN_THE_WAY = (pg.DeadlockDetected, pg.SerializationFailure, pg.LockNotAvailable)


class TablesChanged(Exception):
    """Another publisher has made tables in the schema meanwhile."""


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
    def versions(self) -> dict[str, int]:
        """The version of the declaration of each table."""
        return {table.name: table.dataset.mapping_version for table in self.tables}

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The tables as PostgreSQL has them."""
        return shapes_of(self.tables)


def put(connection: Connection, shelf: Shelf, day: date, tally: Tally) -> int:
    """Publish a day that has changed; how many rows were written."""
    with _reading(shelf, day) as found:
        content = found.content()

        def work(attempt: Reading, copied: Copied) -> Verdict | None:
            there = _checked(connection, shelf, day)
            verdict = decide(day, there, shelf.held)
            if verdict is not Verdict.PUT:
                return verdict
            held = shelf.held.days[day]
            if there and there.content == content:
                state.confirm_day(connection, shelf.schema, shelf.dataset.name, held, shelf.held)
                return None
            replace(connection, shelf.schema, day, attempt, copied)
            state.note_day(
                connection,
                shelf.schema,
                shelf.dataset.name,
                held,
                shelf.held,
                (copied.written, copied.altered, content),
            )
            return verdict

        verdict, copied = _transacted(connection, found, work)
    tally.note(day, verdict, copied)
    return copied.written.total()


def take_away(connection: Connection, shelf: Shelf, day: date, tally: Tally) -> int:
    """Remove a day that is held no more."""

    def work(_: Reading, copied: Copied) -> Verdict:
        verdict = decide(day, _checked(connection, shelf, day), shelf.held)
        if verdict is Verdict.REMOVE:
            remove(connection, shelf.schema, day, shelf.shapes, copied)
            state.drop_day(connection, shelf.schema, shelf.dataset.name, day)
        return verdict

    with _reading(shelf, day) as found:
        verdict, copied = _transacted(connection, found, work)
    tally.note(day, verdict, copied)
    return 0


def _checked(connection: Connection, shelf: Shelf, day: date) -> state.PublishedDay | None:
    """The note of a day, under the lock. TablesChanged where this run does not know all tables."""
    state.lock(connection, shelf.schema)
    names = state.tables_of(connection, shelf.schema)
    if names.keys() != {table.name for table in shelf.tables}:
        raise TablesChanged
    return state.day_of(connection, shelf.schema, shelf.dataset.name, day)


def _transacted(
    connection: Connection,
    found: Reading,
    work: Callable[[Reading, Copied], Verdict | None],
) -> tuple[Verdict | None, Copied]:
    """Do the work in one transaction: again where another session was in the way.

    Where rows contradict one another, again with those that do left out.
    """
    for left in reversed(range(_TRIES)):
        copied = Copied()
        try:
            with connection.transaction():
                return work(found, copied), copied
        except _IN_THE_WAY:
            if not left:
                raise
        except pg.IntegrityError:
            if found.mended:
                raise
            found = Reading(found.rows, found.shapes, mended=True)
    raise AssertionError("the last try returns or raises")


@contextmanager
def _reading(shelf: Shelf, day: date) -> Iterator[Reading]:
    catalog, limits = shelf.parts.catalog, limits_of(shelf.parts.settings)
    schema = catalog.schema_of(shelf.tables[0])
    with reading(_relations(shelf, day), schema, limits) as rows:
        yield Reading(rows, shelf.shapes)


def _relations(shelf: Shelf, day: date) -> tuple[Relation, ...]:
    """The tables with what they are read from: whole days and the tail, of the one day."""
    catalog, names = shelf.parts.catalog, frozenset(table.name for table in shelf.tables)
    reads = Reads(names, {name: (day_span(day, day),) for name in names})
    parts = shelf.parts.lake.parts(catalog, shelf.held.snapshot, reads)
    return tuple(r for r in relations_of(catalog, parts) if r.name in names)
