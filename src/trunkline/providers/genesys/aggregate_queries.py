"""The synchronous queries for aggregates: where they go, their bodies, what is made of the answers.

Source: SDK 269, ConversationAggregationQuery and UserAggregationQuery; developer.genesys.cloud,
analytics/aggregate/user-query (a filter by userId alone, at most 100 of them). Whatever says when
something happened is in UTC, as the intervals of the answers then are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from trunkline.http.answers import UNREADABLE, decode
from trunkline.interval import Interval
from trunkline.providers.genesys import aggregate_records as records
from trunkline.providers.genesys.aggregate_metrics import METRICS, QUEUE_METRICS, SERVICE_LEVEL
from trunkline.providers.genesys.aggregate_pages import Cut

CONVERSATIONS = "/api/v2/analytics/conversations/aggregates/query"
USERS = "/api/v2/analytics/users/aggregates/query"
USER_LIST = "/api/v2/users"
USERS_AT_ONCE = 100

USER_METRICS = ("tAgentRoutingStatus", "tOrganizationPresence", "tSystemPresence")

# What is said of a slice that is too large; no document says which of them it is.
TOO_LARGE = (400, 413)


@dataclass(frozen=True, slots=True)
class Query:
    """How a dataset is asked for: ``fixed`` is what all its bodies have.

    ``of_users`` where a body names whom it is about.
    """

    path: str
    fixed: Mapping[str, Any]
    cut: Cut
    of_users: bool = False

    def body(self, interval: Interval, minutes: int, users: Sequence[str] = ()) -> dict[str, Any]:
        """The body that asks for one slice in intervals of so many minutes."""
        asked = {"interval": str(interval), "granularity": f"PT{minutes}M", **self.fixed}
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
}


class _User(msgspec.Struct, frozen=True):
    id: str


class _Users(msgspec.Struct, frozen=True):
    """UserEntityListing, as much as is read."""

    entities: list[_User]
    total: int = 0
    pages: int = msgspec.field(name="pageCount", default=1)


def user_page(number: int) -> dict[str, str | int]:
    """The query of one page of the list of users; those who are gone have a history, too."""
    return {"state": "any", "pageSize": USERS_AT_ONCE, "pageNumber": number}


def is_user_page(body: bytes) -> bool:
    """Whether a body is a page of the list of users: a proxy's answer would else be nobody."""
    try:
        return "entities" in msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return False


def read_users(body: bytes) -> tuple[tuple[str, ...], int, int]:
    """The ids of one page of the list of users, how many pages and how many users there are."""
    listed = decode(body, _Users, f"GET {USER_LIST}")
    return tuple(user.id for user in listed.entities), listed.pages, listed.total
