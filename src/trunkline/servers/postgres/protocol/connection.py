"""One connection: bytes in, events out; answers in, bytes out. No I/O, no clock.

    connection.feed(data)
    while event := connection.next_event():
        ...                              # answer it by a method of ``connection``
        write(connection.outgoing())

``next_event`` gives None when it is the client's turn and its bytes are used up, or the server's
and the last event is not yet answered. An error in the extended protocol skips all up to the next
Sync.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from trunkline.servers.postgres.messages import Limits, Reader, backend
from trunkline.servers.postgres.messages.backend import Transaction
from trunkline.servers.postgres.messages.frontend import (
    Bind,
    Close,
    CopyData,
    CopyDone,
    CopyFail,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Message,
    Parse,
    PasswordMessage,
    Query,
    Sync,
    Target,
    Terminate,
)
from trunkline.servers.postgres.protocol.binding import bound
from trunkline.servers.postgres.protocol.events import Event, Prepare, Released, Run, SimpleQuery
from trunkline.servers.postgres.protocol.opening import Doorkeeper
from trunkline.servers.postgres.protocol.phase import (
    ANSWERING,
    BEFORE_SESSION,
    CLIENTS_TURN,
    EXTENDED,
    Phase,
)
from trunkline.servers.postgres.protocol.portals import Portal, Portals, Prepared, Statements
from trunkline.servers.postgres.protocol.verifier import Verifier
from trunkline.servers.postgres.protocol.wire import Terms, Wire
from trunkline.servers.postgres.report import ProtocolViolation, Refused, Report, refused
from trunkline.servers.postgres.types import Column


class Connection:
    """The server's side of the protocol. Not for several threads at once."""

    def __init__(self, terms: Terms, limits: Limits | None = None) -> None:
        self._wire = Wire(Reader(limits))
        self._door = Doorkeeper(self._wire, terms)
        self._transaction = Transaction.IDLE
        self._preparing = Prepare("", "", ())
        self._running: Portal | None = None
        self.statements = Statements()
        self.portals = Portals()
        self.zone = ZoneInfo("UTC")  # of parameters that name none; the session sets it

    # What comes in.

    @property
    def phase(self) -> Phase:
        """Where the connection is."""
        return self._wire.phase

    def feed(self, data: bytes) -> None:
        """Take bytes of the client in; ignored once the connection is closed."""
        if self.phase is not Phase.CLOSED:
            self._wire.reader.feed(data)

    def next_event(self) -> Event | None:
        """Read on, up to the next event."""
        while not self._wire.events:
            if self.portals.released:
                self._wire.tell(Released(tuple(self.portals.released)))
                self.portals.released.clear()
            elif self.phase not in CLIENTS_TURN or not self._step():
                return None
        return self._wire.events.popleft()

    def _step(self) -> bool:
        """Deal with one message; False where there is none yet."""
        try:
            message = self._wire.reader.read()
        except Refused as refusal:
            self._unread(refusal.report)
            return True
        if message is None:
            return False
        try:
            self._handle(message)
        except Refused as refusal:
            self.fail(refusal.report)
        return True

    def _unread(self, report: Report) -> None:
        """A message whose body says nothing; what is skipped need not say anything."""
        if self.phase is Phase.SKIPPING and not report.is_fatal:
            return
        if self.phase is Phase.READY and self._wire.reader.letter == b"Q":
            self._wire.phase = Phase.QUERY
        self.fail(report)

    def _handle(self, message: Message) -> None:
        if self.phase in BEFORE_SESSION:
            self._door.handle(message)
        elif self.phase is not Phase.SKIPPING or isinstance(message, Sync | Terminate):
            _HANDLERS[type(message)](self, message)

    # What goes out.

    def outgoing(self) -> list[bytes | memoryview]:
        """What there is to send; it is given once."""
        taken, self._wire.out = self._wire.out, []
        return taken

    # Answers before there is a session.

    def secured(self, end_point: bytes | None) -> None:
        """TLS is there; ``end_point`` is the hash of the certificate, for channel binding."""
        self._expect(Phase.TLS)
        self._door.secured(end_point)

    def authenticate(self, verifier: Verifier | None) -> None:
        """Ask for the password of the user, or of one there is not."""
        self._expect(Phase.LOOKUP)
        self._door.authenticate(verifier)

    def trust(self) -> None:
        """Ask for no password."""
        self._expect(Phase.LOOKUP)
        self._door.admit()

    def start(self, parameters: Mapping[str, str], process_id: int, secret_key: int) -> None:
        """The session is there."""
        self._expect(Phase.STARTING)
        for name, value in parameters.items():
            self.parameter(name, value)
        self._wire.send(backend.backend_key_data(process_id, secret_key))
        self._ready()

    # Answers of a session.

    @property
    def transaction(self) -> Transaction:
        """Whether a transaction is open, or failed; an error makes an open one fail."""
        return self._transaction

    @transaction.setter
    def transaction(self, now: Transaction) -> None:
        if now is Transaction.IDLE:
            self.portals.end_transaction()
        self._transaction = now

    def parameter(self, name: str, value: str) -> None:
        """Tell of a setting."""
        self._wire.send(backend.parameter_status(name, value))

    def notice(self, report: Report) -> None:
        """Tell the client something, at any time."""
        self._wire.send(backend.error_or_notice(report))

    def describe(self, columns: Sequence[Column]) -> None:
        """Rows of a simple query follow, as text."""
        self._expect(Phase.QUERY)
        self._wire.send(backend.row_description(columns, [0] * len(columns)))

    def copy_out(self, wire_format: int, columns: int) -> None:
        """Rows of a COPY follow."""
        self._expect(*ANSWERING)
        self._wire.send(backend.copy_out_response(wire_format, columns))

    def copy_done(self) -> None:
        """That was all of them; ``complete`` comes next."""
        self._expect(*ANSWERING)
        self._wire.send(backend.COPY_DONE)

    def data(self, messages: bytes | memoryview) -> None:
        """Encoded rows, whole messages."""
        self._expect(*ANSWERING)
        self._wire.send(messages)

    def complete(self, tag: str) -> None:
        """A statement is done; a portal is, too."""
        self._expect(*ANSWERING)
        self._wire.send(backend.command_complete(tag))
        self._ran(finished=True)

    def empty(self) -> None:
        """There was no statement."""
        self._expect(*ANSWERING)
        self._wire.send(backend.EMPTY_QUERY_RESPONSE)
        self._ran(finished=True)

    def suspend(self) -> None:
        """``max_rows`` have been sent, and there may be more."""
        self._expect(Phase.RUNNING)
        self._wire.send(backend.PORTAL_SUSPENDED)
        self._ran(finished=False)

    def prepared(self, prepared: Prepared) -> None:
        """The statement has been analysed. A failed transaction refuses all but its end."""
        self._expect(Phase.PREPARING)
        try:
            self._not_failed(prepared)
            self.statements.keep(self._preparing.name, prepared)
        except Refused as refusal:
            self.fail(refusal.report)
            return
        self._wire.send(backend.PARSE_COMPLETE)
        self._wire.phase = Phase.READY

    def finish(self) -> None:
        """All statements of a simple query are answered."""
        self._expect(Phase.QUERY)
        self._ready()

    def fail(self, report: Report) -> None:
        """An error: of the statement, or FATAL; before there is a session every one is."""
        if self.phase is Phase.CLOSED:
            return
        if report.is_fatal or self.phase in BEFORE_SESSION:
            self.portals.clear()
            self._wire.end(report)
            return
        self._wire.send(backend.error_or_notice(report))
        self._running = None
        if self._transaction is Transaction.OPEN:
            self._transaction = Transaction.FAILED
        if self.phase in EXTENDED:
            self._wire.phase = Phase.SKIPPING
        elif self.phase is Phase.QUERY:
            self._ready()

    # Messages of a client with a session.

    def _query(self, message: Query) -> None:
        self.statements.close("")
        self.portals.close("")
        self._wire.phase = Phase.QUERY
        self._wire.tell(SimpleQuery(message.sql))

    def _parse(self, message: Parse) -> None:
        self.statements.check(message.name)
        self._preparing = Prepare(message.name, message.sql, message.parameter_types)
        self._wire.phase = Phase.PREPARING
        self._wire.tell(self._preparing)

    def _bind(self, message: Bind) -> None:
        prepared = self.statements.find(message.statement)
        self._not_failed(prepared)
        self.portals.open(bound(message, prepared, self.zone))
        self._wire.send(backend.BIND_COMPLETE)

    def _describe(self, message: Describe) -> None:
        if message.target is Target.STATEMENT:
            prepared = self.statements.find(message.name)
            formats: Sequence[int] = [0] * len(prepared.columns or ())
            oids = [type_.oid for type_ in prepared.parameter_types]
            self._wire.send(backend.parameter_description(oids))
        else:
            portal = self.portals.find(message.name)
            prepared, formats = portal.prepared, portal.formats
        if prepared.columns is None:
            self._wire.send(backend.NO_DATA)
            return
        self._not_failed(prepared)
        self._wire.send(backend.row_description(prepared.columns, formats))

    def _execute(self, message: Execute) -> None:
        portal = self.portals.find(message.portal)
        self._not_failed(portal.prepared)
        if portal.finished:
            self._again(portal)
            return
        self._running = portal
        self._wire.phase = Phase.RUNNING
        self._wire.tell(Run(portal, message.max_rows))

    def _again(self, portal: Portal) -> None:
        if portal.prepared.columns is None:
            raise refused("55000", f'portal "{portal.name}" cannot be run')
        self._wire.send(backend.command_complete("SELECT 0"))

    def _close(self, message: Close) -> None:
        if message.target is Target.STATEMENT:
            self.statements.close(message.name)
        else:
            self.portals.close(message.name)
        self._wire.send(backend.CLOSE_COMPLETE)

    def _sync(self, _: Sync) -> None:
        self._ready()

    def _ignore(self, _: Message) -> None:
        """Flush, since nothing is held back; rows of a COPY FROM that was refused."""

    def _terminate(self, _: Terminate) -> None:
        self.portals.clear()
        self._wire.close()

    def _call(self, _: FunctionCall) -> None:
        self.fail(refused("0A000", "function calls by OID are not supported").report)
        self._ready()

    def _late_password(self, _: PasswordMessage) -> None:
        raise ProtocolViolation("invalid frontend message type 112")

    # Common ends.

    def _ready(self) -> None:
        if self._transaction is Transaction.IDLE:
            self.portals.end_transaction()
        self._wire.send(backend.ready_for_query(self._transaction))
        self._wire.phase = Phase.READY

    def _ran(self, *, finished: bool) -> None:
        if self.phase is Phase.RUNNING and self._running:
            self._running.finished = finished
            self._running = None
            self._wire.phase = Phase.READY

    def _not_failed(self, prepared: Prepared) -> None:
        if self._transaction is Transaction.FAILED and not prepared.ends_transaction:
            raise refused(
                "25P02",
                "current transaction is aborted, commands ignored until end of transaction block",
            )

    def _expect(self, *phases: Phase) -> None:
        if self.phase not in phases:
            raise RuntimeError(f"out of turn: the connection is {self.phase.name}")


_HANDLERS: dict[type[Message], Callable[[Connection, Any], None]] = {
    Query: Connection._query,  # noqa: SLF001
    Parse: Connection._parse,  # noqa: SLF001
    Bind: Connection._bind,  # noqa: SLF001
    Describe: Connection._describe,  # noqa: SLF001
    Execute: Connection._execute,  # noqa: SLF001
    Close: Connection._close,  # noqa: SLF001
    Sync: Connection._sync,  # noqa: SLF001
    Flush: Connection._ignore,  # noqa: SLF001
    CopyData: Connection._ignore,  # noqa: SLF001
    CopyDone: Connection._ignore,  # noqa: SLF001
    CopyFail: Connection._ignore,  # noqa: SLF001
    Terminate: Connection._terminate,  # noqa: SLF001
    FunctionCall: Connection._call,  # noqa: SLF001
    PasswordMessage: Connection._late_password,  # noqa: SLF001
}
