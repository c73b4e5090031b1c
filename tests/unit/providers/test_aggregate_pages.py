"""Answers of aggregates, as they come and as nobody should send them, and the records of them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from trunkline.errors import MalformedAnswer
from trunkline.providers.genesys.aggregate_pages import Cut, is_page, page, reshaped
from trunkline.providers.genesys.aggregate_records import of_conversations, of_queue, of_user

Json = dict[str, Any]
AT = "2025-03-03T09:00:00.000Z/2025-03-03T09:15:00.000Z"
QUEUE, USER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def metric(name: str, **stats: Any) -> Json:
    return {"metric": name, "stats": stats}


def group(*metrics: Any, interval: Any = AT, **dimensions: Any) -> Json:
    return {"group": dimensions, "data": [{"interval": interval, "metrics": list(metrics)}]}


def records(*groups: Any, cut: Cut = of_queue) -> list[Any]:
    found = reshaped(json.dumps({"results": groups}).encode(), cut)
    made = json.loads(page("root", None, found), parse_float=Decimal)
    assert made.keys() == {"root"}
    return list(made["root"])


def record(*metrics: Any) -> Json:
    (found,) = records(group(*metrics, queueId=QUEUE, mediaType="voice"))
    own = ("key", "queueId", "mediaType", "intervalStart", "intervalEnd")
    return {name: value for name, value in found.items() if name not in own}


def test_a_group_and_an_interval_are_a_record() -> None:
    (found,) = records(group(metric("nOutbound", count=2), queueId=QUEUE, mediaType="voice"))
    assert found == {
        "key": f"{QUEUE}|voice|2025-03-03T09:00:00.000Z",
        "queueId": QUEUE,
        "mediaType": "voice",
        "intervalStart": "2025-03-03T09:00:00.000Z",
        "intervalEnd": "2025-03-03T09:15:00.000Z",
        "nOutbound": 2,
    }


def test_a_duration_has_its_sum_and_its_count_as_whole_numbers() -> None:
    told = metric("tTalk", count=3, sum=61234.0, min=1.0, max=6e4)
    assert record(told) == {"tTalk": 61234, "tTalk_count": 3}
    assert isinstance(record(told)["tTalk"], int)


def test_the_counts_of_a_queue_are_what_the_vendor_says_of_one() -> None:
    # The first queue of the observed aggregate answer: 787 - 373 = 414 of 870 (reference, 10).
    found = record(
        metric("nOffered", count=877),
        metric("tAnswered", count=787, sum=9000000.0),
        metric("nOverSla", count=373),
        metric("tFlowOut", count=7, sum=1.0),
        metric("oServiceLevel", ratio=0.475862, numerator=414.0, denominator=870.0, target=0.8),
    )
    assert (found["nAnswered"], found["nAnsweredWithinThreshold"]) == (787, 414)
    assert (found["nAbandoned"], found["nShortAbandoned"], found["nFlowOuts"]) == (0, 0, 7)
    assert (found["nServiceLevelNumerator"], found["nServiceLevelDenominator"]) == (414, 870)
    assert (found["oServiceLevel"], found["oServiceLevelTarget"]) == (
        Decimal("0.475862"),
        Decimal("0.8"),
    )
    assert "tAbandon" not in found


def test_without_an_offer_nothing_is_zero() -> None:
    assert record(metric("tAnswered", count=1, sum=5.0)) == {
        "tAnswered": 5,
        "tAnswered_count": 1,
        "nAnswered": 1,
        "nAnsweredWithinThreshold": 1,
    }
    assert record(metric("tHandle", count=1, sum=5.0)) == {"tHandle": 5, "tHandle_count": 1}


def test_a_dimension_that_is_missing_is_empty_in_the_key() -> None:
    (found,) = records(
        group(metric("tIvr", count=1, sum=7.0), mediaType="voice"), cut=of_conversations
    )
    assert found["key"] == "||voice||2025-03-03T09:00:00.000Z"
    assert "queueId" not in found


def test_a_status_is_a_record_of_its_own() -> None:
    found = records(
        group(
            {"metric": "tSystemPresence", "qualifier": "AVAILABLE", "stats": {"sum": 900000.0}},
            {"metric": "tAgentRoutingStatus", "qualifier": "IDLE", "stats": {"sum": 1.5}},
            userId=USER,
        ),
        cut=of_user,
    )
    assert [(one["metric"], one["qualifier"], one["tDuration"]) for one in found] == [
        ("tSystemPresence", "AVAILABLE", 900000),
        ("tAgentRoutingStatus", "IDLE", Decimal("1.500000")),
    ]
    assert found[0]["key"] == f"{USER}|2025-03-03T09:00:00.000Z|tSystemPresence|AVAILABLE"


def test_one_instant_has_one_key_however_it_is_written() -> None:
    ways = [
        AT,
        "2025-03-03T09:00:00Z/2025-03-03T09:15:00Z",
        "2025-03-03T10:00+01:00/2025-03-03T10:15+01:00",
    ]
    keys = {records(group(interval=way, queueId=QUEUE))[0]["key"] for way in ways}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("told", "unknown"),
    [
        (metric("tNew", count=1, sum=5.0), {"tNew": 5, "tNew_count": 1}),
        (metric("tTalk", sum=5.0, median=2), {"tTalk": 5, "tTalk_median": 2}),
        ({**metric("tTalk", sum=5.0), "more": 1}, {"tTalk": 5, "tTalk_more": 1}),
        ({**metric("tTalk", sum=5.0), "qualifier": "X"}, {"tTalk_qualified": 5}),
    ],
)
def test_what_nobody_declared_stays(told: Json, unknown: Json) -> None:
    assert record(told) == unknown


def test_what_stands_beside_stays_as_a_name() -> None:
    body = b'{"results":[],"new":{"a":1},"systemToOrganizationMappings":{}}'
    assert json.loads(page("root", "next", reshaped(body, of_queue))) == {
        "root": [],
        "new": None,
        "cursor": "next",
    }


def test_a_metric_that_stands_twice_is_not_lost() -> None:
    found = record(metric("tTalk", sum=5.0), metric("tTalk", sum=6.0))
    assert found == {"tTalk": 5, "tTalk_again": 6}


def test_views_are_counted_only_where_there_are_any() -> None:
    told = group(metric("tTalk", sum=5.0), queueId=QUEUE)
    told["data"][0]["views"] = []
    assert "views" not in records(told)[0]
    told["data"][0]["views"] = [{"name": "v"}]
    assert "views" in records(told)[0]


@pytest.mark.parametrize(
    "odd",
    [
        5,
        None,
        {"group": 5, "data": []},
        {"group": {}, "data": 5},
        {"group": {}, "data": [5]},
        {"group": {}, "data": [{"metrics": []}]},
        group(5, queueId=QUEUE),
        group({"stats": {}}, queueId=QUEUE),
        group({"metric": "tTalk", "stats": []}, queueId=QUEUE),
        group(metric("tTalk"), queueId=5),
    ],
)
def test_what_is_not_documented_is_a_null_record_and_spoils_no_other(odd: Any) -> None:
    good = group(metric("nOffered", count=1), queueId=QUEUE)
    found = records(odd, good)
    assert (found[0], found[1]["nOffered"]) == (None, 1)


def test_values_of_another_type_stay_for_the_flattener_to_judge() -> None:
    found = record(metric("nOffered", count="many"), metric("tTalk", sum=5.5, count=True))
    assert (found["nOffered"], found["tTalk_count"]) == ("many", True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"results":5}',
        b'{"results":[{"group":{},"group":{}}]}',
        b'{"results":[],"results":[]}',
        b'{"results":[{"group":{"queueId":"\\ud800"}}]}',
        b'{"results":[{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
    ],
)
def test_what_is_no_answer_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        reshaped(body, of_queue)


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (b"{}", True),
        (b'{"results":[]}', True),
        (b'{"results":null}', True),
        (b'{"systemToOrganizationMappings":{"A":[]}}', True),
        (b'{"results":[],"new":1}', True),
        (b'{"message":"down for maintenance"}', False),
        (b'{"results":{}}', False),
        (b"<html></html>", False),
        (b"null", False),
    ],
)
def test_a_proxys_answer_is_none(body: bytes, is_one: bool) -> None:
    assert is_page(body) is is_one
