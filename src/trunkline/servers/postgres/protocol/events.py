"""What a connection asks of whoever serves it, and what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trunkline.servers.postgres.protocol.portals import Portal


@dataclass(frozen=True, slots=True)
class UpgradeToTls:
    """Send what there is, shake hands, then call ``secured``."""


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """Stop what the connection with this key does, if there is one; nothing is answered."""

    process_id: int
    secret_key: int


@dataclass(frozen=True, slots=True)
class AuthenticationNeeded:
    """Somebody says who they are: answer by ``authenticate`` or ``trust``."""

    user: str
    database: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Denied:
    """The password was wrong. The client has not been told yet: what is to be sent may wait."""

    user: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """They are who they say: answer by ``start`` or ``fail``."""

    user: str
    database: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SimpleQuery:
    """Statements to run, one after another: answer each, then ``finish``, or ``fail``."""

    sql: str


@dataclass(frozen=True, slots=True)
class Prepare:
    """A statement to analyse: answer by ``prepared`` or ``fail``. A type of 0 is to be found."""

    name: str
    sql: str
    parameter_types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A portal to run on: answer by rows and ``complete``, ``suspend`` or ``empty``, or ``fail``.

    ``max_rows`` of 0 means all.
    """

    portal: Portal
    max_rows: int


@dataclass(frozen=True, slots=True)
class Released:
    """Portals that are gone: what they hold can be closed. Needs no answer."""

    portals: tuple[Portal, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is over; what there is to send may still be sent."""


Event = (
    UpgradeToTls | CancelRequested | AuthenticationNeeded | Denied | Admitted | SimpleQuery
    | Prepare | Run | Released | Closed
)  # fmt: skip
