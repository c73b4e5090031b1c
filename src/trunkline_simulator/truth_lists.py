"""The rows of reference tables as they stand at an instant: what a reader of every list has then.

Columns: the vendor's attribute in snake_case, the id as ``<thing>_id``, a division by its id. Lists
of things, and what nobody knows, are left out. Users and flows that are deleted are there, as the
service tells of them where it is asked for them; of everything else only what exists. A row says
nothing of when it was first missed: that is the reader's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

from trunkline_simulator.cells import Row, snake, time_of
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.grants import subjects
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.roster import entities, members, of_divisions
from trunkline_simulator.settings import Settings

IDS = {
    "users": "user_id",
    "queues": "queue_id",
    "wrapup_codes": "wrapup_code_id",
    "divisions": "division_id",
    "skills": "skill_id",
    "languages": "language_id",
    "locations": "location_id",
    "groups": "group_id",
    "teams": "team_id",
    "flows": "flow_id",
    "presence_definitions": "presence_definition_id",
    "roles": "role_id",
}
# Whose rows a client sees only in the divisions that it covers.
_BY_DIVISION = frozenset({"queues", "wrapup_codes", "teams", "flows"})
_UNTOLD = frozenset({"id", "selfUri", "anotherId"})


def expected_list(
    settings: Settings, table: str, as_of: datetime, *, divisions: frozenset[str] | None = None
) -> list[Row]:
    """The rows of ``table``, one of LISTS; ``divisions`` are the ids that the client covers."""
    every = frozenset(one.id for one in organisation_of(settings.shape).divisions)
    return list(_rows(settings, table, as_of, every if divisions is None else divisions))


def _rows(
    settings: Settings, table: str, as_of: datetime, divisions: frozenset[str]
) -> Iterator[Row]:
    if table in _OTHERS:
        yield from _OTHERS[table](settings, as_of, divisions)
        return
    for made in _seen(settings, table, as_of, divisions):
        yield {IDS[table]: made["id"], **_columns(made)}


def _seen(settings: Settings, table: str, as_of: datetime, divisions: frozenset[str]) -> list[Json]:
    found = entities(settings, table, as_of)
    return of_divisions(found, divisions) if table in _BY_DIVISION else list(found)


def _columns(made: Json) -> Row:
    found: Row = {}
    for name, value in made.items():
        if name == "division":
            found["division_id"] = value["id"]
        elif name.startswith("date"):
            found[snake(name)] = time_of(value)
        elif name not in _UNTOLD and not isinstance(value, dict | list):
            found[snake(name)] = value
    return found


def _media(settings: Settings, as_of: datetime, divisions: frozenset[str]) -> Iterator[Row]:
    """NULL for a share and a time where a queue has no threshold for a medium."""
    for queue in _seen(settings, "queues", as_of, divisions):
        for medium, found in queue["mediaSettings"].items():
            level = found.get("serviceLevel")
            yield {
                "queue_id": queue["id"],
                "media_type": medium,
                "service_level_percentage": Decimal(str(level["percentage"])) if level else None,
                "service_level_ms": level["durationMs"] if level else None,
                "alerting_timeout_seconds": found["alertingTimeoutSeconds"],
            }


def _members(settings: Settings, as_of: datetime, divisions: frozenset[str]) -> Iterator[Row]:
    for queue in _seen(settings, "queues", as_of, divisions):
        for user in members(settings, queue["id"], as_of):
            yield {
                "queue_id": queue["id"],
                "user_id": user["id"],
                "name": user["name"],
                "ring_number": 1,
                "joined": True,
                "member_by": "user",
            }


def _grants(settings: Settings, as_of: datetime, _: frozenset[str]) -> Iterator[Row]:
    """One for each role, subject and division."""
    for role in entities(settings, "roles", as_of):
        for subject in subjects(settings, role, as_of):
            for division in subject["divisions"]:
                yield {
                    "role_id": role["id"],
                    "subject_id": subject["id"],
                    "division_id": division["id"],
                }


def _organization(settings: Settings, _: datetime, __: frozenset[str]) -> Iterator[Row]:
    yield {
        "organization_id": organisation_of(settings.shape).organisation_id,
        "name": settings.organisation,
        "third_party_org_name": settings.short_name,
        "default_country_code": "US",
        "state": "active",
    }


_OTHERS: dict[str, Callable[[Settings, datetime, frozenset[str]], Iterator[Row]]] = {
    "queue_media_settings": _media,
    "queue_members": _members,
    "grants": _grants,
    "organization": _organization,
}
LISTS = (*IDS, *_OTHERS)
