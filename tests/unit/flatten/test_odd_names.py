"""Names and ids on a page: of no Unicode, standing twice, missing, or none by their form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.flatten.pages import (
    DAYS,
    FLATTENER,
    body,
    conversation,
    flat,
    row,
    rows,
    session,
)
from trunkline.errors import MalformedAnswer
from trunkline.flatten import Flattened


def test_half_a_surrogate_pair_does_not_cost_the_conversation() -> None:
    page = body(conversation(session(roomId="room", scriptId="script"), externalTag="17"))
    flattened = FLATTENER.flatten(page.replace(b'"room"', b'"a\\ud83db"'), days=DAYS)
    assert flattened.quarantined == ()
    assert row(flattened, "sessions")["room_id"] == "a\ufffdb"
    assert row(flattened, "sessions")["script_id"] == "script"


def test_a_whole_surrogate_pair_is_one_character() -> None:
    page = body(conversation(session(roomId="room"))).replace(b'"room"', b'"a\\ud83d\\ude00b"')
    assert row(FLATTENER.flatten(page, days=DAYS), "sessions")["room_id"] == "a😀b"


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    page = body(conversation(session(roomId="room"))).replace(b'"room"', b'"a\xffb"')
    assert row(FLATTENER.flatten(page, days=DAYS), "sessions")["room_id"] == "a\ufffdb"


@pytest.mark.parametrize(
    ("once", "twice", "place"),
    [
        (b'"roomId":"room"', b'"roomId":"room","roomId":"other"', "session.roomId"),
        (b'"conversationId":"c1"', b'"conversationId":"c1","conversationId":"c9"',
         "conversation.conversationId"),
        (b'"participants"', b'"participants":[],"participants"', "conversation.participants"),
        (b'"conversationStart"', b'"conversationStart":"2025-03-13T00:00:00Z","conversationStart"',
         "conversation.conversationStart"),
    ],
)  # fmt: skip
def test_of_two_values_under_one_name_none_is_taken(once: bytes, twice: bytes, place: str) -> None:
    page = body(conversation(session(roomId="room")), conversation(conversationId="c2"))
    flattened = FLATTENER.flatten(page.replace(once, twice, 1), days=DAYS)
    assert [q.reason for q in flattened.quarantined] == [f"{place} stands more than once"]
    assert row(flattened, "conversations")["conversation_id"] == "c2"


@pytest.mark.parametrize("more", [b'"future":1,"future":2', b'"agentGroups":[],"agentGroups":{}'])
def test_a_name_that_is_not_landed_may_stand_twice(more: bytes) -> None:
    page = body(conversation(session(roomId="room")))
    page = page.replace(b'"roomId"', more + b',"roomId"')
    assert row(FLATTENER.flatten(page, days=DAYS), "sessions")["room_id"] == "room"


@pytest.mark.parametrize("name", ["conversations", "cursor", "dataAvailabilityDate"])
def test_a_page_that_says_something_of_itself_twice_is_malformed(name: str) -> None:
    page = body(conversation(), cursor="next", dataAvailabilityDate="2025-06-04T07:27:03Z")
    page = page[:-1] + f',"{name}":null}}'.encode()
    with pytest.raises(MalformedAnswer, match=f"{name} more than once"):
        FLATTENER.flatten(page, days=DAYS)


@pytest.mark.parametrize("read", [FLATTENER.flatten, FLATTENER.flatten_slowly])
@pytest.mark.parametrize("written", [rb"\ud800", rb"\udc00", b"\xff"])
def test_ids_that_would_become_one_are_not_made_one(
    read: Callable[..., Flattened], written: bytes
) -> None:
    ids = [b"a" + written, rb"a\udfff", b"good"]
    page = body(*(conversation(conversationId=f"X{place}") for place in range(3)))
    for place, each in enumerate(ids):
        page = page.replace(b"X%d" % place, each)
    flattened = read(page, days=DAYS)
    assert [str(q) for q in flattened.quarantined] == [
        f"conversation at place {place} of its page: conversation.conversationId is not Unicode"
        for place in (0, 1)
    ]
    assert row(flattened, "conversations")["conversation_id"] == "good"


def test_a_cursor_that_would_become_another_is_malformed() -> None:
    page = body(cursor="X").replace(b"X", rb"\ud800")
    with pytest.raises(MalformedAnswer, match="cursor is not Unicode"):
        FLATTENER.flatten(page, days=DAYS)


@pytest.mark.parametrize("key", ["+49 30 1234567", "jo@example.com", "x" * 65, "a b", ""])
def test_an_id_that_is_none_by_its_form_is_not_shown(key: str) -> None:
    broken = conversation(conversationId=key, conversationEnd=5)
    (quarantined,) = flat(conversation(), broken).quarantined
    assert quarantined.id is None
    assert str(quarantined).startswith("conversation at place 1 of its page: ")


def test_elements_without_ids_have_keys_of_their_own() -> None:
    whole = conversation(participants=[{"sessions": [{}, {}]}, {"sessions": [{}]}])
    flattened = flat(whole)
    assert flattened.quarantined == ()
    assert [r["participant_key"] for r in rows(flattened, "participants")] == ["c1:0", "c1:1"]
    assert [r["session_key"] for r in rows(flattened, "sessions")] == [
        "c1:0:0",
        "c1:0:1",
        "c1:1:0",
    ]


def test_a_session_id_may_repeat_under_another_participant() -> None:
    whole = conversation(
        participants=[
            {"participantId": "p1", "sessions": [session(segments=[{}, {}])]},
            {"participantId": "p2", "sessions": [session(segments=[{}])]},
        ]
    )
    keys = [(r["segment_key"], r["ordinal"]) for r in rows(flat(whole), "segments")]
    assert keys == [("c1:p1:s1:0", 0), ("c1:p1:s1:1", 1), ("c1:p2:s1:0", 0)]
