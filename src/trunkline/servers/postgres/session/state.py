"""What a session is made of, and what each concern of it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from trunkline.engine.reader import Reader
from trunkline.servers.desks import Desks
from trunkline.servers.postgres.catalogue import SessionFacts
from trunkline.servers.postgres.catalogue.facts import CatalogueFacts
from trunkline.servers.postgres.encoding import Style
from trunkline.servers.postgres.messages.backend import Transaction
from trunkline.servers.postgres.protocol import Connection
from trunkline.servers.postgres.report import Report, Severity
from trunkline.servers.postgres.session import checks
from trunkline.servers.postgres.session.rows import Bytes
from trunkline.servers.postgres.session.system import System
from trunkline.servers.postgres.session.variables import Variables
from trunkline.servers.postgres.session.work import Why, Work
from trunkline.servers.postgres.sql.zone_names import of_session

Flush = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, and of which database. Without a ``reader`` it is whoever uses the settings."""

    user: str
    database: str
    reader: Reader | None = None
    number: int = 0


@dataclass(slots=True, eq=False)
class Session:
    """One client's session. ``flush`` sends what its connection has to send."""

    who: Who
    connection: Connection
    desks: Desks
    variables: Variables
    flush: Flush
    now: Callable[[], datetime]
    system: System
    work: Work = field(default_factory=Work)
    savepoints: list[str] = field(default_factory=list)
    instant: datetime | None = None  # what now() is, of the transaction

    @property
    def search_path(self) -> tuple[str, ...]:
        """Schemas of names without one."""
        names = checks.names_of(self.variables["search_path"])
        return tuple(self.who.user if name == "$user" else name for name in names)

    @property
    def about(self) -> SessionFacts:
        """Who asks the system catalogue."""
        return SessionFacts(
            self.who.user,
            self.search_path,
            self.who.number,
            self.variables.changed(),
            self.zone,
            now=self.began(),
        )

    @property
    def facts(self) -> CatalogueFacts:
        """What a translation knows of the catalogue."""
        path = self.search_path
        said = {
            "current_user": self.who.user,
            "session_user": self.who.user,
            "current_database": self.who.database,
            "version": self.system.catalogue.version,
        } | ({"current_schema": path[0]} if path else {})
        return CatalogueFacts(self.system.catalogue.known, path, said, self.system.scratch)

    @property
    def style(self) -> Style:
        """How values are written."""
        return Style(ZoneInfo(self.zone))

    @property
    def zone(self) -> str:
        """The name of its time zone in the database of zones."""
        return of_session(self.variables["TimeZone"]) or "UTC"

    @property
    def is_open(self) -> bool:
        """Whether a transaction is, failed or not."""
        return self.connection.transaction is not Transaction.IDLE

    def cancel(self) -> None:
        """Stop what is under way, since the client asks for that."""
        self.work.cancel(Why.CLIENT)

    def began(self) -> datetime:
        """The instant of the transaction, which begins with its first statement."""
        if self.instant is None:
            self.instant = self.now()
        return self.instant

    async def send(self, piece: Bytes) -> None:
        """Rows, which are with the system before more of them are made."""
        self.connection.data(piece)
        await self.flush()

    def tell(
        self, message: str, sqlstate: str = "00000", severity: Severity = Severity.NOTICE,
        **more: Any,
    ) -> None:  # fmt: skip
        """A notice, unless the client has asked for fewer."""
        if severity is Severity.NOTICE and self.variables["client_min_messages"] in _FEWER:
            return
        self.connection.notice(Report(severity, sqlstate, message, **more))


_FEWER = frozenset({"warning", "error"})
