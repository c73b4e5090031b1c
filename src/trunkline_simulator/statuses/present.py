"""The state that a user is in at a moment, as the details have it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import DAY
from trunkline_simulator.settings import Shape
from trunkline_simulator.statuses.records import of_day, presences, shown, user_ids
from trunkline_simulator.statuses.timeline import Kind
from trunkline_simulator.view import milliseconds


class Present(NamedTuple):
    """The id of the organisation's presence, that of the system, and the routing status."""

    presence: str
    system: str
    routing: str


def present(shape: Shape, user_id: str, at: datetime) -> Present:
    """The state of a user at ``at``."""
    place, moment = _places(shape)[user_id], milliseconds(at)
    seen = _record(shape, place, "presence", moment)
    routing = _record(shape, place, "routing", moment)
    return Present(
        seen.get("organizationPresenceId", ""), seen["systemPresence"], routing["routingStatus"]
    )


def _record(shape: Shape, place: int, kind: Kind, moment: int) -> Json:
    for record in of_day(shape, place, kind, moment // DAY):
        if record.start <= moment < record.end:
            return shown(shape, record, moment)
    raise LookupError(f"user {place} is in no state")


@lru_cache(maxsize=16)
def _places(shape: Shape) -> dict[str, int]:
    return {one: place for place, one in enumerate(user_ids(shape))}


def mappings(shape: Shape) -> dict[str, list[str]]:
    """The organisation's presences of each of the system's."""
    made: dict[str, list[str]] = {}
    for system, one in presences(shape):
        made.setdefault(system, []).append(one)
    return made
