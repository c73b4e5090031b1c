"""The synchronous query and conversations by id: fresher than the lake, and without attributes."""

from __future__ import annotations

from typing import Any

import pytest

from trunkline_simulator import Client, Settings, Shape
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.payloads.ids import place_of

QUERY = "/api/v2/analytics/conversations/details/query"
DETAILS = "/api/v2/analytics/conversations/details"
TODAY = "2025-04-10T00:00Z/2025-04-11T00:00Z"


def caller(**more: Any) -> Caller:
    made = Caller(Settings(shape=Shape(seed=5, per_day=60), **more))
    made.sign_in()
    return made


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [made["conversationId"] for made in found]


def test_it_reads_ahead_of_the_lake() -> None:
    asking = caller()
    body = {"interval": TODAY, "paging": {"pageSize": 100}}
    live = decoded(asking.send("POST", QUERY, body))
    lake = asking.conversations(TODAY, startOfDayIntervalMatching=True)
    assert set(ids(lake)) < set(ids(live["conversations"]))
    assert live["totalHits"] == len(live["conversations"])


def test_it_has_no_attributes() -> None:
    found = decoded(caller().send("POST", QUERY, {"interval": TODAY}))["conversations"]
    assert found
    assert not any("attributes" in owner for made in found for owner in made["participants"])


def test_pages_end_with_an_answer_without_conversations() -> None:
    asking = caller()
    pages = [
        decoded(asking.send("POST", QUERY, {"interval": TODAY, "paging": paging}))
        for paging in ({"pageSize": 20}, {"pageSize": 20, "pageNumber": 2}, {"pageNumber": 99})
    ]
    assert len(pages[0]["conversations"]) == 20
    assert not set(ids(pages[0]["conversations"])) & set(ids(pages[1]["conversations"]))
    assert pages[2] == {}


FILTER = [{"type": "and", "predicates": [{"dimension": "mediaType", "value": "voice"}]}]


@pytest.mark.parametrize(
    ("days", "filters", "status"),
    [("08", None, 200), ("09", None, 400), ("09", FILTER, 200), ("31", FILTER, 200)],
)
def test_the_interval_is_limited(days: str, filters: object, status: int) -> None:
    body: dict[str, object] = {"interval": f"2025-03-01T00:00Z/2025-03-{days}T00:00Z"}
    if filters:
        body["segmentFilters"] = filters
    assert caller().send("POST", QUERY, body).status == status


@pytest.mark.parametrize("paging", [{"pageSize": 101}, {"pageSize": 0}, {"pageNumber": 0}])
def test_bad_paging_is_refused(paging: dict[str, int]) -> None:
    assert caller().send("POST", QUERY, {"interval": TODAY, "paging": paging}).status == 400


def test_paging_ends_at_the_window() -> None:
    asking = caller(live_window=200)
    for number, status in ((2, 200), (3, 400)):
        paging = {"pageSize": 100, "pageNumber": number}
        answer = asking.send("POST", QUERY, {"interval": TODAY, "paging": paging})
        assert answer.status == status


def test_what_a_job_knows_the_query_does_not() -> None:
    assert caller().send("POST", QUERY, {"interval": TODAY, "limit": 5}).status == 400


def test_conversations_by_id() -> None:
    asking = caller()
    found = decoded(asking.send("POST", QUERY, {"interval": TODAY}))["conversations"]
    first, second = ids(found)[:2]
    asked = asking.get(f"{DETAILS}?id={second},{first},unknown")["conversations"]
    assert ids(asked) == [second, first]
    assert asking.get(f"/api/v2/analytics/conversations/{first}/details") == found[0]
    missing = "/api/v2/analytics/conversations/5f0c7d2e-0000-4000-a000-5eedc11e4701/details"
    assert asking.send("GET", missing).status == 404
    assert asking.send("GET", DETAILS).status == 400


def test_an_open_conversation_by_id_ends_later() -> None:
    asking = caller()
    found = decoded(asking.send("POST", QUERY, {"interval": TODAY, "paging": {"pageSize": 100}}))
    still = next(made for made in found["conversations"] if "conversationEnd" not in made)
    path = f"/api/v2/analytics/conversations/{still['conversationId']}/details"
    asking.clock.advance(70 * 86_400)
    asking.sign_in()
    assert asking.get(path)["conversationEnd"] > "2025-04-10T12:00"


def test_a_client_without_the_division_does_not_find_it() -> None:
    everything = caller().conversations("2025-04-01T00:00Z/2025-04-02T00:00Z")
    narrow = caller(clients=(Client(divisions=frozenset({"APAC"})),))
    visible = set(ids(narrow.conversations("2025-04-01T00:00Z/2025-04-02T00:00Z")))
    for key in ids(everything):
        status = narrow.send("GET", f"/api/v2/analytics/conversations/{key}/details").status
        assert (status == 200) == (key in visible)


def test_what_is_removed_is_gone_here_too() -> None:
    asking = caller(removed_share=0.3, removed_seconds=20 * 86_400)
    found = decoded(asking.send("POST", QUERY, {"interval": TODAY, "paging": {"pageSize": 100}}))
    before = ids(found["conversations"])
    asking.clock.advance(21 * 86_400)
    asking.sign_in()
    after = asking.get(f"{DETAILS}?id={','.join(before)}")["conversations"]
    assert 0 < len(after) < len(before)


def test_an_id_says_where_it_stands() -> None:
    asking = caller()
    for made in asking.conversations("1950-06-01T00:00Z/1950-06-02T00:00Z"):
        place = place_of(made["conversationId"], 5)
        assert place is not None
        if made["conversationStart"].startswith("1950-06-01"):
            assert place[0] == -7154
    assert place_of("not an id", 5) is None
