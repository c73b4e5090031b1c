"""Which files of a snapshot a query reads, and which of their rows.

A record may be in the lake more than once: in the whole days, in the tail, open at an instant, or
as filters let it through. It is read once: from the tail, which loses a record to anything fetched
after it; else from the whole days; else from the first of the other scopes that the query names,
of which only days count that are not held whole.

Of each table only those days are read that a scan of it wants: the planner has shown of all others
that they cannot matter to the answer, as it must for what is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from trunkline.catalog import Catalog, Table
from trunkline.interval import Interval, beside, iso, runs
from trunkline.lake.catalogue import HeldFile
from trunkline.lake.relation import Part, columns_of, parquet
from trunkline.scope import TAIL, WHOLE, Scope


@dataclass(frozen=True, slots=True)
class Reads:
    """What a query reads: tables by their names, and the scopes beside whole days and the tail.

    ``days`` are the UTC days that matter of each table; all of them where it has no entry.
    ``only`` are the days that a scope is read of; all of them, again, where it has no entry. So
    with ``of``, the datasets that a scope is read of.
    """

    tables: frozenset[str]
    days: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    scopes: tuple[Scope, ...] = ()
    only: Mapping[Scope, frozenset[date]] = field(default_factory=dict)
    of: Mapping[Scope, frozenset[str]] = field(default_factory=dict)

    def scopes_of(self, dataset: str) -> tuple[Scope, ...]:
        """The scopes that the tables of a dataset are read of."""
        return tuple(s for s in self.scopes if s not in self.of or dataset in self.of[s])


@dataclass(frozen=True, slots=True)
class Held:
    """What a snapshot holds: files by table and scope, whole days by dataset."""

    files: Mapping[tuple[str, Scope], Sequence[HeldFile]]
    whole: Mapping[str, frozenset[date]]

    def parts(self, catalog: Catalog, reads: Reads) -> dict[str, tuple[Part, ...]]:
        """What each table is read from, by its name; no entry for those that have nothing."""
        tables = (table for table in catalog.tables if table.name in reads.tables)
        found = {
            table.name: self._of(table, catalog.root(table.dataset), reads) for table in tables
        }
        return {name: parts for name, parts in found.items() if parts}

    def _of(self, table: Table, root: Table, reads: Reads) -> tuple[Part, ...]:
        """The tail first, then the whole days, then the other scopes; each without those before."""
        tail = self._files(root.name, TAIL)
        if table.level in table.dataset.only_in_jobs:
            tail = ()
        # A start may have moved over midnight since its day was fetched.
        newer = beside(day for file in tail for day in file.days)
        whole = self._files(table.name, WHOLE)
        days = self.whole.get(table.dataset.name, frozenset())
        asked = _Asked(table, reads.days.get(table.name))
        parts = [
            asked.part(self._files(table.name, TAIL)),
            asked.part(file for file in whole if not file.days & newer),
            asked.part((file for file in whole if file.days & newer), without=tail),
        ]
        before = tail
        scopes = reads.scopes_of(table.dataset.name)
        for scope in sorted(scopes, key=reads.only.__contains__):
            on = reads.only.get(scope)
            files = (f for f in self._files(table.name, scope) if f.days - days)
            parts.append(asked.part(files, without=before, off=days, on=on))
            if on is None:  # days of their own cannot tell a record twice
                before += tuple(f for f in self._files(root.name, scope) if f.days - days)
        return tuple(part for part in parts if part.files)

    def _files(self, table: str, scope: Scope) -> tuple[HeldFile, ...]:
        return tuple(self.files.get((table, scope), ()))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A table and the days of it that are wanted; all where none are named."""

    table: Table
    days: tuple[Interval, ...] | None

    def part(
        self,
        files: Iterable[HeldFile],
        *,
        without: tuple[HeldFile, ...] = (),
        off: frozenset[date] = frozenset(),
        on: frozenset[date] | None = None,
    ) -> Part:
        """The wanted rows of files: none of the records of root files, nor of the days ``off``.

        Those of the days ``on`` alone, where they are given.
        """
        kept = tuple(f for f in files if self._touches(f) and (on is None or f.days & on))
        strangers = self.days is not None and not all(map(self._is_inside, kept))
        conditions = (
            _within(self.table, self.days or ()) if strangers else "",
            _without(self.table, without),
            f"NOT ({_within(self.table, runs(off))})" if off else "",
            _within(self.table, runs(on)) if on else "",
        )
        where = " AND ".join(f"({condition})" for condition in conditions if condition)
        return Part(_paths(kept), where, _paths(without))

    def _touches(self, file: HeldFile) -> bool:
        return self.days is None or any(map(self._wants, file.days))

    def _is_inside(self, file: HeldFile) -> bool:
        return all(map(self._wants, file.days))

    def _wants(self, day: date) -> bool:
        return any(span.start.date() <= day <= span.last_day for span in self.days or ())


def _paths(files: Iterable[HeldFile]) -> tuple[str, ...]:
    return tuple(file.path for file in files)


def _without(table: Table, roots: tuple[HeldFile, ...]) -> str:
    """The condition that a row's record is in none of some root files."""
    if not roots:
        return ""
    key = table.dataset.key
    columns = [pair for pair in columns_of(table) if pair[0] == key]
    source = parquet(_paths(roots), columns)
    return f'"{key}" NOT IN (SELECT "{key}" FROM {source})'  # noqa: S608


def _within(table: Table, spans: Iterable[Interval]) -> str:
    """The condition that a row began in one of the intervals."""
    column = f'"{table.time_column}"'
    return " OR ".join(
        f"({column} >= '{iso(span.start)}'::TIMESTAMPTZ AND "
        f"{column} < '{iso(span.end)}'::TIMESTAMPTZ)"
        for span in spans
    )
