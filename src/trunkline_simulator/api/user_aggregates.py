"""Aggregates of users: how long they were in which presence and routing status.

A stretch of a state counts in every interval that it touches, with what it has of it, so that an
interval of a user adds up to its length; one that goes on counts up to now. The state is the
qualifier of its metric. developer.genesys.cloud, aggregate/user-query: filter and groupBy know
userId alone, and a query names at most 100 of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from trunkline_simulator.aggregation import Question
from trunkline_simulator.api.aggregate_query import Family, not_simulated, predicates
from trunkline_simulator.api.aggregate_words import USER_DIMENSIONS, USER_METRICS
from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.api.filters import fits
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import DAY
from trunkline_simulator.roster import user_divisions
from trunkline_simulator.selection import Lake
from trunkline_simulator.statuses.records import known, of_day, shown, user_ids
from trunkline_simulator.statuses.timeline import Kind
from trunkline_simulator.view import milliseconds

_MOST_USERS = 100
# Metric: the records that it is made of, and their attribute that is its qualifier.
_SOURCES: dict[str, tuple[Kind, str]] = {
    "tAgentRoutingStatus": ("routing", "routingStatus"),
    "tOrganizationPresence": ("presence", "organizationPresenceId"),
    "tSystemPresence": ("presence", "systemPresence"),
}
Spent = dict[int, Counter[tuple[str, str]]]
"""By interval: milliseconds by metric and qualifier."""


def _check(body: Json) -> None:
    if len(predicates(body.get("filter") or {})) > _MOST_USERS:
        raise bad_request(f"filter: at most {_MOST_USERS} userId predicates", "filter")
    if body.get("views"):
        raise not_simulated("views of users")


FAMILY = Family(USER_METRICS, USER_DIMENSIONS, check=_check)


def answer(question: Question, lake: Lake) -> list[Json]:
    """SDK 269 UserAggregateDataContainer: a group for each user who was in any state."""
    groups: dict[str, Spent] = defaultdict(lambda: defaultdict(Counter))
    for place, user_id in _users(question, lake):
        group = groups[user_id if question.group_by else ""]
        for metric in question.metrics:
            _spend(question, lake, place, metric, group)
    return [
        {"group": {"userId": user} if user else {}, "data": list(_data(question, groups[user]))}
        for user in sorted(groups)
        if groups[user]
    ]


def _users(question: Question, lake: Lake) -> Iterator[tuple[int, str]]:
    divisions = user_divisions(lake.settings, lake.at)
    for place, one in enumerate(user_ids(lake.shape)):
        if divisions.get(one) not in lake.divisions:
            continue
        if question.filter is None or _passes(question.filter, one):
            yield place, one


def _passes(wanted: Json, user_id: str) -> bool:
    return fits(wanted, lambda _: [user_id])


def _spend(question: Question, lake: Lake, place: int, metric: str, spent: Spent) -> None:
    buckets, at = question.buckets, milliseconds(lake.at)
    start, end = buckets.start, min(buckets.end, at)
    kind, attribute = _SOURCES[metric]
    seen = set()
    for number in range(start // DAY, -(-end // DAY)):
        for record in of_day(lake.shape, place, kind, number):
            first, last = max(record.start, start), min(record.end, end)
            if first >= last or record in seen or not known(lake.settings, record, at):
                continue
            seen.add(record)
            qualifier = shown(lake.shape, record, at).get(attribute)
            if qualifier:
                _share(question, first, last, (metric, qualifier), spent)


def _share(question: Question, first: int, last: int, what: tuple[str, str], spent: Spent) -> None:
    """Give every interval what it has of the stretch from ``first`` to ``last``."""
    place = question.buckets.place(first)
    while first < last:
        until = min(last, question.buckets.edges[place + 1])
        spent[place][what] += until - first
        first, place = until, place + 1


def _data(question: Question, spent: Spent) -> Iterator[dict[str, Any]]:
    for place in sorted(spent):
        metrics = [
            {"metric": metric, "qualifier": qualifier, "stats": {"sum": float(total)}}
            for (metric, qualifier), total in sorted(spent[place].items())
        ]
        yield {"interval": question.buckets.intervals[place], "metrics": metrics}
