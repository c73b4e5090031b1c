"""What belongs to what, counted in the simulator's own answers: the truth of joins by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import Settings
from trunkline_simulator.truth import conversations

Family = tuple[str, str, str, int, int, int]
"""Conversation, participant and session by id; how many sessions the participant has, how many
segments and metrics the session has."""


def expected_families(
    settings: Settings, first_day: date, last_day: date, as_of: datetime
) -> Counter[Family]:
    """Every session with the sizes of what it belongs to and of what belongs to it."""
    found = conversations(settings, first_day, last_day, as_of)
    return Counter(family for made in found for family in _families(made))


def _families(made: Json) -> Iterator[Family]:
    for owner in made.get("participants") or ():
        legs = owner.get("sessions") or ()
        for leg in legs:
            yield (
                made["conversationId"],
                owner["participantId"],
                leg["sessionId"],
                len(legs),
                len(leg.get("segments") or ()),
                len(leg.get("metrics") or ()),
            )


def repeated(made: Json) -> Counter[str]:
    """How many participants and sessions of a conversation stand under an id that stood before."""
    owners = made.get("participants") or []
    again: Counter[str] = Counter()
    again["participant"] = _again([owner["participantId"] for owner in owners])
    for owner in owners:
        again["session"] += _again([leg["sessionId"] for leg in owner.get("sessions") or ()])
    return again


def _again(ids: list[str]) -> int:
    return len(ids) - len(set(ids))
