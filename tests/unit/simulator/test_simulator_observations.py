"""What is now: interactions and users of queues, queues of users, held to the details of now."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from trunkline_simulator import Client, Settings, Shape
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.directory import organisation_of

QUEUES = "/api/v2/analytics/queues/observations/query"
USERS = "/api/v2/analytics/users/observations/query"
DETAILS = "/api/v2/analytics/conversations/details/query"
SHAPE = Shape(seed=5, per_day=600)
NOW = datetime(2025, 4, 10, 14, 30, tzinfo=UTC)
ALL_QUEUES = {"type": "or", "predicates": [{"dimension": "queueId", "operator": "exists"}]}
ALL_USERS = {"type": "or", "predicates": [{"dimension": "userId", "operator": "exists"}]}


def caller(client: Client | None = None, **more: Any) -> Caller:
    clients = (client or Client(),)
    made = Caller(Settings(shape=SHAPE, clients=clients, **more))
    made.clock.at = NOW
    made.sign_in()
    return made


def ask(asking: Caller, path: str = QUEUES, **body: Any) -> Any:
    wanted = ALL_QUEUES if path == QUEUES else ALL_USERS
    return decoded(asking.send("POST", path, {"filter": wanted, **body}))


def counts(answer: Any) -> dict[tuple[str, ...], int]:
    return {
        (one["group"]["queueId"], one["group"].get("mediaType", ""), data["metric"],
         data.get("qualifier", "")): data["stats"]["count"]
        for one in answer["results"]
        for data in one["data"]
        if "count" in data["stats"]
    }  # fmt: skip


def open_sessions(asking: Caller) -> list[tuple[Any, Any, Any]]:
    """Participant, session and segment of what goes on in a queue, by the synchronous query."""
    found = []
    for page in range(1, 100):
        body = {
            "interval": "2025-04-08T00:00Z/2025-04-11T00:00Z",
            "paging": {"pageSize": 100, "pageNumber": page},
            "conversationFilters": [
                {
                    "type": "and",
                    "predicates": [{"dimension": "conversationEnd", "operator": "notExists"}],
                }
            ],
        }
        made = decoded(asking.send("POST", DETAILS, body)).get("conversations", [])
        if not made:
            break
        for owner in (owner for one in made for owner in one["participants"]):
            for leg in owner["sessions"]:
                found += [
                    (owner, leg, part)
                    for part in leg["segments"]
                    if "segmentEnd" not in part and "queueId" in part
                ]
    return found


@pytest.mark.parametrize("minutes", [0, 12])
def test_interactions_are_what_the_details_have_open(minutes: int) -> None:
    """Whoever only wraps up interacts with nobody."""
    asking = caller()
    asking.clock.advance(60 * minutes)
    expected: Counter[tuple[str, ...]] = Counter()
    going_on = open_sessions(asking)
    assert any(part["segmentType"] == "wrapup" for *_, part in going_on) == (minutes == 12)
    for owner, leg, part in going_on:
        ringing = "oAlerting" if part["segmentType"] == "alert" else "oInteracting"
        if owner["purpose"] == "acd":
            expected[part["queueId"], leg["mediaType"], "oWaiting", ""] += 1
        elif "userId" in owner and part["segmentType"] != "wrapup":
            expected[part["queueId"], leg["mediaType"], ringing, ""] += 1
    found = counts(ask(asking, metrics=["oWaiting", "oInteracting", "oAlerting"]))
    assert {place: count for place, count in found.items() if count} == dict(expected)
    assert len(found) == 9 * 5 * 3
    assert {place[2] for place in expected} >= {"oWaiting", "oInteracting"}


def test_what_is_observed_is_listed_up_to_a_number() -> None:
    asking = caller(observation_rows=1)
    answer = ask(asking, metrics=["oLongestInteracting"], detailMetrics=["oInteracting"])
    cut = 0
    for one in answer["results"]:
        told = {data["metric"]: data for data in one["data"]}
        listed, count = told["oInteracting"]["observations"], told["oInteracting"]["stats"]["count"]
        assert len(listed) == min(1, count)
        assert told["oInteracting"]["truncated"] == (count > 1)
        cut += count > 1
        assert ("oLongestInteracting" in told) == (count > 0)
        if listed:
            since = NOW - datetime.fromisoformat(listed[0]["observationDate"])
            longest = told["oLongestInteracting"]["stats"]["calculatedMetricValue"]
            assert longest == round(since.total_seconds() * 1000)
            assert listed[0]["conversationId"]
    assert cut


def test_users_of_a_queue_are_its_members_in_their_states() -> None:
    asking = caller()
    metrics = ["oMemberUsers", "oActiveUsers", "oOnQueueUsers", "oOffQueueUsers"]
    found = counts(ask(asking, metrics=[*metrics, "oUserPresences", "oUserRoutingStatuses"]))
    queues = organisation_of(SHAPE).queues
    for queue in queues:
        path = f"/api/v2/routing/queues/{queue.id}/members?pageSize=100"
        members = [one["id"] for one in asking.get(path)["entities"]]
        sums: Counter[str] = Counter()
        for (queue_id, _, metric, _), count in found.items():
            if queue_id == queue.id:
                sums[metric] += count
        assert sums["oMemberUsers"] == len(members)
        assert sums["oOnQueueUsers"] + sums["oOffQueueUsers"] == len(members)
        assert sums["oUserPresences"] == sums["oUserRoutingStatuses"] == len(members)
        offline = found.get((queue.id, "", "oOffQueueUsers", "OFFLINE"), 0)
        assert sums["oActiveUsers"] == len(members) - offline
    assert {qualifier for *_, metric, qualifier in found if metric == "oOnQueueUsers"} <= {
        "IDLE",
        "INTERACTING",
        "NOT_RESPONDING",
        "COMMUNICATING",
    }


def test_who_interacts_is_interacting() -> None:
    """The agents of what goes on in the queues, by their routing status of now."""
    asking = caller()
    body = {
        "interval": "2025-04-10T14:00Z/2025-04-10T15:00Z",
        "userFilters": [],
        "paging": {"pageSize": 100},
    }
    answer = decoded(asking.send("POST", "/api/v2/analytics/users/details/query", body))
    status = {
        one["userId"]: record["routingStatus"]
        for one in answer["userDetails"]
        for record in one.get("routingStatus", [])
        if "endTime" not in record
    }
    answer = ask(asking, detailMetrics=["oInteracting"])
    agents = {
        told["userId"]
        for one in answer["results"]
        for data in one["data"]
        for told in data["observations"]
    }
    assert agents
    assert {status[agent] for agent in agents} == {"INTERACTING"}


def test_queues_of_a_user() -> None:
    found = ask(caller(), USERS, metrics=["oMemberQueues", "oActiveQueues"])["results"]
    counted = {
        one["group"]["userId"]: {data["metric"]: data["stats"]["count"] for data in one["data"]}
        for one in found
    }
    assert len(counted) == 30
    members = counts(ask(caller(), metrics=["oMemberUsers"]))
    assert sum(one["oMemberQueues"] for one in counted.values()) == sum(members.values())


def test_a_filter_and_divisions_choose_the_queues() -> None:
    queue = organisation_of(SHAPE).queues[0]
    one = {"dimension": "queueId", "value": queue.id}
    voice = {"type": "or", "predicates": [{"dimension": "mediaType", "value": "voice"}]}
    wanted = {"type": "and", "predicates": [one], "clauses": [voice]}
    answer = ask(caller(), filter=wanted, metrics=["oWaiting", "oMemberUsers"])
    groups = [found["group"] for found in answer["results"]]
    assert groups == [{"mediaType": "voice", "queueId": queue.id}, {"queueId": queue.id}]
    seen = ask(caller(Client(divisions=frozenset({"EMEA"}))), metrics=["oMemberUsers"])
    assert len(seen["results"]) == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"filter": None, "metrics": ["oWaiting"]}, "filter is required"),
        ({"metrics": ["tTalk"]}, "unknown"),
        ({}, "metrics is required"),
        ({"interval": "x", "metrics": ["oWaiting"]}, "Unrecognized field"),
    ],
)
def test_what_is_out_of_order_is_refused(body: dict[str, Any], said: str) -> None:
    assert said in ask(caller(), **body)["message"]


@pytest.mark.parametrize(
    ("path", "permission"),
    [(QUEUES, "analytics:queueObservation:view"), (USERS, "analytics:userObservation:view")],
)
def test_it_asks_for_its_permission(path: str, permission: str) -> None:
    held = Client(permissions=frozenset({"analytics:userDetail:view"}))
    assert permission in ask(caller(held), path, metrics=["oWaiting"])["message"]
