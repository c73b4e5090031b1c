"""Sessions that read nothing, kept from one text to the next: to bind it, and for its constants.

To make a DuckDB takes as long as all else of a plan, and most texts differ in nothing that a
session knows: its relations are empty, the gate says which of them a text may name, and whatever
is of one text alone (its instant, its tokens) has a session of its own. One text uses it at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

import duckdb

from trunkline.lake.beside import Beside
from trunkline.lake.locked import Limits, create, locked, set_zone
from trunkline.lake.relation import Relation

MOST = 4  # sessions that wait, of 4 MB each

Columns = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A session: for which schema and limits it was made, and the relations that it has by now."""

    made_for: tuple[str, Limits]
    connection: duckdb.DuckDBPyConnection
    has: dict[str, Columns] = field(default_factory=dict)

    def becomes(self, relations: Iterable[Relation], zone: str) -> None:
        """Have these relations, in this zone; UsageError where there is no such zone."""
        set_zone(self.connection, zone)
        for relation in relations:
            if self.has.get(relation.qualified) != relation.columns:
                self.connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{relation.schema}"')
                name = f'"{relation.schema}"."{relation.name}"'
                self.connection.execute(f"DROP TABLE IF EXISTS {name}")
                create(self.connection, relation)
                self.has[relation.qualified] = relation.columns


_waiting: list[_Kept] = []
_lock = Lock()


@contextmanager
def kept(
    relations: Iterable[Relation], default_schema: str, zone: str, limits: Limits
) -> Iterator[Beside]:
    """A session with empty relations, kept for another text where nothing goes wrong with it."""
    session = _taken(default_schema, limits) or _Kept(
        (default_schema, limits), locked((), default_schema, zone, limits)
    )
    at_work = Beside(session.connection, limits.memory)
    try:
        session.becomes(relations, zone)
        yield at_work
    except BaseException:
        at_work.close()
        raise
    at_work.leave()
    _keep(session)


def _taken(default_schema: str, limits: Limits) -> _Kept | None:
    with _lock:
        for place, session in enumerate(_waiting):
            if session.made_for == (default_schema, limits):
                return _waiting.pop(place)
    return None


def _keep(session: _Kept) -> None:
    with _lock:
        _waiting.append(session)
        oldest = _waiting.pop(0) if len(_waiting) > MOST else None
    if oldest:
        oldest.connection.close()
