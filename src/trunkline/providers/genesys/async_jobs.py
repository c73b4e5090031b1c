"""The answers about asynchronous analytics jobs, which are the same for every payload. Pure.

Source: SDK 269, AsyncQueryResponse, AsyncQueryStatus, DataAvailabilityResponse and the operations
``*_analytics_*_job*``.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from trunkline.errors import MalformedAnswer
from trunkline.http.answers import decode, instant
from trunkline.http.refusal import word
from trunkline.providers import RemoteState, RemoteStatus

STATES = {
    "QUEUED": RemoteState.RUNNING,
    "PENDING": RemoteState.RUNNING,
    "FULFILLED": RemoteState.READY,
    "FAILED": RemoteState.FAILED,
    "CANCELLED": RemoteState.CANCELLED,
    "EXPIRED": RemoteState.EXPIRED,
}

REASON = "the provider gave a reason; its text is not kept, since it may hold personal data"


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


def read_availability(body: bytes, jobs: str) -> datetime:
    """The instant before which the data lake is complete; ``jobs`` is the path of the jobs."""
    what = f"GET {jobs}/availability"
    return instant(decode(body, Availability, what).date, what)


def read_accepted(body: bytes, jobs: str) -> str:
    """The id of the job that was submitted; it is shown and logged, so nothing else passes."""
    job_id = word(decode(body, Accepted, f"POST {jobs}").job_id)
    if job_id is None:
        raise MalformedAnswer(f"POST {jobs}: the answer holds no job id")
    return job_id


def read_status(body: bytes, jobs: str) -> RemoteStatus:
    """The state of a job; MalformedAnswer for one that the vendor does not document."""
    what = f"GET {jobs}/{{jobId}}"
    status = decode(body, Status, what)
    if status.state not in STATES:
        raise MalformedAnswer(f"{what}: undocumented state {word(status.state)}")
    expires = instant(status.expiration_date, what) if status.expiration_date else None
    # No pattern finds every name that errorMessage may echo, and the vendor gives no code with it.
    return RemoteStatus(STATES[status.state], REASON if status.error_message else None, expires)
