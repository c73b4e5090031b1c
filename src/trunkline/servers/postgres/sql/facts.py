"""What a translation must know of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from trunkline.servers.postgres.types import PgType


@dataclass(frozen=True, slots=True)
class Known:
    """A relation. ``target`` is how DuckDB names it, quoted where that is needed.

    ``system`` for what the system catalogue answers: ``pg_catalog``, ``information_schema`` and the
    session's own temporary tables. ``oid`` is its number where clients are told of it, else 0.
    """

    schema: str
    name: str
    columns: tuple[tuple[str, PgType], ...]
    system: bool
    target: str
    oid: int = 0


class Facts(Protocol):
    """The catalogue as a query sees it."""

    def relation(self, schema: str | None, name: str) -> Known | None:
        """A relation; without a schema by the search path, ``pg_catalog`` first."""

    @property
    def said(self) -> Mapping[str, str]:
        """What is constant in a session: ``current_user``, ``current_database``, ``version``..."""


@dataclass(frozen=True, slots=True)
class NoFacts:
    """A catalogue of nothing."""

    def relation(self, schema: str | None, name: str) -> Known | None:
        """None."""
        del schema, name
        return None

    @property
    def said(self) -> Mapping[str, str]:
        """Nothing."""
        return {}
