"""What a provider is: one method, one request. Loops, waits and memory are the job runner's.

A crash can therefore fall only between two requests, and a provider has nothing to resume.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from trunkline.catalog import Dataset, Table
from trunkline.emissions import Figures, Question
from trunkline.interval import Interval
from trunkline.scope import WHOLE, Scope


class RemoteState(Enum):
    """What the provider says of a job, in our words."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """The answer to one poll. ``message`` says why, in our words."""

    state: RemoteState
    message: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """Who the token belongs to. ``short_name`` is None where the provider does not say."""

    id: str
    name: str
    short_name: str | None


@dataclass(frozen=True, slots=True)
class Division:
    """A part of the organisation that rights are granted over."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job the provider has accepted.

    ``possibly_repeated`` counts the attempts before it whose outcome is unknown: each may have left
    a job on the provider's side that nobody asks about. ``seconds`` is how long the answer took:
    the job may have been accepted so long before it was heard.
    """

    id: str
    possibly_repeated: int = 0
    seconds: float = 0.0


class Provider(Protocol):
    """The requests that jobs need. Errors are those of ``trunkline.errors``."""

    name: str
    tables: tuple[Table, ...]

    async def availability(self, dataset: Dataset) -> datetime:
        """The watermark: data before it is complete. One request."""
        ...

    async def submit(self, dataset: Dataset, interval: Interval, scope: Scope = WHOLE) -> Submitted:
        """Start a job for the records of a scope: those that began on the interval's UTC days.

        OPEN_AT also brings what began earlier and had not ended when the interval begins.
        ``unknown`` of an error counts the attempts that may each have left a job there.
        """
        ...

    async def status(self, dataset: Dataset, job_id: str) -> RemoteStatus:
        """Ask once how the job is. JobLost where the provider no longer knows it."""
        ...

    async def page(self, dataset: Dataset, job_id: str, cursor: str | None) -> bytes:
        """One page of results as JSON; the first where ``cursor`` is None.

        JobLost where the results have expired.
        """
        ...

    async def cancel(self, dataset: Dataset, job_id: str) -> None:
        """Give the job up; no error if it is already gone."""
        ...


@dataclass(frozen=True, slots=True)
class RecentPage:
    """A page that came without a job. ``total`` is how many records there are, approximately."""

    body: bytes
    total: int


class Recent(Protocol):
    """The requests that need no job: for what is past the watermark, still open, or counted."""

    async def recent(self, dataset: Dataset, interval: Interval, page: int) -> RecentPage:
        """One page, from 1, of what is known now of an interval's UTC days. One request."""
        ...

    async def by_id(self, dataset: Dataset, keys: Sequence[str]) -> bytes:
        """Some records as they are known now; nothing of those that are not known. One request."""
        ...

    async def count(self, dataset: Dataset, interval: Interval) -> int:
        """How many records the provider counts on the interval's UTC days. One request."""
        ...


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a whole list, as the flattener reads it.

    ``ids`` are those of its items, empty where one has none. ``following`` names the next page;
    None for the last. ``total`` is how many items the list has, where the provider says. The first
    ``overlap`` items are those that the page before it ended with, if the list stood still; the
    body is without them.
    """

    body: bytes
    ids: tuple[str, ...]
    following: str | None = None
    total: int | None = None
    overlap: int = 0


# Where a reading of numbered pages begins, beside the first one of pages that overlap.
PLAIN = "1"  # the first of pages that do not
FROM_END = "-1"  # the first of the list turned about


class AddedUp(Protocol):
    """The request for what emissions come to."""

    async def added_up(self, question: Question) -> Figures:
        """The answer to one question. One request."""
        ...


class Lists(Protocol):
    """The requests for what has no time and is told whole."""

    async def listed(
        self, dataset: Dataset, told: datetime, at: str | None = None, of: str | None = None
    ) -> ListPage:
        """One page of a list: the first, or the one that was named as ``following``. One request.

        PLAIN and FROM_END are other beginnings.

        ``of`` is the item or the variant that the list is of, where there is one for each.
        ``told`` is when it is asked, to be noted in every item.
        """
        ...
