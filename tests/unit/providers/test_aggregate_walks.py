"""The requests that bring an aggregate, one after the other, as the cursors say them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PureCloudPlatformClientV2 import models

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
Answer = Callable[[Ask], Any]


def walked(
    dataset: str, answer: Answer, minutes: int = 15, users: tuple[str, ...] = ()
) -> list[Ask]:
    """Every request of a walk through two days, each answered."""
    direct, asks, cursor = payloads(minutes)[dataset], list[Ask](), None
    direct = direct.among(users) if direct.among else direct
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


def users_of(ask: Ask) -> list[str]:
    assert isinstance(ask.json, dict)
    return [predicate["value"] for predicate in ask.json["filter"]["predicates"]]


def test_users_are_asked_for_by_the_hundred() -> None:
    users = tuple(sorted(f"user-{n}" for n in range(250)))
    asks = walked("user_aggregates", lambda _: {}, users=users)
    assert [ask.method for ask in asks] == ["POST"] * 6
    assert [len(users_of(ask)) for ask in asks] == [100, 100, 100, 100, 50, 50]
    assert [user for ask in asks[::2] for user in users_of(ask)] == [*users]
    assert intervals(asks)[:2] == intervals(asks)[2:4]


def test_a_walk_that_is_gone_on_with_leaves_out_nobody_who_was_there() -> None:
    """Who is new since stands somewhere between them, and is asked for or not."""
    users = [f"user-{n:03}" for n in range(250)]
    few = payloads(15)["user_aggregates"]
    assert few.among is not None
    asked, cursor, known = list[str](), None, users
    for _ in range(40):
        direct = few.among(tuple(sorted(known)))
        asked += users_of(direct.ask(TWO_DAYS, cursor))
        cursor = json.loads(direct.reshape(b"{}", TWO_DAYS, cursor)).get("cursor")
        if cursor is None:
            break
        known = [*known, f"user-{len(known) % 100:03}-new", f"a-{len(known)}"]
    assert set(users) <= set(asked)
    assert cursor is None


def test_nobody_is_no_request() -> None:
    among = payloads(15)["user_aggregates"].among
    assert among is not None
    assert among(()).nobody == b'{"userIntervals":[]}'
    assert among(("a",)).nobody is None


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
