"""Bytes of a client become messages, however they are cut, or are refused."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import postgres_client as client
from trunkline.servers.postgres.messages import Limits, Reader
from trunkline.servers.postgres.messages.frontend import (
    Bind,
    CancelRequest,
    Close,
    CopyData,
    CopyDone,
    CopyFail,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    GSSENCRequest,
    Message,
    Parse,
    PasswordMessage,
    Query,
    SSLRequest,
    StartupMessage,
    Sync,
    Target,
    Terminate,
)
from trunkline.servers.postgres.report import ProtocolViolation, Refused

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
OID = st.integers(0, 2**32 - 1)
VALUE = st.none() | st.binary(max_size=20)
FORMATS = st.lists(st.integers(0, 1), max_size=4).map(tuple)
TARGET = st.sampled_from(Target)
Pair = tuple[Message, bytes]


def pair(message: type[Any], write: Any, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Pair]:
    return st.tuples(*parts).map(lambda values: (message(*values), write(*values)))


def _wrote_bind(portal: str, statement: str, formats: Any, values: Any, results: Any) -> bytes:
    return client.bind(values, portal, statement, formats, results)


COMMANDS = st.one_of(
    pair(Query, client.query, WORDS),
    pair(
        Parse,
        lambda name, sql, oids: client.parse(sql, name, oids),
        WORDS,
        WORDS,
        st.lists(OID, max_size=4).map(tuple),
    ),
    pair(Bind, _wrote_bind, WORDS, WORDS, FORMATS, st.lists(VALUE, max_size=4).map(tuple), FORMATS),
    pair(Describe, lambda target, name: client.describe(target.value, name), TARGET, WORDS),
    pair(Close, lambda target, name: client.close(target.value, name), TARGET, WORDS),
    pair(Execute, client.execute, WORDS, st.integers(0, 2**31 - 1)),
    pair(CopyData, lambda data: client.message(b"d", data), st.binary(max_size=20)),
    pair(CopyFail, lambda words: client.message(b"f", client.text(words)), WORDS),
    pair(PasswordMessage, lambda data: client.message(b"p", data), st.binary(max_size=20)),
    pair(FunctionCall, lambda oid: client.message(b"F", struct.pack("!I", oid), b"rest"), OID),
    st.sampled_from(
        [
            (Flush(), client.FLUSH),
            (Sync(), client.SYNC),
            (Terminate(), client.TERMINATE),
            (CopyDone(), client.message(b"c")),
        ]
    ),
)
NAMED = st.dictionaries(WORDS.filter(bool), WORDS, max_size=4)


def reader(*, started: bool = True, limits: Limits | None = None) -> Reader:
    made = Reader(limits)
    made.started = made.authenticated = started
    return made


def read_all(reading: Reader) -> list[Message]:
    return list(iter(reading.read, None))


def refusal_of(reading: Reader) -> str | None:
    try:
        read_all(reading)
    except Refused as refusal:
        return refusal.report.sqlstate
    return None


@given(st.lists(COMMANDS, max_size=6), st.lists(st.integers(0, 400)))
def test_commands_are_read_however_their_bytes_are_cut(pairs: list[Pair], cuts: list[int]) -> None:
    data = b"".join(written for _, written in pairs)
    reading, read, begin = reader(), [], 0
    for end in [*sorted(cut for cut in cuts if cut < len(data)), len(data)]:
        reading.feed(data[begin:end])
        read += read_all(reading)
        begin = end
    assert read == [message for message, _ in pairs]
    assert reading.pending == 0


@given(st.tuples(st.just(3), st.integers(0, 9)), NAMED)
def test_a_startup_message_has_a_version_and_parameters(
    version: tuple[int, int], parameters: dict[str, str]
) -> None:
    reading = reader(started=False)
    reading.feed(client.startup(version, **parameters))
    assert reading.read() == StartupMessage(version, tuple(parameters.items()))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (struct.pack("!ii", 8, 80877103), SSLRequest()),
        (struct.pack("!ii", 8, 80877104), GSSENCRequest()),
        (struct.pack("!iiiI", 16, 80877102, 7, 2**32 - 1), CancelRequest(7, 2**32 - 1)),
        (struct.pack("!ii", 13, 2 << 16) + b"older", StartupMessage((2, 0), ())),
    ],
)
def test_what_may_come_instead_of_a_startup_message(written: bytes, message: Message) -> None:
    reading = reader(started=False)
    reading.feed(written)
    assert reading.read() == message


@given(st.binary(max_size=200), st.booleans(), st.booleans())
def test_arbitrary_bytes_are_read_or_refused(
    data: bytes, started: bool, authenticated: bool
) -> None:
    reading = reader(started=started)
    reading.authenticated = authenticated
    reading.feed(data)
    assert refusal_of(reading) in {None, "08P01", "22021", "22023"}


@given(COMMANDS, st.data())
def test_a_damaged_message_is_read_or_refused(written: Pair, data: st.DataObject) -> None:
    raw = bytearray(written[1])
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    reading = reader()
    reading.feed(bytes(raw) + bytes(50))
    assert refusal_of(reading) in {None, "08P01", "22021", "22023"}


@pytest.mark.parametrize("letter", [b"Q", b"P", b"B", b"d", b"F", b"S", b"X", b"p", b"E"])
def test_a_length_that_is_too_great_is_refused_before_its_bytes_come(letter: bytes) -> None:
    reading = reader()
    reading.feed(letter + struct.pack("!i", 2**31 - 1))
    with pytest.raises(ProtocolViolation, match="longer than"):
        reading.read()


@pytest.mark.parametrize("size", [-1, 0, 3, -(2**31)])
def test_a_length_that_cannot_be_is_refused(size: int) -> None:
    for started, letter in ((True, b"Q"), (False, b"")):
        reading = reader(started=started)
        reading.feed(letter + struct.pack("!i", size))
        with pytest.raises(ProtocolViolation, match="invalid message length"):
            reading.read()


def test_before_authentication_only_a_short_password_is_read() -> None:
    reading = reader()
    reading.authenticated = False
    reading.feed(b"p" + struct.pack("!i", 5000))
    with pytest.raises(ProtocolViolation, match="longer than 4096"):
        reading.read()
    for letter in (b"Q", b"P", b"\0"):
        reading = reader()
        reading.authenticated = False
        reading.feed(letter)
        with pytest.raises(ProtocolViolation, match="expected password response"):
            reading.read()


def test_a_startup_message_is_short() -> None:
    reading = reader(started=False)
    reading.feed(struct.pack("!ii", 10_001, 3 << 16))
    with pytest.raises(ProtocolViolation, match="longer than 10000"):
        reading.read()


def test_limits_are_for_whoever_makes_the_reader() -> None:
    reading = reader(limits=Limits(large=10))
    reading.feed(client.query("SELECT 1"))
    with pytest.raises(Refused, match="longer than 10"):
        reading.read()


def _told(reading: Reader) -> str:
    try:
        message = reading.read()
    except Refused as refusal:
        return f"{refusal.report.sqlstate} {reading.letter.decode()}"
    return type(message).__name__ if message else ""


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_what_is_too_long_is_thrown_away_and_what_follows_is_read(chunk: int) -> None:
    reading, said, most = reader(limits=Limits(large=100)), list[str](), 0
    sent = (
        client.query("x" * 500) + client.SYNC + client.query("y" * 200) + client.query("SELECT 1")
    )
    for start in range(0, len(sent), chunk):
        reading.feed(sent[start : start + chunk])
        while one := _told(reading):
            said.append(one)
        most = max(most, reading.pending)
    assert said == ["54000 Q", "Sync", "54000 Q", "Query"]
    assert most < 100 + chunk


@pytest.mark.parametrize(
    "written",
    [
        client.message(b"Q", b"no end"),
        client.message(b"Q", b"\xff\0"),
        client.message(b"S", b"more"),
        client.message(b"D", b"Xname\0"),
        client.message(b"P", b"\0\0", struct.pack("!H", 65535)),
        client.message(b"B", b"\0\0", struct.pack("!HHH", 0, 1, 0)),
        client.message(b"B", b"\0\0", struct.pack("!HHiH", 0, 1, -2, 0)),
        client.bind(formats=[2]),
        client.message(b"?"),
    ],
)
def test_a_body_that_does_not_fit_its_letter_is_refused(written: bytes) -> None:
    reading = reader()
    reading.feed(written + client.SYNC)
    with pytest.raises(Refused) as raised:
        reading.read()
    assert isinstance(raised.value, ProtocolViolation) == (raised.value.report.sqlstate == "08P01")
    if written[:1] != b"?":
        assert reading.read() == Sync()
