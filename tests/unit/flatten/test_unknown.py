"""Attributes and metrics that are not declared: counted, never a reason to fail."""

from __future__ import annotations

import pytest

from tests.unit.flatten.pages import (
    DAYS,
    FLATTENER,
    body,
    conversation,
    flat,
    metric,
    row,
    rows,
    session,
)


def test_unknown_attributes_are_counted_by_level() -> None:
    page = conversation(
        session(future=1, segments=[{"future": {}}, {"future": None}], metrics=[{"unit": "ms"}]),
        session(sessionId="s2", future=[]),
        later={"a": {"b": 1}},
    )
    page["participants"][0]["age"] = 7
    flattened = flat(page, conversation(conversationId="c2"))
    assert flattened.unknown == {
        "conversation.later": 1,
        "metric.unit": 1,
        "participant.age": 1,
        "segment.future": 2,
        "session.future": 2,
    }
    assert flattened.conversations == 2


def test_an_unknown_attribute_of_the_envelope_is_counted() -> None:
    flattened = FLATTENER.flatten(body(conversation(), futureHits=1), days=DAYS)
    assert flattened.unknown == {"page.futureHits": 1}


@pytest.mark.parametrize(
    ("level", "attribute"), [("participant", "flow"), ("session", "evaluations")]
)
def test_an_attribute_that_is_known_elsewhere_is_unknown_here(level: str, attribute: str) -> None:
    page = conversation(session())
    participant = page["participants"][0]
    place = participant if level == "participant" else participant["sessions"][0]
    place[attribute] = {"a": 1}
    assert flat(page).unknown == {f"{level}.{attribute}": 1}


def test_only_conversations_that_are_kept_are_counted() -> None:
    other = conversation(conversationStart="2025-01-01T00:00:00Z", future=1)
    assert flat(other, conversation(future=1)).unknown == {"conversation.future": 1}


def test_the_slow_path_counts_the_same() -> None:
    page = body(
        conversation(session(future=1, metrics=[metric("tFuture", 1), metric("tTalk", 1)])),
        conversation(conversationId="c2", future=1),
    )
    expected = {"conversation.future": 1, "metric:tFuture": 1, "session.future": 1}
    assert FLATTENER.flatten(page, days=DAYS).unknown == expected
    assert FLATTENER.flatten_slowly(page, days=DAYS).unknown == expected


def test_keys_of_participant_attributes_are_not_attributes_of_ours() -> None:
    page = conversation(session())
    page["participants"][0]["attributes"] = {"order": "17", "flow": "x", "note": 'a "b": {'}
    assert flat(page).unknown == {}


def test_unknown_metrics_are_kept_and_counted() -> None:
    emitted = [metric("tFuture", 5), metric("tFuture", 6), metric("tTalk", 7), metric("tWait", 8)]
    flattened = flat(conversation(session(metrics=emitted)))
    assert flattened.unknown == {"metric:tFuture": 2, "metric:tWait": 1}
    assert [r["name"] for r in rows(flattened, "session_metrics")] == [
        "tFuture",
        "tFuture",
        "tTalk",
        "tWait",
    ]
    assert row(flattened, "sessions")["t_talk_ms"] == 7


def test_a_metric_without_name_or_value_is_a_row_and_no_sum() -> None:
    emitted = [{"value": 3}, {"name": "tTalk"}, {"name": None, "value": None}]
    flattened = flat(conversation(session(metrics=emitted)))
    found = [(r["name"], r["value"]) for r in rows(flattened, "session_metrics")]
    assert found == [(None, 3), ("tTalk", None), (None, None)]
    assert row(flattened, "sessions")["t_talk_ms"] is None
    assert flattened.unknown == {}


def test_a_name_that_may_be_a_value_is_not_repeated() -> None:
    flattened = flat(conversation({"+15550100123": 1, "sessionId": "s"}))
    assert flattened.unknown == {"session.(not a name)": 1}
    emitted = [metric("a person's name", 1)]
    assert flat(conversation(session(metrics=emitted))).unknown == {"metric:(not a name)": 1}
