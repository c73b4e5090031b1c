"""The protocol of a connection: which message may come when, and what answers it."""

from __future__ import annotations

from trunkline.servers.postgres.protocol.connection import Connection
from trunkline.servers.postgres.protocol.portals import Portal, Prepared
from trunkline.servers.postgres.protocol.verifier import Verifier
from trunkline.servers.postgres.protocol.wire import Terms

__all__ = ["Connection", "Portal", "Prepared", "Terms", "Verifier"]
