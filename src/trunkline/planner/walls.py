"""Between instants and wall-clock readings of a zone, both ways, by the engine's own rules.

A zone's clock can skip an hour, or a whole day (Samoa had no 30 December 2011), and it can show
an hour twice. DuckDB picks one instant for a reading that has none or two; a bound must be right
for every instant. So beside the instant DuckDB picks stands how far the true one may be from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A clock has never been moved by more than a day, so what it does outside of this does not matter.
REACH = timedelta(hours=25)
NO_TIME = timedelta(0)
MILLISECOND = timedelta(milliseconds=1)

# Data lies between these; a bound beyond them says as much as one of them.
FIRST = datetime(1000, 1, 1, tzinfo=UTC)
LAST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Walls:
    """The wall clock of a zone; ``zone`` is an SQL text literal, None for the session's zone.

    ``constant`` evaluates an SQL expression as an instant. Readings are naive datetimes. Every
    answer is None where the engine has none.
    """

    constant: Callable[[str], datetime | None]
    zone: str | None

    @staticmethod
    def literal(moment: datetime) -> str:
        """An instant, or a naive reading, as a literal of its type."""
        if moment.tzinfo is None:
            return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"
        plain = moment.astimezone(UTC).replace(tzinfo=None)
        return f"TIMESTAMPTZ '{plain.isoformat(sep=' ')}+00'"

    def instant(self, reading: datetime) -> datetime | None:
        """The instant DuckDB picks for a reading."""
        text = self.literal(reading)
        return evaluated(self.constant, f"{text} AT TIME ZONE {self.zone}" if self.zone else text)

    def reading(self, instant: datetime) -> datetime | None:
        """What the clock shows at an instant."""
        text = self.literal(instant)
        local = f"{text} AT TIME ZONE {self.zone}" if self.zone else f"CAST({text} AS TIMESTAMP)"
        return self.read(local)

    def read(self, sql: str) -> datetime | None:
        """The value of a constant TIMESTAMP expression, as it stands."""
        value = evaluated(self.constant, f"({sql}) AT TIME ZONE 'UTC'")
        return value.replace(tzinfo=None) if value else None

    def doubt(self, instant: datetime, reading: datetime) -> timedelta | None:
        """How far from ``instant`` the clock may pass ``reading``; 0 where it does so only there.

        Where it was put forward nearby, the clock passes every reading that it shows once. Where
        it was put back, it shows some twice: those that it also shows one shift away.
        """
        shift = self.shift(instant)
        if not shift:
            return shift
        here, earlier, later = (self.reading(instant + d) for d in (NO_TIME, -shift, shift))
        return NO_TIME if here == reading and reading not in (earlier, later) else shift

    def shift(self, instant: datetime) -> timedelta | None:
        """How far the clock is moved within a day of an instant."""
        before, after = self.reading(instant - REACH), self.reading(instant + REACH)
        return None if before is None or after is None else abs(after - before - 2 * REACH)

    def earliest(self, reading: datetime) -> datetime | None:
        """An instant before which the clock is surely before ``reading``."""
        instant = self.instant(reading)
        doubt = self.doubt(instant, reading) if instant else None
        return None if instant is None or doubt is None else floor(instant - doubt)

    def latest(self, reading: datetime) -> datetime | None:
        """An instant from which on the clock is surely at or past ``reading``."""
        instant = self.instant(reading)
        doubt = self.doubt(instant, reading) if instant else None
        return None if instant is None or doubt is None else ceiling(instant + doubt)


def evaluated(constant: Callable[[str], datetime | None], sql: str) -> datetime | None:
    """A constant expression as an instant between ``FIRST`` and ``LAST``."""
    value = constant(sql)
    return None if value is None else min(max(value.astimezone(UTC), FIRST), LAST)


def number(constant: Callable[[str], datetime | None], sql: str) -> float:
    """A constant expression as a number, by way of the seconds of 1970; 0 where it has none."""
    value = constant(f"to_timestamp({sql})")
    return value.timestamp() if value else 0.0


def floor(instant: datetime) -> datetime:
    """To the millisecond, down."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def ceiling(instant: datetime) -> datetime:
    """To the millisecond, up."""
    down = floor(instant)
    return down if down == instant else down + MILLISECOND
