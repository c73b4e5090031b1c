"""The requests to Genesys Cloud: what is sent, and how each answer is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.fakes import answer
from tests.unit.providers.scene import DETAILS, MARCH, Scene
from trunkline.errors import MalformedAnswer, RequestRefused
from trunkline.http.message import ConnectionLost, Response
from trunkline.http.ratelimit import Told, read_told
from trunkline.interval import Interval
from trunkline.providers import (
    Division,
    Organization,
    Provider,
    Recent,
    RemoteState,
    Submitted,
)
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.conversation_jobs import is_page
from trunkline.providers.genesys.limits import RATE
from trunkline.providers.genesys.organization import TokenInfo
from trunkline.scope import OPEN_AT, TAIL, filtered

JOBS = "https://api.mypurecloud.de/api/v2/analytics/conversations/details/jobs"


def test_it_is_a_provider() -> None:
    cloud = Scene().cloud
    provider: Provider = cloud
    recent: Recent = cloud
    assert provider.name == "genesys"
    assert provider.tables == ()
    assert recent.count == cloud.count


def test_availability_without_milliseconds() -> None:
    scene = Scene(answer(200, {"dataAvailabilityDate": "2024-04-29T04:10:03Z"}))
    watermark = scene.run(scene.cloud.availability(DETAILS))
    assert watermark == datetime(2024, 4, 29, 4, 10, 3, tzinfo=UTC)
    assert scene.sent == [("GET", JOBS + "/availability")]


def test_submit() -> None:
    scene = Scene(answer(202, {"jobId": "job-1", "unknown": True}))
    assert scene.run(scene.cloud.submit(DETAILS, MARCH)) == Submitted("job-1", 0)
    (request,) = scene.transport.requests
    assert (request.method, request.url) == ("POST", JOBS)
    assert msgspec.json.decode(request.body or b"") == {
        "interval": "2025-03-01T00:00:00.000Z/2025-04-01T00:00:00.000Z",
        "startOfDayIntervalMatching": True,
        "order": "asc",
        "orderBy": "conversationStart",
    }


def test_submit_what_was_open_at_an_instant() -> None:
    scene = Scene(answer(202, {"jobId": "job-1"}))
    minute = Interval(MARCH.start, MARCH.start + timedelta(minutes=1))
    scene.run(scene.cloud.submit(DETAILS, minute, OPEN_AT))
    (request,) = scene.transport.requests
    assert msgspec.json.decode(request.body or b"") == {
        "interval": "2025-03-01T00:00:00.000Z/2025-03-01T00:01:00.000Z",
        "startOfDayIntervalMatching": False,
        "order": "asc",
        "orderBy": "conversationStart",
    }


def test_submit_with_filters() -> None:
    scene = Scene(answer(202, {"jobId": "job-1"}))
    scope = filtered({"queue_id": ["q2", "q1"], "originating_direction": ["inbound"]})
    scene.run(scene.cloud.submit(DETAILS, MARCH, scope))
    (request,) = scene.transport.requests
    body = msgspec.json.decode(request.body or b"")
    assert body["startOfDayIntervalMatching"] is True
    queue = {"type": "dimension", "dimension": "queueId", "operator": "matches"}
    assert body["segmentFilters"] == [
        {"type": "or", "predicates": [queue | {"value": "q1"}, queue | {"value": "q2"}]}
    ]
    direction = {"type": "dimension", "dimension": "originatingDirection", "operator": "matches"}
    assert body["conversationFilters"] == [
        {"type": "or", "predicates": [direction | {"value": "inbound"}]}
    ]


def test_no_job_answers_the_tail() -> None:
    scene = Scene()
    with pytest.raises(ValueError, match="tail"):
        scene.run(scene.cloud.submit(DETAILS, MARCH, TAIL))
    assert scene.sent == []


def test_submit_says_that_a_job_may_have_been_left_behind() -> None:
    scene = Scene(ConnectionLost(), answer(202, {"jobId": "job-2"}))
    assert scene.run(scene.cloud.submit(DETAILS, MARCH)) == Submitted("job-2", 1)


def test_submit_says_how_long_the_answer_took_and_not_how_long_the_attempts_before_it() -> None:
    scene = Scene(ConnectionLost(), answer(202, {"jobId": "job-2"}), seconds=7)
    submitted = scene.run(scene.cloud.submit(DETAILS, MARCH))
    assert submitted == Submitted("job-2", 1, submitted.seconds)
    assert submitted.seconds == pytest.approx(7.0)


@pytest.mark.parametrize("body", [{}, {"jobId": None}, {"jobId": ""}, [], "x"])
def test_submit_without_a_job(body: object) -> None:
    scene = Scene(answer(202, body))
    with pytest.raises(MalformedAnswer):
        scene.run(scene.cloud.submit(DETAILS, MARCH))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("QUEUED", RemoteState.RUNNING),
        ("PENDING", RemoteState.RUNNING),
        ("FULFILLED", RemoteState.READY),
        ("FAILED", RemoteState.FAILED),
        ("CANCELLED", RemoteState.CANCELLED),
        ("EXPIRED", RemoteState.EXPIRED),
    ],
)
def test_states(word: str, state: RemoteState) -> None:
    scene = Scene(answer(200, {"state": word, "submissionDate": "2025-04-02T00:00:00.000Z"}))
    status = scene.run(scene.cloud.status(DETAILS, "job-1"))
    assert (status.state, status.message, status.expires_at) == (state, None, None)
    assert scene.sent == [("GET", JOBS + "/job-1")]


def test_submit_without_a_job_may_have_left_one_too() -> None:
    scene = Scene(ConnectionLost(), answer(202, {}))
    with pytest.raises(MalformedAnswer) as caught:
        scene.run(scene.cloud.submit(DETAILS, MARCH))
    assert caught.value.unknown == 2


def test_when_results_expire_and_that_a_reason_was_given() -> None:
    body = {
        "state": "FAILED",
        "errorMessage": "Too many results for Jane Roe of Elm Street",
        "expirationDate": "2025-04-03T00:00:00.500Z",
    }
    scene = Scene(answer(200, body))
    status = scene.run(scene.cloud.status(DETAILS, "job-1"))
    assert status.expires_at == datetime(2025, 4, 3, 0, 0, 0, 500_000, tzinfo=UTC)
    assert status.message == (
        "the provider gave a reason; its text is not kept, since it may hold personal data"
    )


@pytest.mark.parametrize(
    "body", [{"state": "fulfilled"}, {"state": "NEW"}, {}, {"state": "QUEUED", "expirationDate": 1}]
)
def test_a_state_nobody_documents(body: object) -> None:
    scene = Scene(answer(200, body))
    with pytest.raises(MalformedAnswer):
        scene.run(scene.cloud.status(DETAILS, "job-1"))


def test_pages_come_as_they_are() -> None:
    raw = b'{"conversations":[],"cursor":"Y3Vy+/=="}'
    scene = Scene(Response(200, {}, raw), Response(200, {}, raw))
    assert scene.run(scene.cloud.page(DETAILS, "job-1", None)) == raw
    assert scene.run(scene.cloud.page(DETAILS, "job-1", "Y3Vy+/==")) == raw
    assert scene.sent == [
        ("GET", JOBS + "/job-1/results?pageSize=500"),
        ("GET", JOBS + "/job-1/results?pageSize=500&cursor=Y3Vy%2B%2F%3D%3D"),
    ]


PAGES = (
    b'{"conversations":[{"conversationId":"a"}],"dataAvailabilityDate":"2025-04-02T00:00:00Z"}',
    b' {\n "conversations" : [ ] }',
    b'{"cursor":"a","conversations":[]}',
    b'{"dataAvailabilityDate":"2025-04-02T00:00:00Z"}',
    b'{"dataAvailabilityDate":"2025-04-02T00:00:00Z","conversations":null}',
    # Not JSON by the letter; the flattener judges it.
    b'{"future":NaN,"conversations":[{"conversationId":"a"}]}',
)
NO_PAGES = (
    b"",
    b"{}",
    b"null",
    b"[]",
    b"<html>log in</html>",
    b'{"message":"maintenance"}',
    b'{"message":"no \\"conversations\\": maintenance"}',
    b'{"message":{"conversations":[]}}',
    b'{"conversations":"none"}',
    b'{"conversations":null,"dataAvailabilityDate":null}',
    b'{"cursor":"a"}',
    b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
)


@pytest.mark.parametrize(
    ("body", "page"), [*((body, True) for body in PAGES), *((body, False) for body in NO_PAGES)]
)
def test_what_tells_a_result_page_from_other_answers(body: bytes, page: bool) -> None:
    assert is_page(body) is page


@pytest.mark.parametrize("body", [b"{}", b'{"message":"maintenance"}', b"<html>log in</html>"])
def test_an_answer_in_place_of_a_page_is_asked_for_again(body: bytes) -> None:
    passing = [Response(200, {}, body)] * 5
    scene = Scene(*passing, Response(200, {}, PAGES[0]))
    assert scene.run(scene.cloud.page(DETAILS, "job-1", None)) == PAGES[0]
    scene = Scene(*passing, Response(200, {}, body))
    with pytest.raises(MalformedAnswer, match="6 times"):
        scene.run(scene.cloud.page(DETAILS, "job-1", None))


DEEP = (
    b'{"state":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    b'{"unknown":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    b'{"entities":' * 200_000 + b"1" + b"}" * 200_000,
    b"[" * 200_000,
)
CALLS: dict[str, Callable[[GenesysCloud], Coroutine[Any, Any, object]]] = {
    "availability": lambda cloud: cloud.availability(DETAILS),
    "submit": lambda cloud: cloud.submit(DETAILS, MARCH),
    "status": lambda cloud: cloud.status(DETAILS, "job-1"),
    "organization": lambda cloud: cloud.organization(),
    "token_info": lambda cloud: cloud.token_info(),
    "divisions": lambda cloud: cloud.divisions(),
    "grants": lambda cloud: cloud.grants("client"),
    "limits": lambda cloud: cloud.limits("analytics"),
}


@pytest.mark.parametrize("body", DEEP, ids=["state", "unknown", "entities", "open"])
@pytest.mark.parametrize("call", CALLS)
def test_an_answer_nested_without_end(call: str, body: bytes) -> None:
    scene = Scene(Response(200, {}, body))
    with pytest.raises(MalformedAnswer):
        scene.run(CALLS[call](scene.cloud))


@pytest.mark.parametrize("body", DEEP, ids=["state", "unknown", "entities", "open"])
def test_a_refusal_nested_without_end(body: bytes) -> None:
    scene = Scene(Response(400, {}, body))
    with pytest.raises(RequestRefused, match="answered 400"):
        scene.run(scene.cloud.organization())


def test_an_instant_before_time_began() -> None:
    scene = Scene(answer(200, {"dataAvailabilityDate": "0001-01-01T00:00:00+10:00"}))
    with pytest.raises(MalformedAnswer, match="instant"):
        scene.run(scene.cloud.availability(DETAILS))


@pytest.mark.parametrize("status", [204, 404, 410])
def test_cancel(status: int) -> None:
    scene = Scene(answer(status))
    scene.run(scene.cloud.cancel(DETAILS, "job-1"))
    assert scene.sent == [("DELETE", JOBS + "/job-1")]


def test_organization() -> None:
    scene = Scene(answer(200, {"id": "o", "name": "Acme", "thirdPartyOrgName": "acme", "state": 1}))
    assert scene.run(scene.cloud.organization()) == Organization("o", "Acme", "acme")
    assert scene.sent == [("GET", "https://api.mypurecloud.de/api/v2/organizations/me")]


def test_token_info() -> None:
    body = {"organization": {"id": "o"}, "OAuthClient": {"id": "c", "name": "Gateway"}}
    scene = Scene(answer(200, body))
    assert scene.run(scene.cloud.token_info()) == TokenInfo("o", "c", "Gateway")


def test_divisions_of_all_pages() -> None:
    pages = [
        {"entities": [{"id": "1", "name": "Home"}], "pageNumber": 1, "pageCount": 2},
        {"entities": [{"id": "2", "name": "East"}], "pageNumber": 2, "pageCount": 2},
    ]
    scene = Scene(*[answer(200, page) for page in pages])
    found = scene.run(scene.cloud.divisions())
    assert found == (Division("1", "Home"), Division("2", "East"))
    root = "https://api.mypurecloud.de/api/v2/authorization/divisions?pageSize=100&pageNumber="
    assert scene.sent == [("GET", root + "1"), ("GET", root + "2")]


def test_limits() -> None:
    entities = [{"key": "a.b", "namespace": "analytics", "value": 7}]
    scene = Scene(answer(200, {"entities": entities}))
    assert scene.run(scene.cloud.limits("analytics")) == {"a.b": 7}
    url = "https://api.mypurecloud.de/api/v2/organizations/limits/namespaces/analytics"
    assert scene.sent == [("GET", url)]


def test_the_headers_of_the_limit() -> None:
    """Values of the trace in the SDK's README."""
    headers = {
        "inin-ratelimit-count": "1",
        "inin-ratelimit-allowed": "180",
        "inin-ratelimit-reset": "61",
    }
    assert read_told(RATE, answer(200, headers=headers)) == Told(1, 180, 61)
    assert read_told(RATE, answer(200)) is None
