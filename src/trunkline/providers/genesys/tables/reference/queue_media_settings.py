"""queue_media_settings: one row for each queue and media type (SDK 269 MediaSettings)."""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.tables.reference._columns import told
from trunkline.providers.genesys.tables.reference.queues import QUEUES
from trunkline.types import Type

TABLE = Table(
    name="queue_media_settings",
    description="What a queue promises and does for one kind of media: its service level, above "
    "all.",
    dataset=QUEUES,
    level="media",
    grain="one media type of a queue",
    key="queue_media_key",
    natural_key=("queue_id", "media_type"),
    columns=(
        Column(
            "queue_media_key",
            Type.TEXT,
            "media.key",
            "Single-column key: the queue and the media type, joined by a colon.",
        ),
        Column("queue_id", Type.TEXT, "queue.id", "The queue.", whose=Whose.CONFIGURATION),
        Column(
            "media_type", Type.TEXT, "media.mediaType", "call, callback, chat, email or message."
        ),
        Column(
            "service_level_percentage",
            Type.SCORE,
            "media.serviceLevel.percentage",
            "Share of interactions to be answered in time, between 0 and 1; NULL where none is "
            "set.",
            unit="ratio",
        ),
        Column(
            "service_level_ms",
            Type.BIGINT,
            "media.serviceLevel.durationMs",
            "What in time means.",
            unit="ms",
        ),
        Column(
            "alerting_timeout_seconds",
            Type.BIGINT,
            "media.alertingTimeoutSeconds",
            "How long an agent is alerted.",
            unit="s",
        ),
        Column(
            "enable_auto_answer",
            Type.BOOLEAN,
            "media.enableAutoAnswer",
            "Whether interactions are answered at once.",
        ),
        *told("queue"),
    ),
    pushdowns=(),
)
