"""Ids that stand twice in a conversation: every key is unique, every child has its parent."""

from __future__ import annotations

from collections import Counter

from tests.unit.flatten.pages import (
    DAYS,
    FLATTENER,
    Json,
    body,
    conversation,
    flat,
    metric,
    rows,
    session,
)
from trunkline.flatten import Flattened


def _talk(milliseconds: int, **more: object) -> Json:
    """A session ``s1`` that talked so long, with one segment."""
    segments = [{"segmentType": "interact", "queueId": f"q{milliseconds}"}]
    return session(metrics=[metric("tTalk", milliseconds)], segments=segments, **more)


def _two_participants(*participants: Json) -> Json:
    page = conversation()
    page["participants"] = list(participants)
    return page


def _keys(flattened: Flattened, table: str, key: str) -> list[str]:
    return [row[key] for row in rows(flattened, table)]


def test_a_session_that_stands_twice_has_two_keys_and_keeps_what_is_below_apart() -> None:
    flattened = flat(conversation(_talk(5), _talk(7), _talk(9, sessionId="s2")))
    assert _keys(flattened, "sessions", "session_key") == ["c1:p1:s1", "c1:p1:s1#1", "c1:p1:s2"]
    assert [row["session_id"] for row in rows(flattened, "sessions")] == ["s1", "s1", "s2"]
    assert {r["session_key"]: r["t_talk_ms"] for r in rows(flattened, "sessions")} == {
        "c1:p1:s1": 5,
        "c1:p1:s1#1": 7,
        "c1:p1:s2": 9,
    }
    assert {r["session_key"]: int(r["value"]) for r in rows(flattened, "session_metrics")} == {
        "c1:p1:s1": 5,
        "c1:p1:s1#1": 7,
        "c1:p1:s2": 9,
    }
    assert {r["session_key"]: r["queue_id"] for r in rows(flattened, "segments")} == {
        "c1:p1:s1": "q5",
        "c1:p1:s1#1": "q7",
        "c1:p1:s2": "q9",
    }
    assert [row["t_talk_ms"] for row in rows(flattened, "participants")] == [21]
    assert flattened.unknown == {"repeated:session.sessionId": 1}


def test_the_same_session_below_two_participants_is_two_rows_and_no_repetition() -> None:
    flattened = flat(
        _two_participants(
            {"participantId": "p1", "sessions": [_talk(5)]},
            {"participantId": "p2", "sessions": [_talk(7)]},
        )
    )
    assert _keys(flattened, "sessions", "session_key") == ["c1:p1:s1", "c1:p2:s1"]
    assert flattened.unknown == {}


def test_a_participant_that_stands_twice_passes_its_own_key_down() -> None:
    flattened = flat(
        _two_participants(
            {"participantId": "p1", "sessions": [_talk(5)], "attributes": {"a": "1"}},
            {"participantId": "p1", "sessions": [_talk(7)], "attributes": {"a": "1"}},
        )
    )
    assert _keys(flattened, "participants", "participant_key") == ["c1:p1", "c1:p1#1"]
    assert _keys(flattened, "sessions", "session_key") == ["c1:p1:s1", "c1:p1#1:s1"]
    assert _keys(flattened, "sessions", "participant_key") == ["c1:p1", "c1:p1#1"]
    assert len(set(_keys(flattened, "participant_attributes", "attribute_key"))) == 2
    assert [row["t_talk_ms"] for row in rows(flattened, "participants")] == [5, 7]
    assert flattened.unknown == {"repeated:participant.participantId": 1}


def test_what_stands_behind_an_id_may_be_the_id_of_another() -> None:
    legs = [session(sessionId=name) for name in ("s1", "s1", "s1#1", "s1", "s1#1")]
    keys = _keys(flat(conversation(*legs)), "sessions", "session_key")
    assert Counter(keys).most_common(1)[0][1] == 1
    assert keys[0] == "c1:p1:s1"
    assert keys[2] == "c1:p1:s1#1"


def test_an_id_that_looks_like_the_place_of_one_without() -> None:
    legs = [session(sessionId="1"), session(sessionId=None)]
    keys = _keys(flat(conversation(*legs)), "sessions", "session_key")
    assert keys == ["c1:p1:1", "c1:p1:1#1"]


def test_judgements_that_stand_twice() -> None:
    page = conversation(
        session(),
        evaluations=[{"evaluationId": "e"}, {"evaluationId": "e"}],
        surveys=[{"surveyId": "v"}, {"surveyId": "v"}, {"surveyId": "v"}],
    )
    flattened = flat(page)
    assert _keys(flattened, "conversation_evaluations", "evaluation_key") == ["c1:e", "c1:e#1"]
    assert _keys(flattened, "conversation_surveys", "survey_key") == ["c1:v", "c1:v#1", "c1:v#2"]
    assert flattened.unknown == {
        "repeated:evaluation.evaluationId": 1,
        "repeated:survey.surveyId": 2,
    }


def test_both_paths_agree() -> None:
    page = body(conversation(_talk(5), _talk(7)), conversation(_talk(1), conversationId="c2"))
    fast = FLATTENER.flatten(page, days=DAYS)
    slow = FLATTENER.flatten_slowly(page, days=DAYS)
    assert fast.unknown == slow.unknown == {"repeated:session.sessionId": 1}
    for name, table in fast.tables.items():
        assert table.equals(slow.tables[name]), name
