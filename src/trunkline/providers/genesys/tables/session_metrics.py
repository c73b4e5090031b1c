"""session_metrics: one row for each metric a session emitted (SDK 269 AnalyticsSessionMetric)."""

from __future__ import annotations

from trunkline.catalog import Column, Pushdown, Table
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS, LEAD_MS
from trunkline.types import Type

TABLE = Table(
    name="session_metrics",
    description="Every metric as it was emitted, unknown ones and fractions included.",
    dataset=CONVERSATION_DETAILS,
    level="metric",
    grain="one emission of a metric",
    key="metric_key",
    natural_key=("conversation_id", "participant_id", "session_id", "ordinal"),
    columns=(
        Column(
            "metric_key",
            Type.TEXT,
            "metric.key",
            "Single-column key: the identifiers from the conversation down, joined by colons.",
        ),
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
        Column("ordinal", Type.BIGINT, "metric.#", "Place in the session, from 0."),
        Column(
            "emit_date",
            Type.TIMESTAMP,
            "metric.emitDate",
            "When the metric was emitted.",
            within="conversation",
            lead_ms=LEAD_MS,
        ),
        Column(
            "name", Type.TEXT, "metric.name", "Name of the metric; a name may repeat in a session."
        ),
        Column(
            "value",
            Type.METRIC,
            "metric.value",
            "Milliseconds of a t metric, a count of an n metric, a score or count of an o metric.",
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
    ),
)
