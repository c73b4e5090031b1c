"""A server of one connection whose statements are words: what the protocol is tested with.

``rows N`` gives so many rows of a number, ``bad`` is a syntax error, and then BEGIN, COMMIT,
ROLLBACK, ``copy N`` and ``declare``, which opens a portal as a cursor of SQL does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests import postgres_client as client
from trunkline.servers.postgres.messages.backend import Transaction
from trunkline.servers.postgres.protocol import Connection, Portal, Prepared, Terms, Verifier
from trunkline.servers.postgres.protocol.events import (
    Admitted,
    AuthenticationNeeded,
    Event,
    Prepare,
    Run,
    SimpleQuery,
)
from trunkline.servers.postgres.report import Refused, refused
from trunkline.servers.postgres.types import BY_OID, INT4, TEXT, Column

NUMBER = (Column("n", INT4),)
SECRET = b"a secret of the server"
NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"


def terms(*, tls: bool = False) -> Terms:
    return Terms(tls, SECRET, lambda: NONCE)


@dataclass
class Server:
    verifiers: Mapping[str, Verifier] | None = None
    connection: Connection = field(default_factory=lambda: Connection(terms()))
    events: list[Event] = field(default_factory=list)

    def say(self, data: bytes) -> bytes:
        """Hear bytes of a client, answer every event, give the bytes of the answers."""
        self.connection.feed(data)
        while event := self.connection.next_event():
            self.events.append(event)
            self._answer(event)
        return b"".join(self.connection.outgoing())

    def begin(self) -> bytes:
        return self.say(client.startup(user="ann"))

    def _answer(self, event: Event) -> None:
        try:
            match event:
                case AuthenticationNeeded(user, _, _) if self.verifiers is not None:
                    self.connection.authenticate(self.verifiers.get(user))
                case AuthenticationNeeded():
                    self.connection.trust()
                case Admitted():
                    self.connection.start({"server_version": "15.0"}, 7, 2**31)
                case Prepare(_, sql, oids):
                    types = tuple(BY_OID.get(oid, TEXT) for oid in oids)
                    self.connection.prepared(self._prepared(sql, types))
                case SimpleQuery(sql):
                    self._simple(sql)
                case Run(portal, max_rows):
                    self._run(portal, max_rows)
        except Refused as refusal:
            self.connection.fail(refusal.report)

    def _prepared(self, sql: str, types: tuple[object, ...] = ()) -> Prepared:
        if sql == "bad":
            raise refused("42601", 'syntax error at or near "bad"')
        columns = NUMBER if sql.startswith("rows") else None
        ends = sql in ("commit", "rollback")
        return Prepared(sql, types, columns, ends)  # type: ignore[arg-type]

    def _simple(self, sql: str) -> None:
        if not sql:
            self.connection.empty()
        for statement in filter(None, sql.split(";")):
            prepared = self._prepared(statement)
            if self.connection.transaction is Transaction.FAILED and not prepared.ends_transaction:
                raise refused("25P02", "current transaction is aborted")
            if prepared.columns:
                self.connection.describe(prepared.columns)
            self._run(Portal("", prepared), 0)
        self.connection.finish()

    def _run(self, portal: Portal, max_rows: int) -> None:
        word, _, count = portal.prepared.sql.partition(" ")
        _DOES.get(word, Server._word)(self, portal, int(count or 0), max_rows)

    def _rows(self, portal: Portal, count: int, max_rows: int) -> None:
        first = portal.source or 0
        last = min(count, first + max_rows) if max_rows else count
        for number in range(first, last):
            value = str(number).encode()
            self.connection.data(client.message(b"D", struct.pack("!Hi", 1, len(value)), value))
        portal.source = last
        if max_rows and last - first == max_rows:
            self.connection.suspend()
        else:
            self.connection.complete(f"SELECT {last - first}")

    def _copy(self, _: Portal, count: int, __: int) -> None:
        self.connection.copy_out(0, 1)
        for number in range(count):
            self.connection.data(client.message(b"d", f"{number}\n".encode()))
        self.connection.copy_done()
        self.connection.complete(f"COPY {count}")

    def _word(self, portal: Portal, _: int, __: int) -> None:
        sql = portal.prepared.sql
        if not sql:
            self.connection.empty()
            return
        if sql == "declare":
            self.connection.portals.open(Portal("cursor", self._prepared("rows 3")))
        if sql == "begin":
            self.connection.transaction = Transaction.OPEN
        if sql in ("commit", "rollback"):
            self.connection.transaction = Transaction.IDLE
        self.connection.complete(sql.upper())


_DOES: dict[str, Callable[[Server, Portal, int, int], None]] = {
    "rows": Server._rows,
    "copy": Server._copy,
}


@dataclass(frozen=True)
class ScramClient:
    """The client's side of RFC 5802, from its own words."""

    password: str
    gs2: str = "n,,"
    binding: bytes = b""
    nonce: str = "rOprNGfwEbeRWgbNEkqO"
    user: str = "user"

    @property
    def bare(self) -> str:
        return f"n={self.user},r={self.nonce}"

    def first(self, mechanism: str = "SCRAM-SHA-256") -> bytes:
        said = (self.gs2 + self.bare).encode()
        return client.message(b"p", client.text(mechanism), struct.pack("!i", len(said)), said)

    def final(self, server_first: bytes) -> bytes:
        nonce, salt, iterations = (part[2:] for part in server_first.decode().split(","))
        salted = hashlib.pbkdf2_hmac(
            "sha256", self.password.encode(), base64.b64decode(salt), int(iterations)
        )
        key = hmac.digest(salted, b"Client Key", "sha256")
        channel = base64.b64encode(self.gs2.encode() + self.binding).decode()
        without = f"c={channel},r={nonce}"
        said = f"{self.bare},{server_first.decode()},{without}".encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
        proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        return client.message(b"p", f"{without},p={base64.b64encode(proof).decode()}".encode())
