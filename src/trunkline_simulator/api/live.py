"""The synchronous queries: what is known now, without participant attributes.

POST details/query answers conversations that overlap the interval and started on a UTC day that it
touches; GET by id answers one or several. They read ahead of the data lake, up to the clock.
"""

from __future__ import annotations

from datetime import timedelta

from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request, not_found
from trunkline_simulator.api.query import FILTERS, check_live, interval_of
from trunkline_simulator.payloads import conversation
from trunkline_simulator.payloads.ids import place_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import Planned, plan
from trunkline_simulator.selection import Lake, live, select, shown, visible
from trunkline_simulator.view import milliseconds

# developer.genesys.cloud, analytics/detail: 7 days without a filter, 31 with one.
_DAYS, _FILTERED_DAYS = 7, 31
_PAGE = 100


def query(context: Context) -> Answer:
    """POST .../details/query. Past the last page there is no ``conversations`` at all."""
    body = context.json()
    check_live(body)
    start, end = interval_of(body["interval"])
    most = _FILTERED_DAYS if any(body.get(name) for name in FILTERS) else _DAYS
    if end - start > timedelta(days=most):
        raise bad_request(f"interval must not be longer than {most} days", "interval")
    size, number = paging(body.pop("paging", {}), context.settings.live_window)
    lake = _live(context)
    found = select(lake, {**body, "startOfDayIntervalMatching": True})
    first, last = (number - 1) * size, number * size
    first -= context.settings.page_overlap if first < len(found) else 0
    rows = [_bare(lake, one) for one in found[max(0, first) : last]]
    return Answer(200, {"conversations": rows, "totalHits": len(found)} if rows else {})


def paging(wanted: Json, window: int) -> tuple[int, int]:
    """The size and the number of the page asked for; 400 where it is beyond the ``window``."""
    size, number = wanted.get("pageSize", 25), wanted.get("pageNumber", 1)
    if not (isinstance(size, int) and 1 <= size <= _PAGE):
        raise bad_request(f"pageSize must be between 1 and {_PAGE}", "paging")
    if not (isinstance(number, int) and 1 <= number * size <= window):
        raise bad_request(f"pageNumber reaches beyond {window} results", "paging")
    return size, number


def by_id(context: Context) -> Answer:
    """GET /api/v2/analytics/conversations/{conversationId}/details."""
    wanted, lake = context.params["conversation"], _live(context)
    planned = _find(lake, wanted)
    if planned is None:
        raise not_found(f"conversation {wanted}")
    return Answer(200, _bare(lake, planned))


def by_ids(context: Context) -> Answer:
    """GET /api/v2/analytics/conversations/details?id=a,b: those that are found, in that order."""
    texts = context.request.query.get("id", [])
    wanted = [one for text in texts for one in text.split(",") if one]
    if not 1 <= len(wanted) <= _PAGE:
        raise bad_request(f"id must name 1 to {_PAGE} conversations", "id")
    lake = _live(context)
    found = [planned for one in wanted if (planned := _find(lake, one))]
    return Answer(200, {"conversations": [_bare(lake, planned) for planned in found]})


def _live(context: Context) -> Lake:
    return live(context.settings, context.now, context.divisions)


def _find(lake: Lake, wanted: str) -> Planned | None:
    place = place_of(wanted, lake.shape.seed)
    if place is None:
        return None
    number, index = place
    day = plan(lake.shape, number)
    planned = day[index] if index < len(day) else None
    if planned is None or planned.start >= milliseconds(lake.at) or not visible(lake, planned):
        return None
    found = conversation(lake.shape, planned)["conversationId"] == wanted
    return planned if found else None


def _bare(lake: Lake, planned: Planned) -> Json:
    """A conversation as SDK 269 AnalyticsConversationWithoutAttributes."""
    made = shown(lake, planned)
    owners = [
        {name: value for name, value in owner.items() if name != "attributes"}
        for owner in made["participants"]
    ]
    return {**made, "participants": owners}
