"""The states of a connection, and whose turn it is in each.

OPENING -> TLS -> OPENING               SSLRequest, answered S
OPENING -> LOOKUP                       StartupMessage
LOOKUP -> SASL_FIRST -> SASL_FINAL -> STARTING      authenticate
LOOKUP -> STARTING                      trust
STARTING -> READY                       start
READY -> QUERY -> READY                 Query ... finish or an error
READY -> PREPARING -> READY             Parse ... prepared
READY -> RUNNING -> READY               Execute ... complete, suspend or empty
PREPARING, RUNNING, READY -> SKIPPING   an error in the extended protocol
SKIPPING -> READY                       Sync
anything -> CLOSED                      Terminate, CancelRequest, FATAL
"""

from __future__ import annotations

from enum import Enum, auto


class Phase(Enum):
    """Where a connection is."""

    OPENING = auto()
    TLS = auto()
    LOOKUP = auto()
    SASL_FIRST = auto()
    SASL_FINAL = auto()
    STARTING = auto()
    READY = auto()
    QUERY = auto()
    PREPARING = auto()
    RUNNING = auto()
    SKIPPING = auto()
    CLOSED = auto()


CLIENTS_TURN = frozenset(
    {Phase.OPENING, Phase.SASL_FIRST, Phase.SASL_FINAL, Phase.READY, Phase.SKIPPING}
)
BEFORE_SESSION = frozenset(
    {Phase.OPENING, Phase.TLS, Phase.LOOKUP, Phase.SASL_FIRST, Phase.SASL_FINAL, Phase.STARTING}
)
EXTENDED = frozenset({Phase.READY, Phase.PREPARING, Phase.RUNNING})
ANSWERING = frozenset({Phase.QUERY, Phase.RUNNING})
