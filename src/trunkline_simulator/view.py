"""A conversation as the data lake shows it at an instant: what comes later is not there yet."""

from __future__ import annotations

from datetime import UTC, datetime

from trunkline_simulator.payloads.parts import Json, stamp

# What a segment only has once it is over.
_ENDINGS = ("segmentEnd", "disconnectType", "wrapUpCode", "wrapUpNote", "errorCode")
_LATER = ("evaluations", "surveys", "resolutions")
# What a conversation, a session or a flow only has once it is over.
_SESSION_ENDINGS = ("mediaEndpointStats", "destinationAddresses", "flow")


def instant(text: str) -> int:
    """Milliseconds since 1970 of a time as the service writes it, with or without a fraction."""
    at = datetime.fromisoformat(text)
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime; finer parts are cut off."""
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def is_open(made: Json, at: int) -> bool:
    """Whether the conversation has not ended by ``at`` (milliseconds since 1970)."""
    return instant(made["conversationEnd"]) > at


def seen_at(made: Json, at: int) -> Json:
    """``made`` as of ``at``: itself where nothing comes later, else a copy without what does."""
    shown = _without_later_judgements(made, at)
    if not is_open(made, at):
        return shown
    shown = {name: value for name, value in shown.items() if name != "conversationEnd"}
    owners = (_participant(owner, at) for owner in made["participants"])
    shown["participants"] = [owner for owner in owners if owner["sessions"]]
    return shown


def corrected(made: Json, at: int) -> Json:
    """A copy of ``made`` as it is after the vendor has worked over it: one metric more."""
    if not made["participants"]:
        return made
    owner, *others = made["participants"]
    leg, *rest = owner["sessions"]
    metric = {"name": "nError", "value": 1, "emitDate": stamp(at)}
    changed = {**leg, "metrics": [*(leg.get("metrics") or ()), metric]}
    return {**made, "participants": [{**owner, "sessions": [changed, *rest]}, *others]}


def _without_later_judgements(made: Json, at: int) -> Json:
    shown = made
    for name in _LATER:
        found = made.get(name)
        if not found or all(instant(one["eventTime"]) <= at for one in found):
            continue
        kept = [one for one in found if instant(one["eventTime"]) <= at]
        shown = {key: value for key, value in shown.items() if key != name}
        if kept:
            shown[name] = kept
    return shown


def _participant(owner: Json, at: int) -> Json:
    legs = (_session(leg, at) for leg in owner["sessions"])
    return {**owner, "sessions": [leg for leg in legs if leg["segments"]]}


def _session(leg: Json, at: int) -> Json:
    shown = {**leg, "segments": [s for s in (_segment(s, at) for s in leg["segments"]) if s]}
    if leg.get("metrics"):
        shown["metrics"] = [m for m in leg["metrics"] if instant(m["emitDate"]) <= at]
    if any(instant(part["segmentEnd"]) > at for part in leg["segments"]):
        for name in _SESSION_ENDINGS:
            shown.pop(name, None)
    return shown


def _segment(part: Json, at: int) -> Json:
    """Empty when the segment has not begun."""
    if instant(part["segmentStart"]) > at:
        return {}
    if instant(part["segmentEnd"]) <= at:
        return part
    return {name: value for name, value in part.items() if name not in _ENDINGS}
