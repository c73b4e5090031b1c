"""Maps, single objects and what was judged later: levels of their own beside the lists."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.flatten.pages import (
    DAYS,
    FLATTENER,
    Json,
    body,
    conversation,
    row,
    rows,
    session,
)
from trunkline.catalog import Column, Dataset, Holds, Level, Pii, Table, Whose
from trunkline.flatten import Flattened, Flattener, Policy
from trunkline.types import Type

LISTED = frozenset({"order", "Case \u20ac"})
LISTING = Flattener(FLATTENER.dataset, FLATTENER.tables, Policy(listed=LISTED))


def having(attributes: Any, **more: Any) -> Json:
    """A conversation whose only participant has these attributes."""
    return conversation(participants=[{"participantId": "p1", "attributes": attributes}], **more)


def found(flattened: Flattened) -> list[tuple[str, str | None]]:
    return [(each["name"], each["value"]) for each in rows(flattened, "participant_attributes")]


def both(page: bytes, flattener: Flattener = FLATTENER) -> Flattened:
    """A page by the way ``flatten`` takes, which must be what the slow path says."""
    one, other = flattener.flatten(page, days=DAYS), flattener.flatten_slowly(page, days=DAYS)
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name
    assert (one.quarantined, one.unknown) == (other.quarantined, other.unknown)
    return one


def test_names_are_kept_and_values_are_not() -> None:
    flattened = both(body(having({"order": "17", "": "x", 'a "b": {': "y", "flow": "z"})))
    assert found(flattened) == [("order", None), ("", None), ('a "b": {', None), ("flow", None)]
    first = rows(flattened, "participant_attributes")[0]
    assert first["attribute_key"] == "c1:p1:order"
    assert first["participant_key"] == "c1:p1"
    assert first["conversation_start"] == datetime(2025, 3, 13, 8, tzinfo=UTC)
    assert flattened.unknown == {}


def test_a_value_is_kept_where_its_name_is_listed() -> None:
    page = body(having({"order": "17", "Order": "18", "Case \u20ac": "\u00fc\n", "other": "x"}))
    assert found(both(page, LISTING)) == [
        ("order", "17"),
        ("Order", None),
        ("Case \u20ac", "\u00fc\n"),
        ("other", None),
    ]


@pytest.mark.parametrize("value", [5, True, ["a"], {"a": {"b": 1}}])
def test_a_listed_value_that_is_no_text_costs_its_conversation_only(value: Any) -> None:
    good = having({"order": None, "x": value}, conversationId="c2")
    flattened = both(body(having({"order": value}), good), LISTING)
    assert found(flattened) == [("order", None), ("x", None)]
    (quarantined,) = flattened.quarantined
    assert quarantined.id == "c1"
    assert quarantined.reason == "attribute.value is not text"


def test_five_thousand_attributes() -> None:
    many = {f"key {n} {{[\u20ac": f"value {n} }}]\\" for n in range(5_000)}
    assert found(both(body(having(many)))) == [(name, None) for name in many]


@pytest.mark.parametrize(
    ("once", "twice", "place"),
    [
        (b'"x":"2"', b'"x":"2","order":"3"', "attribute.name"),
        (b'{"order"', b'{"b":"2"},"attributes":{"order"', "participant.attributes"),
        (b'"participants"', b'"participants":[{}],"participants"', "conversation.participants"),
    ],
)
def test_what_comes_twice_costs_its_conversation_only(
    once: bytes, twice: bytes, place: str
) -> None:
    good = having({"order": "9"}, conversationId="c2")
    page = body(having({"order": "1", "x": "2"}), good).replace(once, twice, 1)
    flattened = both(page, LISTING)
    assert found(flattened) == [("order", "9")]
    (quarantined,) = flattened.quarantined
    assert str(quarantined) == f"conversation c1: {place} stands more than once"


@pytest.mark.parametrize("written", [b"\\ud83d", b"\\udc00", b"\xff"])
def test_what_is_not_unicode_is_replaced_in_a_name(written: bytes) -> None:
    page = body(having({"naXme": "X", "other": "1"})).replace(b"X", written)
    assert found(both(page)) == [("na\ufffdme", None), ("other", None)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (rb"\ud83d\ude00 \ud83d", "\U0001f600 \ufffd"),
        (rb"\uD83D\uD83D\uDE00", "\ufffd\U0001f600"),
        (rb"\ude00\ud83d", "\ufffd\ufffd"),
        (rb"\\ud83d\ud83d", "\\ud83d\ufffd"),
        (rb"\"\\\ud83d", '"\\\ufffd'),
    ],
)
def test_only_halves_of_surrogate_pairs_are_replaced(written: bytes, name: str) -> None:
    page = body(having({"X": "1", "order": "X"})).replace(b"X", written)
    assert found(both(page, LISTING)) == [(name, None), ("order", name)]


def test_names_that_are_one_when_replaced_are_one() -> None:
    page = body(having({"aX": "1", "aY": "2"}))
    page = page.replace(b"X", b"\\ud83d").replace(b"Y", b"\\udc00")
    assert found(both(page)) == [("a\ufffd", None)]


def test_half_a_surrogate_pair_in_a_value_that_is_not_kept_does_no_harm() -> None:
    page = body(having({"order": "X"})).replace(b"X", b"\\ud83d")
    assert found(both(page)) == [("order", None)]
    assert found(both(page, LISTING)) == [("order", "\ufffd")]


@pytest.mark.parametrize("empty", [{}, None])
def test_a_participant_may_have_no_attributes(empty: Any) -> None:
    page = body(having(empty), having({"a": "1"}, conversationId="c2"), conversation())
    assert [r["conversation_id"] for r in rows(both(page), "participant_attributes")] == ["c2"]


def test_attributes_stay_with_their_participant() -> None:
    owners = [{"participantId": f"p{n}", "attributes": {f"k{n}": "x"}} for n in range(3)]
    owners[1].pop("attributes")
    other = having({"not": "this"}, conversationStart="2025-03-12T00:00:00Z")
    last = conversation(conversationId="c2", future=1)
    flattened = both(body(other, conversation(participants=owners), last))
    kept = [(r["participant_id"], r["name"]) for r in rows(flattened, "participant_attributes")]
    assert kept == [("p0", "k0"), ("p2", "k2")]


def test_no_buffer_holds_a_value_that_is_not_listed() -> None:
    flattened = both(body(having({"order": "not secret", "other": "a secret"})), LISTING)
    column = flattened.tables["participant_attributes"]["value"].combine_chunks()
    held = b"".join(bytes(buffer) for buffer in column.buffers() if buffer is not None)
    assert held.count(b"not secret") == 1
    assert b"a secret" not in held


def test_a_flow_is_a_row_and_its_outcomes_are_rows() -> None:
    flow = {
        "flowName": "Main",
        "entryReason": "tel:+15550100123",
        "transferTargetAddress": "sip:someone@example.com",
        "transferTargetName": "Some One",
        "outcomes": [{"flowOutcomeId": "o"}, {"flowOutcomeId": "o", "flowOutcomeValue": "FAILURE"}],
    }
    flattened = both(body(conversation(session(flow=flow), session(sessionId="s2"))))
    kept = row(flattened, "session_flows")
    assert (kept["flow_key"], kept["session_key"], kept["flow_name"]) == ("c1:p1:s1",) * 2 + (
        "Main",
    )
    assert (kept["entry_reason"], kept["transfer_target_address"]) == ("0123", "REDACTED")
    assert kept["transfer_target_name"] == "REDACTED"
    outcomes = rows(flattened, "flow_outcomes")
    assert [(r["flow_outcome_key"], r["flow_key"], r["ordinal"]) for r in outcomes] == [
        ("c1:p1:s1:0", "c1:p1:s1", 0),
        ("c1:p1:s1:1", "c1:p1:s1", 1),
    ]


@pytest.mark.parametrize(("flow", "count"), [(None, 0), ({}, 1), ({"outcomes": None}, 1)])
def test_a_flow_may_be_empty(flow: Any, count: int) -> None:
    whole = conversation({"sessionId": "s1", "flow": flow}, session(sessionId="s2"))
    assert both(body(whole)).tables["session_flows"].num_rows == count


def test_unknown_attributes_are_counted_below_objects_and_lists() -> None:
    flow = {"future": 1, "outcomes": [{"future": 1}]}
    whole = conversation(
        session(flow=flow, mediaEndpointStats=[{"future": {}}]),
        evaluations=[{"future": 1}, {"future": 2}],
        surveys=[{"future": 1}],
        resolutions=[{"future": 1}],
    )
    assert both(body(whole)).unknown == {
        "evaluation.future": 2,
        "flow.future": 1,
        "flow_outcome.future": 1,
        "media_endpoint_stat.future": 1,
        "resolution.future": 1,
        "survey.future": 1,
    }


def test_what_was_judged_later() -> None:
    flattened = both(
        body(
            conversation(
                evaluations=[{"evaluationId": "e1", "oTotalScore": 87}, {"oTotalScore": 3}],
                surveys=[{"surveyId": "v1", "surveyPromoterScore": 9}],
                resolutions=[{"eventTime": "2025-03-14T08:00:00Z"}, {"nNextContactAvoided": 1}],
            )
        )
    )
    scores = rows(flattened, "conversation_evaluations")
    assert [(r["evaluation_key"], r["o_total_score"]) for r in scores] == [
        ("c1:e1", Decimal(87)),
        ("c1:1", Decimal(3)),
    ]
    assert row(flattened, "conversation_surveys")["survey_promoter_score"] == 9
    judged = rows(flattened, "conversation_resolutions")
    assert [(r["resolution_key"], r["n_next_contact_avoided"]) for r in judged] == [
        ("c1:0", None),
        ("c1:1", 1),
    ]
    assert judged[0]["event_time"] == datetime(2025, 3, 14, 8, tzinfo=UTC)


def test_a_score_may_have_a_fraction() -> None:
    page = body(conversation(evaluations=[{"oTotalScore": 87.5}], surveys=[{}]))
    assert row(both(page), "conversation_evaluations")["o_total_score"] == Decimal("87.5")


def test_a_stat_lacks_what_was_not_measured() -> None:
    stats = [{"codecs": ["audio/opus"], "minMos": 4.25}, {"discardedPackets": 3}]
    kept = rows(both(body(conversation(session(mediaEndpointStats=stats)))), "media_endpoint_stats")
    assert [(r["codecs"], r["min_mos"], r["discarded_packets"]) for r in kept] == [
        (["audio/opus"], 4.25, None),
        (None, None, 3),
    ]


def _boxes() -> Flattener:
    """Things with at most one box each, whose labels are a map."""
    boxed = Dataset(
        name="things",
        provider="x",
        description="x",
        levels=(
            Level("thing", None, "things", id="id"),
            Level("box", "thing", "box", holds=Holds.OBJECT),
            Level("label", "box", "labels", id="name", holds=Holds.MAP),
        ),
        key="thing_id",
        time_column="start",
        cursor="cursor",
        watermark="mark",
    )
    columns = (
        Column("thing_id", Type.TEXT, "thing.id", "x"),
        Column("start", Type.TIMESTAMP, "thing.start", "x"),
        Column("label_key", Type.TEXT, "label.key", "x"),
        Column("size", Type.BIGINT, "box.size", "x"),
        Column("value", Type.TEXT, "label.value", "x", pii=Pii.LISTED, whose=Whose.CUSTOMER),
    )
    labels = Table("labels", "x", boxed, "label", "x", "label_key", (), columns, ())
    return Flattener(boxed, (labels,), Policy(listed=frozenset({"b"})))


def test_a_map_may_stand_in_a_single_object() -> None:
    boxes: list[Any] = [
        None,
        {"size": 1, "labels": {"a": "x"}},
        {},
        {"labels": {"b": "y", "c": "z"}},
    ]
    things = [
        {"id": f"t{place}", "start": "2025-03-13T08:00:00Z", "box": box}
        for place, box in enumerate(boxes)
    ]
    page = json.dumps({"things": things}).encode()
    kept = rows(both(page, _boxes()), "labels")
    assert [(r["label_key"], r["size"], r["value"]) for r in kept] == [
        ("t1:a", 1, None),
        ("t3:b", None, "y"),
        ("t3:c", None, None),
    ]
