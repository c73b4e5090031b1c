"""Reference data: organisation, divisions, grants, users, queues."""

from __future__ import annotations

from typing import Any

from trunkline_simulator.api import permissions
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request, not_found
from trunkline_simulator.api.paging import page
from trunkline_simulator.directory import Named, Queue, User
from trunkline_simulator.settings import Client

_STATES = ("active", "inactive", "deleted")


def organisation(context: Context) -> Answer:
    """GET /api/v2/organizations/me; ``thirdPartyOrgName`` is the short name."""
    return Answer(
        200,
        {
            "id": context.directory.organisation_id,
            "name": context.settings.organisation,
            "defaultLanguage": "en-us",
            "defaultCountryCode": "US",
            "thirdPartyOrgName": context.settings.short_name,
            "domain": f"{context.settings.short_name}.example.com",
            "version": 12,
            "state": "active",
            "features": {"informalPresence": True, "purecloudVoice": True},
            "selfUri": f"/api/v2/organizations/{context.directory.organisation_id}",
        },
    )


def _division(division: Named) -> dict[str, Any]:
    path = f"/api/v2/authorization/divisions/{division.id}"
    return {"id": division.id, "name": division.name, "selfUri": path}


def divisions(context: Context) -> Answer:
    """GET /api/v2/authorization/divisions: all that the organisation has."""
    wanted = context.request.query.get("id")
    found = [
        {**_division(one), "description": "", "homeDivision": one.name == "Home"}
        for one in context.directory.divisions
        if wanted is None or one.id in wanted
    ]
    return page(context, found)


def subject(context: Context) -> Answer:
    """GET /api/v2/authorization/subjects/{subjectId}: one grant for each role and division."""
    subject_id = context.params["subject"]
    client = next((c for c in context.settings.clients if c.client_id == subject_id), None)
    if client is None:
        raise not_found(f"subject {subject_id}")
    full = context.request.query.get("includeFullRoles") == ["true"]
    grants = [
        _grant(subject_id, division, role, held if full else None)
        for role, held in _roles(context, client)
        for division in context.directory.divisions
        if client.divisions is None or division.name in client.divisions
    ]
    path = f"/api/v2/authorization/subjects/{subject_id}"
    made = {"id": subject_id, "name": client.name, "grants": grants, "version": 3, "selfUri": path}
    return Answer(200, made)


def _roles(context: Context, client: Client) -> list[tuple[Named, list[str]]]:
    """The roles that the client holds, each with the permissions that it carries."""
    held = permissions.ALL if client.permissions is None else client.permissions
    found = [
        (role, sorted(one for one in held if permissions.role_of(one) == role.name))
        for role in context.directory.roles
    ]
    return [(role, carried) for role, carried in found if carried]


def _grant(
    subject_id: str, division: Named, role: Named, carried: list[str] | None
) -> dict[str, Any]:
    """One grant; its policies are shown only when full roles are asked for."""
    described: dict[str, Any] = {"id": role.id, "name": role.name, "default": False}
    if carried is not None:
        described["policies"] = permissions.policies(carried)
    return {
        "subjectId": subject_id,
        "division": _division(division),
        "role": described,
        "grantMadeAt": "2024-11-05T09:30:00.000Z",
    }


def users(context: Context) -> Answer:
    """GET /api/v2/users: the active ones unless ``state`` (active, inactive, deleted, any)."""
    state = context.request.query.get("state", ["active"])[-1]
    if state not in (*_STATES, "any"):
        raise bad_request(f"state {state} is not one of {', '.join(_STATES)}, any", "state")
    found = [_user(user) for user in context.directory.users if state in (user.state, "any")]
    return page(context, found)


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "division": _division(user.division),
        "email": user.email,
        "username": user.email,
        "state": user.state,
        "title": "Agent",
        "version": 5,
        "acdAutoAnswer": False,
        "selfUri": f"/api/v2/users/{user.id}",
    }


def queues(context: Context) -> Answer:
    """GET /api/v2/routing/queues: those of the client's divisions, by name."""
    found = [queue for queue in context.directory.queues if queue.division.id in context.divisions]
    return page(context, [_queue(queue) for queue in sorted(found, key=lambda one: one.name)])


def _queue(queue: Queue) -> dict[str, Any]:
    media = {
        "alertingTimeoutSeconds": 8,
        "serviceLevel": {"percentage": 0.8, "durationMs": 20_000},
    }
    return {
        "id": queue.id,
        "name": queue.name,
        "division": _division(queue.division),
        "dateCreated": "2023-02-01T08:00:00.000Z",
        "dateModified": "2024-06-11T14:21:09.217Z",
        "mediaSettings": dict.fromkeys(("call", "callback", "chat", "email", "message"), media),
        "memberCount": 10 + queue.weight,
        "enableTranscription": False,
        "selfUri": f"/api/v2/routing/queues/{queue.id}",
    }
