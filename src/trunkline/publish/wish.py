"""What is to be published of which organisation, checked before anything is connected to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trunkline.catalog import Catalog, Table
from trunkline.engine.access import opened_to
from trunkline.engine.fetching import Parts
from trunkline.engine.reader import reader_of
from trunkline.errors import RelationClosed, UsageError
from trunkline.lake.relation import relations_of
from trunkline.publish.held import LISTED

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,47}\Z")  # `_finance` and more may follow


@dataclass(frozen=True, slots=True)
class Wish:
    """``tables`` as a query names them; none are the usual ones: see ``chosen``.

    And but those of whole lists that are not held.

    Days that the interval from ``start`` to before ``end`` touches; without either, all. ``schema``
    is the target's, by default the organisation's name. ``adopt`` goes on with a schema that
    another client has published into.
    """

    tables: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    organization: str | None = None
    schema: str | None = None
    adopt: bool = False
    dry_run: bool = False

    def wants(self, day: date) -> bool:
        """Whether the interval touches a UTC day; a whole list is of any time."""
        return day == LISTED or (
            not (self.start and day < self.start.date()) and day <= self.last_day
        )

    @property
    def last_day(self) -> date:
        """The last UTC day that the interval touches."""
        return (self.end - timedelta.resolution).date() if self.end else date.max


def checked(wish: Wish) -> Wish:
    """The wish, if it can be one. UsageError where it cannot."""
    if wish.start and wish.end and wish.start >= wish.end:
        raise UsageError("--to must be later than --from", hint="--to itself is not included.")
    if wish.schema is not None and (
        not _SCHEMA.match(wish.schema) or wish.schema.startswith("pg_")
    ):
        raise UsageError(
            "--schema is no name that publish would make",
            hint="Lower-case letters, digits and underscores, 48 at the most.",
        )
    return wish


def chosen(parts: Parts, names: Iterable[str]) -> tuple[Table, ...]:
    """The tables of some names, with what they stand below.

    Where none are named, all but finance's, of conversations and of whatever else is held.

    RelationClosed where the role may not read one that is named, or not all of it.
    """
    catalog, closed = parts.catalog, closed_tables(parts)
    found = [catalog.named(name) for name in names]
    for table in found:
        if why := closed.get(table.name):
            qualified = f"{catalog.schema_of(table)}.{table.name}"
            raise RelationClosed(f"{qualified} cannot be published: {why}")
    if not found:
        catalogue, own = parts.lake.catalogue, parts.organization
        held = {*catalogue.lists.of(own, catalogue.latest())}
        held |= {day.dataset for day in parts.lake.coverage(own)}
        usual = {of.name for of in catalog.datasets if of.by_default or of.name in held}
        found = [t for t in catalog.tables if t.schema is None and t.dataset.name in usual]
    may = [table for table in catalog.tables if table.name not in closed]
    wanted = {table.name for table in found if table in may}
    wanted |= {above.name for table in found for above in _above(catalog, table) if above in may}
    return tuple(table for table in may if table.name in wanted)


def closed_tables(parts: Parts) -> dict[str, str]:
    """Why the role of the settings may not publish a table, by its name: it must read all of it."""
    reader, catalog = reader_of(parts.settings), parts.catalog
    relations = opened_to(reader, relations_of(catalog), parts.catalogs, parts.policy)
    why = {r.name: r.closed.why for r in relations if r.closed}
    return why | {
        r.name: "some of its columns are closed to this role" for r in relations if r.hidden
    }


def _above(catalog: Catalog, table: Table) -> tuple[Table, ...]:
    levels = {level.name for level in table.dataset.path(table.level)[:-1]}
    of_it = catalog.of(table.dataset)
    return tuple(t for t in of_it if t.level in levels and t.schema == table.schema)
