"""Reference lists: users, queues and their members, codes, skills, teams, flows, roles, ...

Maxima of page sizes are those that are documented or seen at work; where none is, 100.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request, not_found
from trunkline_simulator.api.expanding import expanded
from trunkline_simulator.api.paging import cursor_page, page, uncounted
from trunkline_simulator.grants import subjects
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.roster import by_name, entities, members, of_divisions

_LONG = ("ascending", "descending")
_SHORT = ("asc", "desc")
_STATES = ("active", "inactive", "deleted", "any")
_WORDS = {"TRUE": True, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of things: how large its pages may be, how it is sorted, whether grants limit it."""

    table: str
    maximum: int = 100
    orders: tuple[str, str] = _LONG
    by_division: bool = False

    def __call__(self, context: Context) -> Answer:
        """GET the list: all of it, those of some ids or those of a name."""
        return page(context, self.found(context), self.maximum, self.window(context))

    def window(self, context: Context) -> int | None:
        """How many items its pages reach; None where that is all of them."""
        settings = context.settings
        return settings.list_window if self.table in settings.windowed else None

    def found(self, context: Context) -> list[Json]:
        """What is on the list now for this client, sorted by name."""
        found = sorted(entities(context.settings, self.table, context.now), key=by_name)
        if self.by_division:
            found = of_divisions(found, context.divisions)
        for name, attribute in (("id", "id"), ("divisionId", "division")):
            wanted = _several(context, name)
            if wanted:
                found = [one for one in found if _id_of(one.get(attribute)) in wanted]
        return found[::-1] if _descending(context, self.orders) else found


def _id_of(found: object) -> object:
    return found["id"] if isinstance(found, dict) else found


def _several(context: Context, name: str) -> set[str]:
    """A parameter that may come several times, or once with commas."""
    texts = context.request.query.get(name, [])
    return {part for text in texts for part in text.split(",") if part}


def _descending(context: Context, orders: tuple[str, str]) -> bool:
    word = context.request.query.get("sortOrder", [orders[0]])[-1]
    if word.lower() not in orders:
        raise bad_request(f"sortOrder {word} is not one of {', '.join(orders)}", "sortOrder")
    return word.lower() == orders[1]


queues = Listing("queues", 500, _SHORT, by_division=True)
wrap_ups = Listing("wrapup_codes", by_division=True)
skills = Listing("skills", by_division=True)
languages = Listing("languages")
locations = Listing("locations", orders=_SHORT)
groups = Listing("groups")
roles = Listing("roles")
_users = Listing("users", 500)
_teams = Listing("teams", by_division=True)
_flows = Listing("flows", orders=_SHORT, by_division=True)


def users(context: Context) -> Answer:
    """GET /api/v2/users: the active ones unless ``state`` says otherwise.

    Of inactive ones no page past 10,000 is told, of active ones all are (the vendor's own client,
    terraform-provider-genesyscloud, user proxy). Of deleted ones, and of any, nothing is documented
    and the stricter is taken.
    """
    state = context.request.query.get("state", ["active"])[-1]
    if state not in _STATES:
        raise bad_request(f"state {state} is not one of {', '.join(_STATES)}", "state")
    found = [one for one in _users.found(context) if state in (one["state"], "any")]
    window = None if state == "active" else _users.window(context)
    answer = page(context, found, _users.maximum, window)
    shown = expanded(context, answer.body["entities"])
    return replace(answer, body={**answer.body, "entities": shown})


def teams(context: Context) -> Answer:
    """GET /api/v2/teams, paged by cursor."""
    return cursor_page(context, sorted(_teams.found(context), key=by_name), by_name)


def flows(context: Context) -> Answer:
    """GET /api/v2/flows of some types; deleted ones only where asked for."""
    deleted = context.request.query.get("deleted", ["false"])[-1].lower() == "true"
    types = {one.upper() for one in _several(context, "type")}
    found = [
        one
        for one in _flows.found(context)
        if (deleted or not one["deleted"]) and (not types or one["type"] in types)
    ]
    return page(context, found, _flows.maximum)


def presences(context: Context) -> Answer:
    """GET /api/v2/presence/definitions: no pages; those out of use only where asked for."""
    word = context.request.query.get("deactivated", ["FALSE"])[-1].upper()
    if word not in _WORDS:
        raise bad_request("deactivated must be TRUE or FALSE", "deactivated")
    found = [
        one
        for one in entities(context.settings, "presence_definitions", context.now)
        if one["deactivated"] is _WORDS[word]
    ]
    body = {"total": len(found), "entities": found, "selfUri": context.request.bare_path}
    return Answer(200, body)


def _of_queue(operation: Callable[[Context, Json], Answer]) -> Callable[[Context], Answer]:
    """An operation on a queue that is there and that the client may see; else 404."""

    def answer(context: Context) -> Answer:
        wanted = context.params["queue"]
        found = of_divisions(entities(context.settings, "queues", context.now), context.divisions)
        queue = next((one for one in found if one["id"] == wanted), None)
        if queue is None:
            raise not_found(f"queue {wanted}")
        return operation(context, queue)

    return answer


@_of_queue
def queue_members(context: Context, queue: Json) -> Answer:
    """GET /api/v2/routing/queues/{queueId}/members, by name, 100 at the most, without totals."""
    found = members(context.settings, queue["id"], context.now)
    if _descending(context, _SHORT):
        found = found[::-1]
    answer = page(context, found, 100)
    shown = expanded(context, answer.body["entities"])
    listed = [_member(context, one) for one in shown]
    return uncounted(replace(answer, body={**answer.body, "entities": listed}))


def _member(context: Context, user: Json) -> Json:
    return {
        "id": user["id"],
        "name": user["name"],
        "user": user,
        "ringNumber": 1,
        "joined": True,
        "memberBy": "user",
        "selfUri": f"{context.request.bare_path}/{user['id']}",
    }


@_of_queue
def queue_wrap_ups(context: Context, queue: Json) -> Answer:
    """GET /api/v2/routing/queues/{queueId}/wrapupcodes: every division's and its own."""
    own = frozenset({queue["division"]["id"]})
    return page(context, of_divisions(wrap_ups.found(context), own), wrap_ups.maximum)


def subject_grants(context: Context) -> Answer:
    """GET /api/v2/authorization/roles/{roleId}/subjectgrants: who holds it, and where."""
    role = next((one for one in roles.found(context) if one["id"] == context.params["role"]), None)
    if role is None:
        raise not_found(f"role {context.params['role']}")
    return page(context, subjects(context.settings, role, context.now), 100)
