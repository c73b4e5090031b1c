"""Conversation detail jobs: bodies, answers and states. Pure; ``client`` sends them.

Source: SDK 269, AsyncConversationQuery, AsyncQueryResponse, AsyncQueryStatus,
DataAvailabilityResponse and the operations ``*_analytics_conversations_details_job*``.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from trunkline.errors import MalformedAnswer
from trunkline.http.answers import UNREADABLE, decode, instant
from trunkline.http.refusal import word
from trunkline.interval import Interval
from trunkline.providers import RemoteState, RemoteStatus
from trunkline.providers.genesys.filters import filters
from trunkline.scope import WHOLE, Scope, ScopeKind

JOBS = "/api/v2/analytics/conversations/details/jobs"

STATES = {
    "QUEUED": RemoteState.RUNNING,
    "PENDING": RemoteState.RUNNING,
    "FULFILLED": RemoteState.READY,
    "FAILED": RemoteState.FAILED,
    "CANCELLED": RemoteState.CANCELLED,
    "EXPIRED": RemoteState.EXPIRED,
}

REASON = "the provider gave a reason; its text is not kept, since it may hold personal data"

_FIRST = re.compile(rb'\s*\{\s*"conversations"\s*:\s*\[')
_ANYWHERE = re.compile(rb'"(?:conversations|dataAvailabilityDate)"\s*:')


class Accepted(msgspec.Struct, frozen=True):
    """AsyncQueryResponse."""

    job_id: str = msgspec.field(name="jobId")


class Status(msgspec.Struct, frozen=True):
    """AsyncQueryStatus, as much as is read."""

    state: str
    error_message: str | None = msgspec.field(name="errorMessage", default=None)
    expiration_date: str | None = msgspec.field(name="expirationDate", default=None)


class Availability(msgspec.Struct, frozen=True):
    """DataAvailabilityResponse."""

    date: str = msgspec.field(name="dataAvailabilityDate")


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


def read_availability(body: bytes) -> datetime:
    """The instant before which the data lake is complete."""
    what = f"GET {JOBS}/availability"
    return instant(decode(body, Availability, what).date, what)


def read_accepted(body: bytes) -> str:
    """The id of the job that was submitted; it is shown and logged, so nothing else passes."""
    job_id = word(decode(body, Accepted, f"POST {JOBS}").job_id)
    if job_id is None:
        raise MalformedAnswer(f"POST {JOBS}: the answer holds no job id")
    return job_id


def read_status(body: bytes) -> RemoteStatus:
    """The state of a job; MalformedAnswer for one that the vendor does not document."""
    what = f"GET {JOBS}/{{jobId}}"
    status = decode(body, Status, what)
    if status.state not in STATES:
        raise MalformedAnswer(f"{what}: undocumented state {word(status.state)}")
    expires = instant(status.expiration_date, what) if status.expiration_date else None
    # No pattern finds every name that errorMessage may echo, and the vendor gives no code with it.
    return RemoteStatus(STATES[status.state], REASON if status.error_message else None, expires)


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
