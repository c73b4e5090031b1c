"""Pages of user details as the tables have them: made by hand, as the vendor documents them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.providers.scene import MARCH
from trunkline.catalog import Catalog
from trunkline.errors import MalformedAnswer
from trunkline.flatten import Flattened, Flattener
from trunkline.flatten.policy import Policy
from trunkline.interval import EVER
from trunkline.providers.genesys.datasets import USER_DETAILS
from trunkline.providers.genesys.tables import TABLES
from trunkline.providers.genesys.user_jobs import is_page, query, reshape
from trunkline.scope import OPEN_AT, TAIL, WHOLE, filtered

ANN, BOB = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
MEAL, BREAK = "11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"
FLATTENER = Flattener(USER_DETAILS, Catalog("genesys", TABLES).of(USER_DETAILS), Policy())

# The vendor's form: SDK 269 AnalyticsUserDetailsAsyncQueryResponse.
PAGE: dict[str, Any] = {
    "userDetails": [
        {
            "userId": ANN,
            "primaryPresence": [
                {
                    "startTime": "2025-08-16T22:10:00.000Z",
                    "endTime": "2025-08-18T07:00:00Z",
                    "systemPresence": "OFFLINE",
                    "organizationPresenceId": MEAL,
                },
                {
                    "startTime": "2025-08-18T07:00:00Z",
                    "systemPresence": "AVAILABLE",
                    "organizationPresenceId": BREAK,
                },
            ],
            "routingStatus": [
                {
                    "startTime": "2025-08-16T22:10:00.000Z",
                    "endTime": "2025-08-18T07:00:03.250Z",
                    "routingStatus": "OFF_QUEUE",
                }
            ],
        },
        {"userId": BOB, "routingStatus": [{"startTime": "2025-08-17T08:00:00Z"}]},
    ],
    "cursor": "next",
    "dataAvailabilityDate": "2025-08-18T09:00:00Z",
}


def landed(page: Any, days: Any = EVER) -> Flattened:
    return FLATTENER.flatten(reshape(json.dumps(page).encode()), days=days)


def rows(found: Flattened, table: str) -> list[dict[str, Any]]:
    return list(found.tables[table].to_pylist())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_record_is_a_row_of_its_table_and_of_all_states() -> None:
    found = landed(PAGE)
    assert found.cursor == "next"
    assert found.watermark == at("2025-08-18T09:00:00")
    assert not found.unknown
    assert not found.quarantined
    offline = {
        "user_state_key": f"{ANN}|presence|2025-08-16T22:10:00.000Z",
        "user_id": ANN,
        "start_time": at("2025-08-16T22:10:00"),
        "end_time": at("2025-08-18T07:00:00"),
    }
    available = {
        "user_state_key": f"{ANN}|presence|2025-08-18T07:00:00.000Z",
        "user_id": ANN,
        "start_time": at("2025-08-18T07:00:00"),
        "end_time": None,
    }
    routing = {
        "user_state_key": f"{ANN}|routing|2025-08-16T22:10:00.000Z",
        "user_id": ANN,
        "start_time": at("2025-08-16T22:10:00"),
        "end_time": at("2025-08-18T07:00:03.250"),
    }
    bob = {
        "user_state_key": f"{BOB}|routing|2025-08-17T08:00:00.000Z",
        "user_id": BOB,
        "start_time": at("2025-08-17T08:00:00"),
        "end_time": None,
    }
    assert rows(found, "user_presence") == [
        offline | {"system_presence": "OFFLINE", "organization_presence_id": MEAL},
        available | {"system_presence": "AVAILABLE", "organization_presence_id": BREAK},
    ]
    assert rows(found, "user_routing_status") == [
        routing | {"routing_status": "OFF_QUEUE"},
        bob | {"routing_status": None},
    ]
    kinds = (("presence", offline), ("presence", available), ("routing", routing), ("routing", bob))
    assert rows(found, "user_states") == [row | {"kind": kind} for kind, row in kinds]


def test_a_record_is_of_the_day_on_which_it_began() -> None:
    found = landed(PAGE, frozenset({date(2025, 8, 18)}))
    assert [row["system_presence"] for row in rows(found, "user_presence")] == ["AVAILABLE"]
    assert rows(found, "user_routing_status") == []
    assert (found.conversations, found.ignored) == (1, 3)


def test_what_comes_twice_is_one_record_however_its_start_is_written() -> None:
    again = {
        "userId": ANN,
        "primaryPresence": [
            {"startTime": "2025-08-18T07:00:00.000Z", "endTime": "2025-08-18T08:00:00Z"},
            {"startTime": "2025-08-18T09:00:00+02:00", "endTime": "2025-08-18T08:30:00Z"},
        ],
    }
    page = {**PAGE, "userDetails": [*PAGE["userDetails"], again]}
    found = [row for row in rows(landed(page), "user_presence") if "18T07" in row["user_state_key"]]
    assert [row["end_time"] for row in found] == [at("2025-08-18T08:30:00")]


def test_what_is_not_documented_is_counted_where_it_stood() -> None:
    page = json.loads(json.dumps(PAGE))
    page["colour"] = "red"
    user, bob = page["userDetails"]
    user["mood"] = bob["kind"] = user["presence"] = 1
    user["primaryPresence"][0]["reason"] = {"a": 1}
    user["routingStatus"][0]["note"] = "x"
    page["userDetails"].append({"userId": BOB, "alone": True})
    found = landed(page)
    assert found.unknown == {
        "page.alone": 1,
        "page.colour": 1,
        "presence.reason": 1,
        "record.mood": 1,
        "record.user_kind": 1,
        "record.user_presence": 1,
        "routing.note": 1,
    }
    assert [len(rows(found, name)) for name in ("user_states", "user_presence")] == [4, 2]


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("no user", "record is not an object"),
        ({"userId": ANN, "primaryPresence": ["no record"]}, "record is not an object"),
        ({"userId": ANN, "primaryPresence": "no list"}, "record is not an object"),
        ({"userId": ANN, "routingStatus": [{}]}, "record.key is missing or not text"),
        (
            {"routingStatus": [{"startTime": "2025-08-18T07:00:00Z"}]},
            "record.key is missing or not text",
        ),
        (
            {"userId": ANN, "routingStatus": [{"startTime": "yesterday"}]},
            "record.startTime is not a time",
        ),
        (
            {
                "userId": ANN,
                "routingStatus": [{"startTime": "2025-08-18T07:00:00Z", "routingStatus": 3}],
            },
            "routing.routingStatus is not text",
        ),
    ],
)
def test_what_cannot_be_read_is_left_out_alone_and_counted(user: Any, reason: str) -> None:
    found = landed({**PAGE, "userDetails": [user, *PAGE["userDetails"]]})
    (quarantined,) = found.quarantined
    assert quarantined.reason == reason
    assert str(quarantined).startswith("record at place 0 of its page: ")
    assert len(rows(found, "user_states")) == 4


@pytest.mark.parametrize("indent", [None, 2])
def test_a_record_that_names_something_twice_is_left_out(indent: int | None) -> None:
    text = json.dumps(PAGE, indent=indent)
    start = '"startTime": "2025-08-17T08:00:00Z"'
    found = FLATTENER.flatten(reshape(text.replace(start, f"{start}, {start}").encode()), days=EVER)
    assert len(found.quarantined) == 1
    assert len(rows(found, "user_states")) == 3


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"<html>", b'{"userDetails": {}}', b'{"cursor": "a", "cursor": "b"}']
)
def test_what_is_no_page_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        reshape(body)


def test_pages_are_told_from_other_answers() -> None:
    assert is_page(json.dumps(PAGE).encode())
    assert is_page(b'{"dataAvailabilityDate": "2025-08-18T09:00:00Z"}')
    assert is_page(b'{"userDetails": []}')
    assert not any(map(is_page, (b"{}", b"", b"<html>", b'{"userDetails": null}', b"[]")))


def test_the_body_asks_for_an_interval() -> None:
    asked = {"interval": str(MARCH), "order": "asc"}
    assert query(MARCH, WHOLE) == query(MARCH, OPEN_AT) == asked
    for scope in (TAIL, filtered({"user_id": [ANN]})):
        with pytest.raises(ValueError, match="no job"):
            query(MARCH, scope)
