"""What all connections of a server share."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from trunkline.clock import Clock
from trunkline.servers.desks import Desks
from trunkline.servers.postgres.protocol import Terms
from trunkline.servers.postgres.server.cancelling import Cancelling
from trunkline.servers.postgres.server.guard import Guard
from trunkline.servers.postgres.server.logins import Logins
from trunkline.servers.postgres.server.shelf import Shelf
from trunkline.servers.postgres.server.tls import Certified

MINUTE = 60.0
HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a server bears, in connections and seconds.

    ``opening`` is what it may take until a client is let in; ``patience`` how long one may take
    nothing of what is sent; the pauses are the longest between two messages.
    """

    connections: int = 100
    opening: float = 30.0
    patience: float = 5 * MINUTE
    idle: float = 24 * HOUR
    idle_in_transaction: float = HOUR


@dataclass(slots=True)
class House:
    """Without users in ``logins`` whoever comes from this machine is let in, and nobody else.

    ``secret`` must stay the same between starts. ``log`` tells whoever runs the server.
    """

    desks: Desks
    logins: Logins
    clock: Clock
    secret: bytes
    defaults: Mapping[str, str]
    tls: Certified | None = None
    bounds: Bounds = field(default_factory=Bounds)
    log: Callable[[str], None] = lambda _: None
    cancelling: Cancelling = field(default_factory=Cancelling)
    sessions: int = 0
    guard: Guard = field(init=False)
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.desks)
        self.guard = Guard(self.clock.monotonic)

    @property
    def terms(self) -> Terms:
        """What a connection offers."""
        return Terms(self.tls is not None, self.secret, _nonce)

    def now(self) -> datetime:
        """The instant."""
        return self.clock.now()


def _nonce() -> str:
    return secrets.token_urlsafe(18)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
