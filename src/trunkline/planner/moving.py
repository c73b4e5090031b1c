"""What is not settled yet, as the planner is told of it, and what it asks for without a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trunkline.catalog import Dataset
from trunkline.interval import Interval

# After it landed open, a record is fetched again at these ages, and from the last on each week.
AGES = (timedelta(minutes=15), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1))


@dataclass(frozen=True, slots=True)
class Told:
    """The watermark that was told last, and when."""

    watermark: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class TailHeld:
    """What is held of one UTC day past the watermark, and when it was asked for."""

    interval: Interval
    asked_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A record that had not ended when it was last told of; it is asked for again from ``due``.

    ``in_tail`` where it is held past the watermark, and not with its whole day.
    """

    key: str
    start: datetime
    due: datetime
    in_tail: bool = False


@dataclass(frozen=True, slots=True)
class Tail:
    """What is to be asked for past the watermark: without a job, a page at a time.

    ``days`` are the UTC days it touches. ``pages`` is how many it is thought to have, None where
    nothing held tells.
    """

    dataset: Dataset
    interval: Interval
    days: frozenset[date]
    pages: int | None = None

    @property
    def requests(self) -> int:
        """The fewest requests it can take."""
        return self.pages or 1


@dataclass(frozen=True, slots=True)
class Reopen:
    """Records that are to be fetched again by their keys, as they had not ended."""

    dataset: Dataset
    records: tuple[StillOpen, ...]
    requests: int


def due(since: datetime, asked: datetime) -> datetime:
    """When a record that has been open ``since``, and was last asked for then, is asked for."""
    for age in AGES:
        if since + age > asked:
            return since + age
    return since + ((asked - since) // AGES[-1] + 1) * AGES[-1]
