"""Which files of a snapshot a query reads, and which of their rows.

A record may be in the lake more than once: in the whole days, in the tail, open at an instant, or
as filters let it through. It is read once: from the tail, which loses a record to anything fetched
after it; else from the whole days; else from the first of the other scopes that the query names,
of which only days count that are not held whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from trunkline.catalog import TAIL, WHOLE, Scope, Table
from trunkline.interval import iso, runs
from trunkline.lake.catalogue import HeldFile
from trunkline.lake.relation import Part, parquet


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a snapshot is read: its files, its whole days by dataset, the scopes named."""

    files: tuple[HeldFile, ...]
    whole: Mapping[str, frozenset[date]]
    scopes: tuple[Scope, ...] = ()

    def parts(self, tables: Iterable[Table]) -> dict[str, tuple[Part, ...]]:
        """What each table is read from, by its name; no entry where there is nothing."""
        tables = tuple(tables)
        roots = {t.dataset.name: t.name for t in tables if t.level == t.dataset.levels[0].name}
        found = {t.name: self._of(t, roots[t.dataset.name]) for t in tables}
        return {name: parts for name, parts in found.items() if parts}

    def _of(self, table: Table, root: str) -> tuple[Part, ...]:
        """The tail first, then the whole days, then the other scopes; each without those before."""
        tail = self._files(root, TAIL)
        if table.level in table.dataset.only_in_jobs:
            tail = ()
        newer = frozenset(day for file in tail for day in file.days)
        whole = self._files(table.name, WHOLE)
        parts = [
            Part(_paths(self._files(table.name, TAIL))),
            Part(_paths(file for file in whole if not file.days & newer)),
            Part(_paths(file for file in whole if file.days & newer), *_without(table, tail)),
        ]
        before = tail
        days = self.whole.get(table.dataset.name, frozenset())
        for scope in self.scopes:
            files = [f for f in self._files(table.name, scope) if f.days - days]
            where, beside = _without(table, before)
            parts.append(Part(_paths(files), _both(where, _off_days(table, days)), beside))
            before += tuple(f for f in self._files(root, scope) if f.days - days)
        return tuple(part for part in parts if part.files)

    def _files(self, table: str, scope: Scope) -> tuple[HeldFile, ...]:
        return tuple(f for f in self.files if f.table == table and f.scope == scope)


def _paths(files: Iterable[HeldFile]) -> tuple[str, ...]:
    return tuple(file.path for file in files)


def _without(table: Table, roots: tuple[HeldFile, ...]) -> tuple[str, tuple[str, ...]]:
    """The condition that a row's record is in none of some root files; what it reads for that."""
    if not roots:
        return "", ()
    key = f'"{table.dataset.key}"'
    paths = _paths(roots)
    return f"{key} NOT IN (SELECT {key} FROM {parquet(paths)})", paths  # noqa: S608


def _off_days(table: Table, days: frozenset[date]) -> str:
    """The condition that a row is of none of the UTC days."""
    column = f'"{table.time_column}"'
    spans = (
        f"({column} >= '{iso(span.start)}'::TIMESTAMPTZ AND "
        f"{column} < '{iso(span.end)}'::TIMESTAMPTZ)"
        for span in runs(days)
    )
    ored = " OR ".join(spans)
    return f"NOT ({ored})" if ored else ""


def _both(*conditions: str) -> str:
    return " AND ".join(condition for condition in conditions if condition)
