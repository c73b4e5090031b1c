"""What a user does of a day, apart from conversations: the shift, its breaks, the days off."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from random import Random

from trunkline_simulator.entities import PRESENCES
from trunkline_simulator.payloads.plan import DAY
from trunkline_simulator.settings import Shape

_MINUTE = 60_000
_PLACE = {
    (system if kind == "System" else kind): place
    for place, (system, kind, _) in enumerate(PRESENCES)
}
OFFLINE, ON_QUEUE = _PLACE["Offline"], _PLACE["OnQueue"]
# What stands between the stretches on queue, and how many minutes each takes at the least and
# at the most. A shift has one of each row.
_PAUSES = (
    (("Break", "Coffee round", "Break"), 8, 20),
    (("Meal",), 28, 62),
    (("Meeting", "Training", "One to one", "Onboarding", "Busy", "Away", "Idle"), 5, 60),
    (("Break", "Coffee round"), 8, 20),
)


def at_work(place: int, number: int) -> bool:
    """Whether a user works on a day: five in seven, and none in nine days of half a year."""
    weekday = (number + 3) % 7
    rest = {5, 6} if place % 3 else {place % 7, (place + 1) % 7}
    return weekday not in rest and (number + 17 * place) % 180 >= 9


@lru_cache(maxsize=16_384)
def shift(shape: Shape, place: int, number: int) -> tuple[tuple[int, int, int], ...]:
    """Stretches of the shift that starts on a day: start, end, place in ``PRESENCES``.

    One user in ten works at night, into the next day. What lies between is OFFLINE.
    """
    if not at_work(place, number):
        return ()
    draw = Random(f"shift {shape.seed} {place} {number}")  # noqa: S311
    minutes = 21 * 60 + 20 if place % 10 == 9 else 6 * 60 + 30 + place * 37 % 240
    at = number * DAY + minutes * _MINUTE + int(draw.random() * 12 * _MINUTE)
    found = []
    for what, least, most in _parts(draw):
        length = int((least + (most - least) * draw.random()) * _MINUTE)
        found.append((at, at + length, what))
        at += length
    return tuple(found)


def _parts(draw: Random) -> Iterator[tuple[int, float, float]]:
    yield _PLACE["Available"], 1, 8
    for words, least, most in _PAUSES:
        yield ON_QUEUE, 70, 115
        yield _PLACE[words[int(draw.random() * len(words))]], least, most
    yield ON_QUEUE, 40, 80
    yield _PLACE["Available"], 0.5, 3
