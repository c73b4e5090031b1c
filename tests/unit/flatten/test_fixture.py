"""The vendor's sample of ten voice conversations, held against plain Python over its JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.flatten.pages import FIXTURE, FLATTENER, Json, rows

PAGE: Json = json.loads(FIXTURE.read_bytes())
EVERY_DAY = frozenset(
    datetime.fromisoformat(c["conversationStart"]).date() for c in PAGE["conversations"]
)
FLAT = FLATTENER.flatten(FIXTURE.read_bytes(), days=EVERY_DAY)


def _legs() -> Iterator[tuple[Json, Json, Json]]:
    for conversation in PAGE["conversations"]:
        for participant in conversation["participants"]:
            for leg in participant["sessions"]:
                yield conversation, participant, leg


def _count(attribute: str) -> int:
    """How many entries or elements attributes of that name hold."""
    holders = [holder for _, participant, leg in _legs() for holder in (participant, leg)]
    held = {id(holder): len(holder.get(attribute) or ()) for holder in holders}
    return sum(held.values())


def test_every_element_becomes_a_row() -> None:
    assert {name: table.num_rows for name, table in FLAT.tables.items()} == {
        "conversations": 10,
        "participants": 53,
        "sessions": 55,
        "segments": 135,
        "session_metrics": 208,
        "participant_attributes": _count("attributes"),
        "session_flows": sum("flow" in leg for _, _, leg in _legs()),
        "flow_outcomes": 0,
        "media_endpoint_stats": _count("mediaEndpointStats"),
        "conversation_evaluations": 0,
        "conversation_surveys": 0,
        "conversation_resolutions": 1,
        "session_numbers": 55,
    }
    assert (FLAT.conversations, FLAT.ignored, FLAT.quarantined) == (10, 0, ())


def test_the_envelope_is_read() -> None:
    assert FLAT.cursor == PAGE["cursor"]
    assert FLAT.watermark == datetime(2025, 6, 4, 7, 27, 3, tzinfo=UTC)


def test_nothing_in_it_is_unknown() -> None:
    assert FLAT.unknown == {}
    assert FLAT.fractions == 0


def test_session_sums_are_those_of_the_json() -> None:
    expected: dict[str, dict[str, int]] = {}
    for _, _, leg in _legs():
        sums = expected.setdefault(leg["sessionId"], defaultdict(int))
        for entry in leg.get("metrics", ()):
            sums[entry["name"]] += entry["value"]
    for row in rows(FLAT, "sessions"):
        sums = expected[row["session_id"]]
        for name, column in (
            ("tTalk", "t_talk_ms"),
            ("tAcd", "t_acd_ms"),
            ("tConnected", "t_connected_ms"),
            ("nOffered", "n_offered"),
            ("nTransferred", "n_transferred"),
        ):
            assert row[column] == sums.get(name)


def test_participant_sums_are_those_of_their_sessions() -> None:
    expected: dict[str, int] = defaultdict(int)
    for _, participant, leg in _legs():
        for entry in leg.get("metrics", ()):
            if entry["name"] == "tTalk":
                expected[participant["participantId"]] += entry["value"]
    found = {row["participant_id"]: row["t_talk_ms"] for row in rows(FLAT, "participants")}
    assert {key: value for key, value in found.items() if value is not None} == expected


def test_handle_time_is_the_sum_of_its_parts() -> None:
    parts = ("t_talk_ms", "t_held_ms", "t_acw_ms", "t_dialing_ms", "t_contacting_ms")
    handled = [row for row in rows(FLAT, "sessions") if row["t_handle_ms"] is not None]
    assert len(handled) == 9
    for row in handled:
        assert row["t_handle_ms"] == sum(row[part] or 0 for part in parts)


def test_a_duration_beyond_32_bits_survives() -> None:
    assert 5_097_600_909 in [row["t_connected_ms"] for row in rows(FLAT, "sessions")]
    assert Decimal(5_097_600_909) in [row["value"] for row in rows(FLAT, "session_metrics")]


def test_segments_are_in_order_and_under_their_session() -> None:
    expected = [
        (c["conversationId"], p["participantId"], leg["sessionId"], place, part["segmentType"])
        for c, p, leg in _legs()
        for place, part in enumerate(leg["segments"])
    ]
    names = ("conversation_id", "participant_id", "session_id", "ordinal", "segment_type")
    assert [tuple(row[name] for name in names) for row in rows(FLAT, "segments")] == expected


def test_times_are_instants() -> None:
    found = {row["conversation_id"]: row["conversation_start"] for row in rows(FLAT, "sessions")}
    assert found == {
        c["conversationId"]: datetime.fromisoformat(c["conversationStart"])
        for c in PAGE["conversations"]
    }


@pytest.mark.parametrize("table", FLAT.tables)
def test_keys_are_unique(table: str) -> None:
    key = next(t.key for t in FLATTENER.tables if t.name == table)
    keys = [row[key] for row in rows(FLAT, table)]
    assert len(set(keys)) == len(keys)


def test_children_name_the_key_of_their_parent() -> None:
    parents = {row["session_key"] for row in rows(FLAT, "sessions")}
    assert {row["session_key"] for row in rows(FLAT, "segments")} <= parents
    assert {row["session_key"] for row in rows(FLAT, "session_metrics")} <= parents
    owners = {row["participant_key"] for row in rows(FLAT, "participants")}
    assert {row["participant_key"] for row in rows(FLAT, "sessions")} == owners


def test_call_identifiers_stay() -> None:
    expected = [leg.get("protocolCallId") for _, _, leg in _legs()]
    assert [row["protocol_call_id"] for row in rows(FLAT, "sessions")] == expected
    assert sum(value is not None for value in expected) == 43


def test_no_personal_value_is_in_any_column() -> None:
    planted = set(_personal())
    cells = {
        text
        for table in FLAT.tables.values()
        for row in table.to_pylist()
        for cell in row.values()
        for text in (cell if isinstance(cell, list) else [cell])
        if isinstance(text, str)
    }
    assert planted
    assert not [(value, cell) for value in planted for cell in cells if value in cell]


def test_no_personal_value_is_in_any_buffer() -> None:
    buffers = [
        bytes(buffer)
        for table in FLAT.tables.values()
        for column in table.columns
        for chunk in column.chunks
        for buffer in chunk.buffers()
        if buffer is not None
    ]
    whole = b"\n".join(buffers)
    assert not [value for value in _personal() if value.encode() in whole]


def _personal() -> Iterator[str]:
    for _, participant, leg in _legs():
        yield participant.get("participantName", "Name of nobody")
        yield from (value for value in participant.get("attributes", {}).values() if value[8:])
        for name in ("ani", "dnis", "sessionDnis", "remote", "remoteNameDisplayable"):
            if name in leg:
                yield leg[name].removeprefix("tel:+")
        for name in ("entryReason", "transferTargetAddress", "transferTargetName"):
            target = leg.get("flow", {}).get(name, "Name of nobody").removeprefix("tel:+")
            if target.count("-") != 4:  # an identifier of a flow or a queue, which others name too
                yield target
        yield from leg.get("callbackNumbers", ())
        if "callbackUserName" in leg:
            yield leg["callbackUserName"]


def test_masked_cells_look_as_the_policy_says() -> None:
    cells: dict[str, set[Any]] = defaultdict(set)
    for row in rows(FLAT, "sessions"):
        for name in ("ani", "dnis", "remote", "callback_numbers", "callback_user_name"):
            cell = row[name]
            cells[name].update(cell if isinstance(cell, list) else [cell])
    assert "0100" in cells["ani"]
    assert "REDACTED" in cells["ani"]  # sip:
    assert cells["remote"] - {None} == {"REDACTED"}
    assert cells["callback_user_name"] == {None, "REDACTED"}
    assert cells["callback_numbers"] == {None, "0100", "0102"}
