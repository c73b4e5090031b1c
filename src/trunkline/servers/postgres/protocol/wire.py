"""What the two halves of a connection share: the phase, and what goes out and is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from trunkline.servers.postgres.messages.backend import error_or_notice
from trunkline.servers.postgres.messages.reader import Reader
from trunkline.servers.postgres.protocol.events import Closed, Event
from trunkline.servers.postgres.protocol.phase import Phase
from trunkline.servers.postgres.report import Report, Severity


@dataclass(frozen=True, slots=True)
class Terms:
    """What the server offers, and where its randomness comes from.

    ``secret`` makes the salts of users that are not there; it must stay the same between starts.
    ``nonce`` gives printable text without commas, new each time.
    """

    tls: bool
    secret: bytes
    nonce: Callable[[], str]


@dataclass(slots=True)
class Wire:
    """One connection, as far as both halves know it."""

    reader: Reader
    phase: Phase = Phase.OPENING
    out: list[bytes | memoryview] = field(default_factory=list)
    events: deque[Event] = field(default_factory=deque)

    def send(self, *data: bytes | memoryview) -> None:
        """Put bytes in the queue to the client."""
        self.out += data

    def tell(self, event: Event) -> None:
        """Put an event in the queue to the server."""
        self.events.append(event)

    def close(self) -> None:
        """Nothing more is read."""
        self.phase = Phase.CLOSED
        self.tell(Closed())

    def end(self, report: Report) -> None:
        """Tell the client why, and close."""
        self.send(error_or_notice(replace(report, severity=Severity.FATAL)))
        self.close()
