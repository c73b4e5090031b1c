"""flow_outcomes: one row for each outcome of a flow (SDK 269 AnalyticsFlowOutcome)."""

from __future__ import annotations

from trunkline.catalog import Column, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS, LEAD_MS
from trunkline.types import Type

TABLE = Table(
    name="flow_outcomes",
    description="Outcomes that flows recorded, with success or failure.",
    dataset=CONVERSATION_DETAILS,
    level="flow_outcome",
    grain="one outcome of the flow of a session",
    key="flow_outcome_key",
    natural_key=(
        "conversation_id",
        "participant_id",
        "session_id",
        "ordinal",
    ),
    columns=(
        Column(
            "flow_outcome_key",
            Type.TEXT,
            "flow_outcome.key",
            "Single-column key: the identifiers from the conversation down, joined by colons.",
        ),
        Column("flow_key", Type.TEXT, "flow.key", "Key of the flow of the session."),
        Column("session_key", Type.TEXT, "session.key", "Key of the session."),
        Column("conversation_id", Type.TEXT, "conversation.conversationId", "The conversation."),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides the UTC day.",
        ),
        Column("participant_id", Type.TEXT, "participant.participantId", "The participant."),
        Column("session_id", Type.TEXT, "session.sessionId", "The session."),
        Column(
            "ordinal",
            Type.BIGINT,
            "flow_outcome.#",
            "Place in the flow, from 0; an outcome may be recorded twice.",
        ),
        Column(
            "flow_outcome",
            Type.TEXT,
            "flow_outcome.flowOutcome",
            "Identifier and value of the outcome, joined by a colon.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "flow_outcome_end_timestamp",
            Type.TIMESTAMP,
            "flow_outcome.flowOutcomeEndTimestamp",
            "When it ended; NULL where it did not succeed.",
            within="conversation",
            lead_ms=LEAD_MS,
        ),
        Column(
            "flow_outcome_id",
            Type.TEXT,
            "flow_outcome.flowOutcomeId",
            "The outcome.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "flow_outcome_start_timestamp",
            Type.TIMESTAMP,
            "flow_outcome.flowOutcomeStartTimestamp",
            "When it started.",
            within="conversation",
            lead_ms=LEAD_MS,
        ),
        Column(
            "flow_outcome_value",
            Type.TEXT,
            "flow_outcome.flowOutcomeValue",
            "How it came out: SUCCESS, FAILURE, ...",
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
    ),
)
