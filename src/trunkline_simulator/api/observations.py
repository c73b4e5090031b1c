"""What is now: interactions in the queues, the users of the queues, the queues of the users.

Counts are there also where they are 0, since what is observed is there. Beside the counts stand
the observations themselves of those metrics that ``detailMetrics`` names, so many at the most.
``oLongestWaiting`` and ``oLongestInteracting`` say their milliseconds in calculatedMetricValue and
are left out where nothing waits or is handled; which statistic the service puts them in is not
documented.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from trunkline_simulator.api.aggregate_query import predicates
from trunkline_simulator.api.aggregate_words import (
    QUEUE_DIMENSIONS,
    QUEUE_INTERACTION_METRICS,
    QUEUE_USER_METRICS,
    USER_DIMENSIONS,
    USER_OBSERVATIONS,
)
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.api.filters import fits
from trunkline_simulator.api.query import check_filter
from trunkline_simulator.now import Standing, standing
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.roster import entities, members, of_divisions
from trunkline_simulator.selection import live
from trunkline_simulator.statuses.present import Present, mappings, present
from trunkline_simulator.view import milliseconds

_MEDIA = ("voice", "callback", "chat", "email", "message")
_LONGEST = {"oLongestWaiting": "oWaiting", "oLongestInteracting": "oInteracting"}


def of_queues(context: Context) -> Answer:
    """POST /api/v2/analytics/queues/observations/query."""
    body = context.json()
    metrics = _checked(body, QUEUE_INTERACTION_METRICS | QUEUE_USER_METRICS, QUEUE_DIMENSIONS)
    queues = of_divisions(entities(context.settings, "queues", context.now), context.divisions)
    results = list(_interactions(context, body, metrics, queues))
    if metrics & QUEUE_USER_METRICS:
        results += _users(context, body, metrics, queues)
    more = {"systemToOrganizationMappings": mappings(context.settings.shape)}
    return Answer(200, {**(more if metrics & QUEUE_USER_METRICS else {}), "results": results})


def of_users(context: Context) -> Answer:
    """POST /api/v2/analytics/users/observations/query."""
    body, settings = context.json(), context.settings
    metrics = _checked(body, USER_OBSERVATIONS, USER_DIMENSIONS)
    member_of: dict[str, list[Json]] = defaultdict(list)
    for queue in of_divisions(entities(settings, "queues", context.now), context.divisions):
        for one in members(settings, queue["id"], context.now):
            member_of[one["id"]].append(queue)
    users = of_divisions(entities(settings, "users", context.now), context.divisions)
    results = [
        {
            "group": {"userId": user["id"]},
            "data": [_count(metric, len(member_of[user["id"]])) for metric in sorted(metrics)],
        }
        for user in users
        if _chosen(body, {"userId": user["id"]})
    ]
    return Answer(200, {"results": results})


def _checked(
    body: dict[str, Any], metrics: frozenset[str], dimensions: frozenset[str]
) -> frozenset[str]:
    """The metrics that a body asks for; 400 for what its model does not know."""
    strange = body.keys() - {"filter", "metrics", "detailMetrics"}
    if strange:
        raise bad_request(f"Unrecognized field {min(strange)!r}", min(strange))
    if not isinstance(body.get("filter"), dict):
        raise bad_request("filter is required", "filter")
    check_filter(body["filter"], "filter", dimensions, frozenset())
    if any("dimension" not in one or "range" in one for one in predicates(body["filter"])):
        raise bad_request("filter: a predicate names a dimension and a value", "filter")
    for name in ("metrics", "detailMetrics"):
        found = body.get(name, [])
        if not isinstance(found, list) or not metrics.issuperset(found):
            raise bad_request(f"{name}: unknown {found!r}", name)
    asked = frozenset(body.get("metrics") or ()) | frozenset(body.get("detailMetrics") or ())
    if not asked:
        raise bad_request("metrics is required", "metrics")
    return asked


def _chosen(body: Json, group: dict[str, str]) -> bool:
    """Whether the filter lets a group through; what the group does not have, it passes."""

    def values(predicate: Json) -> list[str]:
        return [group.get(predicate["dimension"], str(predicate.get("value")))]

    return fits(body["filter"], values)


def _interactions(
    context: Context, body: Json, metrics: frozenset[str], queues: list[Json]
) -> Iterator[Json]:
    wanted = sorted(metrics & QUEUE_INTERACTION_METRICS)
    if not wanted:
        return
    found: dict[tuple[str, str, str], list[Standing]] = defaultdict(list)
    for one in standing(live(context.settings, context.now, context.divisions)):
        found[one.queue_id, one.media_type, one.metric].append(one)
    for queue, media in product(queues, _MEDIA):
        group = {"mediaType": media, "queueId": queue["id"]}
        if _chosen(body, group):
            data = [
                made
                for metric in wanted
                if (made := _of_metric(context, body, metric, found, (queue["id"], media)))
            ]
            yield {"group": group, "data": data}


def _of_metric(
    context: Context,
    body: Json,
    metric: str,
    found: dict[tuple[str, str, str], list[Standing]],
    place: tuple[str, str],
) -> Json | None:
    there = found.get((*place, _LONGEST.get(metric, metric)), [])
    if metric not in _LONGEST:
        return _count(metric, len(there), None, _detailed(context, body, metric, there))
    if not there:
        return None
    longest = milliseconds(context.now) - min(one.since for one in there)
    return {"metric": metric, "stats": {"calculatedMetricValue": longest}}


def _detailed(context: Context, body: Json, metric: str, there: list[Standing]) -> Json:
    if metric not in (body.get("detailMetrics") or ()):
        return {}
    most = context.settings.observation_rows
    oldest = sorted(there, key=lambda one: one.since)[:most]
    return {"truncated": len(there) > most, "observations": [one.told for one in oldest]}


def _count(metric: str, count: int, qualifier: str | None = None, more: Json | None = None) -> Json:
    qualified = {} if qualifier is None else {"qualifier": qualifier}
    return {"metric": metric, **qualified, "stats": {"count": count}, **(more or {})}


def _users(
    context: Context, body: Json, metrics: frozenset[str], queues: list[Json]
) -> Iterator[Json]:
    for queue in queues:
        group = {"queueId": queue["id"]}
        if _chosen(body, group):
            users = [
                found
                for one in members(context.settings, queue["id"], context.now)
                if (found := present(context.settings.shape, one["id"], context.now))
            ]
            yield {"group": group, "data": list(_user_counts(metrics, users))}


def _user_counts(metrics: frozenset[str], users: list[Present]) -> Iterator[Json]:
    """Members; those of them who are at work; and how many are in which state."""
    at_work = [one for one in users if one.system != "OFFLINE"]
    counted: dict[str, Iterable[str]] = {
        "oUserPresences": [one.presence for one in users],
        "oUserRoutingStatuses": [one.routing for one in users],
        "oOnQueueUsers": [one.routing for one in users if one.system == "ON_QUEUE"],
        "oOffQueueUsers": [one.system for one in users if one.system != "ON_QUEUE"],
    }
    for metric in sorted(metrics & QUEUE_USER_METRICS):
        if metric in counted:
            for qualifier, count in sorted(Counter(counted[metric]).items()):
                yield _count(metric, count, qualifier)
        else:
            yield _count(metric, len(users if metric == "oMemberUsers" else at_work))
