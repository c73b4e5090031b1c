"""The truth, held against a payload written out by hand and against the answers of jobs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from trunkline_simulator import Settings, Shape, expected_rows, planted_values
from trunkline_simulator.caller import Caller
from trunkline_simulator.cells import mask_address, metric_column
from trunkline_simulator.truth import TABLES, rows_of, still_open
from trunkline_simulator.view import instant, seen_at

SETTINGS = Settings(shape=Shape(seed=5, per_day=40))
LATER = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = date(2025, 3, 10), date(2025, 3, 16)
BY_HAND: dict[str, Any] = {
    "conversationId": "c1",
    "conversationStart": "2025-03-10T10:00:00.250Z",
    "conversationEnd": "2025-03-10T10:09:00Z",
    "divisionIds": ["d1", "d2"],
    "originatingDirection": "inbound",
    "participants": [
        {
            "participantId": "p1",
            "purpose": "agent",
            "userId": "u1",
            "participantName": "Ada Arden",
            "sessions": [
                {
                    "sessionId": "s1",
                    "mediaType": "voice",
                    "direction": "inbound",
                    "ani": "tel:+12125550123",
                    "dnis": "tel:4711",
                    "sessionDnis": "sip:abc@localhost;tgrp=x",
                    "remote": "Zelda Quill",
                    "protocolCallId": "abc@host",
                    "segments": [
                        {
                            "segmentType": "interact",
                            "segmentStart": "2025-03-10T10:00:00.250Z",
                            "segmentEnd": "2025-03-10T10:05:00Z",
                            "queueId": "q1",
                            "conference": False,
                        },
                        {
                            "segmentType": "wrapup",
                            "segmentStart": "2025-03-10T10:05:00Z",
                            "segmentEnd": "2025-03-10T10:09:00Z",
                            "wrapUpCode": "ININ-WRAP-UP-TIMEOUT",
                        },
                    ],
                    "metrics": [
                        {"name": "tHeld", "value": 5, "emitDate": "2025-03-10T10:01:00Z"},
                        {"name": "tHeld", "value": 7, "emitDate": "2025-03-10T10:02:00Z"},
                        {"name": "nTransferred", "value": 1, "emitDate": "2025-03-10T10:05:00Z"},
                        {"name": "tAcw", "value": 1.5, "emitDate": "2025-03-10T10:09:00Z"},
                        {"name": "oMessageCount", "value": 2, "emitDate": "2025-03-10T10:05:00Z"},
                        {"name": "tFuture", "value": 3, "emitDate": "2025-03-10T10:05:00Z"},
                    ],
                },
                {
                    "sessionId": "s2",
                    "mediaType": "callback",
                    "segments": [],
                    "metrics": [
                        {"name": "tHeld", "value": 8, "emitDate": "2025-03-10T10:03:00Z"},
                    ],
                },
            ],
        }
    ],
}


def test_the_rows_of_a_conversation_written_by_hand() -> None:
    start = datetime(2025, 3, 10, 10, 0, 0, 250_000, tzinfo=UTC)
    (conversation,) = rows_of("conversations", BY_HAND)
    (participant,) = rows_of("participants", BY_HAND)
    first, second = rows_of("sessions", BY_HAND)
    assert conversation["conversation_end"] == datetime(2025, 3, 10, 10, 9, tzinfo=UTC)
    assert conversation["division_ids"] == ["d1", "d2"]
    assert participant["conversation_start"] == start
    assert participant["participant_name"] == "REDACTED"
    assert (participant["t_held_ms"], first["t_held_ms"], second["t_held_ms"]) == (20, 12, 8)
    assert (participant["n_transferred"], second["n_transferred"]) == (1, None)
    assert (first["ani"], first["dnis"]) == ("0123", "11")
    assert (first["session_dnis"], first["remote"]) == ("REDACTED", "REDACTED")
    assert second["ani"] is None
    assert first["t_acw_ms"] is None
    assert first["o_message_count"] == Decimal(2)
    assert "t_future_ms" not in first


def test_segments_and_metrics_are_numbered_within_their_session() -> None:
    segments, metrics = rows_of("segments", BY_HAND), rows_of("session_metrics", BY_HAND)
    assert [(row["session_id"], row["ordinal"]) for row in segments] == [("s1", 0), ("s1", 1)]
    assert [row["wrap_up_code"] for row in segments] == [None, "ININ-WRAP-UP-TIMEOUT"]
    assert [(row["session_id"], row["ordinal"], row["name"]) for row in metrics] == [
        ("s1", 0, "tHeld"),
        ("s1", 1, "tHeld"),
        ("s1", 2, "nTransferred"),
        ("s1", 3, "tAcw"),
        ("s1", 4, "oMessageCount"),
        ("s1", 5, "tFuture"),
        ("s2", 0, "tHeld"),
    ]
    assert metrics[3]["value"] == Decimal("1.5")


def test_what_is_seen_before_the_end() -> None:
    shown = seen_at(BY_HAND, instant("2025-03-10T10:05:30Z"))
    (leg,) = shown["participants"][0]["sessions"]
    assert "conversationEnd" not in shown
    assert [part.get("segmentEnd") for part in leg["segments"]] == ["2025-03-10T10:05:00Z", None]
    assert "wrapUpCode" not in leg["segments"][1]
    assert [entry["name"] for entry in leg["metrics"]].count("tAcw") == 0
    assert seen_at(BY_HAND, instant("2025-03-10T10:09:00Z")) is BY_HAND


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (None, None),
        ("tel:+12125550123", "0123"),
        ("+12125550123", "0123"),
        ("tel:123456", "56"),
        ("1234567", "4567"),
        ("sip:+12125550123@host", "REDACTED"),
        ("a@mail.example.com", "REDACTED"),
        ("5f0c7d2e-0000-4000-a000-5eedc11e4701", "REDACTED"),
    ],
)
def test_masks(text: str | None, masked: str | None) -> None:
    assert mask_address(text) == masked


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("tTalk", "t_talk_ms"),
        ("tTalkComplete", "t_talk_complete_ms"),
        ("nOverSla", "n_over_sla"),
        ("oMessageTurn", "o_message_turn"),
        ("nCfcOffered", "n_cfc_offered"),
    ],
)
def test_metric_columns(name: str, column: str) -> None:
    assert metric_column(name) == column


@pytest.mark.parametrize("hostile", [False, True])
def test_the_truth_is_what_a_job_answers(hostile: bool) -> None:
    settings = Settings(shape=Shape(seed=5, per_day=40, hostile=hostile), lag_seconds=0)
    asking = Caller(settings)
    asking.sign_in()
    as_of = asking.clock()
    found = asking.conversations(
        "2025-04-07T00:00Z/2025-04-11T00:00Z", startOfDayIntervalMatching=True
    )
    for table in TABLES:
        rows = [row for made in found for row in rows_of(table, made)]
        assert rows
        assert rows == expected_rows(settings, table, date(2025, 4, 7), date(2025, 4, 10), as_of)


def test_divisions_and_dates_narrow_the_truth() -> None:
    whole = expected_rows(SETTINGS, "conversations", FIRST, LAST, LATER)
    one = frozenset(whole[0]["division_ids"][:1])
    narrow = expected_rows(SETTINGS, "conversations", FIRST, LAST, LATER, divisions=one)
    assert narrow == [row for row in whole if one & set(row["division_ids"])]
    early = datetime(2025, 3, 12, 12, tzinfo=UTC)
    seen = expected_rows(SETTINGS, "conversations", FIRST, LAST, early)
    assert {row["conversation_id"] for row in seen} == {
        row["conversation_id"] for row in whole if row["conversation_start"] < early
    }
    assert [
        row["conversation_id"] for row in seen if row["conversation_end"] is None
    ] == still_open(SETTINGS, FIRST, LAST, early)


def test_sessions_sum_to_participants() -> None:
    sums: dict[str, int] = defaultdict(int)
    for row in expected_rows(SETTINGS, "sessions", FIRST, LAST, LATER):
        sums[row["participant_id"]] += row["t_handle_ms"] or 0
    for row in expected_rows(SETTINGS, "participants", FIRST, LAST, LATER):
        assert (row["t_handle_ms"] or 0) == sums[row["participant_id"]]


@pytest.mark.parametrize("table", TABLES)
def test_no_planted_value_is_in_the_truth(table: str) -> None:
    text = repr(expected_rows(SETTINGS, table, FIRST, FIRST, LATER))
    assert [value for value in planted_values(SETTINGS.shape, FIRST) if value in text] == []


JUDGED: dict[str, Any] = {
    "conversationId": "c1",
    "conversationStart": "2025-03-10T10:00:00Z",
    "evaluations": [{"evaluationId": "e1", "oTotalScore": 87, "formName": "Courtesy"}],
    "surveys": [{"surveyId": "v1", "surveyPromoterScore": 9, "oSurveyTotalScore": 1.5}],
    "resolutions": [{"eventTime": "2025-03-11T10:00:00Z"}, {"nNextContactAvoided": 1}],
    "participants": [
        {"participantId": "p0", "attributes": None, "sessions": []},
        {
            "participantId": "p1",
            "attributes": {"Customer Name": "Ada Arden", "": ""},
            "sessions": [
                {
                    "sessionId": "s1",
                    "flow": {
                        "flowName": "Main",
                        "entryReason": "tel:+12125550123",
                        "transferTargetAddress": "q1",
                        "transferTargetName": "Ada Arden",
                        "outcomes": [
                            {"flowOutcomeId": "o", "flowOutcomeValue": "FAILURE"},
                            {
                                "flowOutcomeId": "o",
                                "flowOutcomeEndTimestamp": "2025-03-10T10:01:00Z",
                            },
                        ],
                    },
                    "mediaEndpointStats": [{"minMos": 4.25, "minRFactor": 80.5}, {}],
                },
                {"sessionId": "s2", "flow": {}},
            ],
        },
    ],
}


def test_the_rows_of_what_stands_beside_segments_and_metrics() -> None:
    attributes = rows_of("participant_attributes", JUDGED)
    assert [(row["participant_id"], row["name"], row["value"]) for row in attributes] == [
        ("p1", "Customer Name", None),
        ("p1", "", None),
    ]
    first, second = rows_of("session_flows", JUDGED)
    assert (first["entry_reason"], first["transfer_target_address"]) == ("0123", "REDACTED")
    assert (first["flow_name"], first["transfer_target_name"]) == ("Main", "REDACTED")
    assert (second["session_id"], second["flow_name"], second["entry_reason"]) == ("s2", None, None)
    outcomes = rows_of("flow_outcomes", JUDGED)
    assert [(row["ordinal"], row["flow_outcome_id"]) for row in outcomes] == [(0, "o"), (1, "o")]
    assert [row["flow_outcome_end_timestamp"] for row in outcomes] == [
        None,
        datetime(2025, 3, 10, 10, 1, tzinfo=UTC),
    ]
    stats = rows_of("media_endpoint_stats", JUDGED)
    assert [(row["ordinal"], row["min_mos"], row["min_rfactor"]) for row in stats] == [
        (0, 4.25, 80.5),
        (1, None, None),
    ]


def test_the_rows_of_what_was_judged_later() -> None:
    (evaluation,) = rows_of("conversation_evaluations", JUDGED)
    assert (evaluation["o_total_score"], evaluation["form_name"]) == (Decimal(87), "Courtesy")
    assert evaluation["o_total_critical_score"] is None
    (survey,) = rows_of("conversation_surveys", JUDGED)
    assert (survey["survey_promoter_score"], survey["o_survey_total_score"]) == (9, Decimal("1.5"))
    resolutions = rows_of("conversation_resolutions", JUDGED)
    assert [(row["ordinal"], row["n_next_contact_avoided"]) for row in resolutions] == [
        (0, None),
        (1, 1),
    ]
    assert resolutions[0]["event_time"] == datetime(2025, 3, 11, 10, tzinfo=UTC)


def test_a_month_has_rows_of_every_kind() -> None:
    def month(table: str) -> list[dict[str, Any]]:
        return expected_rows(SETTINGS, table, FIRST, date(2025, 4, 10), LATER)

    bare = [row for row in month("conversation_resolutions") if row["user_id"] is None]
    assert bare
    assert all(row["event_time"] for row in bare)
    assert any(row["ordinal"] == 1 for row in month("conversation_resolutions"))
    outcomes = month("flow_outcomes")
    assert any(row["ordinal"] == 1 for row in outcomes)
    assert {row["flow_outcome_value"] for row in outcomes} == {"SUCCESS", "FAILURE"}
    assert {row["discarded_packets"] is None for row in month("media_endpoint_stats")} == {
        True,
        False,
    }
    targets = {row["transfer_target_address"] for row in month("session_flows")}
    assert {None, "REDACTED"} < targets, "some flows transfer to a number, which keeps its end"


def test_a_correction_comes_after_its_time_and_adds_a_metric() -> None:
    settings = replace(SETTINGS, corrected_share=0.3, corrected_seconds=20 * 86_400)

    def errors(settings: Settings, as_of: datetime) -> int:
        rows = expected_rows(settings, "session_metrics", FIRST, FIRST, as_of)
        return sum(row["name"] == "nError" for row in rows)

    early = datetime(2025, 3, 25, tzinfo=UTC)
    assert errors(settings, early) == errors(SETTINGS, early)
    corrected = errors(settings, LATER) - errors(SETTINGS, LATER)
    assert 0 < corrected < len(expected_rows(SETTINGS, "conversations", FIRST, FIRST, LATER))
