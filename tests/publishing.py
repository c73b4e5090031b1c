"""A database to publish to, and whether it has what a data directory has, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.gateway import Place
from trunkline.engine import Options
from trunkline.publish import Published, Wish, publish, target_of
from trunkline.publish.progress import Observe

TREE = (
    "conversations",
    "participants",
    "sessions",
    "segments",
    "session_metrics",
    "participant_attributes",
    "session_flows",
    "flow_outcomes",
    "media_endpoint_stats",
    "conversation_evaluations",
    "conversation_surveys",
    "conversation_resolutions",
)
TREE_KEYS = {
    "participants": "conversations",
    "conversation_evaluations": "conversations",
    "conversation_surveys": "conversations",
    "conversation_resolutions": "conversations",
    "sessions": "participants",
    "participant_attributes": "participants",
    "segments": "sessions",
    "session_metrics": "sessions",
    "session_flows": "sessions",
    "media_endpoint_stats": "sessions",
    "flow_outcomes": "session_flows",
}
_names = count()


@dataclass(frozen=True)
class Base:
    """A database of its own in a server that lets everybody in by its socket."""

    server: Path
    name: str
    user: str = "postgres"

    @staticmethod
    def made(server: Path, options: str = "") -> Base:
        name = f"base{next(_names)}"
        with psycopg.connect(host=str(server), user="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} {options}".encode())
        return Base(server, name)

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}@/{self.name}?host={self.server}"

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            yield connection

    def all(self, sql: str) -> list[dict[str, Any]]:
        with self.session() as connection:
            return connection.execute(sql.encode()).fetchall()

    def run(self, sql: str) -> None:
        with self.session() as connection:
            connection.execute(sql.encode())

    def values(self, sql: str) -> list[Any]:
        return [next(iter(row.values())) for row in self.all(sql)]


def versions(base: Base) -> dict[str, list[Any]]:
    """Which transaction wrote each row of each table, state included."""
    names = [*TREE, "trunkline_publish", "trunkline_tables", "trunkline_days"]
    return {n: sorted(base.values(f"SELECT xmin::text FROM genesys.{n}")) for n in names}


def ignore(_: object) -> None:
    """Nobody watches."""


def published(
    place: Place, base: Base, wish: Wish | None = None, observe: Observe = ignore
) -> Published:
    """Publish, as a command would; what was done in the first schema."""
    with place.engine() as engine:
        return publish(engine, target_of(base.url), wish or Wish(), observe)[0]


def held(place: Place, table: str, days: frozenset[date] | None = None) -> list[dict[str, Any]]:
    """All rows of a table that a query without bounds is answered with; of some days."""
    rows = place.query(f"SELECT * FROM {table}", Options(covered=True))
    return rows if days is None else [r for r in rows if r["conversation_start"].date() in days]


def there(base: Base, table: str, days: frozenset[date] | None = None) -> list[dict[str, Any]]:
    """All rows of a table of the target; of some days."""
    rows = base.all(f"SELECT * FROM {table}")
    return rows if days is None else [r for r in rows if r["conversation_start"].date() in days]


def require_equal(
    place: Place, base: Base, schema: str = "genesys", days: frozenset[date] | None = None
) -> int:
    """Assert that every table of the tree has the same rows here and there; how many there are."""
    rows = 0
    for table in TREE:
        own = f"{schema}.{table}" if schema != "genesys" else table
        rows += require_rows(held(place, own, days), there(base, f"{schema}.{table}", days))
    return rows


def require_rows(want: list[dict[str, Any]], have: list[dict[str, Any]]) -> int:
    """Assert that both have the same rows, in any order."""
    assert sorted(map(_told, have)) == sorted(map(_told, want))
    return len(want)


def _told(row: dict[str, Any]) -> str:
    return repr([(name, _plain(row[name])) for name in sorted(row)])


def _plain(value: Any) -> Any:
    """An instant without the name of its zone; everything else as it is."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
