"""From the first byte to an admitted user: TLS or not, which version, who is it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trunkline.servers.postgres.messages import backend
from trunkline.servers.postgres.messages.frontend import (
    CancelRequest,
    GSSENCRequest,
    Message,
    Opening,
    PasswordMessage,
    SSLRequest,
    StartupMessage,
)
from trunkline.servers.postgres.protocol.events import (
    Admitted,
    AuthenticationNeeded,
    CancelRequested,
    Denied,
    UpgradeToTls,
)
from trunkline.servers.postgres.protocol.phase import Phase
from trunkline.servers.postgres.protocol.scram import (
    Challenge,
    challenge,
    mechanisms,
    outcome,
)
from trunkline.servers.postgres.protocol.verifier import Verifier
from trunkline.servers.postgres.protocol.wire import Terms, Wire
from trunkline.servers.postgres.report import ProtocolViolation, fatal

VERSION = (3, 0)
_OPTION = "_pq_."  # names of protocol extensions begin with it


class Doorkeeper:
    """Lets a client in, or does not."""

    def __init__(self, wire: Wire, terms: Terms) -> None:
        self._wire = wire
        self._terms = terms
        self._asked: set[type[Opening]] = set()
        self._end_point: bytes | None = None
        self._who = AuthenticationNeeded("", "", {})
        self._verifier: Verifier | None = None
        self._challenge: Challenge | None = None

    def handle(self, message: Message) -> None:
        """Take one message of a client that is not yet let in."""
        _HANDLERS[type(message)](self, message)

    def secured(self, end_point: bytes | None) -> None:
        """TLS is there; ``end_point`` is the hash of the certificate (RFC 5929, section 4.1)."""
        self._end_point = end_point
        self._wire.phase = Phase.OPENING

    def authenticate(self, verifier: Verifier | None) -> None:
        """Ask for a password; None, no such user, is asked and refused like a wrong one."""
        self._verifier = verifier
        self._wire.send(backend.authentication_sasl(mechanisms(self._end_point)))
        self._wire.phase = Phase.SASL_FIRST

    def admit(self) -> None:
        """Let them in."""
        self._wire.send(backend.authentication_ok())
        self._wire.reader.authenticated = True
        self._wire.phase = Phase.STARTING
        self._wire.tell(Admitted(self._who.user, self._who.database, self._who.parameters))

    def _ssl(self, _: SSLRequest) -> None:
        self._once(SSLRequest)
        if not self._terms.tls:
            self._wire.send(backend.NO)
            return
        if self._wire.reader.pending:
            # Whoever sent it did so before the keys were agreed on: it may be somebody in between.
            raise ProtocolViolation("received unencrypted data after SSL request")
        self._wire.send(backend.SSL_YES)
        self._wire.phase = Phase.TLS
        self._wire.tell(UpgradeToTls())

    def _gss(self, _: GSSENCRequest) -> None:
        self._once(GSSENCRequest)
        self._wire.send(backend.NO)

    def _once(self, kind: type[Opening]) -> None:
        if kind in self._asked:
            raise ProtocolViolation("encryption was asked for twice")
        self._asked.add(kind)

    def _cancel(self, message: CancelRequest) -> None:
        self._wire.tell(CancelRequested(message.process_id, message.secret_key))
        self._wire.close()

    def _startup(self, message: StartupMessage) -> None:
        major, minor = message.version
        if major != VERSION[0]:
            raise fatal(
                "0A000",
                f"unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.0",
            )
        parameters = dict(message.parameters)
        options = [name for name in parameters if name.startswith(_OPTION)]
        if minor > VERSION[1] or options:
            self._wire.send(backend.negotiate_protocol_version(VERSION, options))
        self._identify({name: parameters[name] for name in parameters if name not in options})

    def _identify(self, parameters: Mapping[str, str]) -> None:
        user = parameters.get("user", "")
        if not user:
            raise fatal("28000", "no PostgreSQL user name specified in startup packet")
        self._who = AuthenticationNeeded(user, parameters.get("database") or user, parameters)
        self._wire.reader.started = True
        self._wire.phase = Phase.LOOKUP
        self._wire.tell(self._who)

    def _password(self, message: PasswordMessage) -> None:
        if self._challenge is None:
            self._first(message)
        else:
            self._final(message, self._challenge)

    def _first(self, message: PasswordMessage) -> None:
        mechanism, data = message.sasl_initial()
        verifier = self._verifier or Verifier.pretended(self._who.user, self._terms.secret)
        nonce = self._terms.nonce()
        self._challenge = challenge(mechanism, data, verifier, nonce, self._end_point)
        self._wire.send(backend.authentication_sasl_continue(self._challenge.message.encode()))
        self._wire.phase = Phase.SASL_FINAL

    def _final(self, message: PasswordMessage, challenge: Challenge) -> None:
        proof = outcome(challenge, message.data)
        if proof is None or self._verifier is None:
            self._wire.tell(Denied(self._who.user))
            wrong = f'password authentication failed for user "{self._who.user}"'
            raise fatal("28P01", wrong)
        self._wire.send(backend.authentication_sasl_final(proof))
        self.admit()


_HANDLERS: dict[type[Message], Callable[[Doorkeeper, Any], None]] = {
    SSLRequest: Doorkeeper._ssl,  # noqa: SLF001
    GSSENCRequest: Doorkeeper._gss,  # noqa: SLF001
    CancelRequest: Doorkeeper._cancel,  # noqa: SLF001
    StartupMessage: Doorkeeper._startup,  # noqa: SLF001
    PasswordMessage: Doorkeeper._password,  # noqa: SLF001
}
