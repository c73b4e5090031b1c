"""Genesys's own Python SDK reads every reference list of the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.official import held, signed_in
from trunkline_simulator import DirectoryChange, Settings, Shape

NOW = datetime(2025, 4, 10, 12, tzinfo=UTC)
CHANGES = (
    DirectoryChange(NOW, "queues", 0, "rename", "Invoices"),
    DirectoryChange(NOW, "users", 0, "move", "APAC"),
    DirectoryChange(NOW, "users", 1, "delete"),
    DirectoryChange(NOW, "flows", 1, "delete"),
)
EXPANDED = ["skills", "languages", "groups", "team", "locations", "presence", "routingStatus"]


@pytest.fixture(scope="module")
def api(sdk: Any) -> Iterator[Any]:
    shape = Shape(seed=3, users=150, queues=12, own_targets=True)
    with signed_in(sdk, Settings(shape=shape, changes=CHANGES), lambda: NOW) as client:
        yield client


def test_users_with_what_they_show_besides(sdk: Any, api: Any) -> None:
    found = sdk.UsersApi(api).get_users(page_size=500, state="any", expand=EXPANDED)
    held(sdk, api, "UserEntityListing")
    assert (found.total, len(found.entities)) == (150, 150)
    assert {one.state for one in found.entities} == {"active", "inactive", "deleted"}
    assert any(one.skills and one.team.name and one.languages for one in found.entities)


def test_users_of_a_state_from_either_end_up_to_the_window(sdk: Any) -> None:
    settings = Settings(shape=Shape(seed=3, users=2_000), list_window=40)
    with signed_in(sdk, settings, lambda: NOW) as api:
        users = sdk.UsersApi(api)
        of = {"page_size": 20, "state": "inactive"}
        front = [one.id for n in (1, 2) for one in users.get_users(page_number=n, **of).entities]
        back = users.get_users(page_number=1, sort_order="descending", **of)
        held(sdk, api, "UserEntityListing")
        assert back.total > len(set(front)) == 40
        assert not {one.id for one in back.entities} & set(front[:20])
        with pytest.raises(sdk.rest.ApiException) as refused:
            users.get_users(page_number=3, **of)
        assert refused.value.status == 400
        assert users.get_users(page_number=3, page_size=20, state="active").entities


def test_queues_with_their_service_levels(sdk: Any, api: Any) -> None:
    routing = sdk.RoutingApi(api)
    queues = routing.get_routing_queues(page_size=100).entities
    held(sdk, api, "QueueEntityListing")
    named = {one.name: one for one in queues}
    assert named["Invoices"].media_settings.call.service_level.duration_ms == 20_000
    assert named["Collections"].media_settings.email.service_level is None
    members = routing.get_routing_queue_members(named["Support"].id, page_size=100)
    held(sdk, api, "QueueMemberEntityListing")
    assert (len(members.entities), members.next_uri is None) == (100, False)
    routing.get_routing_queue_wrapupcodes(named["Support"].id)
    held(sdk, api, "WrapupCodeEntityListing")


def test_everything_else_of_routing(sdk: Any, api: Any) -> None:
    routing = sdk.RoutingApi(api)
    routing.get_routing_wrapupcodes(page_size=100)
    held(sdk, api, "WrapupCodeEntityListing")
    routing.get_routing_skills(page_size=100)
    held(sdk, api, "SkillEntityListing")
    routing.get_routing_languages(page_size=100)
    held(sdk, api, "LanguageEntityListing")


def test_places_groups_and_teams(sdk: Any, api: Any) -> None:
    sdk.LocationsApi(api).get_locations(page_size=100)
    held(sdk, api, "LocationEntityListing")
    sdk.GroupsApi(api).get_groups(page_size=100)
    held(sdk, api, "GroupEntityListing")
    first = sdk.TeamsApi(api).get_teams(page_size=15)
    held(sdk, api, "TeamEntityListing")
    after = first.next_uri.rpartition("after=")[2].replace("%3D", "=")
    second = sdk.TeamsApi(api).get_teams(page_size=15, after=after)
    assert (len(first.entities), len(second.entities), second.next_uri) == (15, 4, None)


def test_flows_and_presences(sdk: Any, api: Any) -> None:
    there = sdk.ArchitectApi(api).get_flows(type=["inboundcall"])
    every = sdk.ArchitectApi(api).get_flows(type=["inboundcall"], deleted=True)
    held(sdk, api, "FlowEntityListing")
    assert (there.total, every.total) == (1, 2)
    found = sdk.PresenceApi(api).get_presence_definitions()
    held(sdk, api, "OrganizationPresenceDefinitionEntityListing")
    assert {one.system_presence for one in found.entities} > {"OnQueue", "Offline", "Meal"}


def test_roles_and_who_holds_them(sdk: Any, api: Any) -> None:
    authorization = sdk.AuthorizationApi(api)
    roles = authorization.get_authorization_roles(page_size=100).entities
    held(sdk, api, "OrganizationRoleEntityListing")
    assert {one.name for one in roles} == {"Reporting", "Directory", "employee"}
    kinds = set()
    for role in roles:
        found = authorization.get_authorization_role_subjectgrants(role.id, page_size=100)
        held(sdk, api, "SubjectDivisionGrantsEntityListing")
        kinds |= {one.type for one in found.entities}
    assert kinds == {"PC_USER", "PC_OAUTH_CLIENT"}
