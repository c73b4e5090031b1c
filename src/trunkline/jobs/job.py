"""A job as a frozen value, and the table of what may follow what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from trunkline.catalog import WHOLE, Scope
from trunkline.interval import Interval


class JobState(Enum):
    """Where a job is.

    ::

        planned -> submitting -> running -> ready -> downloaded -> published
                       |            |         |          |
                       +------------+---------+----------+--> planned  refused or lost: again
                       +------------+---------+----------+--> failed   given up; days missing
                                    +---------+-------------> split    failed: halves go on

    Each of them can be cancelled, and what failed or was cancelled can be planned again.
    """

    PLANNED = "planned"  # nothing sent yet
    SUBMITTING = "submitting"  # the POST may or may not have reached the provider
    RUNNING = "running"  # the provider has it, under a known id
    READY = "ready"  # its pages are there to be fetched
    DOWNLOADED = "downloaded"  # every page is staged
    PUBLISHED = "published"
    SPLIT = "split"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.PLANNED: frozenset({JobState.SUBMITTING, JobState.CANCELLED}),
    JobState.SUBMITTING: frozenset(
        {
            JobState.SUBMITTING,
            JobState.RUNNING,
            JobState.PLANNED,
            JobState.FAILED,
            JobState.CANCELLED,
        }
    ),
    JobState.RUNNING: frozenset(
        {
            JobState.RUNNING,
            JobState.READY,
            JobState.PLANNED,
            JobState.SPLIT,
            JobState.FAILED,
            JobState.CANCELLED,
        }
    ),
    JobState.READY: frozenset(
        {
            JobState.READY,
            JobState.DOWNLOADED,
            JobState.PLANNED,
            JobState.SPLIT,
            JobState.FAILED,
            JobState.CANCELLED,
        }
    ),
    JobState.DOWNLOADED: frozenset(
        {JobState.PUBLISHED, JobState.PLANNED, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.PUBLISHED: frozenset(),
    JobState.SPLIT: frozenset(),
    JobState.FAILED: frozenset({JobState.PLANNED}),
    JobState.CANCELLED: frozenset({JobState.PLANNED}),
}

UNFINISHED = (
    JobState.PLANNED,
    JobState.SUBMITTING,
    JobState.RUNNING,
    JobState.READY,
    JobState.DOWNLOADED,
)


@dataclass(frozen=True, slots=True)
class Job:
    """One interval of one dataset on its way from the provider into the lake.

    ``attempt`` counts how often it was started over, from 1; ``submits`` the POSTs of it;
    ``possibly_repeated`` those of them whose outcome was never learned, so that the provider may
    have the job twice. ``cursor`` is that of the next page, None for the first.
    """

    key: str
    organization: str
    dataset: str
    interval: Interval
    days: frozenset[date]
    fingerprint: str
    state: JobState = JobState.PLANNED
    remote_id: str | None = None
    cursor: str | None = None
    pages: int = 0
    attempt: int = 1
    submits: int = 0
    possibly_repeated: int = 0
    watermark: datetime | None = None
    submitted_at: datetime | None = None
    error: str | None = None
    parent: str | None = None
    scope: Scope = WHOLE

    @property
    def unfinished(self) -> bool:
        """Whether there is something left to do."""
        return self.state in UNFINISHED


@dataclass(frozen=True, slots=True)
class Landed:
    """What one page became. ``receipt`` is the lake's own text; ``cursor`` is that of the next."""

    receipt: str
    cursor: str | None
    watermark: datetime | None
    conversations: int
    ignored: int = 0
    quarantined: tuple[str, ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    rows: tuple[tuple[str, int], ...] = ()
    fractions: int = 0


@dataclass(frozen=True, slots=True)
class UnknownName:
    """How often a name that no declaration has stood in a job's pages, and in how many of them."""

    job: str
    name: str
    occurrences: int
    pages: int


class IllegalTransition(Exception):
    """A defect: a job was asked to go where the table does not let it."""


def require(before: JobState, after: JobState) -> None:
    """Raise IllegalTransition unless the table allows the step."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(f"{before.value} -> {after.value}")
