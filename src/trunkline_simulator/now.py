"""What stands in the queues at a moment, as the details tell it at that moment.

Waiting is a session of a queue (purpose acd) whose stay has begun and not ended; alerting is an
agent's session that rings; interacting is one that talks, holds, dials or works otherwise with the
customer. Work after the call is none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.selection import Lake, overlapping, shown, visible
from trunkline_simulator.view import instant, milliseconds


@dataclass(frozen=True, slots=True)
class Standing:
    """An interaction in a queue now: oWaiting, oAlerting or oInteracting, since when, and what."""

    metric: str
    queue_id: str
    media_type: str
    since: int
    told: Json


def standing(lake: Lake) -> Iterator[Standing]:
    """Every interaction that stands in a queue, by the start of its conversation."""
    at = milliseconds(lake.at)
    for planned in overlapping(lake, at - 1, at):
        if visible(lake, planned):
            made = shown(lake, planned)
            for owner in made.get("participants") or ():
                for leg in owner.get("sessions") or ():
                    yield from _of_session(made, owner, leg)


def _of_session(made: Json, owner: Json, leg: Json) -> Iterator[Standing]:
    queues = [part for part in leg.get("segments") or () if part.get("queueId")]
    last = (leg.get("segments") or [{}])[-1]
    if not queues or not last or "segmentEnd" in last:
        return
    metric = _metric(owner, last["segmentType"])
    if metric:
        queue_id, since = queues[-1]["queueId"], instant(last["segmentStart"])
        told = _told(made, owner, leg, last["segmentStart"])
        yield Standing(metric, queue_id, leg["mediaType"], since, told)


def _metric(owner: Json, segment_type: str) -> str | None:
    if owner["purpose"] == "acd":
        return "oWaiting"
    if "userId" not in owner or segment_type == "wrapup":
        return None
    return "oAlerting" if segment_type == "alert" else "oInteracting"


_OF_SESSION = (
    "direction",
    "ani",
    "dnis",
    "addressFrom",
    "addressTo",
    "usedRouting",
    "requestedRoutings",
)


def _told(made: Json, owner: Json, leg: Json, since: str) -> Json:
    """SDK 269 ObservationValue."""
    return {
        "observationDate": since,
        "conversationId": made["conversationId"],
        "sessionId": leg["sessionId"],
        **{name: owner[name] for name in ("participantName", "userId") if name in owner},
        **{name: leg[name] for name in _OF_SESSION if name in leg},
    }
