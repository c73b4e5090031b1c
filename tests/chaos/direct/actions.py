"""What happens in a story of aggregates and lists: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from tests.chaos.story import DAY, Ask, Fate
from trunkline.interval import Interval, midnight
from trunkline_simulator.settings import ChangeKind

WELL = Fate()
LIST_AGE = 86_400  # seconds
RECHECK = 3_024_000


@dataclass(frozen=True, slots=True)
class Move:
    """What an administrator does to a thing of a list, at once or while a list is read.

    Then just before the ``nth`` request for the list ``during``.
    """

    table: str
    place: int
    kind: ChangeKind
    to: str = ""
    during: str = ""
    nth: int = 0

    def __str__(self) -> str:
        when = f" before request {self.nth} for {self.during}" if self.nth else ""
        return f"{self.kind} {self.table} {self.place} {self.to}{when}".strip()


@dataclass(frozen=True, slots=True)
class Sums:
    """A query for an aggregate table's rows of some days, in intervals of so many minutes."""

    table: str
    first: date
    days: int
    minutes: int = 60
    zone: str = "UTC"
    allow_partial: bool = False
    fate: Fate = WELL
    moves: tuple[Move, ...] = ()

    @property
    def asks(self) -> tuple[Ask, ...]:
        """No days of conversations."""
        return ()

    @property
    def settings(self) -> dict[str, int]:
        """What its process has otherwise."""
        return {"aggregate_minutes": self.minutes}

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
        end = self.first + self.days * DAY
        return (
            f"SELECT * FROM {self.table} WHERE interval_start >= '{self.first}'"
            f" AND interval_start < '{end}'"
        )

    def __str__(self) -> str:
        partly = ", partly if need be" if self.allow_partial else ""
        asked = f"{self.table} {self.first} +{self.days}d {self.zone} by {self.minutes} min{partly}"
        return f"ask for {asked}  [{self.fate}]{_told(self.moves)}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A query for all rows of a list; ``age`` is how old it may be, in seconds."""

    table: str
    age: int = LIST_AGE
    allow_partial: bool = False
    fate: Fate = WELL
    moves: tuple[Move, ...] = ()
    zone: str = "UTC"

    @property
    def asks(self) -> tuple[Ask, ...]:
        """No days of conversations."""
        return ()

    @property
    def settings(self) -> dict[str, int]:
        """What its process has otherwise."""
        return {"reference_refresh_after": self.age}

    @property
    def sql(self) -> str:
        """The statement."""
        return f"SELECT * FROM {self.table}"

    def __str__(self) -> str:
        partly = ", partly if need be" if self.allow_partial else ""
        return f"list {self.table} of {self.age} s{partly}  [{self.fate}]{_told(self.moves)}"


@dataclass(frozen=True, slots=True)
class Present:
    """A query for what is now."""

    table: str
    fate: Fate = WELL
    moves: tuple[Move, ...] = ()
    zone: str = "UTC"
    allow_partial: bool = False

    @property
    def asks(self) -> tuple[Ask, ...]:
        """No days of conversations."""
        return ()

    @property
    def settings(self) -> dict[str, int]:
        """What its process has otherwise."""
        return {}

    @property
    def sql(self) -> str:
        """The statement."""
        return f"SELECT * FROM {self.table}"

    def __str__(self) -> str:
        return f"look at {self.table} now  [{self.fate}]{_told(self.moves)}"


@dataclass(frozen=True, slots=True)
class Anew:
    """``sync`` of some days of a table, or of lists, which are fetched again."""

    tables: tuple[str, ...]
    first: date | None = None
    days: int = 1
    how: Literal["refresh", "recheck"] = "refresh"
    recheck: int = RECHECK
    minutes: int = 60
    fate: Fate = WELL
    moves: tuple[Move, ...] = ()

    @property
    def asks(self) -> tuple[Ask, ...]:
        """No days of conversations."""
        return ()

    @property
    def settings(self) -> dict[str, int]:
        """What its process has otherwise."""
        return {"aggregate_minutes": self.minutes, "recheck": self.recheck}

    @property
    def start(self) -> datetime | None:
        """Where it begins."""
        return None if self.first is None else midnight(self.first)

    @property
    def end(self) -> datetime | None:
        """Where it ends."""
        return None if self.first is None else midnight(self.first + self.days * DAY)

    def __str__(self) -> str:
        which = f" {self.first} +{self.days}d" if self.first else ""
        aged = f" at {self.recheck} s" if self.how == "recheck" else ""
        named = ", ".join(self.tables)
        return f"{self.how} {named}{which}{aged}  [{self.fate}]{_told(self.moves)}"


@dataclass(frozen=True, slots=True)
class Moved:
    """Something happens to the lists while nobody looks."""

    moves: tuple[Move, ...]

    @property
    def asks(self) -> tuple[Ask, ...]:
        """No days of conversations."""
        return ()

    def __str__(self) -> str:
        return f"meanwhile: {'; '.join(map(str, self.moves))}"


Single = Sums | Whole | Present | Anew


@dataclass(frozen=True, slots=True)
class Both:
    """Two processes at once, of one data directory."""

    one: Single
    other: Single

    @property
    def asks(self) -> tuple[Ask, ...]:
        """No days of conversations."""
        return ()

    def __str__(self) -> str:
        return f"{self.one}  while another would {self.other}"


def _told(moves: tuple[Move, ...]) -> str:
    return f"  ({'; '.join(map(str, moves))})" if moves else ""
