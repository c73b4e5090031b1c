"""The sockets of a PostgreSQL server, and what keeps many of them in order."""

from trunkline.servers.postgres.server.house import Bounds, House
from trunkline.servers.postgres.server.listening import listening, serve
from trunkline.servers.postgres.server.tls import certified

__all__ = ["Bounds", "House", "certified", "listening", "serve"]
