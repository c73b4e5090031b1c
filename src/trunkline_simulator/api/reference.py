"""The organisation, its divisions, and the grants of a subject."""

from __future__ import annotations

from typing import Any

from trunkline_simulator.api import permissions
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import not_found
from trunkline_simulator.api.paging import page
from trunkline_simulator.directory import Named
from trunkline_simulator.entities import division_of
from trunkline_simulator.roster import entities
from trunkline_simulator.settings import Client


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


def divisions(context: Context) -> Answer:
    """GET /api/v2/authorization/divisions: all that the organisation has."""
    wanted = context.request.query.get("id")
    found = entities(context.settings, "divisions", context.now)
    return page(context, [one for one in found if wanted is None or one["id"] in wanted])


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
        "division": division_of(division),
        "role": described,
        "grantMadeAt": "2024-11-05T09:30:00.000Z",
    }
