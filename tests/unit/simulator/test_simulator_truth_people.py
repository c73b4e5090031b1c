"""The truth of lists and of user details against what a plain reader of the answers gets."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from trunkline_simulator import (
    Client,
    DirectoryChange,
    Settings,
    Shape,
    expected_list,
    expected_rows,
)
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import ChangeKind

NOW = datetime(2025, 4, 10, 12, tzinfo=UTC)
LAKE = datetime(2025, 4, 10, 6, tzinfo=UTC)
JOBS = "/api/v2/analytics/users/details/jobs"
CLIENT = Client(divisions=frozenset({"APAC", "Home"}))


def change(day: int, table: str, place: int, kind: ChangeKind, to: str = "") -> DirectoryChange:
    return DirectoryChange(NOW.replace(day=day), table, place, kind, to)


CHANGES = (
    change(2, "queues", 3, "rename", "Loyalty"),
    change(5, "queues", 3, "delete"),
    change(3, "queues", 4, "move", "APAC"),
    change(3, "users", 5, "move", "EMEA"),
    change(4, "users", 6, "delete"),
    change(4, "users", 8, "state", "inactive"),
    change(6, "users", 6, "state", "active"),
    change(4, "wrapup_codes", 0, "delete"),
    change(4, "skills", 2, "add"),
    change(5, "groups", 0, "rename", "Leads"),
    change(5, "teams", 1, "delete"),
    change(5, "flows", 0, "delete"),
    change(5, "locations", 2, "add"),
)
WORLDS = {
    "plain": Settings(shape=Shape(seed=4, per_day=25)),
    "changing": Settings(shape=Shape(seed=4, per_day=25, own_targets=True), changes=CHANGES),
    "some divisions": Settings(
        shape=Shape(seed=4, per_day=25, users=70, queues=20), changes=CHANGES, clients=(CLIENT,)
    ),
    "hostile": Settings(shape=Shape(seed=6, per_day=25, hostile=True), changes=CHANGES),
    "late and removed": Settings(
        shape=Shape(seed=4, per_day=25),
        late_share=0.1,
        late_seconds=3 * 86_400,
        removed_share=0.1,
        removed_seconds=5 * 86_400,
    ),
    "odd pages": Settings(
        shape=Shape(seed=4, per_day=25),
        page_rows=17,
        page_overlap=3,
        shuffle_pages=True,
        empty_pages=True,
        empty_end=True,
        list_rows=7,
    ),
}


@pytest.fixture(params=WORLDS)
def settings(request: pytest.FixtureRequest) -> Settings:
    return WORLDS[request.param]


def caller(settings: Settings, now: datetime = NOW) -> Caller:
    made = Caller(settings)
    made.clock.at = now
    made.sign_in()
    return made


def covered(settings: Settings) -> frozenset[str]:
    names = settings.clients[0].divisions
    return frozenset(
        one.id
        for one in organisation_of(settings.shape).divisions
        if names is None or one.name in names
    )


# User details ---------------------------------------------------------------------------------


def told(settings: Settings, interval: str) -> dict[tuple[str, str, str], Json]:
    """What a job answers, by user, kind and start: the last copy of each record."""
    asking, found = caller(settings), {}
    job_id = decoded(asking.send("POST", JOBS, {"interval": interval}))["jobId"]
    asking.clock.advance(8)
    path, cursor = f"{JOBS}/{job_id}/results?pageSize=100", ""
    while True:
        page = asking.get(path + cursor)
        for row in page.get("userDetails") or ():
            for kind in ("primaryPresence", "routingStatus"):
                for one in row.get(kind) or ():
                    found[row["userId"], kind, one["startTime"]] = one
        if "cursor" not in page:
            return found
        cursor = f"&cursor={page['cursor']}"


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def counted(rows: list[dict[str, Any]]) -> Counter[tuple[tuple[str, Any], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows)


@pytest.mark.parametrize("days", [(1, 8), (10, 10)], ids=["a week", "the day that is not over"])
def test_user_details_are_what_a_reader_gets(settings: Settings, days: tuple[int, int]) -> None:
    first, last = (date(2025, 4, day) for day in days)
    interval = f"{first}T00:00:00.000Z/2025-04-{days[1] + 1:02d}T00:00:00.000Z"
    found = told(settings, interval)
    rows: dict[str, list[dict[str, Any]]] = {"primaryPresence": [], "routingStatus": []}
    for (user, kind, start), one in found.items():
        begun = datetime.fromisoformat(start)
        if not first <= begun.date() <= last:
            continue
        row = {"user_id": user, "start_time": begun, "end_time": moment(one.get("endTime"))}
        if kind == "primaryPresence":
            row["system_presence"] = one["systemPresence"]
            row["organization_presence_id"] = one.get("organizationPresenceId")
        else:
            row["routing_status"] = one["routingStatus"]
        rows[kind].append(row)
    for table, kind in (
        ("user_presence", "primaryPresence"),
        ("user_routing_status", "routingStatus"),
    ):
        wanted = expected_rows(settings, table, first, last, LAKE, divisions=covered(settings))
        assert counted(rows[kind]) == counted(wanted)
        assert len(wanted) > 10
    states = expected_rows(settings, "user_states", first, last, LAKE, divisions=covered(settings))
    assert len(states) == sum(map(len, rows.values()))


# Lists ----------------------------------------------------------------------------------------


def listed(asking: Caller, path: str) -> list[Json]:
    return [one for page in asking.list_pages(path) for one in page["entities"]]


PATHS = {
    "users": ("users?state=any&pageSize=100", "user_id"),
    "queues": ("routing/queues?pageSize=100", "queue_id"),
    "wrapup_codes": ("routing/wrapupcodes?pageSize=100", "wrapup_code_id"),
    "divisions": ("authorization/divisions", "division_id"),
    "skills": ("routing/skills", "skill_id"),
    "languages": ("routing/languages", "language_id"),
    "locations": ("locations", "location_id"),
    "groups": ("groups", "group_id"),
    "teams": ("teams?pageSize=4", "team_id"),
    "flows": ("flows?deleted=true", "flow_id"),
    "roles": ("authorization/roles", "role_id"),
}


@pytest.mark.parametrize("day", [1, 3, 4, 9])
def test_lists_are_what_a_reader_gets(settings: Settings, day: int) -> None:
    now = NOW.replace(day=day, hour=13)
    asking = caller(settings, now)
    for table, (path, key) in PATHS.items():
        wanted = expected_list(settings, table, now, divisions=covered(settings))
        found = listed(asking, f"/api/v2/{path}")
        assert [one["id"] for one in found] == list({one["id"]: one for one in found})
        assert {(one["id"], one["name"]) for one in found} == {
            (row[key], row["name"]) for row in wanted
        }
        owners = {one["id"]: one["division"]["id"] for one in found if "division" in one}
        assert owners == {
            row[key]: row["division_id"]
            for row in wanted
            if "division_id" in row and key != "division_id"
        }
        states = {one["id"]: one["state"] for one in found if "state" in one}
        assert states == {row[key]: row["state"] for row in wanted if "state" in row}


def test_what_belongs_to_a_queue_is_what_a_reader_gets(settings: Settings) -> None:
    asking = caller(settings)
    queues = listed(asking, "/api/v2/routing/queues?pageSize=100")
    levels, belong = set(), set()
    for queue in queues:
        for medium, found in queue["mediaSettings"].items():
            level = found.get("serviceLevel") or {}
            levels.add((queue["id"], medium, level.get("percentage"), level.get("durationMs")))
        members = listed(asking, f"/api/v2/routing/queues/{queue['id']}/members?pageSize=9")
        belong |= {(queue["id"], one["user"]["id"]) for one in members}
        assert len(members) == queue["memberCount"]
    divisions = covered(settings)
    wanted = expected_list(settings, "queue_media_settings", NOW, divisions=divisions)
    assert levels == {
        (
            row["queue_id"],
            row["media_type"],
            None
            if row["service_level_percentage"] is None
            else float(row["service_level_percentage"]),
            row["service_level_ms"],
        )
        for row in wanted
    }
    wanted = expected_list(settings, "queue_members", NOW, divisions=divisions)
    assert belong == {(row["queue_id"], row["user_id"]) for row in wanted}


def test_presences_grants_and_the_organisation(settings: Settings) -> None:
    asking = caller(settings)
    path = "/api/v2/presence/definitions"
    presences = listed(asking, path) + listed(asking, f"{path}?deactivated=true")
    assert {(one["id"], one["systemPresence"], one["deactivated"]) for one in presences} == {
        (row["presence_definition_id"], row["system_presence"], row["deactivated"])
        for row in expected_list(settings, "presence_definitions", NOW)
    }
    roles = "/api/v2/authorization/roles"
    grants = {
        (role["id"], subject["id"], division["id"])
        for role in listed(asking, roles)
        for subject in listed(asking, f"{roles}/{role['id']}/subjectgrants?pageSize=100")
        for division in subject["divisions"]
    }
    assert grants == {
        (row["role_id"], row["subject_id"], row["division_id"])
        for row in expected_list(settings, "grants", NOW)
    }
    (organisation,) = expected_list(settings, "organization", NOW)
    body = asking.get("/api/v2/organizations/me")
    assert (body["id"], body["thirdPartyOrgName"]) == (
        organisation["organization_id"],
        organisation["third_party_org_name"],
    )


def test_the_truth_of_a_list_changes_as_the_list_does() -> None:
    world = WORLDS["changing"]

    def names(table: str, day: int) -> set[str]:
        return {row["name"] for row in expected_list(world, table, NOW.replace(day=day, hour=13))}

    assert {"Retention"} == names("queues", 1) - names("queues", 2)
    assert (
        {"Loyalty"}
        == names("queues", 2) - names("queues", 1)
        == names("queues", 4) - names("queues", 5)
    )
    assert len(names("skills", 4)) == len(names("skills", 3)) + 1
    assert "Leads" in names("groups", 5)
