"""What of ``session_metrics`` the aggregates of conversations tell exactly.

Metrics: those that both enumerations have (``detail_metrics``, ``aggregate_metrics``), n and t, by
their emit time (``emission``). Not ``nConversations``, which counts conversations once however
often it is emitted; nor the averages, of which no document says when they are emitted or what their
sum is of. Dimensions: SDK 269, ConversationAggregationQuery.groupBy; those alone of which an
emission has one value, which is that of its session or participant. A session may have several
queues, and no document says for which of them a metric counts.
"""

from __future__ import annotations

from trunkline.emissions import Dimension, Emissions, Link
from trunkline.providers.genesys.aggregate_metrics import METRICS as AGGREGATE_METRICS
from trunkline.providers.genesys.aggregate_queries import CONVERSATIONS
from trunkline.providers.genesys.detail_metrics import METRICS as DETAIL_METRICS

_NOT_ADDED = frozenset(
    ("nConversations", "tAverageAgentResponseTime", "tAverageCustomerResponseTime")
)
_BOTH = (DETAIL_METRICS.keys() & AGGREGATE_METRICS.keys()) - _NOT_ADDED

EMISSIONS = Emissions(
    dataset="conversation_details",
    asked_of="conversation_aggregates",
    path=CONVERSATIONS,
    table="session_metrics",
    moment="emit_date",
    name="name",
    value="value",
    links=(
        Link("sessions", "session_metrics", "session_key"),
        Link("participants", "sessions", "participant_key"),
    ),
    implied=frozenset(("conversation_id", "conversation_start")),
    durations=frozenset(name for name in _BOTH if name.startswith("t")),
    counts=frozenset(name for name in _BOTH if name.startswith("n")),
    dimensions=(
        Dimension("sessions", "media_type", "mediaType", 5),
        Dimension("sessions", "direction", "direction", 2),
        Dimension("participants", "purpose", "purpose", 10),
        Dimension("participants", "user_id", "userId", 500),
    ),
)
