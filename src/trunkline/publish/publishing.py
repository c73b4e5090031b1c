"""Publishing: look at both sides, make what is missing, then one transaction for each day.

A kill at any point leaves whole days: what was committed is there with its note of what it rests
on, and the next run goes on from the notes. Nothing else is remembered anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from trunkline.catalog import Table
from trunkline.engine import Engine
from trunkline.engine.fetching import Parts
from trunkline.errors import TargetError
from trunkline.publish import reconcile, state
from trunkline.publish.day import TablesChanged, put, take_away
from trunkline.publish.held import held_here
from trunkline.publish.progress import Day, Observe
from trunkline.publish.reconcile import Changes
from trunkline.publish.schemas import (
    Into,
    each_schema,
    require_same_organization,
    summed,
    to_do,
    with_those_there,
)
from trunkline.publish.source import Shelf, opened, together
from trunkline.publish.state import State
from trunkline.publish.summary import Published, Tally
from trunkline.publish.target import Connection, Target, connected, run
from trunkline.publish.wish import Wish

_TRIES = 5  # where another publisher makes tables at the same time
_LOCK_WAIT = "30s"  # for a table that somebody reads, before it is altered


def publish(engine: Engine, target: Target, wish: Wish, observe: Observe) -> tuple[Published, ...]:
    """Publish what is held of an organisation; what was done in each schema.

    Requests nothing of the provider. UsageError and its kin before anything is connected to;
    TargetClosed, TargetMismatch or TargetError after. What was committed before an error stays.
    """

    @contextmanager
    def writing(parts: Parts, wish: Wish, snapshot: int) -> Iterator[Into]:
        with connected(target) as connection:
            yield _Publisher(connection, target, parts, wish, snapshot, observe).into

    return each_schema(engine, wish, writing)


@dataclass(frozen=True, slots=True)
class _Publisher:
    """One session with the target, and what is published in it."""

    connection: Connection
    target: Target
    parts: Parts
    wish: Wish
    snapshot: int
    observe: Observe

    def into(self, schema: str, tables: tuple[Table, ...]) -> Published:
        """Publish tables of one schema; again, where others make tables there meanwhile."""
        for _ in range(_TRIES):
            tally = Tally()
            try:
                shelf, made, known = self._made(schema, tables)
                unchecked = self._days(shelf, known, tally)
            except TablesChanged:
                continue
            deleted = {table.name: tally.deleted[table.name] for table in shelf.tables}
            return summed(
                shelf,
                self.wish,
                tally,
                self.target.shown,
                made=made.said,
                deleted=deleted,
                unchecked=unchecked,
            )
        raise TargetError(
            f"others are making tables in {schema} all the time",
            hint="Publish again once they have ended.",
        )

    def _made(self, schema: str, tables: tuple[Table, ...]) -> tuple[Shelf, Changes, State]:
        """Look at the schema, and make and alter what is to be, in one transaction."""
        with self.connection.transaction():
            state.lock(self.connection, schema)
            known = state.read(self.connection, schema, tables[0].dataset.name)
            wanted = with_those_there(self.parts, tables, known)
            held = held_here(self.parts, wanted, self.snapshot)
            shelf = Shelf(self.parts, schema, wanted, held)
            require_same_organization(shelf, known, self.wish)
            todo = reconcile.changes(self.connection, schema, shelf.shapes, known)
            if not self.wish.dry_run and (todo or not _is_noted(shelf, known)):
                self._apply(shelf, todo, known)
                known = state.read(self.connection, schema, shelf.dataset.name)
        return shelf, todo, known

    def _apply(self, shelf: Shelf, todo: Changes, known: State) -> None:
        schema, clients = shelf.schema, shelf.held.clients
        run(self.connection, f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
        reconcile.apply(self.connection, schema, shelf.shapes, todo, known)
        state.note_publisher(self.connection, schema, self.parts.organization, clients)
        if todo.fills:
            state.doubt_days(self.connection, schema, shelf.dataset.name)

    def _days(self, shelf: Shelf, known: State, tally: Tally) -> tuple[str, ...]:
        """Deal with every day that is asked for; the foreign keys that are not valid then."""
        puts, gone = to_do(shelf, self.wish, known.days, tally)
        if self.wish.dry_run:
            return ()
        for day in gone:
            take_away(self.connection, shelf, day, tally)
        self._put(shelf, puts, tally)
        return reconcile.validate(self.connection, shelf.schema)

    def _put(self, shelf: Shelf, days: list[date], tally: Tally) -> None:
        done = 0
        for some in together(days, shelf.held):
            with opened(shelf, some) as source:
                for day, content in source.contents().items():
                    rows = put(self.connection, shelf, day, source, content, tally)
                    done += 1
                    self.observe(Day(shelf.schema, day, done, len(days), rows, shelf.listed))


def _is_noted(shelf: Shelf, known: State) -> bool:
    """Whether the schema knows of the tables and of who fetched what goes there."""
    versions = {table.name: table.dataset.mapping_version for table in shelf.tables}
    return versions.items() <= known.tables.items() and shelf.held.clients <= known.clients
