"""The synchronous queries for aggregates: where they go, their bodies, what is made of the answers.

Source: SDK 269, ConversationAggregationQuery and UserAggregationQuery; developer.genesys.cloud,
analytics/aggregate/user-query (a filter by userId alone, at most 100 of them). Whatever says when
something happened is in UTC, as the intervals of the answers then are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.interval import Interval
from trunkline.providers.genesys import aggregate_records as records
from trunkline.providers.genesys.aggregate_metrics import METRICS, QUEUE_METRICS, SERVICE_LEVEL
from trunkline.providers.genesys.aggregate_pages import Cut

CONVERSATIONS = "/api/v2/analytics/conversations/aggregates/query"
USERS = "/api/v2/analytics/users/aggregates/query"
QUEUES_NOW = "/api/v2/analytics/queues/observations/query"
USERS_NOW = "/api/v2/analytics/users/observations/query"
USERS_AT_ONCE = 100

# The metrics of observations (SDK documentation, queue and user observation queries).
QUEUE_OBSERVATIONS = (
    "oActiveUsers", "oAlerting", "oInteracting", "oLongestInteracting", "oLongestWaiting",
    "oMemberUsers", "oOffQueueUsers", "oOnQueueUsers", "oUserPresences", "oUserRoutingStatuses",
    "oWaiting",
)  # fmt: skip
USER_OBSERVATIONS = ("oActiveQueues", "oMemberQueues")
USER_METRICS = ("tAgentRoutingStatus", "tOrganizationPresence", "tSystemPresence")

# What is said of a slice that is too large; no document says which of them it is.
TOO_LARGE = (400, 413)


@dataclass(frozen=True, slots=True)
class Query:
    """How a dataset is asked for: ``fixed`` is what all its bodies have.

    ``of_users`` where a body names whom it is about; ``is_now`` where it names no time.
    """

    path: str
    fixed: Mapping[str, Any]
    cut: Cut
    of_users: bool = False
    is_now: bool = False

    def body(self, interval: Interval, minutes: int, users: Sequence[str] = ()) -> dict[str, Any]:
        """The body that asks for one slice in intervals of so many minutes, or for what is now."""
        when = {} if self.is_now else {"interval": str(interval), "granularity": f"PT{minutes}M"}
        asked = {**when, **self.fixed}
        return {**asked, "filter": _any_of("userId", users)} if self.of_users else asked


def _any_of(dimension: str, values: Sequence[str]) -> dict[str, Any]:
    predicates = [{"dimension": dimension, "value": value} for value in values]
    return {"type": "or", "predicates": predicates}


_IN_A_QUEUE = {
    "type": "and",
    "predicates": [{"dimension": "queueId", "operator": "exists"}],
}

QUERIES: Mapping[str, Query] = {
    "queue_intervals": Query(
        CONVERSATIONS,
        {
            "groupBy": ["queueId", "mediaType"],
            "metrics": [*QUEUE_METRICS, SERVICE_LEVEL],
            "filter": _IN_A_QUEUE,
        },
        records.of_queue,
    ),
    "conversation_aggregates": Query(
        CONVERSATIONS,
        {"groupBy": ["queueId", "userId", "mediaType", "direction"], "metrics": [*METRICS]},
        records.of_conversations,
    ),
    "user_aggregates": Query(
        USERS,
        {"groupBy": ["userId"], "metrics": [*USER_METRICS]},
        records.of_user,
        of_users=True,
    ),
    "queue_observations": Query(
        QUEUES_NOW,
        {"metrics": [*QUEUE_OBSERVATIONS], "filter": _IN_A_QUEUE},
        records.of_observed,
        is_now=True,
    ),
    "user_observations": Query(
        USERS_NOW,
        {"metrics": [*USER_OBSERVATIONS]},
        records.of_observed,
        of_users=True,
        is_now=True,
    ),
}
