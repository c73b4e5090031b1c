"""What happens to one data directory over some weeks: frozen values, which a seed becomes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from tests.chaos.process import Kill
from trunkline.interval import Interval, iso
from trunkline_simulator.settings import Settings as Provider

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to become of one process of ours: where it dies, its disk, its clock in seconds.

    ``merging``: its disk is full for what merges a month, and for nothing else.
    """

    kill: Kill | None = None
    full_after: int | None = None
    skew: int = 0
    merging: bool = False

    def __str__(self) -> str:
        told = (
            f"killed at {self.kill.point} {self.kill.nth}" if self.kill else "",
            f"disk full after {self.full_after} writes" if self.full_after is not None else "",
            "of a merge" if self.merging else "",
            f"clock {self.skew:+d} s" if self.skew else "",
        )
        return ", ".join(text for text in told if text)


@dataclass(frozen=True, slots=True)
class Ask:
    """A query for a table's rows of some days, in a time zone."""

    table: str
    first: date
    days: int
    zone: str = "UTC"
    allow_partial: bool = False
    fate: Fate = Fate()

    @property
    def interval(self) -> Interval:
        """The time asked for."""
        ends = (self.first, self.first + self.days * DAY)
        zone = ZoneInfo(self.zone)
        start, end = (datetime.combine(at, time.min, tzinfo=zone).astimezone(UTC) for at in ends)
        return Interval(start, end)

    @property
    def utc_days(self) -> tuple[date, ...]:
        """The UTC days that it touches, in order."""
        return tuple(sorted(self.interval.days()))

    @property
    def sql(self) -> str:
        """The statement; the zone is the session's."""
        return (
            f"SELECT * FROM {self.table} WHERE conversation_start >= '{self.first}'"
            f" AND conversation_start < '{self.first + self.days * DAY}'"
        )

    def __str__(self) -> str:
        partly = ", partly if need be" if self.allow_partial else ""
        asked = f"{self.table} {self.first} +{self.days}d {self.zone}{partly}"
        return f"ask for {asked}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Together:
    """Two processes ask at once, of one data directory."""

    one: Ask
    other: Ask

    def __str__(self) -> str:
        return f"{self.one}  while another would {self.other}"


@dataclass(frozen=True, slots=True)
class Resume:
    """``jobs resume``."""

    fate: Fate = Fate()

    def __str__(self) -> str:
        return f"resume the jobs  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Cancel:
    """``jobs cancel`` of the unfinished job that is the ``nth``."""

    nth: int
    fate: Fate = Fate()

    def __str__(self) -> str:
        return f"cancel job {self.nth}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes."""

    seconds: int

    def __str__(self) -> str:
        return f"{timedelta(seconds=self.seconds)} pass"


@dataclass(frozen=True, slots=True)
class Weather:
    """The provider goes on otherwise. The ``nth`` of its job faults counts from this moment."""

    provider: Provider

    def __str__(self) -> str:
        calm = Provider()
        changed = [
            f"{item.name}={getattr(self.provider, item.name)!r}"
            for item in fields(Provider)
            if getattr(self.provider, item.name) != getattr(calm, item.name)
        ]
        return f"the provider: {' '.join(changed)}"


@runtime_checkable
class Asking(Protocol):
    """Anything else that asks: ``asks`` are plain queries for the same days."""

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The days that it would have fetched."""
        ...


Action = Ask | Together | Resume | Cancel | Wait | Weather | Asking


@dataclass(frozen=True, slots=True)
class Story:
    """One seed: when it begins, the provider on a good day, and what happens then."""

    seed: int
    start: datetime
    provider: Provider
    actions: tuple[Action, ...]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Every query of it."""
        found: list[Ask] = []
        for action in self.actions:
            if isinstance(action, Ask):
                found.append(action)
            elif isinstance(action, Together):
                found += [action.one, action.other]
            elif isinstance(action, Asking):
                found += action.asks
        return tuple(found)

    def __str__(self) -> str:
        lines = [f"seed {self.seed}, from {iso(self.start)}", str(Weather(self.provider))]
        return "\n  ".join([*lines, *map(str, self.actions)])
