"""Pages that nobody should send: conversations as the vendor writes them, then spoilt at any depth.

Values that JSON of Python cannot say (a name twice, ``1e400``) are ``Members`` and ``Token``.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.unit.flatten.pages import FIXTURE, Json, conversation, metric, session


@dataclass(frozen=True)
class Token:
    """A value as it is written."""

    written: str


class Members(list[tuple[str, Any]]):
    """An object by its names and values: a name may stand twice."""


def written(value: Any) -> str:
    """JSON as the vendor's servers write it: compact."""
    if isinstance(value, Token):
        return value.written
    if isinstance(value, Members):
        return "{" + ",".join(f"{written(name)}:{written(below)}" for name, below in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=not value.isascii() and _is_torn(value))
    return json.dumps(value)


def _is_torn(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def loose(value: Any) -> Any:
    """A copy in which every object is Members."""
    if isinstance(value, dict):
        return Members((name, loose(below)) for name, below in value.items())
    return [loose(each) for each in value] if isinstance(value, list) else value


RICH = conversation(
    session(
        ani="tel:+15550100123",
        mediaCount=2,
        callbackNumbers=["+15550100199", None],
        callbackScheduledTime="2025-03-13T09:00:00.000Z",
        metrics=[metric("tTalk", 40), metric("tTalk", 2), metric("nOffered", 1),
                 metric("oMessageCount", 3), metric("tFuture", 9)],
        segments=[
            {"segmentStart": "2025-03-13T08:00:00.000Z", "conference": False, "queueId": "q1",
             "subject": "free text", "segmentType": "interact", "q850ResponseCodes": [16, None]},
            {"segmentStart": "2025-03-13T08:00:09Z", "disconnectType": "client"},
        ],
        flow={"flowId": "f1", "outcomes": [{"flowOutcomeId": "o1"}, {}]},
        mediaEndpointStats=[{"codecs": ["opus"], "minMos": 4.5, "discardedPackets": 0}],
        agentGroups=[{"agentGroupId": "g"}],
    ),
    session(sessionId="s2", remote="x"),
    conversationEnd="2025-03-13T08:10:00.123Z",
    divisionIds=["d1", "d2"],
    mediaStatsMinConversationMos=4.25,
    selfServed=True,
    externalTag="17",
    evaluations=[{"evaluationId": "e1", "oTotalScore": 85, "released": True,
                  "eventTime": "2025-03-13T09:00:00.000Z"}],
    surveys=[{"surveyId": "v1", "oSurveyTotalScore": 5}],
    resolutions=[{"queueId": "q1", "nNextContactAvoided": 1}],
)  # fmt: skip
RICH["participants"][0]["attributes"] = {"order": "1", "na me": "2"}
RICH["participants"].append({"participantId": "p2", "purpose": "agent", "userId": "u1"})
OTHER_DAY = conversation(session(), conversationStart="2025-03-14T00:00:00.000Z")
BARE: Json = {"conversationId": "c1", "conversationStart": "2025-03-13T23:59:59.999Z"}
REAL: list[Json] = [json.loads(FIXTURE.read_bytes())["conversations"][0]]
TEMPLATES = [RICH, BARE, conversation(session()), OTHER_DAY, *REAL]

TOKENS = [
    "NaN", "Infinity", "-Infinity", "Inf", "nan", "-0", "-0.0", "0.1", "1.5", "-1", "1e2", "10E-1",
    "1.0", "1e400", "-1e400", "1e-400", "1e9999999999999999999", "1e-9999999999999999999", "01",
    "1.", ".5", "+1", "0x10", "1_000", "--1", "True", "undefined", "'a'", "",
    str(2**31), str(2**53 + 1), str(2**63 - 1), str(2**63), str(-(2**63)), str(-(2**63) - 1),
    str(10**18 - 1), str(10**18), str(10**12), "999999999999.9999994", "999999999999.9999995",
    "0.0000005", "0.0000015", "1" * 40, "9" * 5000, "0." + "3" * 5000, "1e999999", "1e-999999",
    "9223372036854775807.0", "9223372036854775807.5", "4.94e-324", "1.7976931348623157e308",
    r'"\ud83d"', r'"\udc00"', r'"\ud83d\ude00"', r'"\u0000"', r'"\x"', r'"\u12"', '"open',
    '"a\nb"', '"a\tb"', "[" * 10_000 + "]" * 10_000, "[" * 300 + "]" * 300, "{", "[", "]", "}",
    '{"a":1,"a":2}', '{"":{"\\"":[":"]}}', '"quote\\":"', '"\\\\":', "/**/1", " 1 ", "null",
]  # fmt: skip
TIMES = [
    "2025-03-13T23:59:60Z", "2025-03-13T24:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00", "0001-01-02T00:00:00Z", "9999-12-30T23:59:59.999Z",
    "9999-12-31T00:00:00Z", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z", "-001-01-01",
    "2025-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-03-13",
    "2025-03-13T08", "2025-03-13T08Z", "2025-03-13T08:00", "2025-03-13 08:00:00",
    "2025-03-13T08:00:00", "2025-03-13T08:00:00z", "2025-03-13t08:00:00Z", "2025-03-13x08:00:00Z",
    "2025-03-13T08:00:00.Z", "2025-03-13T08:00:00.1Z", "2025-03-13T08:00:00.12Z",
    "2025-03-13T08:00:00.1234Z", "2025-03-13T08:00:00.123456789Z", "2025-03-13T08:00:00,5Z",
    "2025-03-13T08:00:00.9999999999999Z", "1969-12-31T23:59:59.9999Z", "2025-03-13T00:30:00+01:00",
    "2025-03-12T23:30:00-01:00", "2025-03-13T08:00:00+0100", "2025-03-13T08:00:00+01",
    "2025-03-13T08:00:00+1", "2025-03-13T08:00:00+24:00", "2025-03-13T08:00:00+23:60",
    "2025-03-13T08:00:00+23:59", "2025-03-13T08:00:00-00:00", "2025-03-13T08:00:00+01:00:30",
    "2025-03-13T08:00:00 +01:00", "2025-03-13T08:00:00Z ", " 2025-03-13T08:00:00Z", "2025-W11-4",
    "2025-072", "20250313T080000Z", "2025-03-13T080000Z", "2025-03-13T0800Z", "1741852800",
    "1741852800000", "-1", "", "now", "2025-3-13", "2025/03/13", "2025-03-13T8:00:00Z",
    "\uff12025-03-13T08:00:00Z", "2025-03-13T08:00:00\u00b2", "+2025-03-13T08:00:00Z",
    "2025-03-13T08:00:00UTC", "2025-03-13T08:00:00Europe/Berlin", "2025-03-13T08:00:00ZZ",
    "2025-03-13T08:00:00Z\u0000", "2025-03-13T25:00:00Z", "2025-03-13T08:60:00Z",
]  # fmt: skip
TEXTS = [
    "", "\u0000", "a\u0000b", "x" * 20_000, "\u202etxt", "e\u0301", "\u00e9", "\u212a", "\ufeff",
    "\ufffd", "\U0001f600", "\ud83d", "\udc00\ud83d", "a\\", 'a":', 'a": ', '\\":', "c1", "p1",
    "s1", "s1#1", "c1:p1", "0", "1", "true", "1.5", "NaN", "tTalk", "nOffered", "{}", "\n", "\x7f",
]  # fmt: skip
OTHERS: list[Any] = [
    None, True, False, 0, 1, -1, 1.5, [], {}, [None], [[]], [{}], {"a": 1}, ["a"], [1], [True],
    {"name": "tTalk", "value": 1},
]  # fmt: skip
NAMES = [
    "key", "#", "metrics[tTalk]", "conversation_key", "conversationid", "ConversationId",
    "t_talk_ms", "tTalk", "value", "name", "metrics", "sessions", "participants", "attributes",
    "flow", "future",
    "", " ", "\u0000", "a\\", 'a"', "conversations", "cursor", "subject", "conversationI\u0307d",
    "conversationId", "sessionId", "participantId", "conversationStart", "\ud83d", "x" * 5000,
]  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(TOKENS).map(Token),
    st.sampled_from(TIMES),
    st.sampled_from(TEXTS),
    st.sampled_from(OTHERS).map(loose),
    st.text(max_size=8),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
)
Place = tuple[Any, int]


