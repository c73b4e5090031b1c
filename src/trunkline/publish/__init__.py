"""The landed tables in the user's own PostgreSQL; see design/0052. The one home of psycopg."""

from __future__ import annotations

from trunkline.publish.publishing import publish
from trunkline.publish.summary import Published
from trunkline.publish.target import Target, target_of
from trunkline.publish.wish import Wish

__all__ = ["Published", "Target", "Wish", "publish", "target_of"]
