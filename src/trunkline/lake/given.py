"""What a text is given beside relations: the instant that ``now()`` means, and its parameters.

Plan and answer have to agree on what now is, however long the fetch between them takes: a day that
begins meanwhile would be in the answer and not in the plan. DuckDB has no such setting, but a macro
of the default schema stands before a function of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb

Parameters = Sequence[object] | Mapping[str, object]

_INSTANTS = ("now", "current_timestamp", "get_current_timestamp", "transaction_timestamp")
_CASTS = {
    "CAST({} AS DATE)": ("today", "current_date"),
    "CAST({} AS TIMESTAMP)": ("localtimestamp", "current_localtimestamp"),
    "CAST({} AS TIMETZ)": ("current_time", "get_current_time"),
    "CAST(CAST({} AS TIMESTAMP) AS TIME)": ("localtime", "current_localtime"),
}
CLOCKS = frozenset(("age", *_INSTANTS, *(name for names in _CASTS.values() for name in names)))


@dataclass(frozen=True, slots=True)
class Given:
    """``now`` is DuckDB's own where it is None; ``parameters`` by position or by name.

    ``types`` are DuckDB's names of their types, of those by position; without, as Python has them.
    """

    now: datetime | None = None
    parameters: Parameters = field(default=(), repr=False)
    types: tuple[str, ...] = ()

    @property
    def values(self) -> Any:
        """The parameters as DuckDB takes them."""
        if not self.types or isinstance(self.parameters, Mapping):
            return self.parameters
        return [_typed(*pair) for pair in zip(self.parameters, self.types, strict=True)]


def _typed(value: object, type_: str) -> object:
    """A value of a type. DuckDB has no NULLs with one, and reads no empty list but as a text."""
    if value is None:
        return None
    return duckdb.Value("[]" if value == [] else value, duckdb.sqltype(type_))


_SAMPLES = {
    "boolean": "true", "date": "2000-01-01", "timestamp": "2000-01-01",
    "timestamptz": "2000-01-01 00:00:00+00", "time": "00:00:00", "timetz": "00:00:00+00",
    "interval": "1 day", "uuid": "00000000-0000-0000-0000-000000000000", "varchar": "",
    "json": "{}", "blob": "",
}  # fmt: skip


def sample(type_: str) -> object:
    """Some value of a type, for a statement whose values are not known yet."""
    if type_.endswith("[]"):
        return []
    return _SAMPLES.get(type_.lower(), "1")


def asks_the_time(sql: str) -> bool:
    """Whether a text may name one of the clocks. Without, none has to be stopped, which takes time.

    No name can stand there otherwise than letter by letter, in either case.
    """
    text = sql.lower()
    return any(name in text for name in CLOCKS)


def stop_the_clock(connection: duckdb.DuckDBPyConnection, schema: str, now: datetime) -> None:
    """Let every function of the present mean one instant, in the session's zone."""
    instant = f"TIMESTAMPTZ '{now.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}+00'"
    bodies = dict.fromkeys(_INSTANTS, instant)
    for cast, names in _CASTS.items():
        bodies |= dict.fromkeys(names, cast.format(instant))
    for name, body in bodies.items():
        connection.execute(f'CREATE MACRO "{schema}".{name}() AS {body}')
    today = f"CAST(CAST({instant} AS DATE) AS TIMESTAMP)"
    connection.execute(
        f'CREATE MACRO "{schema}".age(since) AS system.main.age({today}, since), '
        "(upto, since) AS system.main.age(upto, since)"
    )
