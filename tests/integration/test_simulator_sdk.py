"""The simulator is held to Genesys's own Python SDK: it drives it over loopback and parses all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.official import held, signed_in, unknown
from trunkline_simulator import CLIENT_ID, Settings, Shape, conversations_of

SHAPE = Shape(seed=3, per_day=60)
NOW = datetime(2025, 4, 10, 12, tzinfo=UTC)
DAY = "2025-04-08T00:00:00.000Z/2025-04-10T00:00:00.000Z"


@pytest.fixture(scope="module")
def api(sdk: Any) -> Iterator[Any]:
    settings = Settings(shape=SHAPE, queued_seconds=0, pending_seconds=0, short_name="contoso")
    with signed_in(sdk, settings, lambda: NOW) as client:
        yield client


def every_page(sdk: Any, api: Any, job_id: str, size: int) -> Iterator[tuple[Any, Any]]:
    analytics, cursor = sdk.AnalyticsApi(api), None
    while True:
        more: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = analytics.get_analytics_conversations_details_job_results(
            job_id, page_size=size, **more
        )
        yield page, held(sdk, api, "AnalyticsConversationAsyncQueryResponse")
        cursor = page.cursor
        if not cursor:
            return


def test_a_job_from_submission_to_its_last_page(sdk: Any, api: Any) -> None:
    analytics = sdk.AnalyticsApi(api)
    body = sdk.AsyncConversationQuery()
    body.interval, body.start_of_day_interval_matching = DAY, True
    body.order, body.order_by = "asc", "conversationStart"
    job_id = analytics.post_analytics_conversations_details_jobs(body).job_id
    assert api.last_response.status == 202
    held(sdk, api, "AsyncQueryResponse")
    status = analytics.get_analytics_conversations_details_job(job_id)
    held(sdk, api, "AsyncQueryStatus")
    assert status.state == "FULFILLED"
    assert status.submission_date == NOW
    found = []
    for page, raw in every_page(sdk, api, job_id, 50):
        assert page.data_availability_date == datetime(2025, 4, 10, 6, tzinfo=UTC)
        assert len(page.conversations) == len(raw["conversations"])
        found += [made.conversation_id for made in page.conversations]
    wanted = [
        made["conversationId"]
        for day in (date(2025, 4, 8), date(2025, 4, 9))
        for made in conversations_of(SHAPE, day)
    ]
    assert found == wanted


def test_every_attribute_of_a_month_is_known_to_the_models(sdk: Any, api: Any) -> None:
    analytics = sdk.AnalyticsApi(api)
    body = sdk.AsyncConversationQuery()
    body.interval = "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z"
    job_id = analytics.post_analytics_conversations_details_jobs(body).job_id
    seen = set()
    for page, _ in every_page(sdk, api, job_id, 1000):
        for made in page.conversations:
            seen |= {leg.media_type for owner in made.participants for leg in owner.sessions}
    assert seen == {"voice", "callback", "message", "email", "chat"}


def test_filters_built_from_the_models_are_understood(sdk: Any, api: Any) -> None:
    predicate = sdk.SegmentDetailQueryPredicate()
    predicate.type, predicate.dimension, predicate.value = "dimension", "mediaType", "email"
    wanted = sdk.SegmentDetailQueryFilter()
    wanted.type, wanted.predicates = "and", [predicate]
    body = sdk.AsyncConversationQuery()
    body.interval, body.segment_filters = DAY, [wanted]
    job_id = sdk.AnalyticsApi(api).post_analytics_conversations_details_jobs(body).job_id
    ((page, _),) = every_page(sdk, api, job_id, 1000)
    assert page.conversations
    for made in page.conversations:
        assert "email" in {leg.media_type for owner in made.participants for leg in owner.sessions}


def test_the_tail_of_the_lake_has_open_conversations(sdk: Any, api: Any) -> None:
    body = sdk.AsyncConversationQuery()
    body.interval = "2025-04-10T05:00:00Z/2025-04-10T12:00:00Z"
    job_id = sdk.AnalyticsApi(api).post_analytics_conversations_details_jobs(body).job_id
    ends = [
        made.conversation_end
        for page, _ in every_page(sdk, api, job_id, 1000)
        for made in page.conversations
    ]
    assert None in ends


def test_availability_and_deletion(sdk: Any, api: Any) -> None:
    analytics = sdk.AnalyticsApi(api)
    found = analytics.get_analytics_conversations_details_jobs_availability()
    held(sdk, api, "DataAvailabilityResponse")
    assert found.data_availability_date == datetime(2025, 4, 10, 6, tzinfo=UTC)
    body = sdk.AsyncConversationQuery()
    body.interval = DAY
    job_id = analytics.post_analytics_conversations_details_jobs(body).job_id
    analytics.delete_analytics_conversations_details_job(job_id)
    assert api.last_response.status == 204
    with pytest.raises(sdk.rest.ApiException) as refused:
        analytics.get_analytics_conversations_details_job(job_id)
    assert refused.value.status == 404
    assert list(unknown(sdk, "ErrorBody", json.loads(refused.value.body), "ErrorBody")) == []


def test_the_synchronous_query_and_conversations_by_id(sdk: Any, api: Any) -> None:
    body = sdk.ConversationQuery()
    body.interval, body.paging = "2025-04-09T00:00Z/2025-04-11T00:00Z", {"pageSize": 100}
    analytics = sdk.AnalyticsApi(api)
    found = analytics.post_analytics_conversations_details_query(body)
    held(sdk, api, "AnalyticsConversationQueryResponse")
    wanted = [made.conversation_id for made in found.conversations][:3]
    several = sdk.ConversationsApi(api).get_analytics_conversations_details(id=wanted)
    held(sdk, api, "AnalyticsConversationWithoutAttributesMultiGetResponse")
    one = sdk.ConversationsApi(api).get_analytics_conversation_details(wanted[0])
    held(sdk, api, "AnalyticsConversationWithoutAttributes")
    assert found.total_hits >= len(found.conversations) > 3
    assert [made.conversation_id for made in several.conversations] == wanted
    assert one.conversation_id == wanted[0]


def test_reference_lists(sdk: Any, api: Any) -> None:
    users = sdk.UsersApi(api).get_users(page_size=100, state="any")
    held(sdk, api, "UserEntityListing")
    queues = sdk.RoutingApi(api).get_routing_queues(page_size=4, page_number=2)
    held(sdk, api, "QueueEntityListing")
    divisions = sdk.AuthorizationApi(api).get_authorization_divisions()
    held(sdk, api, "AuthzDivisionEntityListing")
    assert (users.total, users.page_count) == (30, 1)
    assert (queues.total, queues.page_count, len(queues.entities)) == (9, 3, 4)
    assert [one.name for one in divisions.entities] == ["Home", "EMEA", "APAC"]


def test_who_asks_of_which_organisation(sdk: Any, api: Any) -> None:
    organisation = sdk.OrganizationApi(api).get_organizations_me()
    held(sdk, api, "Organization")
    token = sdk.TokensApi(api).get_tokens_me()
    held(sdk, api, "TokenInfo")
    subject = sdk.AuthorizationApi(api).get_authorization_subject(
        CLIENT_ID, include_full_roles=True
    )
    held(sdk, api, "AuthzSubject")
    assert organisation.third_party_org_name == "contoso"
    assert token.o_auth_client.id == CLIENT_ID
    assert {grant.division.name for grant in subject.grants} == {"Home", "EMEA", "APAC"}


def test_limits(sdk: Any, api: Any) -> None:
    for namespace in ("platform.api", "analytics"):
        found = sdk.OrganizationApi(api).get_organizations_limits_namespace(namespace)
        held(sdk, api, "LimitsEntityListing")
        assert all(limit.value > 0 for limit in found.entities)


def test_an_unknown_attribute_or_word_would_be_noticed(sdk: Any) -> None:
    made = {"conversationId": "x", "futureAttribute": 1, "originatingDirection": "sideways"}
    assert list(unknown(sdk, "AnalyticsConversation", made, "c")) == [
        "c.futureAttribute",
        "c.originatingDirection=sideways",
    ]


def test_the_vocabulary_is_the_sdks(sdk: Any) -> None:
    from trunkline_simulator.api.query import FILTERS  # noqa: PLC0415

    models = {
        "conversationFilters": "ConversationDetailQueryPredicate",
        "segmentFilters": "SegmentDetailQueryPredicate",
        "evaluationFilters": "EvaluationDetailQueryPredicate",
        "surveyFilters": "SurveyDetailQueryPredicate",
        "resolutionFilters": "ResolutionDetailQueryPredicate",
    }
    for name, (dimensions, metrics) in FILTERS.items():
        for attribute, words in (("dimension", dimensions), ("metric", metrics)):
            for word in words:
                predicate = getattr(sdk, models[name])()
                setattr(predicate, attribute, word)
                assert getattr(predicate, attribute) == word


def test_nothing_is_left_in_the_working_directory(sdk: Any) -> None:
    assert sdk is not None
    assert not list(Path.cwd().glob("*.log"))
