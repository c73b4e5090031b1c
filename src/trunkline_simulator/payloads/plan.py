"""What a UTC day holds: when each conversation starts and of what kind it is, before it is built.

The plan is cheap, so that a job can find the conversations of a month without building them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from random import Random

from trunkline_simulator.settings import Shape

DAY = 86_400_000
EPOCH = date(1970, 1, 1).toordinal()
# No conversation lasts longer than this; only those marked ``long`` last longer than two days.
LONGEST_DAYS = 66

_WEEKDAYS = (1.18, 1.12, 1.08, 1.06, 1.1, 0.84, 0.62)
_KINDS = {
    "answered": 26,
    "transferred": 8,
    "consulted": 4,
    "requeued": 4,
    "external": 3,
    "abandoned": 9,
    "short_abandoned": 2,
    "flow_out": 3,
    "self_served": 6,
    "outbound": 8,
    "dialer": 6,
    "dialer_missed": 3,
    "internal": 2,
    "callback": 6,
    "message": 12,
    "message_by_agent": 2,
    "email": 8,
    "email_reply": 2,
    "chat": 2,
}
_NAMES, _WEIGHTS = tuple(_KINDS), tuple(_KINDS.values())


@dataclass(frozen=True, slots=True, order=True)
class Planned:
    """A conversation to be: its start in milliseconds since 1970, and what decides the rest."""

    start: int
    day: int
    index: int
    kind: str
    long: bool

    @property
    def conversation_start(self) -> datetime:
        """The start as an aware datetime."""
        return datetime.fromtimestamp(self.start // 1000, UTC).replace(
            microsecond=self.start % 1000 * 1000
        )


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def _volume(shape: Shape, number: int, draw: Random) -> int:
    season = 1 + 0.12 * math.cos(2 * math.pi * (number % 365.25 - 349) / 365.25)
    weekday = _WEEKDAYS[(number + 3) % 7]
    return round(shape.per_day * weekday * season * (0.94 + 0.12 * draw.random()))


def _time_of_day(draw: Random) -> int:
    """Most in office hours, a seventh at any time: nights and clock changes have calls too."""
    if draw.random() < 0.15:
        return int(draw.random() * DAY)
    return min(DAY - 1, max(0, int(draw.gauss(14.5, 3.6) * 3_600_000)))


def _fixed(number: int, draw: Random) -> list[tuple[int, str, bool]]:
    """The edges every day has: across midnight, at its first milliseconds, and the long ones."""
    edges = [
        (DAY - 1 - int(draw.random() * 600_000), "answered", False),
        (int(draw.random() * 12), "answered", False),
        (0, "message", False),
    ]
    if number % 4 == 1:
        edges.append((int(draw.random() * DAY), "callback_unserved", True))
    if number % 3 == 2:
        edges.append((int(draw.random() * DAY), "merged", True))
    return edges


@lru_cache(maxsize=4096)
def plan(shape: Shape, number: int) -> tuple[Planned, ...]:
    """The conversations that start on day ``number`` (days since 1970), in order of start."""
    draw = Random(f"plan {shape.seed} {number}")  # noqa: S311
    volume = _volume(shape, number, draw)
    fixed = _fixed(number, draw)[:volume]
    kinds = draw.choices(_NAMES, _WEIGHTS, k=max(0, volume - len(fixed)))
    starts = sorted(fixed + [(_begun(_time_of_day(draw), kind), kind, False) for kind in kinds])
    return tuple(
        Planned(number * DAY + at, number, index, kind, long)
        for index, (at, kind, long) in enumerate(starts)
    )


def _begun(at: int, kind: str) -> int:
    """E-mails have whole seconds throughout, which the service writes without a fraction."""
    return at - at % 1000 if kind == "email" else at
