"""The payloads of Genesys Cloud that tables are cut from."""

from __future__ import annotations

from trunkline.catalog import Dataset, Holds, Level
from trunkline.live import Live
from trunkline.providers.genesys.detail_metrics import METRICS

# A customer's first segment was seen 13 ms before the start of its conversation; nothing says how
# early it may be.
LEAD_MS = 1_000

CONVERSATION_DETAILS = Dataset(
    name="conversation_details",
    provider="genesys",
    description="Conversations with all that stands below them and what was judged of them later.",
    # SDK 269 AnalyticsConversation and the models below it.
    # Lists of pairs and the properties of segments have no table and are left out: how routing
    # ranked agents (agentGroups, proposedAgents, scoredAgents) is not what came to pass, and
    # properties are texts of the users' own under names of their own, so may hold anything.
    levels=(
        Level("conversation", None, "conversations", id="conversationId"),
        Level("participant", "conversation", "participants", id="participantId"),
        Level("attribute", "participant", "attributes", id="name", holds=Holds.MAP),
        Level(
            "session",
            "participant",
            "sessions",
            id="sessionId",
            known=frozenset({"agentGroups", "proposedAgents"}),
        ),
        Level("segment", "session", "segments", known=frozenset({"properties", "scoredAgents"})),
        Level("metric", "session", "metrics"),
        Level("flow", "session", "flow", holds=Holds.OBJECT),
        # An outcome that a flow reaches twice stands there twice, so its id is no key.
        Level("flow_outcome", "flow", "outcomes"),
        Level("media_endpoint_stat", "session", "mediaEndpointStats"),
        Level("evaluation", "conversation", "evaluations", id="evaluationId"),
        Level("survey", "conversation", "surveys", id="surveyId"),
        Level("resolution", "conversation", "resolutions"),
    ),
    key="conversation_id",
    time_column="conversation_start",
    end_column="conversation_end",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    # The synchronous query answers AnalyticsConversationWithoutAttributes.
    only_in_jobs=frozenset({"attribute"}),
    noun="conversation",
    by_default=True,
    filter_level="segment",
    metrics=tuple(METRICS),
    mapping_version=3,
    # Either is enough; the second shows only the conversations of the client's own users.
    # Paging and reach: genesys-cloud's public code and announcements, since the SDK gives neither.
    live=Live(envelope=("totalHits", "aggregations")),
    permissions=("analytics:conversationDetail:view", "analytics:agentConversationDetail:view"),
)

USER_DETAILS = Dataset(
    name="user_details",
    provider="genesys",
    description="What users were doing: their presence, and their routing status.",
    # SDK 269 AnalyticsUserDetail, reshaped: see ``user_jobs``.
    levels=(
        Level("record", None, "userDetails", id="key"),
        Level("presence", "record", "presence", holds=Holds.OBJECT),
        Level("routing", "record", "routing", holds=Holds.OBJECT),
    ),
    key="user_state_key",
    time_column="start_time",
    end_column="end_time",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    # A page has so many users with a day each; how many records those have, nothing tells.
    page_size=0,
    permissions=("analytics:userDetail:view",),
)
