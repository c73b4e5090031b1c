"""Tables of whole lists, one file each, listed by hand."""

from __future__ import annotations

from trunkline.catalog import Table
from trunkline.providers.genesys.tables.reference import (
    queue_media_settings,
    queues,
    users,
)

TABLES: tuple[Table, ...] = (
    users.TABLE,
    queues.TABLE,
    queue_media_settings.TABLE,
)
