"""conversation_resolutions: one row for each resolution (SDK 269 AnalyticsResolution)."""

from __future__ import annotations

from trunkline.catalog import Column, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.types import Type

TABLE = Table(
    name="conversation_resolutions",
    description="Whether a conversation spared the customer the next one; may hold a time only.",
    dataset=CONVERSATION_DETAILS,
    level="resolution",
    grain="one resolution of a conversation",
    key="resolution_key",
    natural_key=(
        "conversation_id",
        "ordinal",
    ),
    columns=(
        Column(
            "resolution_key",
            Type.TEXT,
            "resolution.key",
            "Single-column key: the identifiers from the conversation down, joined by colons.",
        ),
        Column("conversation_id", Type.TEXT, "conversation.conversationId", "The conversation."),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides the UTC day.",
        ),
        Column("ordinal", Type.BIGINT, "resolution.#", "Place in the conversation, from 0."),
        Column("event_time", Type.TIMESTAMP, "resolution.eventTime", "When it was judged."),
        Column(
            "n_next_contact_avoided",
            Type.BIGINT,
            "resolution.nNextContactAvoided",
            "Next contacts that were avoided.",
            unit="count",
        ),
        Column(
            "queue_id",
            Type.TEXT,
            "resolution.queueId",
            "Last queue that handled the conversation.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "user_id",
            Type.TEXT,
            "resolution.userId",
            "Last user who handled the conversation.",
            whose=Whose.EMPLOYEE,
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
    ),
)
