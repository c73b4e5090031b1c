"""The system catalogue as the server's sessions ask it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from trunkline.lake.session import Answer
from trunkline.lake.system import LISTED, Session, SystemDatabase
from trunkline.servers.postgres.catalogue.facts import CatalogueFacts, known_of, quoted
from trunkline.servers.postgres.catalogue.objects import Shown, end, named
from trunkline.servers.postgres.catalogue.relations import RelationShown, RoleShown
from trunkline.servers.postgres.catalogue.rows import classes_in, rows_of
from trunkline.servers.postgres.catalogue.typing import duckdb_type, shown_as
from trunkline.servers.postgres.encoding import columns_of
from trunkline.servers.postgres.sql import Known, Translated
from trunkline.servers.postgres.types import Column, PgType

VERSION = "15.18"


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Who asks. ``search_path`` are schemas, without the implicit ``pg_catalog``.

    ``settings`` are those that differ from the server's, by name in lower case; ``began`` is when
    the server did, and ``now`` when the transaction did.
    """

    user: str
    search_path: tuple[str, ...]
    pid: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    began: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)


class SystemCatalogue:
    """What the sessions of one role see; made once, and again when relations or users change.

    ``every`` are all relations there are, so that an object has the same OID for every role;
    ``visible`` those of them, with the columns, that the role may read. ``schemas`` have comments.
    It lasts as long as somebody holds it, or a session of it.
    """

    def __init__(
        self,
        every: Iterable[RelationShown],
        database: str,
        visible: Iterable[RelationShown] | None = None,
        roles: Iterable[RoleShown] = (),
        schemas: Iterable[tuple[str, str | None]] = (),
        version: str = f"PostgreSQL {VERSION} (Trunkline)",
    ) -> None:
        every = tuple(every)
        shown = every if visible is None else tuple(visible)
        self.relations = shown
        rows = rows_of(every, shown, database, roles, schemas)
        self.known = known_of(shown, classes_in(rows))
        self.database = database
        self.version = version
        self._lake = SystemDatabase(rows)

    def session(self, about: SessionFacts) -> SystemSession:
        """A session of its own; cheap."""
        session = Session(self._lake, _variables(about))
        session.set({"database": _text(self.database), "version": _text(self.version)})
        session.set_zone(about.zone)
        return SystemSession(self, session, about)


class SystemSession:
    """Questions of one client to the catalogue, and its scratch tables.

    Not for two threads at once, except ``interrupt``.
    """

    def __init__(self, catalogue: SystemCatalogue, lake: Session, about: SessionFacts) -> None:
        self._catalogue = catalogue
        self._lake = lake
        self._about = about
        self._scratch: dict[str, Known] = {}
        self._names: dict[str, Shown] = {}

    def change(self, about: SessionFacts) -> None:
        """After SET, SET ROLE and the like."""
        self._about = about
        self._names = {}
        self._lake.set(_variables(about))
        self._lake.set_zone(about.zone)

    def facts(self) -> CatalogueFacts:
        """What the translation of a query needs to know, now."""
        said = {
            "current_user": self._about.user,
            "session_user": self._about.user,
            "current_database": self._catalogue.database,
            "current_schema": next(iter(self._about.search_path), ""),
            "version": self._catalogue.version,
        }
        return CatalogueFacts(
            self._catalogue.known, self._about.search_path, said, dict(self._scratch)
        )

    def describe(self, asked: Translated) -> tuple[Column, ...]:
        """The columns of the answer. Raises SqlError and what comes of it."""
        schema = self._lake.columns(self._lake.compiled(asked.sql))
        return shown_as(schema, asked.types, asked.names)

    def query(self, asked: Translated, values: Sequence[object] = ()) -> Answer:
        """Run it; several answers may be read in turn, each whenever it suits."""
        names = {
            place: self._shown(type_.name)
            for place, type_ in enumerate(asked.types)
            if type_ and type_.name in LISTED
        }
        answer = self._lake.answer(self._lake.compiled(asked.sql), values)
        return named(answer, names) if names else answer

    def _shown(self, kind: str) -> Shown:
        if kind not in self._names:
            self._names[kind] = self._lake.shown(kind)
        return self._names[kind]

    def create(self, name: str, columns: Sequence[tuple[str, PgType]]) -> None:
        """CREATE TEMPORARY TABLE with columns."""
        self._lake.create(name, {column: duckdb_type(type_) for column, type_ in columns})
        self._keep(name, columns)

    def create_as(self, name: str, asked: Translated, values: Sequence[object] = ()) -> int:
        """CREATE TEMPORARY TABLE AS a question to the catalogue; how many rows."""
        columns = self.describe(asked)
        rows = self._lake.create_as(name, self._lake.compiled(asked.sql), values)
        self._keep(name, [(column.name, column.type) for column in columns])
        return rows

    def fill(self, name: str, rows: pa.Table) -> int:
        """CREATE TEMPORARY TABLE AS rows from elsewhere; how many."""
        count = self._lake.fill(name, rows)
        self._keep(name, [(column.name, column.type) for column in columns_of(rows.schema)])
        return count

    def insert(
        self, name: str, columns: Sequence[str], asked: Translated, values: Sequence[object] = ()
    ) -> int:
        """INSERT INTO a scratch table; how many rows."""
        return self._lake.insert(name, columns, self._lake.compiled(asked.sql), values)

    def _keep(self, name: str, columns: Sequence[tuple[str, PgType]]) -> None:
        target = f"temp.{quoted(name)}"
        self._scratch[name] = Known("pg_temp", name, tuple(columns), system=True, target=target)

    def drop(self, name: str) -> bool:
        """DROP TABLE of a scratch table; whether there was one."""
        self._scratch.pop(name, None)
        return self._lake.drop(name)

    @property
    def scratch(self) -> frozenset[str]:
        """The names of the scratch tables."""
        return self._lake.scratch

    def forget(self, answer: Answer | None = None) -> None:
        """Nobody reads an answer on; without one, the last."""
        if answer:
            end(answer)
        else:
            self._lake.forget()

    def interrupt(self) -> None:
        """Stop what runs, from another thread."""
        self._lake.interrupt()

    def close(self) -> None:
        """The scratch tables go, too."""
        self._lake.close()


def _variables(about: SessionFacts) -> dict[str, str]:
    path = ", ".join(_text(schema) for schema in ("pg_catalog", *about.search_path))
    names = ", ".join(_text(name) for name in about.settings)
    values = ", ".join(_text(value) for value in about.settings.values())
    return {
        "user": _text(about.user),
        "search_path": f"CAST([{path}] AS VARCHAR[])",
        "pid": str(about.pid),
        "settings": f"CAST(MAP([{names}], [{values}]) AS MAP(VARCHAR, VARCHAR))",
        "began": _instant(about.began),
        "now": _instant(about.now),
    }


def _instant(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.astimezone(UTC).isoformat(sep=' ')}'"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
