"""Publishing: look at both sides, make what is missing, then one transaction for each day.

A kill at any point leaves whole days: what was committed is there with its note of what it rests
on, and the next run goes on from the notes. Nothing else is remembered anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trunkline.catalog import Table
from trunkline.engine import Engine
from trunkline.engine.fetching import Parts
from trunkline.engine.keeping import require_kept
from trunkline.errors import DamagedLake, RelationClosed, TargetError, TargetMismatch
from trunkline.interval import DAY
from trunkline.publish import reconcile, state
from trunkline.publish.day import TablesChanged, put, take_away
from trunkline.publish.decision import Verdict, decide
from trunkline.publish.held import held_here
from trunkline.publish.progress import Day, Observe
from trunkline.publish.reconcile import Changes
from trunkline.publish.source import Shelf, opened, together
from trunkline.publish.state import State
from trunkline.publish.summary import Published, Tally
from trunkline.publish.target import Connection, Target, connected, run
from trunkline.publish.wish import Wish, checked, chosen, closed_tables

_TRIES = 5  # where another publisher makes tables at the same time
_LOCK_WAIT = "30s"  # for a table that somebody reads, before it is altered


def publish(engine: Engine, target: Target, wish: Wish, observe: Observe) -> tuple[Published, ...]:
    """Publish what is held of an organisation; what was done in each schema.

    Requests nothing of the provider. UsageError and its kin before anything is connected to;
    TargetClosed, TargetMismatch or TargetError after. What was committed before an error stays.
    """
    parts, wish = engine.of(wish.organization), checked(wish)
    tables = chosen(parts, wish.tables)
    snapshot = parts.lake.catalogue.latest()
    with engine.recorded("publish") as recording:
        recording.snapshot = snapshot
        try:
            with connected(target) as connection:
                done = tuple(
                    _Publisher(connection, target, parts, wish, snapshot, observe).into(schema, own)
                    for (schema, _), own in _by_schema(parts, wish, tables).items()
                )
        except DamagedLake:
            require_kept(parts, snapshot)  # its files may be gone for that
            raise
        recording.certificate = {"published": [one.certificate() for one in done]}
    return done


def _by_schema(
    parts: Parts, wish: Wish, tables: tuple[Table, ...]
) -> dict[tuple[str, str], tuple[Table, ...]]:
    """Tables by the target's schema and by what they are cut from.

    Finance has a schema of its own for each organisation.
    """
    base = wish.schema or parts.organization
    found: dict[tuple[str, str], tuple[Table, ...]] = {}
    for table in tables:
        key = f"{base}_{table.schema}" if table.schema else base, table.dataset.name
        found[key] = (*found.get(key, ()), table)
    return found


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
            return self._summed(shelf, tally, made, unchecked)
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
            self._require_same_organization(shelf, known)
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

    def _require_same_organization(self, shelf: Shelf, known: State) -> None:
        """Two organisations may have the same name in two data directories."""
        if self.wish.adopt or not known.clients or not shelf.held.clients:
            return
        if known.clients.isdisjoint(shelf.held.clients):
            raise TargetMismatch(
                f"the schema {shelf.schema} holds what another client has fetched, perhaps of "
                "another organisation",
                hint="Publish into another schema with --schema. If it is the same organisation, "
                "whose client is new, say --adopt once.",
            )

    def _days(self, shelf: Shelf, known: State, tally: Tally) -> tuple[str, ...]:
        """Deal with every day that is asked for; the foreign keys that are not valid then."""
        days = sorted(filter(self.wish.wants, shelf.held.days.keys() | known.days.keys()))
        verdicts = {day: decide(day, known.days.get(day), shelf.held) for day in days}
        todo = [
            day for day, verdict in verdicts.items() if verdict in (Verdict.PUT, Verdict.REMOVE)
        ]
        tally.note_all(verdicts)
        if self.wish.dry_run:
            tally.published = [day for day in todo if verdicts[day] is Verdict.PUT]
            tally.removed = [day for day in todo if verdicts[day] is Verdict.REMOVE]
            return ()
        gone = [day for day in todo if verdicts[day] is Verdict.REMOVE]
        for day in gone:
            take_away(self.connection, shelf, day, tally)
        self._put(shelf, [day for day in todo if verdicts[day] is Verdict.PUT], tally)
        return reconcile.validate(self.connection, shelf.schema)

    def _put(self, shelf: Shelf, days: list[date], tally: Tally) -> None:
        done = 0
        for some in together(days, shelf.held):
            with opened(shelf, some) as source:
                for day, content in source.contents().items():
                    rows = put(self.connection, shelf, day, source, content, tally)
                    done += 1
                    of = shelf.dataset.name if shelf.dataset.is_list else ""
                    self.observe(Day(shelf.schema, day, done, len(days), rows, of))

    def _summed(
        self, shelf: Shelf, tally: Tally, made: Changes, unchecked: tuple[str, ...]
    ) -> Published:
        return Published(
            target=self.target.shown,
            organization=self.parts.organization,
            schema=shelf.schema,
            snapshot=self.snapshot,
            published=tuple(tally.published),
            removed=tuple(tally.removed),
            confirmed=tuple(tally.confirmed),
            unchanged=tally.unchanged,
            newer=tuple(tally.newer),
            not_held=_not_held(shelf, self.wish, self.parts.seams.clock.now().date()),
            made=made.said,
            written={table.name: tally.written[table.name] for table in shelf.tables},
            deleted={table.name: tally.deleted[table.name] for table in shelf.tables},
            altered=dict(tally.altered),
            unchecked=unchecked,
            dry_run=self.wish.dry_run,
            listed=shelf.dataset.name if shelf.dataset.is_list else "",
        )


def _is_noted(shelf: Shelf, known: State) -> bool:
    """Whether the schema knows of the tables and of who fetched what goes there."""
    versions = {table.name: table.dataset.mapping_version for table in shelf.tables}
    return versions.items() <= known.tables.items() and shelf.held.clients <= known.clients


def with_those_there(parts: Parts, tables: tuple[Table, ...], known: State) -> tuple[Table, ...]:
    """The tables, and those that are published already: a day is replaced in all of them.

    RelationClosed where the role may not read one of those; TargetMismatch where there is none of
    such a name.
    """
    dataset, schema = tables[0].dataset, tables[0].schema
    ours = {t.name: t for t in parts.catalog.of(dataset) if t.schema == schema}
    closed = closed_tables(parts)
    for name in sorted(known.tables.keys() - {table.name for table in tables}):
        if name not in ours:
            raise TargetMismatch(
                f"a table {name} is published that this version of Trunkline does not have",
                hint="Publish with the version that made it, or into another --schema.",
            )
        if name in closed:
            raise RelationClosed(
                f"{name} is published already, and this role may not read it",
                hint="A day is replaced in all its tables: publish as a role that may read them.",
            )
    names = {table.name for table in tables} | known.tables.keys()
    return tuple(table for name, table in ours.items() if name in names)


def _not_held(shelf: Shelf, wish: Wish, today: date) -> tuple[date, ...]:
    """Days up to now that are asked for and not held; without bounds, those between others."""
    held = shelf.held.days.keys()
    if shelf.dataset.is_list:
        return ()
    if not held and not (wish.start and wish.end):
        return ()
    first = wish.start.date() if wish.start else min(held)
    last = wish.last_day if wish.end else max(held)
    span = range((min(last, today) - first).days + 1)
    return tuple(day for n in span if (day := first + DAY * n) not in held)
