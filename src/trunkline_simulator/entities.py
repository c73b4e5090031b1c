"""The things of the reference lists in the vendor's JSON, before anything happened to them.

Attributes are those of the models of SDK 269; one builder a list, named in ``BUILDERS``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random

from trunkline_simulator.api.permissions import ALL, role_of
from trunkline_simulator.directory import (
    MEDIA,
    Directory,
    Named,
    Queue,
    User,
    identifier,
    organisation_of,
)
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import Shape

_MADE, _TOUCHED = "2023-02-01T08:00:00.000Z", "2024-06-11T14:21:09.217Z"
_SKILLS = ("Billing", "Spanish billing", "Refunds", "Technical", "Sales", "Complaints", "Ünïcode")
_LANGUAGES = ("English - Written", "English - Spoken", "Deutsch", "Español", "日本語")
_LOCATIONS = (
    ("Indianapolis", "Indianapolis", "IN", "US"),
    ("Dublin", "Dublin", "", "IE"),
    ("Sydney", "Sydney", "NSW", "AU"),
)
_GROUPS = ("Supervisors", "Early shift", "Late shift", "Works council")
# The presences of the system, and what this organisation has made of them besides; the last one
# is out of use, and yet stands in what agents did.
PRESENCES = (
    ("Available", "System", False),
    ("Away", "System", False),
    ("Busy", "System", False),
    ("Offline", "System", False),
    ("Idle", "System", False),
    ("OnQueue", "System", False),
    ("Meal", "System", False),
    ("Training", "System", False),
    ("Meeting", "System", False),
    ("Break", "System", False),
    ("Meeting", "One to one", False),
    ("Training", "Onboarding", False),
    ("Break", "Coffee round", True),
)
_EMPLOYEE = ("employee", ("directory:user:view", "presence:presenceDefinition:view"))


def self_uri(path: str, thing: str) -> str:
    """The address that a thing gives of itself."""
    return f"/api/v2/{path}/{thing}"


@lru_cache(maxsize=256)
def names_of(seed: int, what: str, names: tuple[str, ...]) -> tuple[Named, ...]:
    """Things of a kind that no conversation names, each with an id of its own."""
    draw = Random(f"{what} {seed}")  # noqa: S311
    return tuple(Named(identifier(draw), name) for name in names)


def division_of(division: Named) -> Json:
    """A division as things refer to it."""
    uri = self_uri("authorization/divisions", division.id)
    return {"id": division.id, "name": division.name, "selfUri": uri}


def members_of(organisation: Directory, queue_place: int) -> tuple[int, ...]:
    """Places of the users that are members of a queue: of "Support" all, of others every few."""
    step = 1 if queue_place == 2 else max(3, len(organisation.queues) // 8)
    users = range(len(organisation.users))
    return tuple(place for place in users if (7 * queue_place + place) % step == 0)


def _users(shape: Shape) -> list[Json]:
    return [_user(user) for user in organisation_of(shape).users]


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "division": division_of(user.division),
        "email": user.email,
        "username": user.email,
        "state": user.state,
        "title": "Agent",
        "department": f"Service {user.division.name}",
        "version": 5,
        "acdAutoAnswer": False,
        "selfUri": self_uri("users", user.id),
    }


def _queues(shape: Shape) -> list[Json]:
    return [_queue(queue) for queue in organisation_of(shape).queues]


def _queue(queue: Queue) -> Json:
    targets = dict(queue.targets)
    media: Json = {medium: {"alertingTimeoutSeconds": 8} for medium in MEDIA}
    for medium, target in targets.items():
        level = {"percentage": target.percentage, "durationMs": target.duration_ms}
        media[medium]["serviceLevel"] = level
    return {
        "id": queue.id,
        "name": queue.name,
        "division": division_of(queue.division),
        "description": f"Customers of {queue.division.name}",
        "dateCreated": _MADE,
        "dateModified": _TOUCHED,
        "mediaSettings": media,
        "skillEvaluationMethod": "BEST",
        "enableTranscription": False,
        "selfUri": self_uri("routing/queues", queue.id),
    }


def _wrap_ups(shape: Shape) -> list[Json]:
    """The last two belong to a division; a star stands for all of them."""
    organisation = organisation_of(shape)
    last = len(organisation.wrap_ups) - 2
    return [
        {
            "id": code.id,
            "name": code.name,
            "division": {"id": "*"}
            if place < last
            else division_of(organisation.divisions[place - last]),
            "dateCreated": _MADE,
            "dateModified": _TOUCHED,
            "createdBy": organisation.users[0].id,
            "selfUri": self_uri("routing/wrapupcodes", code.id),
        }
        for place, code in enumerate(organisation.wrap_ups)
    ]


def _divisions(shape: Shape) -> list[Json]:
    return [
        {**division_of(one), "description": "", "homeDivision": one.name == "Home"}
        for one in organisation_of(shape).divisions
    ]


def _skills(shape: Shape) -> list[Json]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "dateModified": _TOUCHED,
            "state": "active",
            "version": "1",
            "selfUri": self_uri("routing/skills", one.id),
        }
        for one in names_of(shape.seed, "skills", _SKILLS)
    ]


def _languages(shape: Shape) -> list[Json]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "state": "active",
            "version": "1",
            "selfUri": self_uri("routing/languages", one.id),
        }
        for one in names_of(shape.seed, "languages", _LANGUAGES)
    ]


def _locations(shape: Shape) -> list[Json]:
    names = names_of(shape.seed, "locations", tuple(name for name, *_ in _LOCATIONS))
    return [
        {
            "id": one.id,
            "name": one.name,
            "address": {
                key: text
                for key, text in (("city", city), ("state", state), ("country", country))
                if text
            },
            "state": "active",
            "version": 2,
            "selfUri": self_uri("locations", one.id),
        }
        for one, (_, city, state, country) in zip(names, _LOCATIONS, strict=True)
    ]


def _groups(shape: Shape) -> list[Json]:
    users = len(organisation_of(shape).users)
    return [
        {
            "id": one.id,
            "name": one.name,
            "dateModified": _TOUCHED,
            "memberCount": len(range(place, users, len(_GROUPS))),
            "state": "active",
            "version": 3,
            "type": "official",
            "rulesVisible": True,
            "visibility": "public",
            "selfUri": self_uri("groups", one.id),
        }
        for place, one in enumerate(names_of(shape.seed, "groups", _GROUPS))
    ]


def _teams(shape: Shape) -> list[Json]:
    """A team for every eight users, in each division in turn."""
    organisation = organisation_of(shape)
    count = -(-len(organisation.users) // 8)
    names = tuple(f"Team {place + 1:02d}" for place in range(count))
    return [
        {
            "id": one.id,
            "name": one.name,
            "division": division_of(organisation.divisions[place % 3]),
            "dateCreated": _MADE,
            "dateModified": _TOUCHED,
            "memberCount": len(range(place, len(organisation.users), count)),
            "selfUri": self_uri("teams", one.id),
        }
        for place, one in enumerate(names_of(shape.seed, "teams", names))
    ]


def _flows(shape: Shape) -> list[Json]:
    organisation = organisation_of(shape)
    return [
        {
            "id": flow.id,
            "name": flow.name,
            "division": division_of(organisation.divisions[0]),
            "type": flow.kind,
            "active": True,
            "system": False,
            "deleted": False,
            "publishedVersion": {"id": "14.0", "name": "14.0", "type": "PUBLISH"},
            "selfUri": self_uri("flows", flow.id),
        }
        for flow in organisation.flows
    ]


def _presences(shape: Shape) -> list[Json]:
    home = organisation_of(shape).divisions[0].id
    named = tuple(label if kind == "System" else kind for label, kind, _ in PRESENCES)
    made = names_of(shape.seed, "presences", named)
    return [
        {
            "id": one.id,
            "name": one.name,
            "type": "System" if kind == "System" else "User",
            "languageLabels": {"en_US": one.name},
            "systemPresence": system,
            "divisionId": home,
            "deactivated": over,
            "selfUri": self_uri("presence/definitions", one.id),
        }
        for one, (system, kind, over) in zip(made, PRESENCES, strict=True)
    ]


def _roles(shape: Shape) -> list[Json]:
    carried = {
        role: tuple(sorted(one for one in ALL if role_of(one) == role.name))
        for role in organisation_of(shape).roles
    }
    (employee,) = names_of(shape.seed, "roles", _EMPLOYEE[:1])
    carried[employee] = _EMPLOYEE[1]
    return [
        {
            "id": role.id,
            "name": role.name,
            "permissions": [],
            "permissionPolicies": [_policy(one) for one in permissions],
            "default": role is employee,
            "base": False,
            "selfUri": self_uri("authorization/roles", role.id),
        }
        for role, permissions in carried.items()
    ]


def _policy(permission: str) -> Json:
    domain, entity, action = permission.split(":")
    return {"domain": domain, "entityName": entity, "actionSet": [action]}


BUILDERS: dict[str, Callable[[Shape], list[Json]]] = {
    "users": _users,
    "queues": _queues,
    "wrapup_codes": _wrap_ups,
    "divisions": _divisions,
    "skills": _skills,
    "languages": _languages,
    "locations": _locations,
    "groups": _groups,
    "teams": _teams,
    "flows": _flows,
    "presence_definitions": _presences,
    "roles": _roles,
}
