"""What a list of users shows besides, where ``expand`` asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trunkline_simulator.api.context import Context
from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.entities import BUILDERS
from trunkline_simulator.payloads.parts import Json, stamp
from trunkline_simulator.roster import entities, places_of_users
from trunkline_simulator.statuses.records import record_at
from trunkline_simulator.view import milliseconds

# SDK 269: the words of expand; those that nothing is shown for are understood all the same.
_KNOWN = frozenset(
    {
        "authorization",
        "authorization.unusedRoles",
        "biography",
        "certifications",
        "conversationSummary",
        "customAttributes",
        "dateLastLogin",
        "dateWelcomeSent",
        "employerInfo",
        "externalContactsSettings",
        "geolocation",
        "groups",
        "integrationPresence",
        "languagePreference",
        "languages",
        "lasttokenissued",
        "locations",
        "outOfOffice",
        "presence",
        "profileSkills",
        "routingStatus",
        "skills",
        "station",
        "team",
        "workPlanBidRanks",
    }
)


def expanded(context: Context, users: Iterable[Json]) -> list[Json]:
    """Each user with what ``expand`` names; 400 for a word that is none of its own."""
    asked = [
        word for text in context.request.query.get("expand", []) for word in text.split(",") if word
    ]
    for word in asked:
        if word not in _KNOWN:
            raise bad_request(f"expand {word!r} is unknown", "expand")
    shown = [word for word in asked if word in _SHOWN]
    if not shown:
        return list(users)
    places = places_of_users(context.settings.shape)
    return [
        {**user, **{word: _SHOWN[word](context, places[user["id"]]) for word in shown}}
        for user in users
    ]


def _share(context: Context, table: str, place: int, count: int) -> list[Json]:
    """The few of a list that are this user's own."""
    found = entities(context.settings, table, context.now)
    return [found[(place + step) % len(found)] for step in range(count)] if found else []


def _skills(context: Context, place: int) -> list[Json]:
    return [_rated(one, "skillUri", place) for one in _share(context, "skills", place, place % 4)]


def _languages(context: Context, place: int) -> list[Json]:
    found = _share(context, "languages", place, 1 + place % 2)
    return [_rated(one, "languageUri", place) for one in found]


def _rated(thing: Json, uri: str, place: int) -> Json:
    return {
        "id": thing["id"],
        "name": thing["name"],
        "proficiency": float(1 + place % 5),
        "state": thing["state"],
        uri: thing["selfUri"],
    }


def _groups(context: Context, place: int) -> list[Json]:
    return [_reference(one) for one in _share(context, "groups", place, 1)]


def _team(context: Context, place: int) -> Json:
    found = _share(context, "teams", place, 1)
    return _reference(found[0]) if found else {}


def _reference(thing: Json) -> Json:
    return {name: thing[name] for name in ("id", "name", "selfUri")}


def _locations(context: Context, place: int) -> list[Json]:
    found = _share(context, "locations", place, 1)
    return [{"id": one["id"], "locationDefinition": _reference(one)} for one in found]


def _routing_status(context: Context, place: int) -> Json:
    shape, at = context.settings.shape, milliseconds(context.now)
    now = record_at(shape, place, "routing", at)
    user_id = context.directory.users[place].id
    return {"userId": user_id, "status": now.state, "startTime": stamp(now.start)}


def _presence(context: Context, place: int) -> Json:
    now = record_at(context.settings.shape, place, "presence", milliseconds(context.now))
    defined = BUILDERS["presence_definitions"](context.settings.shape)[int(now.state)]
    return {
        "source": "PURECLOUD",
        "primary": True,
        "presenceDefinition": {name: defined[name] for name in ("id", "systemPresence", "selfUri")},
        "modifiedDate": stamp(now.start),
    }


_SHOWN: dict[str, Callable[[Context, int], object]] = {
    "skills": _skills,
    "languages": _languages,
    "groups": _groups,
    "team": _team,
    "locations": _locations,
    "routingStatus": _routing_status,
    "presence": _presence,
}
