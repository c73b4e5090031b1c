"""Genesys's own Python SDK asks the simulator for aggregates and observations, and reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.official import held, signed_in
from trunkline_simulator import Settings, Shape
from trunkline_simulator.api.aggregate_words import (
    EVALUATION_METRICS,
    METRICS,
    QUEUE_INTERACTION_METRICS,
    QUEUE_USER_METRICS,
    USER_METRICS,
    USER_OBSERVATIONS,
)

SHAPE = Shape(seed=3, per_day=120, own_targets=True)
NOW = datetime(2025, 4, 10, 15, tzinfo=UTC)
DAY = "2025-04-08T00:00:00.000Z/2025-04-10T00:00:00.000Z"
BODY = {"interval": DAY, "granularity": "PT1H", "groupBy": ["queueId", "mediaType"]}
VIEW = {"target": "tWait", "name": "short", "function": "rangeBound", "range": {"lt": 20_000}}


@pytest.fixture(scope="module")
def api(sdk: Any) -> Iterator[Any]:
    settings = Settings(shape=SHAPE, queued_seconds=0, pending_seconds=0)
    with signed_in(sdk, settings, lambda: NOW) as client:
        yield client


def model(sdk: Any, name: str, body: dict[str, Any]) -> Any:
    """A request of the SDK's own models, in which each attribute must be one that they have."""
    made = getattr(sdk, name)()
    names = {json: attribute for attribute, json in made.attribute_map.items()}
    for json, value in body.items():
        setattr(made, names[json], value)
    return made


def pages(read: Any, job_id: str) -> Iterator[Any]:
    """Every page of a job's results."""
    page = read(job_id)
    yield page
    while page.cursor:
        page = read(job_id, cursor=page.cursor)
        yield page


def test_conversations(sdk: Any, api: Any) -> None:
    analytics = sdk.AnalyticsApi(api)
    body = model(
        sdk,
        "ConversationAggregationQuery",
        {**BODY, "metrics": sorted(METRICS), "views": [VIEW], "timeZone": "Europe/Berlin"},
    )
    found = analytics.post_analytics_conversations_aggregates_query(body).results
    held(sdk, api, "ConversationAggregateQueryResponse")
    said = {one.metric for group in found for data in group.data for one in data.metrics}
    assert {"nOffered", "nOverSla", "tAbandon", "tWait", "oServiceLevel", "oServiceTarget"} <= said
    assert any(data.views for group in found for data in group.data)


def test_jobs_of_conversations(sdk: Any, api: Any) -> None:
    analytics = sdk.AnalyticsApi(api)
    asked = {**BODY, "metrics": ["nOffered", "tTalk"]}
    plain = model(sdk, "ConversationAggregationQuery", asked)
    whole = analytics.post_analytics_conversations_aggregates_query(plain).results
    query = model(sdk, "ConversationAsyncAggregationQuery", {**asked, "pageSize": 7})
    job = analytics.post_analytics_conversations_aggregates_jobs(query).job_id
    status = analytics.get_analytics_conversations_aggregates_job(job)
    held(sdk, api, "AsyncQueryStatus")
    assert status.state == "FULFILLED"
    found = list(pages(analytics.get_analytics_conversations_aggregates_job_results, job))
    held(sdk, api, "ConversationAsyncAggregateQueryResponse")
    assert [len(page.results) for page in found[:-1]] == [7] * (len(found) - 1)
    groups = [group.to_dict() for page in found for group in page.results]
    assert groups == [group.to_dict() for group in whole]


def test_users(sdk: Any, api: Any) -> None:
    analytics = sdk.AnalyticsApi(api)
    asked = {"interval": DAY, "granularity": "PT30M", "groupBy": ["userId"]}
    asked["metrics"] = sorted(USER_METRICS)
    plain = model(sdk, "UserAggregationQuery", asked)
    whole = analytics.post_analytics_users_aggregates_query(plain)
    held(sdk, api, "UserAggregateQueryResponse")
    assert len(whole.results) == 30
    assert "ON_QUEUE" in whole.system_to_organization_mappings
    query = model(sdk, "UserAsyncAggregationQuery", {**asked, "pageSize": 11})
    job = analytics.post_analytics_users_aggregates_jobs(query).job_id
    assert analytics.get_analytics_users_aggregates_job(job).state == "FULFILLED"
    found = list(pages(analytics.get_analytics_users_aggregates_job_results, job))
    held(sdk, api, "UserAsyncAggregateQueryResponse")
    assert [len(page.results) for page in found] == [11, 11, 8]


def test_evaluations(sdk: Any, api: Any) -> None:
    groups = ["evaluatorId", "userId", "queueId", "formId"]
    asked = {"interval": DAY, "groupBy": groups, "metrics": sorted(EVALUATION_METRICS)}
    body = model(sdk, "EvaluationAggregationQuery", asked)
    found = sdk.AnalyticsApi(api).post_analytics_evaluations_aggregates_query(body).results
    held(sdk, api, "EvaluationAggregateQueryResponse")
    assert {name for one in found for name in one.group} == set(groups)
    scores = [m.stats for one in found for m in one.data[0].metrics if m.metric == "oTotalScore"]
    assert scores
    assert all(score.count and score.sum is not None for score in scores)


def test_observations(sdk: Any, api: Any) -> None:
    analytics = sdk.AnalyticsApi(api)
    wanted = {"type": "or", "predicates": [{"dimension": "queueId", "operator": "exists"}]}
    asked = {
        "filter": wanted,
        "metrics": sorted(QUEUE_INTERACTION_METRICS | QUEUE_USER_METRICS),
        "detailMetrics": ["oWaiting", "oInteracting"],
    }
    body = model(sdk, "QueueObservationQuery", asked)
    found = analytics.post_analytics_queues_observations_query(body).results
    held(sdk, api, "QueueObservationQueryResponse")
    assert {len(one.group) for one in found} == {1, 2}
    assert any(one.observations for group in found for one in group.data)
    wanted = {"type": "or", "predicates": [{"dimension": "userId", "operator": "exists"}]}
    asked = {"filter": wanted, "metrics": sorted(USER_OBSERVATIONS)}
    body = model(sdk, "UserObservationQuery", asked)
    found = analytics.post_analytics_users_observations_query(body).results
    held(sdk, api, "UserObservationQueryResponse")
    assert len(found) == 30
