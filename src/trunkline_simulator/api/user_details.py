"""Presence and routing status of users, record by record: the synchronous query and its jobs.

The service keeps a record under the UTC day on which it begins and under that on which it ends. A
row of an answer is what is kept for one user under one day; the rows of a user on one page become
one, in which nothing stands twice. So a page may hold fewer rows than asked for, a user comes on
several pages, and a record over midnight on two of them. Under the first day of the interval
comes what began before it, too. Records overlap the interval and are not cut to it.

Each list of filters chooses among its own records; a row without any is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.api.filters import fits
from trunkline_simulator.api.jobs import Payload
from trunkline_simulator.api.live import paging
from trunkline_simulator.api.query import Filters, check, interval_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import DAY
from trunkline_simulator.roster import user_divisions
from trunkline_simulator.selection import Lake, live
from trunkline_simulator.statuses.records import KINDS, Record, known, of_day, shown, user_ids
from trunkline_simulator.view import milliseconds

# SDK 269 AsyncUserDetailsQuery and UserDetailsQuery; aggregations are not simulated.
_COMMON: dict[str, type] = {
    "interval": str,
    "userFilters": list,
    "presenceFilters": list,
    "routingStatusFilters": list,
    "order": str,
}
_JOB = {**_COMMON, "limit": int}
_LIVE = {**_COMMON, "paging": dict}
_NONE: frozenset[str] = frozenset()
FILTERS: Filters = {
    "userFilters": (frozenset({"userId"}), _NONE),
    "presenceFilters": (frozenset({"systemPresence", "organizationPresenceId"}), _NONE),
    "routingStatusFilters": (frozenset({"routingStatus"}), _NONE),
}
_FILTER = {"presence": "presenceFilters", "routing": "routingStatusFilters"}
_ATTRIBUTE = {"presence": "primaryPresence", "routing": "routingStatus"}
# developer.genesys.cloud, analytics/detail/user-query: 7 days without a filter, 31 with one.
_DAYS, _FILTERED_DAYS = 7, 31


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a user, by place, under a day, by its number since 1970."""

    number: int
    user: int


def _select(lake: Lake, query: Json) -> tuple[Kept, ...]:
    """By day and user."""
    start, end = _bounds(query)
    found = [
        kept
        for number in range(start // DAY, -(-end // DAY))
        for kept in (Kept(number, user) for user in _users(lake, query))
        if any(True for _ in _records(lake, query, kept))
    ]
    if query.get("order") == "desc":
        found.reverse()
    elif query.get("order") == "unordered":
        Random(len(found)).shuffle(found)  # noqa: S311
    return tuple(found[: query.get("limit")])


def _bounds(query: Json) -> tuple[int, int]:
    start, end = (milliseconds(at) for at in interval_of(query["interval"]))
    return start, end


def _users(lake: Lake, query: Json) -> list[int]:
    """Places of the users of the client's divisions that pass the filters."""
    divisions = user_divisions(lake.settings, lake.at)
    return [
        place
        for place, one in enumerate(user_ids(lake.shape))
        if divisions.get(one) in lake.divisions and _passes(query, "userFilters", {"userId": one})
    ]


def _passes(query: Json, name: str, made: Json) -> bool:
    return all(fits(wanted, partial(_values, made)) for wanted in query.get(name) or ())


def _values(made: Json, predicate: Json) -> list[Any]:
    found = made.get(predicate.get("dimension", ""))
    return [] if found is None else [found]


def _records(lake: Lake, query: Json, kept: Kept) -> Iterator[tuple[Record, Json]]:
    """What of a day's records belongs to the interval, is known and passes, as it is shown."""
    at, (start, end) = milliseconds(lake.at), _bounds(query)
    for kind in KINDS:
        for record in of_day(lake.shape, kept.user, kind, kept.number):
            if record.start >= end or min(record.end, at) <= start:
                continue
            if not _kept_under(record, kept.number, start, at) or not known(
                lake.settings, record, at
            ):
                continue
            made = shown(lake.shape, record, at)
            if _passes(query, _FILTER[kind], made):
                yield record, made


def _kept_under(record: Record, number: int, start: int, at: int) -> bool:
    ends = record.end <= at and (record.end - 1) // DAY == number
    return ends or record.start // DAY == number or start // DAY == number


def _show(lake: Lake, query: Json, found: Sequence[Kept]) -> list[Json]:
    """The rows of a page: one for each user on it."""
    rows: dict[int, dict[Record, Json]] = {}
    for kept in found:
        rows.setdefault(kept.user, {}).update(_records(lake, query, kept))
    ids = user_ids(lake.shape)
    return [_row(ids[user], records.items()) for user, records in rows.items()]


def _row(user_id: str, records: Iterable[tuple[Record, Json]]) -> Json:
    """SDK 269 AnalyticsUserDetail; a kind without records is left out."""
    made: Json = {"userId": user_id}
    for record, one in sorted(records, key=lambda pair: pair[0].start):
        made.setdefault(_ATTRIBUTE[record.kind], []).append(one)
    return made


USER_DETAILS = Payload(
    "userDetails", partial(check, attributes=_JOB, filters=FILTERS), _select, _show
)


def query(context: Context) -> Answer:
    """POST .../users/details/query. Past the last page there is no ``userDetails`` at all."""
    body = context.json()
    check(body, _LIVE, FILTERS)
    start, end = interval_of(body["interval"])
    most = _FILTERED_DAYS if any(body.get(name) for name in FILTERS) else _DAYS
    if end - start > timedelta(days=most):
        raise bad_request(f"interval must not be longer than {most} days", "interval")
    size, number = paging(body.get("paging", {}), context.settings.live_window)
    lake = live(context.settings, context.now, context.divisions)
    found = _select(lake, body)
    rows = _show(lake, body, found[(number - 1) * size : number * size])
    return Answer(200, {"userDetails": rows, "totalHits": len(found)} if rows else {})