def _places(value: Any) -> list[Place]:
    """Every member of an object and element of a list, as its holder and place."""
    if not isinstance(value, list):
        return []
    found: list[Place] = []
    for place, each in enumerate(value):
        found.append((value, place))
        found += _places(each[1] if isinstance(value, Members) else each)
    return found


def spoil(page: Any, draw: st.DrawFn) -> None:
    """One thing is made otherwise than it was."""
    places = _places(page)
    if not places:
        return
    holder, at = places[draw(st.integers(0, len(places) - 1))]
    how = draw(st.sampled_from(["value", "value", "value", "drop", "again", "add", "name", "move"]))
    is_object = isinstance(holder, Members)
    name, value = holder[at] if is_object else ("", holder[at])
    if how == "value":
        new = draw(VALUES)
        holder[at] = (name, new) if is_object else new
    elif how == "drop":
        del holder[at]
    elif how == "again":
        other = draw(VALUES) if draw(st.booleans()) else copy.deepcopy(value)
        holder.append((name, other) if is_object else other)
    elif how == "add":
        new = draw(VALUES)
        holder.append((draw(st.sampled_from(NAMES)), new) if is_object else new)
    elif how == "name" and is_object:
        holder[at] = (draw(st.sampled_from(NAMES)), value)
    elif how == "move":
        other_holder, other_at = places[draw(st.integers(0, len(places) - 1))]
        if isinstance(other_holder, Members):
            value = copy.deepcopy(value)
            other_holder[other_at] = (other_holder[other_at][0], value)


