"""Presence and routing-status records: whole stretches of one state, over midnight too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from random import Random
from typing import NamedTuple

from trunkline_simulator.directory import organisation_of
from trunkline_simulator.entities import BUILDERS, PRESENCES
from trunkline_simulator.payloads.parts import Json, stamp
from trunkline_simulator.payloads.plan import DAY
from trunkline_simulator.settings import Settings, Shape
from trunkline_simulator.statuses.timeline import Kind, presence, routing

_Day = Callable[[Shape, int, int], tuple[tuple[int, int | str], ...]]
_DAYS: dict[Kind, _Day] = {"presence": presence, "routing": routing}
KINDS: tuple[Kind, ...] = ("presence", "routing")
_WORDS = {"OnQueue": "ON_QUEUE"}


class Record(NamedTuple):
    """A stretch of one state: milliseconds since 1970, half-open; ``end`` is never in doubt.

    ``state`` is a routing status, or a place in ``PRESENCES``.
    """

    user: int
    kind: Kind
    start: int
    end: int
    state: int | str


def of_day(shape: Shape, user: int, kind: Kind, number: int) -> Iterator[Record]:
    """Every record that a day has some of, by start; none is clipped to it."""
    points = _DAYS[kind](shape, user, number)
    ends = [at for at, _ in points[1:]]
    for place, (at, state) in enumerate(points):
        start = at if place else _began(shape, user, kind, number)
        end = ends[place] if place < len(ends) else _ended(shape, user, kind, number)
        yield Record(user, kind, start, end, state)


def record_at(shape: Shape, user: int, kind: Kind, at: int) -> Record:
    """The record that an instant is in, in milliseconds since 1970."""
    found = of_day(shape, user, kind, at // DAY)
    return next(one for one in found if one.start <= at < one.end)


@lru_cache(maxsize=16_384)
def _began(shape: Shape, user: int, kind: Kind, number: int) -> int:
    """When the state that day ``number`` begins with began."""
    state = _DAYS[kind](shape, user, number)[0][1]
    while (points := _DAYS[kind](shape, user, number - 1))[-1][1] == state:
        number -= 1
        if len(points) > 1:
            return points[-1][0]
    return number * DAY


@lru_cache(maxsize=16_384)
def _ended(shape: Shape, user: int, kind: Kind, number: int) -> int:
    """When the state that day ``number`` ends with ends."""
    state = _DAYS[kind](shape, user, number)[-1][1]
    while (points := _DAYS[kind](shape, user, number + 1))[0][1] == state:
        number += 1
        if len(points) > 1:
            return points[1][0]
    return (number + 1) * DAY


def known(settings: Settings, record: Record, at: int) -> bool:
    """Whether the lake has a record at ``at``: it has begun, and is neither late nor removed."""
    if record.start >= at:
        return False
    late, removed = settings.late_share, settings.removed_share
    not_yet = late and record.start + settings.late_seconds * 1000 > at
    if not_yet and _drawn(settings, record, "late", late):
        return False
    not_any_more = removed and record.start + settings.removed_seconds * 1000 <= at
    return not (not_any_more and _drawn(settings, record, "removed", removed))


def _drawn(settings: Settings, record: Record, what: str, share: float) -> bool:
    key = f"{what} {settings.shape.seed} {record.user} {record.kind} {record.start}"
    return Random(key).random() < share  # noqa: S311


def shown(shape: Shape, record: Record, at: int) -> Json:
    """A record as the service writes it at ``at``; an open one has no end."""
    made: Json = {"startTime": stamp(record.start)}
    if record.end <= at:
        made["endTime"] = stamp(record.end)
    if record.kind == "routing":
        made["routingStatus"] = record.state
    else:
        system, identity = presences(shape)[int(record.state)]
        made |= {"systemPresence": system, "organizationPresenceId": identity}
    return _strange(made, record) if shape.hostile else made


def _strange(made: Json, record: Record) -> Json:
    """What no contract rules out: an attribute and a word that nobody knows."""
    if record.start % 11 == 0:
        made["futureAttribute"] = {"nested": [record.user, None]}
    if record.start % 13 == 0:
        name = "routingStatus" if record.kind == "routing" else "systemPresence"
        made[name] = "LEVITATING"
    if record.start % 17 == 0:
        made.pop("organizationPresenceId", None)
    return made


@lru_cache(maxsize=16)
def presences(shape: Shape) -> tuple[tuple[str, str], ...]:
    """The word for the system presence and the id of each definition, as ``PRESENCES``."""
    ids = [one["id"] for one in BUILDERS["presence_definitions"](shape)]
    words = [_WORDS.get(system, system.upper()) for system, _, _ in PRESENCES]
    return tuple(zip(words, ids, strict=True))


@lru_cache(maxsize=64)
def user_ids(shape: Shape) -> tuple[str, ...]:
    """The id of each user, by place."""
    return tuple(user.id for user in organisation_of(shape).users)
