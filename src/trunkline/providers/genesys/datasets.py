"""The payloads of Genesys Cloud that tables are cut from."""

from __future__ import annotations

from trunkline.catalog import Dataset, Level
from trunkline.providers.genesys.detail_metrics import METRICS

CONVERSATION_DETAILS = Dataset(
    name="conversation_details",
    provider="genesys",
    description="Conversations with their participants, sessions, segments and metrics.",
    # SDK 269 AnalyticsConversation and the models below it.
    levels=(
        Level(
            "conversation",
            None,
            "conversations",
            id="conversationId",
            known=frozenset({"evaluations", "resolutions", "surveys"}),
        ),
        Level(
            "participant",
            "conversation",
            "participants",
            id="participantId",
            known=frozenset({"attributes"}),
        ),
        Level(
            "session",
            "participant",
            "sessions",
            id="sessionId",
            known=frozenset({"agentGroups", "flow", "mediaEndpointStats", "proposedAgents"}),
        ),
        Level("segment", "session", "segments", known=frozenset({"properties", "scoredAgents"})),
        Level("metric", "session", "metrics"),
    ),
    key="conversation_id",
    time_column="conversation_start",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    metrics=tuple(METRICS),
    # Either is enough; the second shows only the conversations of the client's own users.
    permissions=("analytics:conversationDetail:view", "analytics:agentConversationDetail:view"),
)