@st.composite
def conversations(draw: st.DrawFn, *, spoilt: int) -> list[Any]:
    """Up to four conversations with ids of their own, some spoilt."""
    templates = draw(st.lists(st.sampled_from(TEMPLATES), min_size=1, max_size=4))
    made = [loose({**each, "conversationId": f"c{n}"}) for n, each in enumerate(templates)]
    for _ in range(draw(st.integers(0, spoilt))):
        spoil(made[draw(st.integers(0, len(made) - 1))], draw)
    return made


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    """A whole page, the envelope spoilt as well."""
    page = Members(
        [
            ("conversations", draw(conversations(spoilt=3))),
            ("cursor", "next"),
            ("dataAvailabilityDate", "2025-06-04T07:27:03Z"),
        ]
    )
    for _ in range(draw(st.integers(0, 1))):
        spoil(page, draw)
    return encoded(page, draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf", b" \r\n"])))


def encoded(page: Any, before: bytes = b"") -> bytes:
    return before + written(page).encode("utf-8", "surrogatepass")


@st.composite
def torn(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with some of its bytes changed, lost, doubled or put in."""
    made = bytearray(body)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(made) - 1, 0)))
        upto = at + draw(st.integers(1, 40))
        how = draw(st.sampled_from(["flip", "insert", "cut", "double", "truncate", "append"]))
        if how == "flip" and made:
            made[at] = draw(st.integers(0, 255))
        elif how == "insert":
            made[at:at] = draw(st.sampled_from(PIECES))
        elif how == "cut":
            del made[at:upto]
        elif how == "double":
            made[at:at] = made[at:upto]
        elif how == "truncate":
            del made[at:]
        else:
            made += draw(st.sampled_from(PIECES))
    return bytes(made)


PIECES = [
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80", b'"', b"\\", b",", b":",
    b"{", b"}", b"[", b"]", b"{}", b"[]", b"null", b"0", b"-", b".", b"e", b"\n", b" ", b"\t",
    b"\xc2\xa0", b"\xef\xbb\xbf", b'"a":1,', b',"a":1', b"/**/", b"//\n", b"NaN", b"<html>",
    b"\\u0000", b"\\ud800", b'","', b'":"', b'\\":', b'" :', b"\x1e", b"\x7f",
]  # fmt: skip
