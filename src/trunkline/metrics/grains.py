"""How coarse the rows of a view are: as the table has them, or by a unit of the session's clock.

Units below a day go by the minutes that the session's clock shows, so that an hour is one of the
clock in Kolkata, too; and, unlike with ``date_trunc``, the two hours that a clock shows one after
the other when it is put back stay two.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grain:
    """One coarseness. ``suffix`` ends the names of views; ``minutes`` of a day's parts, or 0."""

    suffix: str
    words: str
    minutes: int = 0
    unit: str = ""

    def start(self, moment: str) -> str:
        """SQL of the start of the unit that a moment is in, as an instant.

        Moments are starts of intervals of the provider, which have no seconds.
        """
        if self.minutes:
            return f"{moment} - to_minutes(minute({moment}) % {self.minutes})"
        return f"date_trunc('{self.unit}', {moment})"

    def end(self, start: str) -> str:
        """SQL of the end of the unit that starts at an instant."""
        if self.minutes:
            return f"{start} + INTERVAL {self.minutes} MINUTE"
        return f"{start} + INTERVAL 1 {self.unit.upper()}"


OWN = Grain("", "interval of the table (setting `aggregate_minutes`)")
COARSER = (
    Grain("_by_15_minutes", "quarter of an hour", minutes=15),
    Grain("_by_30_minutes", "half hour", minutes=30),
    Grain("_by_hour", "hour", minutes=60),
    Grain("_by_day", "day", unit="day"),
    Grain("_by_week", "week, which starts on Monday,", unit="week"),
    Grain("_by_month", "month", unit="month"),
)
GRAINS = (OWN, *COARSER)
