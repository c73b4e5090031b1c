"""Conversation detail jobs: their body and their pages. Pure; ``client`` sends them.

Source: SDK 269, AsyncConversationQuery and AnalyticsConversationAsyncQueryResponse.
"""

from __future__ import annotations

import re

import msgspec

from trunkline.http.answers import UNREADABLE
from trunkline.interval import Interval
from trunkline.providers.genesys.filters import filters
from trunkline.scope import WHOLE, Scope, ScopeKind

JOBS = "/api/v2/analytics/conversations/details/jobs"

_FIRST = re.compile(rb'\s*\{\s*"conversations"\s*:\s*\[')
_ANYWHERE = re.compile(rb'"(?:conversations|dataAvailabilityDate)"\s*:')


class Envelope(msgspec.Struct, frozen=True):
    """AnalyticsConversationAsyncQueryResponse: what tells it from other answers, not decoded."""

    conversations: msgspec.Raw = msgspec.Raw(b"")
    date: msgspec.Raw = msgspec.field(name="dataAvailabilityDate", default=msgspec.Raw(b""))


def query(interval: Interval, scope: Scope = WHOLE) -> dict[str, object]:
    """The body that asks for the conversations of a scope which began on the interval's UTC days.

    Without the flag a job answers every conversation that was alive in the interval, which OPEN_AT
    wants; with it, those that started on or after 00:00 UTC of the day it starts on. ValueError
    for TAIL: no job answers it.
    """
    if scope.kind is ScopeKind.TAIL:
        raise ValueError("the tail is past what jobs answer")
    return {
        "interval": str(interval),
        "startOfDayIntervalMatching": scope.kind is not ScopeKind.OPEN_AT,
        "order": "asc",
        "orderBy": "conversationStart",
        **filters(scope.predicates),
    }


def is_page(body: bytes) -> bool:
    """Whether a body is a page of results: a proxy's ``{}`` would else be an empty month.

    The date stands on every page; the conversations may be missing on the last one, and stand first
    on all others, so that few bodies are read beyond their first bytes. One that is not JSON by the
    letter passes if it has either name: the flattener judges it.
    """
    if _FIRST.match(body):
        return True
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
    except UNREADABLE:
        return _ANYWHERE.search(body) is not None
    return bytes(envelope.conversations).startswith(b"[") or bytes(envelope.date).startswith(b'"')
