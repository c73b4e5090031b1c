"""Genesys's own Python SDK reads the simulator's user details."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.official import held, signed_in
from trunkline_simulator import Settings, Shape
from trunkline_simulator.api.user_details import FILTERS
from trunkline_simulator.directory import directory

NOW = datetime(2025, 4, 10, 12, tzinfo=UTC)
WEEK = "2025-04-07T00:00:00.000Z/2025-04-14T00:00:00.000Z"
MODELS = {
    "userFilters": "UserDetailQuery",
    "presenceFilters": "PresenceDetailQuery",
    "routingStatusFilters": "RoutingStatusDetailQuery",
}


@pytest.fixture(scope="module")
def api(sdk: Any) -> Iterator[Any]:
    settings = Settings(shape=Shape(seed=3, per_day=40), queued_seconds=0, pending_seconds=0)
    with signed_in(sdk, settings, lambda: NOW) as client:
        yield client


def test_a_job_from_submission_to_its_last_page(sdk: Any, api: Any) -> None:
    users = sdk.UsersApi(api)
    body = sdk.AsyncUserDetailsQuery()
    body.interval, body.order = WEEK, "asc"
    job_id = users.post_analytics_users_details_jobs(body).job_id
    held(sdk, api, "AsyncQueryResponse")
    assert users.get_analytics_users_details_job(job_id).state == "FULFILLED"
    pages: list[Any] = []
    more: dict[str, str] = {}
    while True:
        page = users.get_analytics_users_details_job_results(job_id, page_size=20, **more)
        held(sdk, api, "AnalyticsUserDetailsAsyncQueryResponse")
        pages.append(page)
        if not page.cursor:
            break
        more = {"cursor": page.cursor}
    seen = {row.user_id for page in pages for row in page.user_details}
    assert seen == {user.id for user in directory(3).users}
    records = [
        one for page in pages for row in page.user_details for one in row.primary_presence or ()
    ]
    assert {one.end_time for one in records} > {None}
    assert all(one.start_time < NOW for one in records)
    assert "ON_QUEUE" in {one.system_presence for one in records}
    users.delete_analytics_users_details_job(job_id)
    assert api.last_response.status == 204


def test_availability(sdk: Any, api: Any) -> None:
    found = sdk.UsersApi(api).get_analytics_users_details_jobs_availability()
    held(sdk, api, "DataAvailabilityResponse")
    assert found.data_availability_date == datetime(2025, 4, 10, 6, tzinfo=UTC)


def test_the_synchronous_query_with_filters_built_from_the_models(sdk: Any, api: Any) -> None:
    body = sdk.UserDetailsQuery()
    body.interval, body.paging = WEEK, {"pageSize": 100, "pageNumber": 1}
    for name, attribute, word, value in (
        ("userFilters", "user_filters", "userId", directory(3).users[2].id),
        ("presenceFilters", "presence_filters", "systemPresence", "ON_QUEUE"),
        ("routingStatusFilters", "routing_status_filters", "routingStatus", "INTERACTING"),
    ):
        predicate = getattr(sdk, f"{MODELS[name]}Predicate")()
        predicate.type, predicate.dimension, predicate.value = "dimension", word, value
        wanted = getattr(sdk, f"{MODELS[name]}Filter")()
        wanted.type, wanted.predicates = "and", [predicate]
        setattr(body, attribute, [wanted])
    found = sdk.UsersApi(api).post_analytics_users_details_query(body)
    held(sdk, api, "AnalyticsUserDetailsQueryResponse")
    (row,) = found.user_details
    assert row.user_id == directory(3).users[2].id
    assert {one.system_presence for one in row.primary_presence} == {"ON_QUEUE"}
    assert {one.routing_status for one in row.routing_status} == {"INTERACTING"}


def test_the_vocabulary_is_the_sdks(sdk: Any) -> None:
    for name, (dimensions, metrics) in FILTERS.items():
        assert not metrics
        for word in dimensions:
            predicate = getattr(sdk, f"{MODELS[name]}Predicate")()
            predicate.dimension = word
            assert predicate.dimension == word
