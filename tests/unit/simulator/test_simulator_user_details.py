"""User details: what records are kept where, pages, filters, faults; and their jobs' life."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from trunkline_simulator import Client, DirectoryChange, JobFault, Settings, Shape
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.directory import directory
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.view import instant

SHAPE = Shape(seed=5, per_day=30)
JOBS = "/api/v2/analytics/users/details/jobs"
QUERY = "/api/v2/analytics/users/details/query"
WEEK = "2025-03-31T00:00:00.000Z/2025-04-07T00:00:00.000Z"
DAY = "2025-04-02T00:00:00.000Z/2025-04-03T00:00:00.000Z"
NOW = datetime(2025, 4, 10, 12, tzinfo=UTC)
Key = tuple[str, str, str]


def caller(**more: Any) -> Caller:
    made = Caller(Settings(**{"shape": SHAPE, **more}))
    made.sign_in()
    return made


def submit(asking: Caller, **query: Any) -> str:
    return str(decoded(asking.send("POST", JOBS, query))["jobId"])


def pages(asking: Caller, size: int = 1000, **query: Any) -> list[Json]:
    job_id = submit(asking, **query)
    asking.clock.advance(8)
    found = [asking.get(f"{JOBS}/{job_id}/results?pageSize={size}")]
    while cursor := found[-1].get("cursor"):
        found.append(asking.get(f"{JOBS}/{job_id}/results?pageSize={size}&cursor={cursor}"))
    return found


def records(found: list[Json]) -> list[tuple[Key, Json]]:
    """Every record with its key: user, kind, start."""
    return [
        ((row["userId"], kind, one["startTime"]), one)
        for page in found
        for row in page["userDetails"]
        for kind in ("primaryPresence", "routingStatus")
        for one in row.get(kind) or ()
    ]


def distinct(found: list[Json]) -> dict[Key, Json]:
    return dict(records(found))


def test_small_pages_hold_the_same_records_and_repeat_some() -> None:
    """A record over midnight is kept twice, and is told once only where both are on one page."""
    asking = caller()
    large, small = pages(asking, interval=WEEK), pages(asking, 7, interval=WEEK)
    assert len(large) == 1
    assert max(Counter(key for key, _ in records(large)).values()) == 1
    twice = [key for key, many in Counter(key for key, _ in records(small)).items() if many > 1]
    assert distinct(small) == distinct(large)
    assert len(twice) > 50
    assert max(Counter(key for key, _ in records(small)).values()) == 2


def test_a_page_may_have_fewer_rows_than_asked_for_and_users_come_again() -> None:
    found = pages(caller(), 50, interval=WEEK)
    rows = [[row["userId"] for row in page["userDetails"]] for page in found]
    assert all(len(set(page)) == len(page) for page in rows)
    assert all(len(page) < 50 for page in rows)
    assert len(set(rows[0]) & set(rows[1])) > 10
    assert "cursor" not in found[-1]
    assert {page["dataAvailabilityDate"] for page in found} == {"2025-04-10T06:00:00Z"}


def test_records_overlap_the_interval_and_are_not_cut() -> None:
    found = distinct(pages(caller(), interval="2025-04-02T09:00:00Z/2025-04-02T10:00:00Z"))
    start, end = (instant(f"2025-04-02T{hour:02d}:00:00Z") for hour in (9, 10))
    for (_, _, begun), one in found.items():
        assert instant(begun) < end
        assert instant(one["endTime"]) > start
    assert any(instant(begun) < start for _, _, begun in found)
    assert any(instant(one["endTime"]) > end for one in found.values())
    whole = distinct(pages(caller(), interval=DAY))
    assert found.items() <= whole.items()


def test_records_of_one_user_follow_upon_one_another() -> None:
    found = distinct(pages(caller(), interval=WEEK))
    user = directory(5).users[0].id
    for kind in ("primaryPresence", "routingStatus"):
        times = sorted(
            (instant(begun), instant(one["endTime"]))
            for (who, what, begun), one in found.items()
            if (who, what) == (user, kind)
        )
        assert len(times) > 20
        assert all(first[1] == then[0] for first, then in pairwise(times))


def test_what_is_not_over_has_no_end_and_what_is_to_come_is_not_there() -> None:
    asking = caller(lag_seconds=3600)
    found = distinct(pages(asking, interval="2025-04-09T00:00:00Z/2025-04-11T00:00:00Z"))
    lake = "2025-04-10T11:00:00Z"
    still_open = [key for key, one in found.items() if "endTime" not in one]
    assert Counter(key[:2] for key in still_open) == {
        (user.id, kind): 1
        for user in directory(5).users
        for kind in ("primaryPresence", "routingStatus")
    }
    assert max(instant(begun) for _, _, begun in found) < instant(lake)
    assert all(
        instant(one["endTime"]) <= instant(lake) for one in found.values() if "endTime" in one
    )


def test_an_open_record_gets_its_end_and_keeps_its_start() -> None:
    asking = caller(lag_seconds=0)
    before = distinct(pages(asking, interval="2025-04-10T00:00:00Z/2025-04-11T00:00:00Z"))
    asking.clock.advance(15 * 86_400)
    asking.sign_in()
    after = distinct(pages(asking, interval="2025-04-10T00:00:00Z/2025-04-11T00:00:00Z"))
    still_open = [key for key, one in before.items() if "endTime" not in one]
    assert len(still_open) == 60
    assert all("endTime" in after[key] for key in still_open)
    assert {
        key: one for key, one in before.items() if key not in still_open
    }.items() <= after.items()


def dimension(name: str, value: str) -> list[Json]:
    predicate = {"type": "dimension", "dimension": name, "value": value}
    return [{"type": "and", "predicates": [predicate]}]


def test_filters_choose_users_and_records() -> None:
    asking, user = caller(), directory(5).users[4].id
    one = distinct(pages(asking, interval=DAY, userFilters=dimension("userId", user)))
    assert {key[0] for key in one} == {user}
    assert {key[1] for key in one} == {"primaryPresence", "routingStatus"}
    meals = pages(
        asking,
        interval=DAY,
        presenceFilters=dimension("systemPresence", "MEAL"),
        routingStatusFilters=dimension("routingStatus", "INTERACTING"),
    )
    words = {made.get("systemPresence", made.get("routingStatus")) for _, made in records(meals)}
    assert words == {"MEAL", "INTERACTING"}
    everything = distinct(pages(asking, interval=DAY))
    identity = next(
        made["organizationPresenceId"]
        for made in everything.values()
        if "organizationPresenceId" in made
    )
    chosen = pages(
        asking, interval=DAY, presenceFilters=dimension("organizationPresenceId", identity)
    )
    found = [made for key, made in records(chosen) if key[1] == "primaryPresence"]
    assert {made["organizationPresenceId"] for made in found} == {identity}


@pytest.mark.parametrize(
    "more",
    [
        {"userFilters": dimension("queueId", "x")},
        {"presenceFilters": dimension("routingStatus", "IDLE")},
        {"segmentFilters": dimension("userId", "x")},
        {"startOfDayIntervalMatching": True},
        {"order": "sideways"},
        {"paging": {"pageSize": 10}},
        {"interval": "2025-04-02"},
    ],
)
def test_what_the_model_does_not_know_is_refused(more: Json) -> None:
    assert caller().send("POST", JOBS, {"interval": DAY, **more}).status == 400


def test_only_users_of_the_clients_divisions_are_told_of() -> None:
    client = Client(divisions=frozenset({"EMEA"}))
    own = {user.id for user in directory(5).users if user.division.name == "EMEA"}
    found = distinct(pages(caller(clients=(client,)), interval=DAY))
    assert {key[0] for key in found} == own
    moved = DirectoryChange(NOW.replace(day=1), "users", 0, "move", "EMEA")
    found = distinct(pages(caller(clients=(client,), changes=(moved,)), interval=DAY))
    assert {key[0] for key in found} == own | {directory(5).users[0].id}


def test_one_permission_opens_them_and_no_other() -> None:
    for permission, status in (("userDetail", 202), ("conversationDetail", 403)):
        client = Client(permissions=frozenset({f"analytics:{permission}:view"}))
        asking = caller(clients=(client,))
        assert asking.send("POST", JOBS, {"interval": DAY}).status == status
        assert asking.send("GET", f"{JOBS}/availability").status == (200 if status == 202 else 403)


def test_a_job_lives_and_ends_as_those_of_conversations_do() -> None:
    asking = caller()
    job_id = submit(asking, interval=DAY)
    assert asking.get(f"{JOBS}/{job_id}")["state"] == "QUEUED"
    assert asking.send("GET", f"{JOBS}/{job_id}/results").status == 400
    asking.clock.advance(8)
    assert asking.get(f"{JOBS}/{job_id}")["state"] == "FULFILLED"
    assert asking.send("DELETE", f"{JOBS}/{job_id}").status == 204
    assert asking.send("GET", f"{JOBS}/{job_id}").status == 404


def test_a_job_is_known_under_its_own_path_only() -> None:
    asking = caller()
    job_id = submit(asking, interval=DAY)
    other = asking.submit(interval=DAY)
    assert (
        asking.send("GET", f"/api/v2/analytics/conversations/details/jobs/{job_id}").status == 404
    )
    assert asking.send("GET", f"{JOBS}/{other}").status == 404


def test_faults_may_strike_the_jobs_of_one_payload_alone() -> None:
    asking = caller(job_faults=(JobFault("fail", nth=2, payload="userDetails"),))
    jobs = [asking.submit(interval=DAY) for _ in range(2)]
    mine = [submit(asking, interval=DAY) for _ in range(2)]
    asking.clock.advance(8)
    theirs = "/api/v2/analytics/conversations/details/jobs"
    assert [asking.get(f"{theirs}/{one}")["state"] for one in jobs] == ["FULFILLED"] * 2
    assert [asking.get(f"{JOBS}/{one}")["state"] for one in mine] == ["FULFILLED", "FAILED"]


def test_pages_overlap_come_out_of_order_and_empty_where_told_to() -> None:
    plain = distinct(pages(caller(), interval=WEEK))
    odd = caller(page_overlap=3, shuffle_pages=True, empty_pages=True, empty_end=True)
    found = pages(odd, 20, interval=WEEK)
    assert [] in [page.get("userDetails") for page in found]
    assert "userDetails" not in found[-1]
    filled = [page for page in found if page.get("userDetails")]
    assert distinct(filled) == plain


def test_some_records_come_late_and_some_are_removed() -> None:
    everything = distinct(pages(caller(), interval=WEEK))
    late = distinct(pages(caller(late_share=0.3, late_seconds=20 * 86_400), interval=WEEK))
    fewer = distinct(pages(caller(removed_share=0.3, removed_seconds=86_400), interval=WEEK))
    for found in (late, fewer):
        assert found.items() < everything.items()
        assert 0.5 < len(found) / len(everything) < 0.9


def test_the_synchronous_query_pages_by_number_up_to_now() -> None:
    asking = caller()
    body = {"interval": "2025-04-09T00:00:00Z/2025-04-11T00:00:00Z"}
    first = decoded(asking.send("POST", QUERY, body))
    number, found = 1, []
    while "userDetails" in first:
        found.append(first)
        number += 1
        paging = {"pageSize": 25, "pageNumber": number}
        first = decoded(asking.send("POST", QUERY, {**body, "paging": paging}))
    assert first == {}
    assert len(found) == -(-found[0]["totalHits"] // 25)
    newest = max(instant(begun) for _, _, begun in distinct(found))
    assert instant("2025-04-10T06:00:00Z") < newest < instant("2025-04-10T12:00:00Z")


def test_the_synchronous_query_answers_a_week_or_a_month_with_a_filter() -> None:
    asking = caller()
    month = "2025-03-01T00:00:00Z/2025-04-01T00:00:00Z"
    filters = dimension("userId", directory(5).users[0].id)
    for body, status in (
        ({"interval": WEEK}, 200),
        ({"interval": "2025-03-31T00:00:00Z/2025-04-07T00:00:01Z"}, 400),
        ({"interval": month, "userFilters": filters}, 200),
        ({"interval": WEEK, "paging": {"pageSize": 101}}, 400),
    ):
        assert asking.send("POST", QUERY, body).status == status


def test_hostile_records_have_words_and_attributes_that_nobody_knows() -> None:
    asking = caller(shape=Shape(seed=5, per_day=30, hostile=True))
    found = records(pages(asking, interval=WEEK))
    assert any("futureAttribute" in made for _, made in found)
    words = {made.get("systemPresence", made.get("routingStatus")) for _, made in found}
    assert "LEVITATING" in words


def test_users_show_the_status_that_their_details_have() -> None:
    asking = caller(lag_seconds=0)
    found = distinct(pages(asking, interval="2025-04-10T00:00:00Z/2025-04-11T00:00:00Z"))
    still_open = {key[:2]: one for key, one in found.items() if "endTime" not in one}
    shown = asking.get("/api/v2/users?state=any&pageSize=100&expand=routingStatus,presence")
    for user in shown["entities"]:
        routing = still_open[user["id"], "routingStatus"]
        presence = still_open[user["id"], "primaryPresence"]
        assert user["routingStatus"]["status"] == routing["routingStatus"]
        assert user["routingStatus"]["startTime"] == routing["startTime"]
        now = user["presence"]["presenceDefinition"]
        assert now["id"] == presence["organizationPresenceId"]
        word = now["systemPresence"].replace("OnQueue", "on_queue").upper()
        assert word == presence["systemPresence"]


def test_the_lake_of_users_may_be_further_behind() -> None:
    asking = caller(user_lag_seconds=20 * 3600)
    assert asking.get(f"{JOBS}/availability") == {"dataAvailabilityDate": "2025-04-09T16:00:00Z"}
    other = asking.get("/api/v2/analytics/conversations/details/jobs/availability")
    assert other == {"dataAvailabilityDate": "2025-04-10T06:00:00Z"}
    found = pages(asking, interval="2025-04-09T00:00:00Z/2025-04-11T00:00:00Z")
    assert {page["dataAvailabilityDate"] for page in found} == {"2025-04-09T16:00:00Z"}
    assert max(begun for _, _, begun in distinct(found)) < "2025-04-09T16"
