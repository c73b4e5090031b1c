"""segments: one row for each stretch of a session (SDK 269 AnalyticsConversationSegment)."""

from __future__ import annotations

from trunkline.catalog import Column, Pii, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS, LEAD_MS
from trunkline.providers.genesys.enumerations import DISCONNECT_TYPES, SEGMENT_TYPES
from trunkline.types import Type

TABLE = Table(
    name="segments",
    description="What took place in a session, stretch by stretch; the queue is named here.",
    dataset=CONVERSATION_DETAILS,
    level="segment",
    grain="one segment of a session",
    key="segment_key",
    natural_key=("conversation_id", "participant_id", "session_id", "ordinal"),
    columns=(
        Column(
            "segment_key",
            Type.TEXT,
            "segment.key",
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
        Column("ordinal", Type.BIGINT, "segment.#", "Place in the session, from 0."),
        Column("audio_muted", Type.BOOLEAN, "segment.audioMuted", "Whether audio was muted."),
        Column(
            "conference",
            Type.BOOLEAN,
            "segment.conference",
            "Whether the segment was a conference.",
        ),
        Column(
            "destination_conversation_id",
            Type.TEXT,
            "segment.destinationConversationId",
            "New conversation, where this one ended for a conference.",
        ),
        Column(
            "destination_session_id",
            Type.TEXT,
            "segment.destinationSessionId",
            "New session, where this one ended for a conference.",
        ),
        Column(
            "disconnect_type",
            Type.TEXT,
            "segment.disconnectType",
            "How the session was disconnected; NULL but in its last segment.",
        ),
        Column("error_code", Type.TEXT, "segment.errorCode", "Code of the error that occurred."),
        Column("group_id", Type.TEXT, "segment.groupId", "Group.", whose=Whose.CONFIGURATION),
        Column(
            "q850_response_codes",
            Type.BIGINT_LIST,
            "segment.q850ResponseCodes",
            "Q.850 cause codes.",
        ),
        Column("queue_id", Type.TEXT, "segment.queueId", "Queue.", whose=Whose.CONFIGURATION),
        Column(
            "requested_language_id",
            Type.TEXT,
            "segment.requestedLanguageId",
            "Language requested.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "requested_routing_skill_ids",
            Type.TEXT_LIST,
            "segment.requestedRoutingSkillIds",
            "Skills requested.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "requested_routing_user_ids",
            Type.TEXT_LIST,
            "segment.requestedRoutingUserIds",
            "Agents requested.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "segment_end",
            Type.TIMESTAMP,
            "segment.segmentEnd",
            "When the segment ended; NULL while it runs.",
            within="conversation",
            lead_ms=LEAD_MS,
        ),
        Column(
            "segment_start",
            Type.TIMESTAMP,
            "segment.segmentStart",
            "When the segment started.",
            within="conversation",
            lead_ms=LEAD_MS,
        ),
        Column(
            "segment_type",
            Type.TEXT,
            "segment.segmentType",
            "What took place: interact, hold, alert, wrapup, system, ...",
        ),
        Column(
            "sip_response_codes",
            Type.BIGINT_LIST,
            "segment.sipResponseCodes",
            "SIP response codes.",
        ),
        Column(
            "source_conversation_id",
            Type.TEXT,
            "segment.sourceConversationId",
            "Conversation this one was made from for a conference.",
        ),
        Column(
            "source_session_id",
            Type.TEXT,
            "segment.sourceSessionId",
            "Session this one was made from for a conference.",
        ),
        Column(
            "subject",
            Type.TEXT,
            "segment.subject",
            "Subject of the first mail; dropped.",
            pii=Pii.FREE_TEXT,
            whose=Whose.CUSTOMER,
        ),
        Column(
            "video_muted", Type.BOOLEAN, "segment.videoMuted", "Whether video was muted or paused."
        ),
        Column(
            "wrap_up_code",
            Type.TEXT,
            "segment.wrapUpCode",
            "Wrap-up code: an identifier, or a reserved word such as ININ-WRAP-UP-TIMEOUT.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "wrap_up_note",
            Type.TEXT,
            "segment.wrapUpNote",
            "Note of the agent; dropped.",
            pii=Pii.FREE_TEXT,
            whose=Whose.CUSTOMER,
        ),
        Column(
            "wrap_up_tags",
            Type.TEXT_LIST,
            "segment.wrapUpTags",
            "Tags of the agent; dropped, as they are free text.",
            pii=Pii.FREE_TEXT,
            whose=Whose.CUSTOMER,
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
        Pushdown("disconnect_type", ("=", "IN"), values=DISCONNECT_TYPES),
        Pushdown("group_id", ("=", "IN")),
        Pushdown("queue_id", ("=", "IN")),
        Pushdown("segment_type", ("=", "IN"), values=SEGMENT_TYPES),
        Pushdown("wrap_up_code", ("=", "IN")),
    ),
)
