"""The bodies of aggregate queries, and the form of the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trunkline_simulator import Client, Settings, Shape
from trunkline_simulator.caller import Caller, StoppedClock, decoded

QUERY = "/api/v2/analytics/conversations/aggregates/query"
SHAPE = Shape(seed=5, per_day=60)
NOW = datetime(2025, 4, 20, 12, tzinfo=UTC)
DAY = "2025-04-08T00:00:00.000Z/2025-04-09T00:00:00.000Z"


def caller(**more: Any) -> Caller:
    made = Caller(Settings(shape=SHAPE, **more), StoppedClock(NOW))
    made.sign_in()
    return made


def ask(asking: Caller, interval: str = DAY, **body: Any) -> list[dict[str, Any]]:
    answer = asking.send("POST", QUERY, {"interval": interval, **body})
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = decoded(answer)["results"]
    return found


def refused(asking: Caller, **body: Any) -> str:
    answer = asking.send("POST", QUERY, {"interval": DAY, "metrics": ["nOffered"], **body})
    assert answer.status == 400
    return str(decoded(answer)["message"])


def test_a_view_has_what_is_within_its_range() -> None:
    asking = caller()
    short = {"target": "tWait", "name": "short", "function": "rangeBound", "range": {"lt": 20_000}}
    long = {**short, "name": "long", "range": {"gte": 20_000}}
    found = ask(asking, metrics=["tWait"], views=[short, long])[0]["data"][0]
    parts = {view["name"]: view["stats"] for view in found["views"]}
    whole = found["metrics"][0]["stats"]
    assert parts["short"]["max"] < 20_000 <= parts["long"]["min"]
    assert parts["short"]["sum"] + parts["long"]["sum"] == whole["sum"]


def test_days_are_of_the_zone_and_told_in_the_offset_that_was_asked() -> None:
    """2025-03-30 has 23 hours in Berlin."""
    found = ask(
        caller(),
        "2025-03-29T00:00:00+01:00/2025-04-01T00:00:00+02:00",
        granularity="P1D",
        timeZone="Europe/Berlin",
        metrics=["nOffered"],
    )
    assert [data["interval"] for data in found[0]["data"]] == [
        "2025-03-29T00:00:00.000+01:00/2025-03-30T00:00:00.000+01:00",
        "2025-03-30T00:00:00.000+01:00/2025-03-30T23:00:00.000+01:00",
        "2025-03-30T23:00:00.000+01:00/2025-03-31T23:00:00.000+01:00",
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"metrics": ["tNothing"]}, "unknown 'tNothing'"),
        ({"metrics": []}, "metrics is required"),
        ({"groupBy": ["colour"]}, "unknown 'colour'"),
        ({"granularity": "PT0S"}, "not an ISO-8601 period"),
        ({"granularity": "quarter"}, "not an ISO-8601 period"),
        ({"granularity": "PT15M", "timeZone": "Mars/Olympus"}, "not known"),
        ({"granularity": "PT1S"}, "more than 3000 periods"),
        ({"interval": "2025-04-08/2025-04-08"}, "must end after"),
        ({"paging": {}}, "Unrecognized field"),
        ({"pageSize": 10}, "Unrecognized field"),
        ({"filter": {"type": "and"}}, "needs predicates"),
        ({"views": [{"target": "nOffered"}]}, "a view has"),
    ],
)
def test_what_is_out_of_order_is_refused(body: dict[str, Any], said: str) -> None:
    assert said in refused(caller(), **body)


def test_an_answer_that_is_too_large_is_refused_whole() -> None:
    asking = caller(aggregate_cells=50)
    said = refused(asking, granularity="PT15M", groupBy=["queueId"])
    assert "too large" in said
    assert ask(asking, DAY, granularity="P1D", groupBy=["queueId"], metrics=["nOffered"])


def test_it_asks_for_its_permission() -> None:
    held = Client(permissions=frozenset({"analytics:conversationDetail:view"}))
    asking = Caller(Settings(clients=(held,)), StoppedClock(NOW))
    asking.sign_in()
    answer = asking.send("POST", QUERY, {"interval": DAY, "metrics": ["nOffered"]})
    assert answer.status == 403
    assert "analytics:conversationAggregate:view" in decoded(answer)["message"]
