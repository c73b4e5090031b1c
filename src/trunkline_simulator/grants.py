"""Who holds which role, and in which divisions (SDK 269 SubjectDivisionGrants)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trunkline_simulator.api import permissions
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.entities import division_of, self_uri
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.roster import by_name, entities
from trunkline_simulator.settings import Client, Settings


def subjects(settings: Settings, role: Json, at: datetime) -> list[Json]:
    """The subjects of a role, by name: of the default one all users that are not deleted."""
    if role["default"]:
        users = entities(settings, "users", at)
        found = [_user(one) for one in users if one["state"] != "deleted"]
    else:
        holders = (one for one in settings.clients if _holds(one, role["id"], settings))
        found = [_client(one, settings) for one in holders]
    return sorted(found, key=by_name)


def _holds(client: Client, role_id: str, settings: Settings) -> bool:
    held = permissions.ALL if client.permissions is None else client.permissions
    (name,) = (one.name for one in organisation_of(settings.shape).roles if one.id == role_id)
    return any(permissions.role_of(one) == name for one in held)


def _user(user: Json) -> Json:
    return _subject(user["id"], user["name"], [user["division"]], "PC_USER")


def _client(client: Client, settings: Settings) -> Json:
    covered = [
        division_of(one)
        for one in organisation_of(settings.shape).divisions
        if client.divisions is None or one.name in client.divisions
    ]
    return _subject(client.client_id, client.name, covered, "PC_OAUTH_CLIENT")


def _subject(subject_id: str, name: str, divisions: Iterable[Json], kind: str) -> Json:
    uri = self_uri("authorization/subjects", subject_id)
    found = list(divisions)
    return {"id": subject_id, "name": name, "divisions": found, "type": kind, "selfUri": uri}
