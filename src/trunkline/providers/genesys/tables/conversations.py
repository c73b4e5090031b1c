"""conversations: one row for each conversation (SDK 269 AnalyticsConversation)."""

from __future__ import annotations

from trunkline.catalog import Column, Pii, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.enumerations import DIRECTIONS, PURPOSES
from trunkline.types import Type

TABLE = Table(
    name="conversations",
    description="Conversations with what is true of them as a whole.",
    dataset=CONVERSATION_DETAILS,
    level="conversation",
    grain="one conversation",
    key="conversation_id",
    natural_key=("conversation_id",),
    columns=(
        Column(
            "conversation_id",
            Type.TEXT,
            "conversation.conversationId",
            "Unique identifier of the conversation.",
        ),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides its UTC day.",
        ),
        Column(
            "conversation_end",
            Type.TIMESTAMP,
            "conversation.conversationEnd",
            "When the last participant ended, after-call work included; NULL while it is open.",
            within="conversation",
        ),
        Column(
            "access_attributes",
            Type.TEXT_LIST,
            "conversation.accessAttributes",
            "Attributes that limit which users can access the conversation.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "associated_conversation_id",
            Type.TEXT,
            "conversation.associatedConversationId",
            "The conversation that the initiator signalled this new one is associated with.",
        ),
        Column(
            "conference_start",
            Type.TIMESTAMP,
            "conversation.conferenceStart",
            "When the conference call started.",
            within="conversation",
        ),
        Column(
            "consultation_conversation_ids",
            Type.TEXT_LIST,
            "conversation.consultationConversationIds",
            "Conversations that the initiator signalled this one is associated with.",
        ),
        Column(
            "conversation_initiator",
            Type.TEXT,
            "conversation.conversationInitiator",
            "Purpose of the participant who initiated a message conversation.",
        ),
        Column(
            "customer_participation",
            Type.BOOLEAN,
            "conversation.customerParticipation",
            "Whether the customer took part in a messaging conversation with at least one message.",
        ),
        Column(
            "division_ids",
            Type.TEXT_LIST,
            "conversation.divisionIds",
            "Every division the conversation touched.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "external_tag",
            Type.TEXT,
            "conversation.externalTag",
            "The organisation's own tag for the conversation; masked, as it may hold a contact.",
            pii=Pii.IDENTIFIER,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "inactivity_timeout",
            Type.TIMESTAMP,
            "conversation.inactivityTimeout",
            "When the conversation would be considered inactive.",
        ),
        Column(
            "knowledge_base_ids",
            Type.TEXT_LIST,
            "conversation.knowledgeBaseIds",
            "Knowledge bases used.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "media_stats_min_conversation_mos",
            Type.DOUBLE,
            "conversation.mediaStatsMinConversationMos",
            "Lowest estimated mean opinion score (MOS) of all its audio streams.",
        ),
        Column(
            "media_stats_min_conversation_rfactor",
            Type.DOUBLE,
            "conversation.mediaStatsMinConversationRFactor",
            "Lowest R-factor of all its audio streams.",
        ),
        Column(
            "originating_direction",
            Type.TEXT,
            "conversation.originatingDirection",
            "Direction of the first communication: inbound or outbound.",
        ),
        Column(
            "originating_social_media_public",
            Type.BOOLEAN,
            "conversation.originatingSocialMediaPublic",
            "Whether it originated from a public message on social media.",
        ),
        Column(
            "self_served",
            Type.BOOLEAN,
            "conversation.selfServed",
            "Whether all flow sessions were self-service.",
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
        Pushdown("conversation_initiator", ("=", "IN"), values=PURPOSES),
        Pushdown("originating_direction", ("=", "IN"), values=DIRECTIONS),
    ),
    views=("interactions",),
)
