"""The synchronous queries for conversation details: bodies and answers; ``client`` sends them.

They know what is past the watermark, and no participant attributes. Sources: SDK 269,
ConversationQuery, AnalyticsConversationQueryResponse and
AnalyticsConversationWithoutAttributesMultiGetResponse; developer.genesys.cloud, analytics/detail
(7 days without a filter). No source gives the most ids of one request; 100 is what public code
sends. A page has 100 conversations at the most, and pages reach 100,000 (see ``datasets``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from trunkline.errors import MalformedAnswer
from trunkline.http.answers import UNREADABLE, decode
from trunkline.interval import Interval

QUERY = "/api/v2/analytics/conversations/details/query"
DETAILS = "/api/v2/analytics/conversations/details"

_ANYWHERE = re.compile(rb'"(?:conversations|totalHits)"\s*:')


class _Hits(msgspec.Struct, frozen=True):
    """AnalyticsConversationQueryResponse, as much as is read: a page past the last has nothing."""

    total: int = msgspec.field(name="totalHits", default=0)


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What either answer may have, not decoded."""

    conversations: msgspec.Raw = msgspec.Raw(b"[]")
    aggregations: msgspec.Raw = msgspec.Raw(b"null")
    total: msgspec.Raw = msgspec.field(name="totalHits", default=msgspec.Raw(b"0"))


def query(interval: Interval, page: int, size: int) -> dict[str, object]:
    """The body that asks for one page, from 1, of the conversations of an interval.

    It answers those that started on a UTC day that the interval touches: whoever wants less has to
    look at each one's start. In order of the start, so that what begins meanwhile comes last.
    """
    return {
        "interval": str(interval),
        "order": "asc",
        "orderBy": "conversationStart",
        "paging": {"pageSize": size, "pageNumber": page},
    }


def ids(keys: Sequence[str]) -> str:
    """Conversation ids as one query parameter."""
    return ",".join(keys)


def read_hits(body: bytes) -> int:
    """How many conversations the provider counts in an interval: approximate, and moving."""
    hits = decode(body, _Hits, f"POST {QUERY}").total
    if hits < 0:
        raise MalformedAnswer(f"POST {QUERY}: less than no conversations")
    return hits


def is_page(body: bytes) -> bool:
    """Whether a body is an answer of these queries.

    ``{}`` is one: past the last page there are no ``conversations``.
    """
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except UNREADABLE:
        return _ANYWHERE.search(body) is not None
    return bytes(envelope.conversations).startswith((b"[", b"null"))
