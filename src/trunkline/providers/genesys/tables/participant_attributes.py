"""participant_attributes: one row for each attribute (SDK 269 AnalyticsParticipant)."""

from __future__ import annotations

from trunkline.catalog import Column, Pii, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.types import Type

TABLE = Table(
    name="participant_attributes",
    description="Names of the attributes that flows and integrations set; values where listed.",
    dataset=CONVERSATION_DETAILS,
    level="attribute",
    grain="one attribute of a participant",
    key="attribute_key",
    natural_key=(
        "conversation_id",
        "participant_id",
        "name",
    ),
    columns=(
        Column(
            "attribute_key",
            Type.TEXT,
            "attribute.key",
            "Single-column key: the identifiers from the conversation down, joined by colons.",
        ),
        Column("participant_key", Type.TEXT, "participant.key", "Key of the participant."),
        Column("conversation_id", Type.TEXT, "conversation.conversationId", "The conversation."),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides the UTC day.",
        ),
        Column("participant_id", Type.TEXT, "participant.participantId", "The participant."),
        Column(
            "name",
            Type.TEXT,
            "attribute.name",
            "Name of the attribute, as it was set; any text.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "value",
            Type.TEXT,
            "attribute.value",
            "Its value; NULL unless the name is listed, as it may hold anything.",
            pii=Pii.LISTED,
            whose=Whose.CUSTOMER,
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
    ),
)
