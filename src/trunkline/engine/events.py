"""What the engine tells while it works, as frozen values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from trunkline.http.exchange import Exchange
from trunkline.interval import Interval
from trunkline.jobs.job import Job, Landed
from trunkline.jobs.runner import Progress
from trunkline.planner.plans import Plans


@dataclass(frozen=True, slots=True)
class Planned:
    """The query is understood; nothing has been requested yet."""

    plan: Plans


@dataclass(frozen=True, slots=True)
class LockWait:
    """Another process is fetching into this data directory; this one waits for it.

    ``process`` is its number, where it could be read.
    """

    process: int | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The jobs of this run, new and resumed."""

    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Merging:
    """The files of a month that is complete are being merged; ``month`` is its first day."""

    month: date
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A page that came without a job: of ``the tail``, or of ``open conversations``."""

    what: str
    landed: Landed
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a whole list, of the dataset ``what``."""

    what: str
    landed: Landed
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Adding:
    """The provider has added up an interval; so many figures came of it."""

    interval: Interval
    figures: int
    organization: str = ""


Event = Planned | LockWait | Started | Progress | Beside | Listed | Adding | Exchange | Merging
Observe = Callable[[Event], None]
