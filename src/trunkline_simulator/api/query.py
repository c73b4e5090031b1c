"""The bodies of detail queries (SDK 269), checked before anything is looked up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.api.vocabulary import (
    CONVERSATION_DIMENSIONS,
    EVALUATION_DIMENSIONS,
    METRICS,
    RESOLUTION_DIMENSIONS,
    SEGMENT_DIMENSIONS,
    SURVEY_DIMENSIONS,
)

_COMMON: dict[str, type] = {
    "interval": str,
    "conversationFilters": list,
    "segmentFilters": list,
    "evaluationFilters": list,
    "surveyFilters": list,
    "resolutionFilters": list,
    "order": str,
    "orderBy": str,
}
# SDK 269 AsyncConversationQuery and ConversationQuery: each has what the other lacks.
_JOB = {**_COMMON, "limit": int, "startOfDayIntervalMatching": bool}
_LIVE = {**_COMMON, "paging": dict}
_WORDS = {
    "order": ("asc", "desc", "unordered"),
    "orderBy": ("conversationStart", "conversationEnd", "segmentStart", "segmentEnd"),
}
# Dimensions and metrics that a predicate of each list of filters may name.
Filters = dict[str, tuple[frozenset[str], frozenset[str]]]
FILTERS: Filters = {
    "conversationFilters": (CONVERSATION_DIMENSIONS, METRICS),
    "segmentFilters": (SEGMENT_DIMENSIONS, frozenset({"tSegmentDuration"})),
    "evaluationFilters": (EVALUATION_DIMENSIONS, frozenset({"oTotalScore", "oTotalCriticalScore"})),
    "surveyFilters": (SURVEY_DIMENSIONS, frozenset({"oSurveyTotalScore"})),
    "resolutionFilters": (RESOLUTION_DIMENSIONS, frozenset({"nNextContactAvoided"})),
}
_PREDICATE = frozenset(
    {"type", "dimension", "metric", "property", "propertyType", "operator", "value", "range"}
)


def interval_of(text: object) -> tuple[datetime, datetime]:
    """The two instants of "start/end", UTC where they have no offset; 400 if it is no interval."""
    parts = text.split("/") if isinstance(text, str) else []
    if len(parts) != 2:
        raise bad_request(f"interval {text!r} is not of the form start/end", "interval")
    try:
        start, end = (datetime.fromisoformat(part) for part in parts)
    except ValueError as error:
        raise bad_request(f"interval {text!r} is not ISO-8601", "interval") from error
    start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
    if end <= start:
        raise bad_request("interval must end after it starts", "interval")
    return start.astimezone(UTC), end.astimezone(UTC)


def check_job(query: dict[str, Any]) -> None:
    """400 for a body that AsyncConversationQuery does not know."""
    check(query, _JOB)


def check_live(query: dict[str, Any]) -> None:
    """400 for a body that ConversationQuery does not know; its aggregations are not simulated."""
    check(query, _LIVE)


def check(query: dict[str, Any], attributes: dict[str, type], filters: Filters = FILTERS) -> None:
    """400 for an attribute the model lacks, a wrong type, a word that is not in its lists."""
    if "interval" not in query:
        raise bad_request("interval is required", "interval")
    for name, value in query.items():
        wanted = attributes.get(name)
        if wanted is None:
            raise bad_request(f"Unrecognized field {name!r}", name)
        if type(value) is not wanted:
            raise bad_request(f"{name} must be of type {wanted.__name__}", name)
        if name in _WORDS and value not in _WORDS[name]:
            raise bad_request(f"{name} {value!r} is not one of {', '.join(_WORDS[name])}", name)
    interval_of(query["interval"])
    if query.get("limit", 1) < 1:
        raise bad_request("limit must be positive", "limit")
    for name, (dimensions, metrics) in filters.items():
        for found in query.get(name, ()):
            check_filter(found, name, dimensions, metrics)


def check_filter(
    found: object, name: str, dimensions: frozenset[str], metrics: frozenset[str], depth: int = 0
) -> None:
    """400 unless a filter has clauses and predicates, a clause predicates only, all known."""
    allowed = {"type", "predicates"} if depth else {"type", "predicates", "clauses"}
    if not isinstance(found, dict) or not found.keys() <= allowed:
        raise bad_request(f"{name}: a filter has {', '.join(sorted(allowed))} only", name)
    if found.get("type") not in {"and", "or"}:
        raise bad_request(f"{name}: type must be and or or", name)
    if not found.get("predicates") and not found.get("clauses"):
        raise bad_request(f"{name}: a filter needs predicates or clauses", name)
    for clause in found.get("clauses") or ():
        check_filter(clause, name, dimensions, metrics, depth + 1)
    for predicate in found.get("predicates") or ():
        _check_predicate(predicate, name, dimensions, metrics)


def _check_predicate(
    found: object, name: str, dimensions: frozenset[str], metrics: frozenset[str]
) -> None:
    if not isinstance(found, dict) or not found.keys() <= _PREDICATE:
        raise bad_request(f"{name}: unknown attribute in a predicate", name)
    sides = [side for side in ("dimension", "metric", "property") if found.get(side)]
    if len(sides) != 1:
        raise bad_request(f"{name}: a predicate names one dimension, metric or property", name)
    known = {"dimension": dimensions, "metric": metrics}.get(sides[0])
    if known is not None and found[sides[0]] not in known:
        raise bad_request(f"{name}: unknown {sides[0]} {found[sides[0]]!r}", sides[0])
    if found.get("operator", "matches") not in {"matches", "exists", "notExists"}:
        raise bad_request(f"{name}: unknown operator {found['operator']!r}", "operator")
    _check_right_hand(found, name)


def _check_right_hand(found: dict[str, Any], name: str) -> None:
    matches = found.get("operator", "matches") == "matches"
    if matches and ("value" in found) == ("range" in found):
        raise bad_request(f"{name}: matches takes a value or a range", "value")
    bounds = found.get("range") or {}
    if not isinstance(bounds, dict) or not bounds.keys() <= {"gt", "gte", "lt", "lte"}:
        raise bad_request(f"{name}: a range has gt, gte, lt, lte", "range")
