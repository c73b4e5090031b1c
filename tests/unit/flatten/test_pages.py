"""What pages may look like: missing, null, strange and broken, and what lands of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.flatten.pages import (
    DAYS,
    FLATTENER,
    Json,
    body,
    conversation,
    flat,
    metric,
    row,
    rows,
    session,
)
from trunkline.errors import MalformedAnswer
from trunkline.flatten import Flattened
from trunkline.flatten.cut import schema_of
from trunkline.interval import EVER, Before


@pytest.mark.parametrize("page", [b"{}", b'{"conversations":null}', b'{"conversations":[]}'])
def test_a_page_may_have_no_conversations(page: bytes) -> None:
    flattened = FLATTENER.flatten(page, days=DAYS)
    assert flattened.conversations == 0
    assert flattened.cursor is None
    assert flattened.watermark is None
    for table in FLATTENER.tables:
        assert flattened.tables[table.name].num_rows == 0
        assert flattened.tables[table.name].schema == schema_of(table)


def test_the_last_page_has_no_cursor() -> None:
    page = body(cursor="", dataAvailabilityDate="2025-06-04T07:27:03.250Z")
    flattened = FLATTENER.flatten(page, days=DAYS)
    assert flattened.cursor is None
    assert flattened.watermark == datetime(2025, 6, 4, 7, 27, 3, 250_000, tzinfo=UTC)


def test_conversations_of_other_days_are_ignored() -> None:
    starts = ("2025-03-12T23:59:59.999Z", "2025-03-13T00:00:00.000Z", "2025-03-13T23:59:59.999Z",
              "2025-03-14T00:00:00.000Z")  # fmt: skip
    page = [
        conversation(session(), conversationId=f"c{place}", conversationStart=start)
        for place, start in enumerate(starts)
    ]
    flattened = flat(*page)
    assert (flattened.conversations, flattened.ignored) == (2, 2)
    assert [found["conversation_id"] for found in rows(flattened, "sessions")] == ["c1", "c2"]


def test_days_need_not_be_neighbours() -> None:
    page = body(
        *(
            conversation(conversationId=str(day), conversationStart=f"2025-03-{day:02d}T12:00:00Z")
            for day in range(1, 31)
        )
    )
    flattened = FLATTENER.flatten(page, days=frozenset({date(2025, 3, 2), date(2025, 3, 30)}))
    assert [found["conversation_id"] for found in rows(flattened, "conversations")] == ["2", "30"]


@pytest.mark.parametrize("read", [FLATTENER.flatten, FLATTENER.flatten_slowly])
def test_days_may_be_all_before_one(read: Callable[..., Flattened]) -> None:
    starts = ["2024-11-30T12:00:00Z", "2025-03-01T23:59:59.999Z", "2025-03-02T00:00:00Z"]
    page = body(
        *(
            conversation(conversationId=str(place), conversationStart=start)
            for place, start in enumerate(starts)
        )
    )
    flattened = read(page, days=Before(date(2025, 3, 2)))
    assert [found["conversation_id"] for found in rows(flattened, "conversations")] == ["0", "1"]
    assert flattened.ignored == 1
    assert read(page, days=EVER).conversations == 3


@pytest.mark.parametrize("absent", ["null", "missing"])
@pytest.mark.parametrize("lists", ["participants", "sessions", "segments", "metrics"])
def test_a_list_may_be_null_or_missing(lists: str, absent: str) -> None:
    whole = conversation(session(segments=[{}], metrics=[metric("nOffered", 1)]))
    levels: dict[str, Json] = {
        "participants": whole,
        "sessions": whole["participants"][0],
        "segments": whole["participants"][0]["sessions"][0],
        "metrics": whole["participants"][0]["sessions"][0],
    }
    del levels[lists][lists]
    if absent == "null":
        levels[lists][lists] = None
    flattened = flat(whole)
    assert flattened.tables["conversations"].num_rows == 1
    assert flattened.quarantined == ()
    assert flattened.unknown == {}
    table = "session_metrics" if lists == "metrics" else lists
    assert flattened.tables[table].num_rows == 0


def test_metrics_that_repeat_are_summed_and_absent_ones_are_null() -> None:
    whole = conversation(
        session(metrics=[metric("tTalk", 40), metric("tTalk", 2), metric("nOffered", 0)]),
        session(sessionId="s2", metrics=[metric("tTalk", 100), metric("oMessageCount", 3)]),
        session(sessionId="s3"),
    )
    flattened = flat(whole)
    found = [(r["t_talk_ms"], r["n_offered"], r["o_message_count"]) for r in
             rows(flattened, "sessions")]  # fmt: skip
    assert found == [(42, 0, None), (100, None, Decimal(3)), (None, None, None)]
    participant = row(flattened, "participants")
    assert participant["t_talk_ms"] == 142
    assert participant["t_acd_ms"] is None


def test_sums_do_not_lose_digits_beyond_2_to_the_53() -> None:
    values = [2**53, 1, 1, 1]
    flattened = flat(conversation(session(metrics=[metric("tTalk", value) for value in values])))
    assert row(flattened, "sessions")["t_talk_ms"] == 2**53 + 3


def test_a_sum_that_does_not_fit_is_null_and_its_parts_stay() -> None:
    values = [10**18 - 1] * 10
    flattened = flat(conversation(session(metrics=[metric("tTalk", value) for value in values])))
    assert row(flattened, "sessions")["t_talk_ms"] is None
    assert [found["value"] for found in rows(flattened, "session_metrics")] == values


def test_a_score_beyond_its_column_is_null_and_stays_in_the_metrics() -> None:
    flattened = flat(conversation(session(metrics=[metric("oMediaCount", 10**12)])))
    assert row(flattened, "sessions")["o_media_count"] is None
    assert row(flattened, "session_metrics")["value"] == Decimal(10**12)


def test_a_fraction_voids_the_wide_column_and_stays_in_the_metrics() -> None:
    whole = conversation(
        session(metrics=[metric("tTalk", 1.5), metric("tTalk", 0.5), metric("nOffered", 2)]),
        session(sessionId="s2", metrics=[metric("tTalk", 7), metric("oMessageTurn", 0.25)]),
    )
    flattened = flat(whole)
    assert flattened.fractions == 2
    found = [(r["t_talk_ms"], r["n_offered"]) for r in rows(flattened, "sessions")]
    assert found == [(None, 2), (7, None)]
    assert row(flattened, "participants")["t_talk_ms"] is None
    assert row(flattened, "participants")["o_message_turn"] == Decimal("0.25")
    values = [found["value"] for found in rows(flattened, "session_metrics")]
    assert values == [Decimal(text) for text in ("1.5", "0.5", "2", "7", "0.25")]


def test_a_decimal_is_read_from_its_digits() -> None:
    page = body(conversation(session(metrics=[metric("tTalk", 1)])))
    page = page.replace(b'"value":1', b'"value":123456789012345678.000001')
    found = row(FLATTENER.flatten(page, days=DAYS), "session_metrics")
    assert found["value"] == Decimal("123456789012345678.000001")


@pytest.mark.parametrize("written", ["1.0", "1e0", "10E-1"])
def test_a_whole_number_may_be_written_as_a_fraction(written: str) -> None:
    page = body(conversation(session(metrics=[metric("nOffered", 1)])))
    page = page.replace(b'"value":1', b'"value":' + written.encode())
    flattened = FLATTENER.flatten(page, days=DAYS)
    assert flattened.fractions == 0
    assert row(flattened, "sessions")["n_offered"] == 1


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ("2025-03-13T08:00:03Z", 3_000_000),
        ("2025-03-13T08:00:03.5Z", 3_500_000),
        ("2025-03-13T08:00:03.123Z", 3_123_000),
        ("2025-03-13T08:00:03.123999Z", 3_123_000),
        ("2025-03-13T08:00:03.123999999Z", 3_123_000),
        ("2025-03-13T10:00:03.123+02:00", 3_123_000),
        ("2025-03-13T08:00:03.123", 3_123_000),
    ],
)
def test_times_of_any_precision_are_kept_to_the_millisecond(
    written: str, microseconds: int
) -> None:
    flattened = flat(conversation(conversationEnd=written))
    end = row(flattened, "conversations")["conversation_end"]
    assert end == datetime(2025, 3, 13, 8, tzinfo=UTC).replace(
        second=microseconds // 1_000_000, microsecond=microseconds % 1_000_000
    )


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"participants": {}}, "conversation.participants is not a list"),
        ({"participants": [None]}, "participant is not an object"),
        ({"participants": ["x"]}, "participant is not an object"),
        ({"participants": [{"sessions": [{"ani": 5}]}]}, "session.ani is not text"),
        ({"divisionIds": ["a", 5]}, "conversation.divisionIds is not a list of texts"),
        ({"divisionIds": "a"}, "conversation.divisionIds is not a list of texts"),
        ({"conversationEnd": "soon"}, "conversation.conversationEnd is not a time"),
        ({"conversationEnd": 1741852800000}, "conversation.conversationEnd is not a time"),
        ({"conversationStart": None}, "conversation.conversationStart is missing"),
        ({"conversationId": 17}, "conversation.conversationId is missing or not text"),
        ({"selfServed": 1}, "conversation.selfServed is not true or false"),
        ({"mediaStatsMinConversationMos": "4.1"},
         "conversation.mediaStatsMinConversationMos is not a number"),
        ({"participants": [{"attributes": ["a"]}]}, "participant.attributes is not an object"),
        ({"participants": [{"attributes": "a"}]}, "participant.attributes is not an object"),
        ({"participants": [{"sessions": [{"flow": [{}]}]}]}, "session.flow is not an object"),
        ({"participants": [{"sessions": [{"flow": {"outcomes": {}}}]}]},
         "flow.outcomes is not a list"),
        ({"surveys": [5]}, "survey is not an object"),
        ({"resolutions": [{"nNextContactAvoided": "0.5"}]},
         "resolution.nNextContactAvoided is not a whole number"),
        ({"evaluations": [{"oTotalScore": 10**12}]},
         "evaluation.oTotalScore is not a number in range"),
        ({"evaluations": [{"oTotalScore": -(10**12)}]},
         "evaluation.oTotalScore is not a number in range"),
        ({"evaluations": [{"oTotalScore": 999999999999.9999999}]},
         "evaluation.oTotalScore is not a number in range"),
        ({"participants": [{"sessions": [{"mediaCount": 1.5}]}]},
         "session.mediaCount is not a whole number"),
        ({"participants": [{"sessions": [{"mediaCount": 2**63}]}]},
         "session.mediaCount is not a whole number"),
        ({"participants": [{"sessions": [{"metrics": [metric("tTalk", "5")]}]}]},
         "metric.value is not a number in range"),
        ({"participants": [{"sessions": [{"metrics": [metric("tTalk", 10**18)]}]}]},
         "metric.value is not a number in range"),
    ],
)  # fmt: skip
def test_only_what_cannot_be_read_is_quarantined(spoilt: Json, reason: str) -> None:
    whole = conversation(session(), conversationId="before")
    broken = {**conversation(conversationId="broken"), **spoilt}
    flattened = flat(whole, broken, conversation(session(), conversationId="after"))
    assert [r["conversation_id"] for r in rows(flattened, "sessions")] == ["before", "after"]
    assert flattened.conversations == 2
    (quarantined,) = flattened.quarantined
    assert quarantined.reason == reason
    assert quarantined.ordinal_in_page == 1
    expected = broken["conversationId"] if broken["conversationId"] == "broken" else None
    assert quarantined.id == expected


@pytest.mark.parametrize("literal", [b"NaN", b"Infinity", b"1e400"])
def test_a_number_that_is_none_is_quarantined(literal: bytes) -> None:
    page = body(conversation(mediaStatsMinConversationMos=4.5), conversation(conversationId="c2"))
    flattened = FLATTENER.flatten(page.replace(b"4.5", literal), days=DAYS)
    assert row(flattened, "conversations")["conversation_id"] == "c2"
    assert [q.id for q in flattened.quarantined] == ["c1"]


def test_a_reason_never_quotes_the_page() -> None:
    secret = "tel:+15550000100"
    broken = conversation(session(mediaCount=secret, callbackNumbers=[5]), conversationEnd=secret)
    (quarantined,) = flat(broken).quarantined
    assert "5550000" not in str(quarantined)


def test_what_is_broken_on_another_day_does_not_matter() -> None:
    broken = conversation(session(ani=5), conversationStart="2025-03-01T00:00:00Z")
    flattened = flat(broken, conversation())
    assert (flattened.conversations, flattened.ignored, flattened.quarantined) == (1, 1, ())


@pytest.mark.parametrize("read", [FLATTENER.flatten, FLATTENER.flatten_slowly])
@pytest.mark.parametrize(
    "written",
    ["0000-06-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T23:59:59.999Z",
     "9999-12-31T00:00:00Z", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_times_that_no_calendar_of_our_readers_has(
    read: Callable[..., Flattened], written: str
) -> None:
    ends = conversation(conversationEnd=written)
    starts = conversation(conversationId="c2", conversationStart=written)
    flattened = read(body(ends, starts, conversation(conversationId="c3")), days=DAYS)
    assert [q.reason for q in flattened.quarantined] == [
        "conversation.conversationEnd is not a time",
        "conversation.conversationStart is not a time",
    ]
    assert row(flattened, "conversations")["conversation_id"] == "c3"
    with pytest.raises(MalformedAnswer):
        read(body(dataAvailabilityDate=written), days=DAYS)


@pytest.mark.parametrize(
    "written",
    ["2025-03-13x08:00:00Z", "2025-W11-4", "20250313T080000Z", "2025-03-13T08:00:00+01:00:30"],
)
def test_times_that_could_be_misread_are_none(written: str) -> None:
    flattened = flat(conversation(conversationEnd=written))
    assert [q.reason for q in flattened.quarantined] == [
        "conversation.conversationEnd is not a time"
    ]


@pytest.mark.parametrize(
    "digits", [b"1e9999999999999999999", b"1e-9999999999999999999", b"9" * 5000]
)
@pytest.mark.parametrize("name", [b"mediaCount", b"future"])
def test_a_number_that_python_cannot_read_costs_at_most_its_conversation(
    digits: bytes, name: bytes
) -> None:
    page = body(conversation(session(X=7)), conversation(conversationId="c2"))
    page = page.replace(b'"X":7', b'"' + name + b'":' + digits)
    flattened = FLATTENER.flatten(page, days=DAYS)
    assert flattened.conversations == (1 if name == b"mediaCount" else 2)
    assert len(flattened.quarantined) == 2 - flattened.conversations


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"   ",
        b"<html>502</html>",
        b"null",
        b" null",
        b"[]",
        b"5",
        b'"text"',
        b'{"conversations":[{"conversationId":"c1"',
        b"{}{}",
        b"{}\n{}",
        b"{} x",
        b'{"conversations":{}}',
        b'{"conversations":"none"}',
        b'{"cursor":5}',
        b'{"dataAvailabilityDate":"soon"}',
        b'{"future":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_body_that_is_no_page_is_malformed(page: bytes) -> None:
    with pytest.raises(MalformedAnswer) as raised:
        FLATTENER.flatten(page, days=DAYS)
    assert "c1" not in raised.value.message


@pytest.mark.parametrize("page", [b"\xef\xbb\xbf{}", b" \r\n{ }\n", b'{\n "conversations": []\n}'])
def test_blanks_and_a_byte_order_mark_do_no_harm(page: bytes) -> None:
    assert FLATTENER.flatten(page, days=DAYS).conversations == 0


def test_a_page_may_be_indented() -> None:
    whole = conversation(
        session(agentGroups=[{"agentGroupId": "}{", "next": [{}]}], segments=[{"subject": "a"}])
    )
    page = json.dumps({"conversations": [whole]}, indent=2).encode()
    indented = FLATTENER.flatten(page, days=DAYS)
    assert rows(indented, "sessions") == rows(flat(whole), "sessions")
    assert indented.unknown == {}


@pytest.mark.parametrize("text", ["hologram", "", "x" * 10_000, "a\x00b", "\u202etxt"])
def test_words_of_an_enumeration_are_not_judged(text: str) -> None:
    flattened = flat(conversation(session(mediaType=text)))
    assert row(flattened, "sessions")["media_type"] == text


@pytest.mark.parametrize(
    "value", [{"a": "b"}, {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, [], "text", 5, None, True]
)
def test_attributes_that_are_not_landed_may_be_anything(value: Any) -> None:
    whole = conversation(
        session(proposedAgents=value, segments=[{"subject": value, "properties": value}])
    )
    flattened = flat(whole)
    assert flattened.quarantined == ()
    assert flattened.unknown == {}
    assert row(flattened, "segments")["subject"] is None
