"""Whether a conversation, as the lake shows it, passes the filters of a query.

Filters of one list, and the lists, are ANDed. A segment filter selects conversations that have one
segment (with its session and participant) which fits it whole; the whole conversation comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.view import instant

# The dimensions whose attribute has another name than they do.
_RENAMED = {
    "divisionId": "divisionIds",
    "accessAttribute": "accessAttributes",
    "callbackNumber": "callbackNumbers",
    "destinationAddress": "destinationAddresses",
    "requestedRouting": "requestedRoutings",
    "requestedRoutingSkillId": "requestedRoutingSkillIds",
    "sipResponseCode": "sipResponseCodes",
}
_TIMES = frozenset({"conversationStart", "conversationEnd", "segmentEnd", "callbackScheduledTime"})
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}
Values = Callable[[Json], list[Any]]


def passes(made: Json, query: dict[str, Any]) -> bool:
    """Whether ``made`` passes every filter of ``query``."""
    values = partial(_of_conversation, made)
    if not all(fits(f, values) for f in _list(query, "conversation")):
        return False
    if not all(_any_segment(made, f) for f in _list(query, "segment")):
        return False
    return all(
        _any_judgement(made.get(f"{kind}s") or (), f)
        for kind in ("evaluation", "survey", "resolution")
        for f in _list(query, kind)
    )


def _list(query: dict[str, Any], kind: str) -> list[Json]:
    found: list[Json] = query.get(f"{kind}Filters") or []
    return found


def _any_segment(made: Json, wanted: Json) -> bool:
    return any(fits(wanted, partial(_of_levels, levels)) for levels in _segments(made))


def _any_judgement(found: Any, wanted: Json) -> bool:
    return any(fits(wanted, partial(_of_levels, (judged,))) for judged in found)


def _segments(made: Json) -> Iterator[tuple[Json, ...]]:
    for owner in made.get("participants") or ():
        for leg in owner.get("sessions") or ():
            flow = leg.get("flow") or {}
            for part in leg.get("segments") or ():
                yield part, leg, owner, flow


def fits(wanted: Json, values: Values) -> bool:
    """Whether the values of something pass a filter or a clause, joined by its type."""
    answers = [fits(clause, values) for clause in wanted.get("clauses") or ()]
    answers += [_holds(p, values(p)) for p in wanted.get("predicates") or ()]
    return any(answers) if wanted["type"] == "or" else all(answers)


def _holds(predicate: Json, found: list[Any]) -> bool:
    operator = predicate.get("operator", "matches")
    if operator == "exists":
        return bool(found)
    if operator == "notExists":
        return not found
    if "range" in predicate:
        bounds = predicate["range"]
        return any(
            all(_COMPARE[name](value, bound) for name, bound in bounds.items()) for value in found
        )
    return any(_text(value) == str(predicate["value"]) for value in found)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_levels(levels: tuple[Json, ...], predicate: Json) -> list[Any]:
    if "property" in predicate:
        return [
            entry.get("value")
            for entry in levels[0].get("properties") or ()
            if entry.get("property") == predicate["property"]
        ]
    if predicate.get("metric") == "tSegmentDuration":
        part = levels[0]
        if "segmentEnd" not in part:
            return []
        return [instant(part["segmentEnd"]) - instant(part["segmentStart"])]
    name = predicate.get("dimension") or predicate["metric"]
    return [value for level in levels for value in _read(level, name)]


def _of_conversation(made: Json, predicate: Json) -> list[Any]:
    if "metric" in predicate:
        return [
            entry["value"]
            for owner in made.get("participants") or ()
            for leg in owner.get("sessions") or ()
            for entry in leg.get("metrics") or ()
            if entry["name"] == predicate["metric"]
        ]
    return _read(made, predicate.get("dimension", ""))


def _read(thing: Json, dimension: str) -> list[Any]:
    """The values of a dimension; times as milliseconds since 1970, which a range can compare."""
    found = thing.get(_RENAMED.get(dimension, dimension))
    if found is None:
        return []
    if dimension in _TIMES:
        return [instant(found)]
    return list(found) if isinstance(found, list) else [found]
