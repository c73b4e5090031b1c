"""Sets of instants as ordered, disjoint, half-open ranges; ``-infinity`` and ``infinity`` included.

>>> from datetime import datetime, UTC
>>> year = Spans.between(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
>>> (year & Spans.since(datetime(2025, 12, 1, tzinfo=UTC))).parts[0][0].month
12
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spans:
    """A set of instants; ``parts`` are ordered, apart from one another and none is empty."""

    parts: tuple[tuple[datetime, datetime], ...]

    @staticmethod
    def of(parts: Iterable[tuple[datetime, datetime]]) -> Spans:
        """The union of ranges in any order; empty and reversed ones count for nothing."""
        merged: list[tuple[datetime, datetime]] = []
        for start, end in sorted(part for part in parts if part[0] < part[1]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return Spans(tuple(merged))

    @staticmethod
    def between(start: datetime, end: datetime) -> Spans:
        """``[start, end)``."""
        return Spans.of([(start, end)])

    @staticmethod
    def since(start: datetime) -> Spans:
        """``[start, infinity)``."""
        return Spans.between(start, END)

    @staticmethod
    def before(end: datetime) -> Spans:
        """``[-infinity, end)``."""
        return Spans.between(BEGINNING, end)

    def __and__(self, other: Spans) -> Spans:
        return Spans.of((max(a[0], b[0]), min(a[1], b[1])) for a in self.parts for b in other.parts)

    def __or__(self, other: Spans) -> Spans:
        return Spans.of((*self.parts, *other.parts))

    @property
    def has_start(self) -> bool:
        """Whether it is bounded below; nothing at all is."""
        return not self.parts or self.parts[0][0] > BEGINNING

    @property
    def has_end(self) -> bool:
        """Whether it is bounded above; nothing at all is."""
        return not self.parts or self.parts[-1][1] < END


EVERYTHING = Spans.between(BEGINNING, END)
NOTHING = Spans(())
