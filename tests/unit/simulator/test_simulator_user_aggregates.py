"""How long users were in which state: what their records say, interval by interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from trunkline_simulator import Client, DirectoryChange, Settings, Shape, expected_user_intervals
from trunkline_simulator.caller import Caller, decoded
from trunkline_simulator.cells import Row
from trunkline_simulator.directory import organisation_of

QUERY = "/api/v2/analytics/users/aggregates/query"
DETAILS = "/api/v2/analytics/users/details/query"
METRICS = ["tAgentRoutingStatus", "tOrganizationPresence", "tSystemPresence"]
SHAPE = Shape(seed=5, per_day=60)
NOW = datetime(2025, 4, 10, 12, 7, tzinfo=UTC)
WEEK = "2025-04-01T00:00:00.000Z/2025-04-08T00:00:00.000Z"
TODAY = "2025-04-10T00:00:00.000Z/2025-04-11T00:00:00.000Z"


def caller(client: Client | None = None, **more: Any) -> Caller:
    clients = (client or Client(),)
    made = Caller(Settings(shape=more.pop("shape", SHAPE), clients=clients, **more))
    made.clock.at = NOW
    made.sign_in()
    return made


def ask(asking: Caller, interval: str = WEEK, **body: Any) -> Any:
    body = {"interval": interval, "groupBy": ["userId"], "metrics": METRICS, **body}
    return decoded(asking.send("POST", QUERY, body))


def rows(answer: Any) -> list[Row]:
    made = []
    for one in answer["results"]:
        for data in one["data"]:
            start, end = (datetime.fromisoformat(text) for text in data["interval"].split("/"))
            for told in data["metrics"]:
                row = {
                    "user_id": one["group"]["userId"],
                    "interval_start": start,
                    "interval_end": end,
                    "metric": told["metric"],
                    "qualifier": told["qualifier"],
                    "duration_ms": told["stats"]["sum"],
                }
                made.append(row)
    return sorted(made, key=key)


def key(row: Row) -> tuple[Any, ...]:
    return row["user_id"], row["interval_start"], row["metric"], row["qualifier"]


@pytest.mark.parametrize(
    "more",
    [{}, {"removed_share": 0.3}, {"late_share": 0.5, "late_seconds": 90_000}],
    ids=["usual", "removed", "late in the lake"],
)
def test_a_week_is_what_the_records_say(more: dict[str, Any]) -> None:
    asking = caller(**more)
    truth = expected_user_intervals(asking.settings, date(2025, 4, 1), date(2025, 4, 7), NOW, 30)
    assert len(truth) > 30 * 7 * 48 * 2
    assert rows(ask(asking, granularity="PT30M")) == sorted(truth, key=key)


def test_it_is_what_the_details_say() -> None:
    """The endpoint of the records, asked in its own way, summed by user and status."""
    asking = caller()
    spent: dict[tuple[str, str, str], int] = defaultdict(int)
    start, end = (datetime.fromisoformat(text) for text in WEEK.split("/"))
    seen = set()
    for page in range(1, 100):
        body = {"interval": WEEK, "paging": {"pageSize": 100, "pageNumber": page}}
        for one in decoded(asking.send("POST", DETAILS, body)).get("userDetails", []):
            for record in one.get("routingStatus", []):
                if (one["userId"], record["startTime"]) in seen:
                    continue
                seen.add((one["userId"], record["startTime"]))
                first = max(start, datetime.fromisoformat(record["startTime"]))
                until = datetime.fromisoformat(record.get("endTime", NOW.isoformat()))
                length = min(end, until) - first
                what = (one["userId"], "tAgentRoutingStatus", record["routingStatus"])
                spent[what] += length // timedelta(milliseconds=1)
    asked = {
        (row["user_id"], row["metric"], row["qualifier"]): row["duration_ms"]
        for row in rows(ask(asking, metrics=["tAgentRoutingStatus"]))
    }
    assert asked == dict(spent)


def test_every_interval_of_a_user_adds_up_to_its_length() -> None:
    """Up to now: what is to come is not told."""
    totals: Counter[tuple[str, str, datetime]] = Counter()
    for row in rows(ask(caller(), TODAY, granularity="PT15M")):
        totals[row["user_id"], row["metric"], row["interval_start"]] += row["duration_ms"]
    assert len(totals) == 30 * 3 * (12 * 4 + 1)
    last = datetime(2025, 4, 10, 12, tzinfo=UTC)
    assert {total for (_, _, start), total in totals.items() if start < last} == {900_000}
    assert {total for (_, _, start), total in totals.items() if start == last} == {420_000}


def test_presences_of_the_organisation_belong_to_those_of_the_system() -> None:
    found = ask(caller())
    system = {
        presence: word
        for word, presences in found["systemToOrganizationMappings"].items()
        for presence in presences
    }
    sums: dict[str, Counter[str]] = {
        "tSystemPresence": Counter(),
        "tOrganizationPresence": Counter(),
    }
    for row in rows(found):
        if row["metric"] in sums:
            word = str(system.get(row["qualifier"], row["qualifier"]))
            sums[row["metric"]][word] += row["duration_ms"]
    assert sums["tSystemPresence"] == sums["tOrganizationPresence"]
    assert {"ON_QUEUE", "OFFLINE", "MEAL"} <= sums["tSystemPresence"].keys()


def test_a_client_sees_the_users_of_its_divisions_as_they_are_now() -> None:
    change = DirectoryChange(datetime(2025, 4, 9, tzinfo=UTC), "users", 0, "move", "EMEA")
    asking = caller(Client(divisions=frozenset({"EMEA"})), changes=(change,))
    users = organisation_of(SHAPE).users
    wanted = {user.id for user in users if user.division.name == "EMEA"} | {users[0].id}
    assert {one["group"]["userId"] for one in ask(asking)["results"]} == wanted


def test_users_are_chosen_a_hundred_at_a_time() -> None:
    asking = caller(shape=Shape(seed=5, per_day=20, users=120))
    users = [user.id for user in organisation_of(asking.settings.shape).users]

    def of(chosen: list[str]) -> dict[str, Any]:
        predicates = [{"dimension": "userId", "value": one} for one in chosen]
        return {"type": "or", "predicates": predicates}

    found = ask(asking, TODAY, filter=of(users[:100]), metrics=METRICS[:1])
    assert {one["group"]["userId"] for one in found["results"]} == set(users[:100])
    assert "at most 100" in ask(asking, filter=of(users[:101]))["message"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"groupBy": ["queueId"]}, "unknown 'queueId'"),
        ({"metrics": ["tTalk"]}, "unknown 'tTalk'"),
        ({"granularity": "PT5M"}, "at least 900 seconds"),
        ({"queryType": "topN"}, "Unrecognized field"),
        (
            {"filter": {"type": "or", "predicates": [{"dimension": "queueId", "value": "x"}]}},
            "unknown dimension",
        ),
    ],
)
def test_what_is_out_of_order_is_refused(body: dict[str, Any], said: str) -> None:
    assert said in ask(caller(user_granularity_seconds=900), **body)["message"]


def test_it_asks_for_its_permission() -> None:
    held = Client(permissions=frozenset({"analytics:userDetail:view"}))
    assert "analytics:userAggregate:view" in ask(caller(held))["message"]
