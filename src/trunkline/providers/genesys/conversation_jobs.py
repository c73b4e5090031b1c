"""Conversation detail jobs: bodies, answers and states. Pure; ``client`` sends them.

Source: SDK 269, AsyncConversationQuery, AsyncQueryResponse, AsyncQueryStatus,
DataAvailabilityResponse and the operations ``*_analytics_conversations_details_job*``.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from trunkline.errors import MalformedAnswer
from trunkline.http.answers import decode, instant
from trunkline.http.refusal import word
from trunkline.interval import Interval
from trunkline.providers import RemoteState, RemoteStatus

JOBS = "/api/v2/analytics/conversations/details/jobs"

STATES = {
    "QUEUED": RemoteState.RUNNING,
    "PENDING": RemoteState.RUNNING,
    "FULFILLED": RemoteState.READY,
    "FAILED": RemoteState.FAILED,
    "CANCELLED": RemoteState.CANCELLED,
    "EXPIRED": RemoteState.EXPIRED,
}

_REASON_LENGTH = 200
_PERSONAL = re.compile(r"\S*@\S*|(?:sip|tel):\S*|\+?\d[\d().\- ]{4,}\d", re.IGNORECASE)


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


def query(interval: Interval) -> dict[str, object]:
    """The body that asks for the conversations which began on the interval's UTC days.

    Without the flag a job answers every conversation that was alive in the interval; with it, those
    that started on or after 00:00 UTC of the day it starts on.
    """
    return {
        "interval": str(interval),
        "startOfDayIntervalMatching": True,
        "order": "asc",
        "orderBy": "conversationStart",
    }


def read_availability(body: bytes) -> datetime:
    """The instant before which the data lake is complete."""
    what = f"GET {JOBS}/availability"
    return instant(decode(body, Availability, what).date, what)


def read_accepted(body: bytes) -> str:
    """The id of the job that was submitted."""
    job_id = decode(body, Accepted, f"POST {JOBS}").job_id
    if not job_id:
        raise MalformedAnswer(f"POST {JOBS}: the answer holds no job id")
    return job_id


def read_status(body: bytes) -> RemoteStatus:
    """The state of a job; MalformedAnswer for one that the vendor does not document."""
    what = f"GET {JOBS}/{{jobId}}"
    status = decode(body, Status, what)
    if status.state not in STATES:
        raise MalformedAnswer(f"{what}: undocumented state {word(status.state)}")
    expires = instant(status.expiration_date, what) if status.expiration_date else None
    return RemoteStatus(STATES[status.state], reason(status.error_message), expires)


def reason(message: str | None) -> str | None:
    """Why a job failed, without what may be a number or an address, which it may echo."""
    return _PERSONAL.sub("…", message)[:_REASON_LENGTH] if message else None
