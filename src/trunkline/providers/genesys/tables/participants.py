"""participants: one row for each participant of a conversation (SDK 269 AnalyticsParticipant)."""

from __future__ import annotations

from trunkline.catalog import Column, Pii, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.enumerations import PURPOSES
from trunkline.providers.genesys.tables._metrics import metric_columns
from trunkline.types import Type

TABLE = Table(
    name="participants",
    description="Who took part in a conversation, with the metrics of all sessions summed.",
    dataset=CONVERSATION_DETAILS,
    level="participant",
    grain="one participant of a conversation",
    key="participant_key",
    natural_key=("conversation_id", "participant_id"),
    columns=(
        Column(
            "participant_key",
            Type.TEXT,
            "participant.key",
            "Single-column key: the identifiers from the conversation down, joined by colons.",
        ),
        Column("conversation_id", Type.TEXT, "conversation.conversationId", "The conversation."),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides the UTC day.",
        ),
        Column(
            "participant_id",
            Type.TEXT,
            "participant.participantId",
            "Unique identifier of the participant.",
        ),
        Column(
            "external_contact_id",
            Type.TEXT,
            "participant.externalContactId",
            "External contact.",
            whose=Whose.CUSTOMER,
        ),
        Column(
            "external_organization_id",
            Type.TEXT,
            "participant.externalOrganizationId",
            "External organisation.",
            whose=Whose.CUSTOMER,
        ),
        Column(
            "flagged_reason",
            Type.TEXT,
            "participant.flaggedReason",
            "Why the participant flagged the conversation.",
        ),
        Column(
            "participant_name",
            Type.TEXT,
            "participant.participantName",
            "Name of the participant; masked.",
            pii=Pii.NAME,
            whose=Whose.CUSTOMER,
        ),
        Column(
            "purpose",
            Type.TEXT,
            "participant.purpose",
            "Part played: customer, external, ivr, acd, agent, ...",
        ),
        Column(
            "screen_recording",
            Type.BOOLEAN,
            "participant.screenRecording",
            "Whether a screen recording was started.",
        ),
        Column(
            "team_id", Type.TEXT, "participant.teamId", "Team of the user.", whose=Whose.EMPLOYEE
        ),
        Column(
            "user_id",
            Type.TEXT,
            "participant.userId",
            "The user, for an agent.",
            whose=Whose.EMPLOYEE,
        ),
        *metric_columns("participant"),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
        Pushdown("purpose", ("=", "IN"), values=PURPOSES),
        Pushdown("team_id", ("=", "IN")),
        Pushdown("user_id", ("=", "IN")),
    ),
)
