"""Reference lists: their pages, their permissions and divisions, and what happens to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trunkline_simulator import (
    Client,
    Settings,
    Shape,
    conversations_of,
)
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.directory import directory, organisation_of
from trunkline_simulator.payloads.parts import Json

NOON = datetime(2025, 4, 10, 12, tzinfo=UTC)
QUEUES = "/api/v2/routing/queues"
# Path of each list, and the largest page that it gives.
LISTS = {
    "/api/v2/users": 500,
    QUEUES: 500,
    "/api/v2/routing/wrapupcodes": 100,
    "/api/v2/routing/skills": 100,
    "/api/v2/routing/languages": 100,
    "/api/v2/locations": 100,
    "/api/v2/groups": 100,
    "/api/v2/teams": 100,
    "/api/v2/flows": 100,
    "/api/v2/authorization/roles": 100,
}
PERMISSIONS = {
    "/api/v2/users": "directory:user:view",
    QUEUES: "routing:queue:view",
    "/api/v2/routing/wrapupcodes": "routing:wrapupCode:view",
    "/api/v2/routing/skills": "routing:skill:view",
    "/api/v2/routing/languages": "",
    "/api/v2/locations": "",
    "/api/v2/groups": "",
    "/api/v2/teams": "groups:team:view",
    "/api/v2/flows": "architect:flow:view",
    "/api/v2/presence/definitions": "presence:presenceDefinition:view",
    "/api/v2/authorization/roles": "authorization:role:view",
    "/api/v2/authorization/divisions": "",
}


def caller(shape: Shape | None = None, **more: Any) -> Caller:
    made = Caller(Settings(shape=shape or Shape(), **more))
    made.sign_in()
    return made


def names(pages: list[Json]) -> list[str]:
    return [one["name"] for page in pages for one in page["entities"]]


@pytest.mark.parametrize("path", LISTS)
def test_small_pages_make_up_the_whole_list(path: str) -> None:
    asking = caller()
    whole = names([asking.get(f"{path}?pageSize={LISTS[path]}")])
    pages = asking.list_pages(f"{path}?pageSize=2")
    assert names(pages) == whole
    assert len(pages) == -(-len(whole) // 2)
    assert len(whole) >= 3


@pytest.mark.parametrize("path", LISTS)
def test_a_page_may_not_be_larger_than_the_list_allows(path: str) -> None:
    asking = caller()
    assert asking.send("GET", f"{path}?pageSize={LISTS[path]}").status == 200
    assert asking.send("GET", f"{path}?pageSize={LISTS[path] + 1}").status == 400


@pytest.mark.parametrize("path", PERMISSIONS)
def test_each_list_asks_for_its_own_permission(path: str) -> None:
    needed = PERMISSIONS[path]
    everything = frozenset(PERMISSIONS.values())
    asking = caller(clients=(Client(permissions=everything - {needed}),))
    assert asking.send("GET", path).status == (403 if needed else 200)
    asking = caller(clients=(Client(permissions=frozenset({needed})),))
    assert asking.send("GET", path).status == 200


def test_a_list_may_give_smaller_pages_than_asked_for() -> None:
    asking = caller(list_rows=4)
    pages = asking.list_pages(f"{QUEUES}?pageSize=500")
    assert [len(page["entities"]) for page in pages] == [4, 4, 1]
    assert {page["pageSize"] for page in pages} == {4}


def test_teams_go_on_by_cursor_in_both_directions() -> None:
    asking = caller()
    first, second, *_ = asking.list_pages("/api/v2/teams?pageSize=2")
    assert first.keys() == {"entities", "selfUri", "nextUri"}
    assert asking.get(second["previousUri"])["entities"] == first["entities"]
    assert asking.send("GET", "/api/v2/teams?after=nonsense%20").status == 400


def test_members_of_a_queue_come_without_totals() -> None:
    asking = caller(Shape(users=250))
    queue = organisation_of(Shape(users=250)).queues[2]
    path = f"{QUEUES}/{queue.id}/members"
    pages = asking.list_pages(f"{path}?pageSize=100")
    assert all("total" not in page and "pageCount" not in page for page in pages)
    (listed,) = (one for one in asking.get(QUEUES)["entities"] if one["id"] == queue.id)
    assert len(pages) == 3
    assert len(names(pages)) == listed["memberCount"]
    assert asking.send("GET", f"{path}?pageSize=101").status == 400
    assert asking.send("GET", f"{QUEUES}/{queue.id[::-1]}/members").status == 404


def test_any_of_four_permissions_opens_the_members() -> None:
    path = f"{QUEUES}/{directory(7).queues[0].id}/members"
    for name in ("queue:view", "queue:edit", "queue:readonly", "queueMember:manage"):
        client = Client(permissions=frozenset({f"routing:{name}"}))
        assert caller(clients=(client,)).send("GET", path).status == 200
    refused = caller(clients=(Client(permissions=frozenset()),)).send("GET", path)
    assert refused.status == 403


def test_wrap_up_codes_of_a_queue_are_everybodys_and_its_divisions_own() -> None:
    asking = caller()
    home, emea = directory(7).queues[0], directory(7).queues[4]
    every = names([asking.get("/api/v2/routing/wrapupcodes?pageSize=100")])
    own = [names([asking.get(f"{QUEUES}/{one.id}/wrapupcodes")]) for one in (home, emea)]
    assert set(every) - set(own[0]) == {"No answer"}
    assert set(every) - set(own[1]) == {"Information given"}


def test_a_client_of_one_division_sees_less_and_no_error() -> None:
    asking = caller(clients=(Client(divisions=frozenset({"EMEA"})),))
    queues = asking.get(QUEUES)["entities"]
    assert {one["division"]["name"] for one in queues} == {"EMEA"}
    assert {one["division"]["name"] for one in asking.get("/api/v2/teams")["entities"]} == {"EMEA"}
    assert asking.get("/api/v2/flows")["entities"] == []
    hidden = directory(7).queues[0].id
    assert asking.send("GET", f"{QUEUES}/{hidden}/members").status == 404
    assert asking.get("/api/v2/users?state=any")["total"] == 30


def test_active_users_are_the_default_and_any_has_them_all() -> None:
    asking = caller()
    counted = {
        state: asking.get(f"/api/v2/users?state={state}")["total"]
        for state in ("active", "inactive", "deleted", "any")
    }
    assert counted == {"active": 26, "inactive": 2, "deleted": 2, "any": 30}
    assert asking.get("/api/v2/users")["total"] == 26
    assert asking.send("GET", "/api/v2/users?state=retired").status == 400


def test_users_show_what_expand_asks_for_and_no_more() -> None:
    asking = caller()
    (bare, *_) = asking.get("/api/v2/users")["entities"]
    assert not {"skills", "team"} & bare.keys()
    (shown, *_) = asking.get("/api/v2/users?expand=skills,team&expand=groups")["entities"]
    assert shown.keys() - bare.keys() == {"skills", "team", "groups"}
    assert shown["team"]["name"] in names([asking.get("/api/v2/teams")])
    assert asking.send("GET", "/api/v2/users?expand=horoscope").status == 400


def test_ids_choose_from_a_list() -> None:
    asking = caller()
    wanted = [one.id for one in directory(7).queues[:3]]
    found = asking.get(f"{QUEUES}?id={wanted[0]}&id={wanted[1]},{wanted[2]}")["entities"]
    assert {one["id"] for one in found} == set(wanted)


def test_a_presence_out_of_use_is_listed_only_where_asked_for() -> None:
    asking = caller()
    path = "/api/v2/presence/definitions"
    usual, over = asking.get(path), asking.get(f"{path}?deactivated=TRUE")
    assert names([over]) == ["Coffee round"]
    assert "Coffee round" not in names([usual])
    assert {one["type"] for one in usual["entities"]} == {"System", "User"}
    assert "nextUri" not in usual


def test_grants_of_a_role_name_its_holders_and_their_divisions() -> None:
    asking = caller(clients=(Client(divisions=frozenset({"APAC"})),))
    roles = {
        one["name"]: one["id"] for one in asking.get("/api/v2/authorization/roles")["entities"]
    }
    path = "/api/v2/authorization/roles"
    (client,) = asking.get(f"{path}/{roles['Reporting']}/subjectgrants")["entities"]
    assert (client["type"], [one["name"] for one in client["divisions"]]) == (
        "PC_OAUTH_CLIENT",
        ["APAC"],
    )
    assert asking.get(f"{path}/{roles['employee']}/subjectgrants")["total"] == 28
    assert asking.send("GET", f"{path}/nobody/subjectgrants").status == 404


def test_every_id_in_the_conversations_is_on_a_list() -> None:
    shape = Shape(per_day=120, queues=20, users=60)
    asking = caller(shape)
    listed = {
        one["id"]
        for path in ("users", "routing/queues", "routing/wrapupcodes", "flows")
        for page in asking.list_pages(f"/api/v2/{path}?pageSize=50&state=any")
        for one in page["entities"]
    }
    named = set()
    for made in conversations_of(shape, NOON.date()):
        for owner in made["participants"]:
            named.add(owner.get("userId"))
            for leg in owner["sessions"]:
                named.add((leg.get("flow") or {}).get("flowId"))
                for part in leg["segments"]:
                    named |= {part.get("queueId"), part.get("wrapUpCode")}
    unlisted = {one for one in named - listed if one and not one.startswith("ININ-")}
    assert unlisted == set()
    assert len(named & listed) > 60


def test_other_lists_of_the_same_seed_do_not_change() -> None:
    small, large = organisation_of(Shape()), organisation_of(Shape(queues=500, users=2000))
    assert large.queues[:9] == small.queues
    assert large.users[:30] == small.users
    assert (len(large.queues), len(large.users)) == (500, 2000)
    assert (large.flows, large.wrap_ups, large.roles) == (small.flows, small.wrap_ups, small.roles)
    assert len({one.id for one in large.users} | {one.id for one in large.queues}) == 2500


def test_targets_differ_and_some_are_not_there() -> None:
    asking = caller(Shape(own_targets=True))
    found = asking.get(QUEUES)["entities"]
    levels = {
        (one["name"], medium): settings.get("serviceLevel")
        for one in found
        for medium, settings in one["mediaSettings"].items()
    }
    assert all(level is None for (name, _), level in levels.items() if name == "Collections")
    assert levels["Retention", "email"] is None
    assert levels["Billing", "call"] == {"percentage": 0.8, "durationMs": 20_000}
    assert len({str(level) for level in levels.values()}) > 8
    usual = caller().get(QUEUES)["entities"][0]["mediaSettings"]
    assert {str(one["serviceLevel"]) for one in usual.values()} == {
        str({"percentage": 0.8, "durationMs": 20_000})
    }


def test_over_the_service_level_means_over_the_queues_own() -> None:
    shape = Shape(per_day=200, own_targets=True)
    queues = {queue.id: queue for queue in organisation_of(shape).queues}
    seen_over, seen_silent = 0, 0
    for made in conversations_of(shape, NOON.date()):
        for owner in made["participants"]:
            for leg in owner["sessions"]:
                metrics = {one["name"]: one["value"] for one in leg.get("metrics") or ()}
                if "tAnswered" not in metrics:
                    continue
                queue = next(queues[p["queueId"]] for p in leg["segments"] if "queueId" in p)
                target = queue.target(leg["mediaType"])
                over = target is not None and metrics["tAnswered"] > target.duration_ms
                assert over == ("nOverSla" in metrics)
                seen_over += over
                seen_silent += target is None
    assert seen_over > 10
    assert seen_silent > 3


def test_a_hostile_list_has_attributes_that_nobody_knows() -> None:
    found = decoded(caller(Shape(hostile=True)).send("GET", QUEUES))["entities"]
    assert any("futureAttribute" in one for one in found)
    assert any(one["description"] is None for one in found)


def test_no_page_reaches_past_the_window_but_of_active_users() -> None:
    """The vendor's own client: 400 past 10,000 inactive ones, though pageCount goes on."""
    asking = caller(Shape(users=120), list_window=50)
    for state, last in (("active", None), ("any", 50), ("inactive", 50), ("deleted", 50)):
        path = f"/api/v2/users?state={state}&pageSize=10"
        within = asking.send("GET", f"{path}&pageNumber=5")
        beyond = asking.send("GET", f"{path}&pageNumber=6")
        assert within.status == 200
        assert beyond.status == (400 if last else 200)
    everybody = asking.get("/api/v2/users?state=any&pageSize=10")
    assert (everybody["total"], everybody["pageCount"]) == (120, 12)
    assert asking.send("GET", "/api/v2/groups?pageSize=10&pageNumber=6").status == 200
    front, back = (
        [one["id"] for one in asking.get(f"/api/v2/users?state=any&pageSize=50{order}")["entities"]]
        for order in ("", "&sortOrder=descending")
    )
    assert not set(front) & set(back)
