"""What else our processes do in a story: hold days ahead, verify, prune, pin, look back.

Frozen values, as the rest of a story is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from tests.chaos.story import DAY, Ask, Fate
from trunkline.config import Settings
from trunkline.interval import Interval, midnight

RECHECK = Settings().recheck
REFRESH = Settings().refresh_after
WELL = Fate()


@dataclass(frozen=True, slots=True)
class Sync:
    """``sync`` of some days, of those held where ``first`` is None; ``days`` 0 is up to now.

    ``recheck`` is the setting, in seconds.
    """

    first: date | None
    days: int = 0
    how: Literal["", "refresh", "recheck"] = ""
    recheck: int = RECHECK
    fate: Fate = WELL

    @property
    def start(self) -> datetime | None:
        """Where it begins."""
        return None if self.first is None else midnight(self.first)

    @property
    def end(self) -> datetime | None:
        """Where it ends; None for now."""
        return midnight(self.first + self.days * DAY) if self.first and self.days else None

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Queries that would want the same days."""
        if self.first is None:
            return ()
        return (Ask("conversations", self.first, self.days or 1, fate=self.fate),)

    def __str__(self) -> str:
        which = f"{self.first} +{self.days or '...'}d" if self.first else "what is held"
        aged = f" at {self.recheck} s" if self.how == "recheck" else ""
        return f"sync {which} {self.how}{aged}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Follow:
    """``sync --follow`` for so many rounds; ``refresh_after`` is the setting, in seconds."""

    rounds: int
    refresh_after: int = REFRESH
    recheck: int | None = None
    fate: Fate = WELL

    @property
    def asks(self) -> tuple[Ask, ...]:
        """None that is known before it runs."""
        return ()

    def __str__(self) -> str:
        again = "" if self.recheck is None else f", rechecking at {self.recheck} s"
        return f"follow, {self.rounds} rounds every {self.refresh_after} s{again}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Verify:
    """``doctor --verify`` of all days held, or from ``first`` on."""

    first: date | None = None
    fate: Fate = WELL

    @property
    def asks(self) -> tuple[Ask, ...]:
        """It wants no days."""
        return ()

    def __str__(self) -> str:
        return f"verify {f'from {self.first}' if self.first else 'all'}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Prune:
    """``prune``: keep the newest so many, or what was published in so many seconds."""

    keep: int | None = None
    seconds: int | None = None
    dry_run: bool = False
    fate: Fate = WELL

    @property
    def asks(self) -> tuple[Ask, ...]:
        """It wants no days."""
        return ()

    def __str__(self) -> str:
        kept = f"{self.keep} snapshots" if self.keep else f"{self.seconds or 'the usual'} s"
        return f"prune but {kept}{', a dry run' if self.dry_run else ''}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Pin:
    """``prune --pin`` of the month of a day, or ``--unpin``."""

    month: date
    lets_go: bool = False
    fate: Fate = WELL

    @property
    def asks(self) -> tuple[Ask, ...]:
        """It wants no days."""
        return ()

    def __str__(self) -> str:
        return f"{'unpin' if self.lets_go else 'pin'} {self.month:%Y-%m}  [{self.fate}]"


@dataclass(frozen=True, slots=True)
class Look:
    """A query as of the snapshot so many before the newest, or of so many seconds ago."""

    ask: Ask
    back: int | None = None
    seconds: int = 0

    @property
    def fate(self) -> Fate:
        """Of its process."""
        return self.ask.fate

    @property
    def asks(self) -> tuple[Ask, ...]:
        """It wants no days that are not there."""
        return ()

    def __str__(self) -> str:
        ago = f"{self.seconds} s ago" if self.back is None else f"{self.back} snapshots ago"
        return f"{self.ask}, as of {ago}"


Single = Sync | Follow | Verify | Prune | Pin | Look


@dataclass(frozen=True, slots=True)
class Beside:
    """Processes on one data directory, each begun so many seconds after the one before."""

    parts: tuple[Single | Ask, ...]
    apart: int = 0

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The queries of all."""
        found: list[Ask] = []
        for part in self.parts:
            found += [part] if isinstance(part, Ask) else part.asks
        return tuple(found)

    def __str__(self) -> str:
        return f"{self.apart} s apart: " + "; and ".join(map(str, self.parts))


Chore = Single | Beside
CHORES = (Sync, Follow, Verify, Prune, Pin, Look, Beside)


def utc_days(sync: Sync, now: datetime) -> frozenset[date]:
    """The UTC days that a sync of an interval touches."""
    start, end = sync.start, sync.end or now
    return Interval(start, end).days() if start and start < end else frozenset()


def month_of(day: date) -> tuple[date, ...]:
    """Every day of a day's month."""
    first = day.replace(day=1)
    following = (first + 31 * DAY).replace(day=1)
    return tuple(first + n * DAY for n in range((following - first).days))


def at(day: date, seconds: int) -> datetime:
    """An instant of a UTC day."""
    return datetime.combine(day, time.min, tzinfo=UTC) + timedelta(seconds=seconds)
