"""What publishing is, whatever is published into: which tables, which days, and what was done.

The state of a target, and how its days are written, are the target's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from trunkline.catalog import Table
from trunkline.engine import Engine
from trunkline.engine.fetching import Parts
from trunkline.engine.keeping import require_kept
from trunkline.errors import DamagedLake, RelationClosed, TargetMismatch
from trunkline.interval import DAY
from trunkline.publish.decision import Verdict, decide
from trunkline.publish.source import Shelf
from trunkline.publish.state import PublishedDay, State
from trunkline.publish.summary import Published, Tally
from trunkline.publish.wish import Wish, checked, chosen, closed_tables

Into = Callable[[str, tuple[Table, ...]], Published]
"""Publishes tables into a schema of the target."""
Writing = Callable[[Parts, Wish, int], AbstractContextManager[Into]]
"""A session with the target, for a wish and a snapshot of what is held."""


def each_schema(engine: Engine, wish: Wish, writing: Writing) -> tuple[Published, ...]:
    """Publish what is held of an organisation; what was done in each schema.

    Requests nothing of the provider. UsageError and its kin before anything is connected to.
    """
    parts, wish = engine.of(wish.organization), checked(wish)
    tables = chosen(parts, wish.tables)
    snapshot = parts.lake.catalogue.latest()
    with engine.recorded("publish") as recording:
        recording.snapshot = snapshot
        try:
            with writing(parts, wish, snapshot) as into:
                schemas = _by_schema(parts, wish, tables).items()
                done = tuple(into(schema, own) for (schema, _), own in schemas)
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


def to_do(
    shelf: Shelf, wish: Wish, known: Mapping[date, PublishedDay], tally: Tally
) -> tuple[list[date], list[date]]:
    """The days to be put and those to be taken away; of a dry run none, they are only told."""
    days = sorted(filter(wish.wants, shelf.held.days.keys() | known.keys()))
    verdicts = {day: decide(day, known.get(day), shelf.held) for day in days}
    tally.note_all(verdicts)
    puts = [day for day, verdict in verdicts.items() if verdict is Verdict.PUT]
    gone = [day for day, verdict in verdicts.items() if verdict is Verdict.REMOVE]
    if not wish.dry_run:
        return puts, gone
    tally.published, tally.removed = puts, gone
    return [], []


def summed(shelf: Shelf, wish: Wish, tally: Tally, target: str, **more: Any) -> Published:
    """What was done in a schema; ``more`` is what the target alone can say."""
    parts = shelf.parts
    return Published(
        target=target,
        organization=parts.organization,
        schema=shelf.schema,
        snapshot=shelf.held.snapshot,
        published=tuple(tally.published),
        removed=tuple(tally.removed),
        confirmed=tuple(tally.confirmed),
        unchanged=tally.unchanged,
        newer=tuple(tally.newer),
        not_held=_not_held(shelf, wish, parts.seams.clock.now().date()),
        written={table.name: tally.written[table.name] for table in shelf.tables},
        altered=dict(tally.altered),
        dry_run=wish.dry_run,
        listed=shelf.listed,
        **more,
    )


def require_same_organization(shelf: Shelf, known: State, wish: Wish) -> None:
    """TargetMismatch: two organisations may have the same name in two data directories."""
    if wish.adopt or not known.clients or not shelf.held.clients:
        return
    if known.clients.isdisjoint(shelf.held.clients):
        raise TargetMismatch(
            f"the schema {shelf.schema} holds what another client has fetched, perhaps of "
            "another organisation",
            hint="Publish into another schema with --schema. If it is the same organisation, "
            "whose client is new, say --adopt once.",
        )


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
