"""What aggregates are made of: each metric of each session, once, when it was emitted.

The vendor says that an aggregate takes every metric at its own emit time, and no more about which
queue or wrap-up code a metric of a session with several of them belongs to. The rule here:

* what a segment has from its beginning (the queue) is that of the segment of the same session
  which began last by the emit time and names one; a metric emitted earlier has none;
* what a segment has only once it is over (wrap-up code, disconnect type, error) is that of the
  segment of the same session which ended last by the emit time and names one;
* all else is the session's own, its participant's or its conversation's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

from trunkline_simulator.payloads import conversation
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import Planned, plan
from trunkline_simulator.settings import Shape
from trunkline_simulator.view import instant

Value = str | tuple[str, ...] | None
Level = tuple[Value, ...]

# Dimension: attribute. Those of ConversationAggregationQuery.groupBy that the payloads have.
_CONVERSATION = {
    "conversationId": "conversationId",
    "originatingDirection": "originatingDirection",
    "divisionId": "divisionIds",
    "conversationInitiator": "conversationInitiator",
    "customerParticipation": "customerParticipation",
    "externalTag": "externalTag",
    "selfServed": "selfServed",
}
_PARTICIPANT = {
    name: name for name in ("userId", "purpose", "participantName", "externalContactId", "teamId")
}
_SESSION = {
    **{
        name: name
        for name in (
            "mediaType",
            "direction",
            "messageType",
            "provider",
            "ani",
            "dnis",
            "sessionDnis",
            "remote",
            "addressFrom",
            "addressTo",
            "edgeId",
            "peerId",
            "roomId",
            "sessionId",
            "usedRouting",
            "outboundCampaignId",
            "outboundContactId",
            "outboundContactListId",
            "journeyCustomerId",
            "journeyCustomerIdType",
        )
    },
    "requestedRouting": "requestedRoutings",
}
_BEGUN = {
    "queueId": "queueId",
    "groupId": "groupId",
    "requestedLanguageId": "requestedLanguageId",
    "requestedRoutingSkillId": "requestedRoutingSkillIds",
}
_ENDED = {name: name for name in ("wrapUpCode", "disconnectType", "errorCode")}
_LEVELS = (_CONVERSATION, _PARTICIPANT, _SESSION, {**_BEGUN, **_ENDED})
_PLACES = {
    dimension: (level, place)
    for level, names in enumerate(_LEVELS)
    for place, dimension in enumerate(names)
}


class Facts(NamedTuple):
    """The dimensions of an event, level by level, shared by the events that have them alike."""

    conversation: Level
    participant: Level
    session: Level
    segment: Level

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values of a dimension: none, one, or several of a list."""
        place = _PLACES.get(dimension)
        found = None if place is None else self[place[0]][place[1]]
        if found is None:
            return ()
        return (found,) if isinstance(found, str) else found


class Dimensions(Protocol):
    """What says which values an event has of a dimension."""

    def values(self, dimension: str, /) -> tuple[str, ...]:
        """None, one, or several of a list."""
        ...

    def __hash__(self) -> int: ...


class Event(NamedTuple):
    """A metric of a session: emitted at (milliseconds since 1970), name, value, dimensions."""

    at: int
    metric: str
    value: int | float
    facts: Dimensions


class Told(NamedTuple):
    """A conversation and its events, by emit time."""

    planned: Planned
    events: tuple[Event, ...]


def told(planned: Planned, made: Json) -> Told:
    """The events of the conversation ``made``, as it was answered."""
    return Told(planned, tuple(sorted(_events(made), key=lambda event: event.at)))


@lru_cache(maxsize=8)
def told_of_day(shape: Shape, number: int) -> tuple[Told, ...]:
    """The conversations that start on day ``number`` and do not last for weeks, in final form."""
    return tuple(
        told(planned, conversation(shape, planned))
        for planned in plan(shape, number)
        if not planned.long
    )


@lru_cache(maxsize=256)
def long_of_day(shape: Shape, number: int) -> tuple[Told, ...]:
    """Those that start on day ``number`` and may last for weeks."""
    return tuple(
        told(planned, conversation(shape, planned))
        for planned in plan(shape, number)
        if planned.long
    )


def _events(made: Json) -> Iterator[Event]:
    whole = _level(made, _CONVERSATION)
    for owner in made.get("participants") or ():
        person = _level(owner, _PARTICIPANT)
        for leg in owner.get("sessions") or ():
            session = _level(leg, _SESSION)
            states = _States(leg.get("segments") or [])
            for entry in leg.get("metrics") or ():
                at = _instant(entry["emitDate"])
                facts = Facts(whole, person, session, states.at(at))
                yield Event(at, entry["name"], entry["value"], facts)


class _States:
    """The segments of a session, asked what they say of a metric emitted at a time."""

    def __init__(self, parts: list[Json]) -> None:
        self.begun = _timed(parts, "segmentStart", _BEGUN)
        self.ended = _timed(parts, "segmentEnd", _ENDED)
        self.known: dict[Level, Level] = {}

    def at(self, at: int) -> Level:
        begun = _last(self.begun, at, len(_BEGUN))
        level = (*begun, *_last(self.ended, at, len(_ENDED)))
        return self.known.setdefault(level, level)


def _timed(parts: list[Json], when: str, names: dict[str, str]) -> list[tuple[int, Level]]:
    """By time; of those at one time the order of the session stands."""
    found = [(_instant(part[when]), _level(part, names)) for part in parts if when in part]
    return sorted(found, key=lambda one: one[0])


def _last(states: list[tuple[int, Level]], at: int, width: int) -> Level:
    """Of each attribute the last value by ``at``."""
    past = [level for begun, level in states if begun <= at]
    return tuple(
        next((level[place] for level in reversed(past) if level[place] is not None), None)
        for place in range(width)
    )


# The times of a session are those of its metrics, again and again.
_instant = lru_cache(maxsize=65_536)(instant)


def _level(thing: Json, names: dict[str, str]) -> Level:
    return tuple(_value(thing.get(attribute)) for attribute in names.values())


def _value(found: object) -> Value:
    if found is None:
        return None
    return tuple(map(text_of, found)) if isinstance(found, list) else text_of(found)


def text_of(found: object) -> str:
    """A value of a dimension as groups say it."""
    return str(found).lower() if isinstance(found, bool) else str(found)
