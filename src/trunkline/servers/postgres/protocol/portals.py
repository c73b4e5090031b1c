"""Prepared statements and portals by name, for the life of a session or of a transaction.

A cursor that SQL declares is a portal: both share one set of names, as in PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from trunkline.servers.postgres.report import refused
from trunkline.servers.postgres.types import Column, PgType

MOST_NAMES = 10_000  # of statements, and of portals, of one session
MOST_HELD = 64 * 1024 * 1024  # bytes of their SQL, and of their values


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement that was analysed; ``columns`` is None where it gives no rows.

    ``ends_transaction``: COMMIT, ROLLBACK and their like, which a failed transaction waits for.
    ``source`` is whatever the session wants to find again.
    """

    sql: str
    parameter_types: tuple[PgType, ...] = ()
    columns: tuple[Column, ...] | None = None
    ends_transaction: bool = False
    source: Any = None


@dataclass(eq=False, slots=True)
class Portal:
    """A statement with values, and how far it has run; ``holdable`` ones outlive a transaction.

    ``formats`` are those of its columns, text where none are given; ``size`` is in bytes, of its
    values as they came.
    """

    name: str
    prepared: Prepared
    parameters: tuple[Any, ...] = ()
    formats: tuple[int, ...] = ()
    size: int = 0
    holdable: bool = False
    finished: bool = False
    source: Any = None

    def __post_init__(self) -> None:
        if not self.formats:
            self.formats = (0,) * len(self.prepared.columns or ())


@dataclass(slots=True)
class Statements:
    """Prepared statements; the one without a name lasts until the next."""

    _held: dict[str, Prepared] = field(default_factory=dict)
    _size: int = 0

    def find(self, name: str) -> Prepared:
        """Refused (26000) where there is none."""
        if name in self._held:
            return self._held[name]
        if not name:
            raise refused("26000", "unnamed prepared statement does not exist")
        raise refused("26000", f'prepared statement "{name}" does not exist')

    def check(self, name: str) -> None:
        """Whether the name is free. Refused (42P05); the unnamed one makes room."""
        if not name:
            self.close(name)
        elif name in self._held:
            raise refused("42P05", f'prepared statement "{name}" already exists')

    def keep(self, name: str, prepared: Prepared) -> None:
        """Give it a name that is free. Refused (53400) where there are too many already."""
        self.check(name)
        _room("prepared statements", len(self._held), self._size + len(prepared.sql))
        self._held[name] = prepared
        self._size += len(prepared.sql)

    def close(self, name: str) -> None:
        """Forget one, whether it is there or not."""
        if prepared := self._held.pop(name, None):
            self._size -= len(prepared.sql)

    def clear(self) -> None:
        """Forget all."""
        self._held.clear()
        self._size = 0

    def __iter__(self) -> Iterator[tuple[str, Prepared]]:
        return iter(self._held.items())


@dataclass(slots=True)
class Portals:
    """Open portals; those that are closed wait in ``released`` to be told of."""

    _held: dict[str, Portal] = field(default_factory=dict)
    _size: int = 0
    released: list[Portal] = field(default_factory=list)

    def find(self, name: str, kind: str = "portal") -> Portal:
        """Refused (34000) where there is none; SQL speaks of a ``cursor``."""
        if name not in self._held:
            raise refused("34000", f'{kind} "{name}" does not exist')
        return self._held[name]

    def open(self, portal: Portal) -> None:
        """Refused (42P03) where the name is taken, and (53400) where there are too many already.

        The unnamed one makes room.
        """
        if not portal.name:
            self.close("")
        elif portal.name in self._held:
            raise refused("42P03", f'cursor "{portal.name}" already exists')
        _room("portals", len(self._held), self._size + portal.size)
        self._held[portal.name] = portal
        self._size += portal.size

    def close(self, name: str) -> None:
        """Close one, whether it is there or not."""
        if portal := self._held.pop(name, None):
            self._size -= portal.size
            self.released.append(portal)

    def end_transaction(self) -> None:
        """Close all but holdable ones."""
        for portal in [portal for portal in self._held.values() if not portal.holdable]:
            self.close(portal.name)

    def clear(self) -> None:
        """Close all."""
        for name in list(self._held):
            self.close(name)

    def __iter__(self) -> Iterator[Portal]:
        return iter(self._held.values())


def _room(kind: str, count: int, size: int) -> None:
    if count >= MOST_NAMES or size > MOST_HELD:
        raise refused("53400", f"too many {kind} in one session", hint="Close some, or DEALLOCATE.")
