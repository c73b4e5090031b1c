"""The requests that bring an aggregate, one after the other, as the cursors say them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PureCloudPlatformClientV2 import models

from trunkline.errors import CursorLost, MalformedAnswer, ProviderError
from trunkline.interval import Interval
from trunkline.providers.genesys.aggregate_metrics import (
    EVALUATION_METRICS,
    METRICS,
    QUEUE_METRICS,
    SERVICE_LEVEL,
)
from trunkline.providers.genesys.aggregate_queries import QUERIES
from trunkline.providers.genesys.aggregate_walks import DATASETS, payloads
from trunkline.providers.genesys.payloads import Ask

START = datetime(2025, 3, 1, tzinfo=UTC)
TWO_DAYS = Interval(START, START + timedelta(days=2))
A_DAY = Interval(START, START + timedelta(days=1))
Answer = Callable[[Ask], Any]


def walked(dataset: str, answer: Answer, minutes: int = 15) -> list[Ask]:
    """Every request of a walk through two days, each answered."""
    direct, asks, cursor = payloads(minutes)[dataset], [], None
    while True:
        ask = direct.ask(TWO_DAYS, cursor)
        asks.append(ask)
        body = direct.reshape(json.dumps(answer(ask)).encode(), TWO_DAYS, cursor)
        cursor = json.loads(body).get("cursor")
        if cursor is None:
            return asks


def intervals(asks: list[Ask]) -> list[str]:
    return [ask.json["interval"] for ask in asks if isinstance(ask.json, dict)]


def test_a_day_is_one_request() -> None:
    asks = walked("queue_intervals", lambda _: {})
    assert intervals(asks) == [
        "2025-03-01T00:00:00.000Z/2025-03-02T00:00:00.000Z",
        "2025-03-02T00:00:00.000Z/2025-03-03T00:00:00.000Z",
    ]
    assert [ask.method for ask in asks] == ["POST", "POST"]


def test_a_quarter_of_a_day_is_one_where_there_are_many_groups() -> None:
    assert len(walked("conversation_aggregates", lambda _: {})) == 8


@pytest.mark.parametrize("minutes", [5, 15, 30, 60])
def test_bodies_are_of_the_vendors_model(minutes: int) -> None:
    model = {
        "queue_intervals": models.ConversationAggregationQuery,
        "conversation_aggregates": models.ConversationAggregationQuery,
        "evaluation_aggregates": models.EvaluationAggregationQuery,
        "user_aggregates": models.UserAggregationQuery,
    }
    dimensions = models.ConversationAggregateQueryPredicate()
    for dataset in DATASETS:
        body = QUERIES[dataset.name].body(TWO_DAYS, minutes, ["u"])
        assert body.keys() <= model[dataset.name]().swagger_types.keys() | {"groupBy"}
        assert body["granularity"] == f"PT{minutes}M"
        for predicate in body.get("filter", {}).get("predicates", ()):
            dimensions.dimension = predicate["dimension"]
            assert dimensions.dimension == predicate["dimension"]
            dimensions.operator = predicate.get("operator", "matches")
            assert dimensions.operator == predicate.get("operator", "matches")


def test_metrics_are_of_the_vendors_model() -> None:
    target = models.ConversationAggregationView()
    for name in (*METRICS, *QUEUE_METRICS, SERVICE_LEVEL):
        target.target = name
        assert target.target == name
    of_evaluations = models.EvaluationAggregationView()
    for name in EVALUATION_METRICS:
        of_evaluations.target = name
        assert of_evaluations.target == name
    dimensions = models.EvaluationAggregateQueryPredicate()
    for name in QUERIES["evaluation_aggregates"].fixed["groupBy"]:
        dimensions.dimension = name
        assert dimensions.dimension == name


def listed(total: int) -> Answer:
    """Pages of so many users, and nothing of what they did."""

    def answer(ask: Ask) -> Any:
        if ask.method == "POST":
            return {}
        page = int(ask.query["pageNumber"])
        ids = [f"user-{n}" for n in range(total)][(page - 1) * 100 : page * 100]
        pages = -(-total // 100)
        return {"entities": [{"id": one} for one in ids], "total": total, "pageCount": pages}

    return answer


def users_of(ask: Ask) -> list[str]:
    assert isinstance(ask.json, dict)
    return [predicate["value"] for predicate in ask.json["filter"]["predicates"]]


def test_users_are_asked_for_by_the_hundred() -> None:
    asks = walked("user_aggregates", listed(250))
    assert [ask.method for ask in asks] == ["GET", "POST", "POST"] * 3
    assert [len(users_of(ask)) for ask in asks if ask.json] == [100, 100, 100, 100, 50, 50]
    assert {user for ask in asks if ask.json for user in users_of(ask)} == {
        f"user-{n}" for n in range(250)
    }
    assert intervals(asks)[:2] == intervals(asks)[2:4]
    assert asks[0].query == {"state": "any", "pageSize": 100, "pageNumber": 1}


def test_nobody_is_one_request() -> None:
    assert [ask.method for ask in walked("user_aggregates", listed(0))] == ["GET"]


def test_an_empty_page_between_others_is_passed_over() -> None:
    def answer(ask: Ask) -> Any:
        found = listed(250)(ask)
        return found | {"entities": []} if ask.query.get("pageNumber") == 2 else found

    asks = walked("user_aggregates", answer)
    assert [ask.method for ask in asks] == ["GET", "POST", "POST", "GET", "GET", "POST", "POST"]


def test_a_list_that_gets_longer_leaves_nobody_out() -> None:
    """Whoever is new stands first and pushes the others back: one of them comes twice."""
    grown = 0

    def answer(ask: Ask) -> Any:
        nonlocal grown
        if ask.method == "POST":
            return {}
        everybody = [f"new-{n}" for n in range(grown)] + [f"user-{n}" for n in range(150)]
        grown += 1
        at = (int(ask.query["pageNumber"]) - 1) * 100
        ids = everybody[at : at + 100]
        return {"entities": [{"id": i} for i in ids], "total": len(everybody), "pageCount": 2}

    asked = [
        user for ask in walked("user_aggregates", answer) if ask.json for user in users_of(ask)
    ]
    assert {f"user-{n}" for n in range(150)} <= set(asked)


def test_a_list_that_gets_shorter_is_read_again() -> None:
    totals = iter([150, 149])

    def answer(ask: Ask) -> Any:
        return {} if ask.method == "POST" else listed(150)(ask) | {"total": next(totals)}

    with pytest.raises(CursorLost, match="shorter"):
        walked("user_aggregates", answer)


class Organisation:
    """So many users of each state, told only up to a window where they are not active."""

    def __init__(self, window: int, **of: int) -> None:
        self.window = window
        self.of = {state: [f"{state}-{n}" for n in range(count)] for state, count in of.items()}

    def page(self, query: Mapping[str, Any]) -> Any:
        """A page of the list; None where it is refused."""
        state, number = query["state"], query["pageNumber"]
        found = self.of[state] if state in self.of else [u for us in self.of.values() for u in us]
        if query.get("sortOrder") == "descending":
            found = found[::-1]
        if state != "active" and number * 100 > self.window:
            return None
        ids = found[(number - 1) * 100 : number * 100]
        counts = {"total": len(found), "pageCount": -(-len(found) // 100)}
        return {"entities": [{"id": one} for one in ids], **counts}


def asked_about(organisation: Organisation) -> tuple[list[str], int]:
    """Every user that a walk through a day asks about, and how many pages of users it asked for."""
    direct, cursor, users, lists = payloads(15)["user_aggregates"], None, [], 0
    while True:
        ask = direct.ask(A_DAY, cursor)
        if ask.method == "POST":
            users += users_of(ask)
        lists += ask.method == "GET"
        answer = {} if ask.method == "POST" else organisation.page(ask.query)
        body = (
            direct.refused(400, A_DAY, cursor)
            if answer is None
            else direct.reshape(json.dumps(answer).encode(), A_DAY, cursor)
        )
        assert body is not None
        cursor = json.loads(body).get("cursor")
        if cursor is None:
            return users, lists


@pytest.mark.parametrize(
    ("organisation", "lists"),
    [
        (Organisation(10_000, active=9_000, inactive=500, deleted=499), 100),
        (Organisation(10_000, active=12_000, inactive=150, deleted=10_000), 1 + 120 + 2 + 100),
        # The one that is refused, and those from the end.
        (Organisation(10_000, active=1, inactive=0, deleted=10_250), 1 + 1 + 1 + 100 + 1 + 3),
        (Organisation(200, active=250, inactive=399, deleted=200), 3 + 3 + 3 + 2 + 2),
    ],
)
def test_of_more_users_than_pages_reach_nobody_is_left_out(
    organisation: Organisation, lists: int
) -> None:
    users, asked = asked_about(organisation)
    assert set(users) == {one for of in organisation.of.values() for one in of}
    assert asked == lists


def test_how_many_users_are_told_from_neither_end_is_an_error() -> None:
    with pytest.raises(ProviderError, match=r"of 1,050 users with state=deleted 250 are not told"):
        asked_about(Organisation(400, active=3, inactive=0, deleted=1_050))


def test_what_is_no_list_of_users_is_malformed() -> None:
    direct = payloads(15)["user_aggregates"]
    assert not direct.ask(TWO_DAYS, None).is_page(b"{}")
    with pytest.raises(MalformedAnswer):
        direct.reshape(b'{"entities":[{}]}', TWO_DAYS, None)


@pytest.mark.parametrize("status", [400, 413])
def test_what_is_refused_as_too_large_is_asked_for_by_halves(status: int) -> None:
    direct, cursor, spans = payloads(15)["queue_intervals"], None, []
    while body := direct.refused(status, TWO_DAYS, cursor):
        page = json.loads(body)
        assert page["queueIntervals"] == []
        cursor = page["cursor"]
        asked = direct.ask(TWO_DAYS, cursor).json
        assert isinstance(asked, dict)
        spans.append(asked["interval"].split("/")[1])
    assert spans[:2] == ["2025-03-01T12:00:00.000Z", "2025-03-01T06:00:00.000Z"]
    assert spans[-1] == "2025-03-01T00:15:00.000Z"


def test_other_refusals_are_refusals() -> None:
    direct = payloads(15)
    assert direct["queue_intervals"].refused(409, TWO_DAYS, None) is None
    assert direct["user_aggregates"].refused(400, TWO_DAYS, None) is None
