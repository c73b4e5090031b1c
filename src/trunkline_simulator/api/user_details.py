"""Presence and routing status of users, record by record: the synchronous query and its jobs.

The service keeps a record under the UTC day on which it begins and under that on which it ends. A
row of an answer is what is kept for one user under one day; the rows of a user on one page become
one, in which nothing stands twice. So a page may hold fewer rows than asked for, a user comes on
several pages, and a record over midnight on two of them. Under the first day of the interval
comes what began before it, too. Records overlap the interval and are not cut to it.

Each list of filters chooses among its own records; a row without any is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

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
from trunkline_simulator.statuses.timeline import Kind
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
_FILTER: dict[Kind, str] = {"presence": "presenceFilters", "routing": "routingStatusFilters"}
_ATTRIBUTE: dict[Kind, str] = {"presence": "primaryPresence", "routing": "routingStatus"}
# developer.genesys.cloud, analytics/detail/user-query: 7 days without a filter, 31 with one.
_DAYS, _FILTERED_DAYS = 7, 31


class Kept(NamedTuple):
    """What is kept for a user, by place, under a day, by its number since 1970."""

    number: int
    user: int


class Wanted(NamedTuple):
    """What is asked of which lake: milliseconds since 1970, and what records must pass."""

    lake: Lake
    start: int
    end: int
    at: int
    filters: dict[Kind, list[Json]]


def _wanted(lake: Lake, query: Json) -> Wanted:
    start, end = (milliseconds(at) for at in interval_of(query["interval"]))
    filters = {kind: query.get(name) or [] for kind, name in _FILTER.items()}
    return Wanted(lake, start, end, milliseconds(lake.at), filters)


def _select(lake: Lake, query: Json) -> tuple[Kept, ...]:
    """By day and user."""
    wanted, users = _wanted(lake, query), _users(lake, query)
    days = range(wanted.start // DAY, -(-wanted.end // DAY))
    every = (Kept(number, user) for number in days for user in users)
    found = [kept for kept in every if any(_passing(wanted, kept))]
    if query.get("order") == "desc":
        found.reverse()
    elif query.get("order") == "unordered":
        Random(len(found)).shuffle(found)  # noqa: S311
    return tuple(found[: query.get("limit")])


def _users(lake: Lake, query: Json) -> list[int]:
    """Places of the users of the client's divisions that pass the filters."""
    divisions, filters = user_divisions(lake.settings, lake.at), query.get("userFilters") or []
    return [
        place
        for place, one in enumerate(user_ids(lake.shape))
        if divisions.get(one) in lake.divisions and _passes(filters, {"userId": one})
    ]


def _passes(filters: list[Json], made: Json) -> bool:
    return not filters or all(fits(wanted, partial(_values, made)) for wanted in filters)


def _values(made: Json, predicate: Json) -> list[Any]:
    found = made.get(predicate.get("dimension", ""))
    return [] if found is None else [found]


def _passing(wanted: Wanted, kept: Kept) -> Iterator[Record]:
    """What of a day's records belongs to the interval, is known and passes."""
    lake, start, end, at, filters = wanted
    for kind in KINDS:
        for record in of_day(lake.shape, kept.user, kind, kept.number):
            overlaps = record.start < end and start < min(record.end, at)
            if (
                overlaps
                and _kept_under(record, kept.number, start, at)
                and known(lake.settings, record, at)
                and (not filters[kind] or _passes(filters[kind], shown(lake.shape, record, at)))
            ):
                yield record


def _kept_under(record: Record, number: int, start: int, at: int) -> bool:
    ends = record.end <= at and (record.end - 1) // DAY == number
    return ends or record.start // DAY == number or start // DAY == number


def _show(lake: Lake, query: Json, found: Sequence[Kept]) -> list[Json]:
    """The rows of a page: one for each user on it, in which nothing stands twice."""
    wanted = _wanted(lake, query)
    rows: dict[int, set[Record]] = {}
    for kept in found:
        rows.setdefault(kept.user, set()).update(_passing(wanted, kept))
    return [_row(wanted, user, sorted(records)) for user, records in rows.items()]


def _row(wanted: Wanted, user: int, records: list[Record]) -> Json:
    """SDK 269 AnalyticsUserDetail; a kind without records is left out."""
    shape = wanted.lake.shape
    made: Json = {"userId": user_ids(shape)[user]}
    for one in records:
        made.setdefault(_ATTRIBUTE[one.kind], []).append(shown(shape, one, wanted.at))
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
