"""The state that a user is in at a moment, as the details have it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from trunkline_simulator.settings import Shape
from trunkline_simulator.statuses.records import presences, record_at, shown, user_ids
from trunkline_simulator.view import milliseconds


class Present(NamedTuple):
    """The id of the organisation's presence, that of the system, and the routing status."""

    presence: str
    system: str
    routing: str


def present(shape: Shape, user_id: str, at: datetime) -> Present:
    """The state of a user at ``at``."""
    place, moment = _places(shape)[user_id], milliseconds(at)
    seen = shown(shape, record_at(shape, place, "presence", moment), moment)
    routing = shown(shape, record_at(shape, place, "routing", moment), moment)
    return Present(
        seen.get("organizationPresenceId", ""), seen["systemPresence"], routing["routingStatus"]
    )


@lru_cache(maxsize=16)
def _places(shape: Shape) -> dict[str, int]:
    return {one: place for place, one in enumerate(user_ids(shape))}


def mappings(shape: Shape) -> dict[str, list[str]]:
    """The organisation's presences of each of the system's."""
    made: dict[str, list[str]] = {}
    for system, one in presences(shape):
        made.setdefault(system, []).append(one)
    return made
