"""From an accepted socket to a session, or to the door."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

from trunkline.servers.postgres.catalogue import RoleShown
from trunkline.servers.postgres.protocol.events import (
    Admitted,
    AuthenticationNeeded,
    CancelRequested,
    Denied,
    Event,
    UpgradeToTls,
)
from trunkline.servers.postgres.report import Refused, Report, Severity, fatal
from trunkline.servers.postgres.server.guard import Attempt
from trunkline.servers.postgres.server.house import House, is_loopback
from trunkline.servers.postgres.server.logins import Entry
from trunkline.servers.postgres.server.talk import Talk
from trunkline.servers.postgres.session.state import Session, Who
from trunkline.servers.postgres.session.system import System
from trunkline.servers.postgres.session.variables import Variables

LOOKS, BETWEEN = 20, 0.05  # times and seconds: a second in all
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_NOT_SETTINGS = frozenset({"user", "database", "options", "replication"})


class Opening:
    """Answers the events of a connection before there is a session."""

    def __init__(self, house: House, talk: Talk, address: str) -> None:
        self._house, self._talk, self._address = house, talk, address
        self.session: Session | None = None
        self.number = 0
        self._users: tuple[str, ...] = ()
        self.entry: Entry | None = None
        self._attempt = Attempt()

    async def answer(self, event: Event) -> None:
        """Answer one; ``session`` is there once somebody was let in."""
        try:
            await self._answer(event)
        except Refused as refusal:
            self._talk.connection.fail(refusal.report)

    async def _answer(self, event: Event) -> None:
        if isinstance(event, UpgradeToTls):
            await self._secure()
        elif isinstance(event, CancelRequested):
            self._house.cancelling.cancel(event.process_id, event.secret_key)
        elif isinstance(event, AuthenticationNeeded):
            await self._ask(event)
        elif isinstance(event, Denied):
            await self._house.logins.refuse(event.user, self._address)
            self._house.guard.failed(self._address, event.user, self._attempt)
        elif isinstance(event, Admitted):
            await self._admit(event)

    async def _secure(self) -> None:
        assert self._house.tls is not None  # noqa: S101
        await self._talk.flush()
        await self._talk.line.secure(self._house.tls.context)
        self._talk.connection.secured(self._house.tls.end_point)

    async def _ask(self, event: AuthenticationNeeded) -> None:
        house, near = self._house, is_loopback(self._address)
        await self._place()
        if event.parameters.get("replication", "false").lower() not in ("false", "off", "no", "0"):
            raise fatal("0A000", "replication is not supported")
        if house.tls and not near and not self._talk.line.is_secure:
            raise fatal("28000", "this server is spoken to in TLS", hint="Use sslmode=require.")
        self._users = await house.logins.names()
        if self._users:
            self._attempt = house.guard.begin(self._address, event.user)
            await asyncio.sleep(self._attempt.wait)
            self.entry = await house.logins.find(event.user)
            self._talk.connection.authenticate(self.entry.verifier if self.entry else None)
        elif near:
            self._talk.connection.trust()
        else:
            raise fatal("28000", "without users this server lets in its own machine alone")

    async def _place(self) -> None:
        """Wait a moment for a place: who has left it may not have been seen to leave yet."""
        for _ in range(LOOKS):
            if self._house.sessions < self._house.bounds.connections:
                return
            await asyncio.sleep(BETWEEN)
        raise fatal("53300", "sorry, too many clients already")

    async def _admit(self, event: Admitted) -> None:
        house, talk, entry = self._house, self._talk, self.entry
        if entry:
            house.guard.passed(self._address, event.user, self._attempt)
        variables = Variables(self._defaults(event), talk.connection.parameter)
        roles = [RoleShown(name) for name in self._users or (event.user,)]
        reader = entry.reader if entry else None
        catalogue = await house.shelf.of(reader, event.database, roles)
        await self._place()  # others were asked for their passwords meanwhile
        session = Session(
            Who(event.user, event.database, reader),
            talk.connection, house.desks, variables, talk.flush, house.now,
            System(catalogue, house.desks.ask),
        )  # fmt: skip
        self.number, secret = house.cancelling.enter(session.cancel)
        session.who = replace(session.who, number=self.number)
        talk.connection.start(variables.reported(), self.number, secret)
        self.session = session
        house.sessions += 1

    def _defaults(self, event: Admitted) -> dict[str, str]:
        """Of the server, then as the client has them. FATAL where one cannot be."""
        own = {**self._house.defaults, "session_authorization": event.user}
        fetch = self.entry.fetch if self.entry else "wait"
        own = {"trunkline.fetch": fetch, **own}
        variables = Variables(own, lambda _name, _value: None)
        try:
            for name, value in asked_for(event.parameters).items():
                variables.set(name, value)
        except Refused as refusal:
            report = refusal.report
            raise Refused(
                Report(Severity.FATAL, report.sqlstate, report.message, hint=report.hint)
            ) from None
        return variables.as_defaults()


def asked_for(parameters: Mapping[str, str]) -> dict[str, str]:
    """The settings of a startup message, those of ``options`` first: ``-c name=value``."""
    found: dict[str, str] = {}
    words = iter(_WORD.findall(parameters.get("options", "")))
    for word in words:
        given = next(words, "") if word == "-c" else word.removeprefix("-c").removeprefix("--")
        name, _, value = re.sub(r"\\(.)", r"\1", given).partition("=")
        if word.startswith("-") and name:
            found[name.replace("-", "_")] = value
    return found | {n: v for n, v in parameters.items() if n not in _NOT_SETTINGS}
