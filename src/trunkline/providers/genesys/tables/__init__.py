"""The tables of Genesys Cloud, listed by hand."""

from __future__ import annotations

from trunkline.catalog import Table
from trunkline.providers.genesys.tables import (
    conversations,
    participants,
    segments,
    session_metrics,
    sessions,
)

TABLES: tuple[Table, ...] = (
    conversations.TABLE,
    participants.TABLE,
    sessions.TABLE,
    segments.TABLE,
    session_metrics.TABLE,
)
