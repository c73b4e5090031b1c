"""The requests that need no job: what is sent, and how each answer is read."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from tests.fakes import answer
from tests.unit.providers.scene import Scene
from trunkline.errors import MalformedAnswer
from trunkline.http.message import Response
from trunkline.interval import Interval
from trunkline.providers.genesys.conversation_query import is_page
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS

DETAILS = "https://api.mypurecloud.de/api/v2/analytics/conversations/details"
TAIL = Interval(datetime(2025, 4, 1, 3, 30, tzinfo=UTC), datetime(2025, 4, 1, 9, tzinfo=UTC))
RAW = b'{"conversations":[{"conversationId":"a"}],"totalHits":1}'


def test_a_page_of_what_is_past_the_watermark() -> None:
    scene = Scene(Response(200, {}, RAW))
    page = scene.run(scene.cloud.recent(CONVERSATION_DETAILS, TAIL, 3))
    assert (page.body, page.total) == (RAW, 1)
    (request,) = scene.transport.requests
    assert (request.method, request.url) == ("POST", DETAILS + "/query")
    assert msgspec.json.decode(request.body or b"") == {
        "interval": "2025-04-01T03:30:00.000Z/2025-04-01T09:00:00.000Z",
        "order": "asc",
        "orderBy": "conversationStart",
        "paging": {"pageSize": 100, "pageNumber": 3},
    }


def test_conversations_by_their_ids() -> None:
    scene = Scene(Response(200, {}, RAW))
    assert scene.run(scene.cloud.by_id(CONVERSATION_DETAILS, ("a", "b"))) == RAW
    assert scene.sent == [("GET", DETAILS + "?id=a%2Cb")]


@pytest.mark.parametrize(
    ("body", "count"), [({"conversations": [], "totalHits": 4711}, 4711), ({}, 0)]
)
def test_the_providers_own_count(body: object, count: int) -> None:
    scene = Scene(answer(200, body))
    assert scene.run(scene.cloud.count(CONVERSATION_DETAILS, TAIL)) == count
    sent = msgspec.json.decode(scene.transport.requests[0].body or b"")
    assert sent["paging"] == {"pageSize": 1, "pageNumber": 1}


@pytest.mark.parametrize("hits", ["many", None, 1.5])
def test_a_count_that_is_none(hits: object) -> None:
    scene = Scene(answer(200, {"totalHits": hits}))
    with pytest.raises(MalformedAnswer):
        scene.run(scene.cloud.count(CONVERSATION_DETAILS, TAIL))


@pytest.mark.parametrize(
    ("body", "page"),
    [
        (RAW, True),
        (b"{}", True),
        (b'{"totalHits":12}', True),
        (b'{"conversations":null}', True),
        (b'{"totalHits":1,"conversations":[],"aggregations":[]}', True),
        (b'{"conversations":[{"a":NaN}]}', True),
        (b'{"future":1,"conversations":[]}', True),
        (b"", False),
        (b"[]", False),
        (b"null", False),
        (b"<html>log in</html>", False),
        (b'{"message":"maintenance"}', False),
        (b'{"conversations":"none"}', False),
    ],
)
def test_what_tells_an_answer_from_others(body: bytes, page: bool) -> None:
    assert is_page(body) is page
