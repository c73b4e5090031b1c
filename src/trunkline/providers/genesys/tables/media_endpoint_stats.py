"""media_endpoint_stats: one row for each endpoint (SDK 269 AnalyticsMediaEndpointStat)."""

from __future__ import annotations

from trunkline.catalog import Column, Pushdown, Table
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS, LEAD_MS
from trunkline.types import Type

TABLE = Table(
    name="media_endpoint_stats",
    description="Quality of the audio streams at the endpoints of a session.",
    dataset=CONVERSATION_DETAILS,
    level="media_endpoint_stat",
    grain="one media endpoint of a session",
    key="media_endpoint_stat_key",
    natural_key=(
        "conversation_id",
        "participant_id",
        "session_id",
        "ordinal",
    ),
    columns=(
        Column(
            "media_endpoint_stat_key",
            Type.TEXT,
            "media_endpoint_stat.key",
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
        Column("ordinal", Type.BIGINT, "media_endpoint_stat.#", "Place in the session, from 0."),
        Column(
            "codecs",
            Type.TEXT_LIST,
            "media_endpoint_stat.codecs",
            "Audio encodings, as MIME types.",
        ),
        Column(
            "discarded_packets",
            Type.BIGINT,
            "media_endpoint_stat.discardedPackets",
            "Packets that came too late or too early; NULL where none is told.",
            unit="count",
        ),
        Column(
            "duplicate_packets",
            Type.BIGINT,
            "media_endpoint_stat.duplicatePackets",
            "Packets whose sequence number had come shortly before.",
            unit="count",
        ),
        Column(
            "event_time",
            Type.TIMESTAMP,
            "media_endpoint_stat.eventTime",
            "When it was measured.",
            within="conversation",
            lead_ms=LEAD_MS,
        ),
        Column(
            "invalid_packets",
            Type.BIGINT,
            "media_endpoint_stat.invalidPackets",
            "Packets that were malformed, no RTP, or of an unknown payload.",
            unit="count",
        ),
        Column(
            "max_latency_ms",
            Type.BIGINT,
            "media_endpoint_stat.maxLatencyMs",
            "Highest latency of any of its audio streams.",
            unit="ms",
        ),
        Column(
            "min_mos",
            Type.DOUBLE,
            "media_endpoint_stat.minMos",
            "Lowest estimated mean opinion score (MOS) of its audio streams.",
        ),
        Column(
            "min_rfactor",
            Type.DOUBLE,
            "media_endpoint_stat.minRFactor",
            "Lowest R-factor of its audio streams.",
        ),
        Column(
            "overrun_packets",
            Type.BIGINT,
            "media_endpoint_stat.overrunPackets",
            "Packets without room in the jitter queue; also in discarded_packets.",
            unit="count",
        ),
        Column(
            "received_packets",
            Type.BIGINT,
            "media_endpoint_stat.receivedPackets",
            "All packets, invalid, duplicate and discarded ones included.",
            unit="count",
        ),
        Column(
            "underrun_packets",
            Type.BIGINT,
            "media_endpoint_stat.underrunPackets",
            "Packets that came after their time; also in discarded_packets.",
            unit="count",
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
    ),
)
