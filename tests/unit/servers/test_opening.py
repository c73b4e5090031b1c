"""From the first byte to a session: encryption, versions, passwords."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import postgres_client as client
from tests.unit.servers.serving import SECRET, ScramClient, Server, terms
from trunkline.servers.postgres.protocol import Connection, Verifier
from trunkline.servers.postgres.protocol.events import (
    Admitted,
    CancelRequested,
    Closed,
    Denied,
    UpgradeToTls,
)
from trunkline.servers.postgres.protocol.saslprep import saslprep

FIXTURES = Path(__file__).parents[2] / "fixtures"
SSL = struct.pack("!ii", 8, 80877103)
GSS = struct.pack("!ii", 8, 80877104)
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")  # of RFC 7677, section 3
VERIFIER = Verifier.of("pencil", SALT)
PENCIL = ScramClient("pencil")
END_POINT = b"hash of the certificate"


def error(sent: bytes) -> dict[str, str]:
    letter, body = list(client.messages(sent))[-1]
    assert letter == "E"
    return client.fields(body)


def challenged(server: Server, scram: ScramClient, mechanism: str = "SCRAM-SHA-256") -> bytes:
    """Go as far as the server's challenge."""
    server.say(client.startup(user="user"))
    ((letter, body),) = client.messages(server.say(scram.first(mechanism)))
    assert (letter, body[:4]) == ("R", struct.pack("!i", 11))
    return body[4:]


def encrypted(verifier: Verifier = VERIFIER, end_point: bytes | None = END_POINT) -> Server:
    server = Server({"user": verifier}, Connection(terms(tls=True)))
    assert server.say(SSL) == b"S"
    server.connection.secured(end_point)
    return server


def test_a_session_begins_with_its_settings_and_its_key() -> None:
    server = Server()
    sent = list(client.messages(server.begin()))
    assert "".join(letter for letter, _ in sent) == "RSKZ"
    assert sent[0][1] == bytes(4)
    assert sent[1][1] == b"server_version\x0015.0\0"
    assert sent[2][1] == struct.pack("!iI", 7, 2**31)
    assert sent[3][1] == b"I"
    assert Admitted("ann", "ann", {"user": "ann"}) in server.events


def test_the_exchange_of_rfc_7677() -> None:
    server = Server({"user": VERIFIER})
    ((letter, body),) = client.messages(server.say(client.startup(user="user")))
    assert (letter, body) == ("R", struct.pack("!i", 10) + b"SCRAM-SHA-256\0\0")
    ((_, body),) = client.messages(server.say(PENCIL.first()))
    assert body[4:] == (
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    final = client.message(
        b"p",
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    )
    sent = list(client.messages(server.say(final)))
    signature = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    assert sent[0] == ("R", struct.pack("!i", 12) + signature)
    assert "".join(letter for letter, _ in sent) == "RRSKZ"


@pytest.mark.parametrize("user", ["user", "nobody"])
def test_a_wrong_password_and_an_unknown_user_look_the_same(user: str) -> None:
    server = Server({"user": VERIFIER})
    scram = ScramClient("pen")
    server.say(client.startup(user=user))
    ((_, body),) = client.messages(server.say(scram.first()))
    refusal = error(server.say(scram.final(body[4:])))
    assert (refusal["S"], refusal["C"]) == ("FATAL", "28P01")
    assert refusal["M"] == f'password authentication failed for user "{user}"'
    assert server.events[-2:] == [Denied(user), Closed()]


def test_the_salt_of_an_unknown_user_is_always_the_same_and_says_nothing() -> None:
    salts = set()
    for user in ("nobody", "nobody", "somebody"):
        server = Server({})
        server.say(client.startup(user=user))
        ((_, body),) = client.messages(server.say(PENCIL.first()))
        salts.add(body.split(b",")[1])
        assert len(base64.b64decode(body.split(b",")[1][2:])) == len(SALT)
        assert body.endswith(b",i=4096")
    assert len(salts) == 2
    assert Verifier.pretended("a", SECRET) != Verifier.pretended("a", b"another")


@pytest.mark.parametrize("end_point", [END_POINT, None])
def test_over_tls_the_channel_can_be_bound(end_point: bytes | None) -> None:
    server = encrypted(end_point=end_point)
    ((_, body),) = client.messages(server.say(client.startup(user="user")))
    offered = [b"SCRAM-SHA-256-PLUS", b"SCRAM-SHA-256"] if end_point else [b"SCRAM-SHA-256"]
    assert body[4:] == b"\0".join([*offered, b"", b""])
    assert UpgradeToTls() in server.events


def test_a_bound_channel_is_checked() -> None:
    bound = replace(PENCIL, gs2="p=tls-server-end-point,,", binding=END_POINT)
    server = encrypted()
    final = bound.final(challenged(server, bound, "SCRAM-SHA-256-PLUS"))
    assert client.letters(server.say(final)) == "RRSKZ"
    elsewhere = replace(bound, binding=b"of somebody in between")
    server = encrypted()
    final = elsewhere.final(challenged(server, elsewhere, "SCRAM-SHA-256-PLUS"))
    assert error(server.say(final))["C"] == "28000"


@pytest.mark.parametrize(
    ("gs2", "mechanism", "sqlstate"),
    [
        ("y,,", "SCRAM-SHA-256", "28000"),  # the offer was hidden from it
        ("p=tls-server-end-point,,", "SCRAM-SHA-256", "08P01"),
        ("n,,", "SCRAM-SHA-256-PLUS", "08P01"),
        ("p=tls-unique,,", "SCRAM-SHA-256-PLUS", "08P01"),
        ("n,a=ann,", "SCRAM-SHA-256", "08P01"),
        ("x,,", "SCRAM-SHA-256", "08P01"),
        ("n,,", "SCRAM-SHA-1", "08P01"),
        ("n,,m=1,", "SCRAM-SHA-256", "08P01"),
    ],
)
def test_what_does_not_agree_about_the_channel_is_refused(
    gs2: str, mechanism: str, sqlstate: str
) -> None:
    server = encrypted()
    server.say(client.startup(user="user"))
    assert error(server.say(replace(PENCIL, gs2=gs2).first(mechanism)))["C"] == sqlstate
    assert server.events[-1] == Closed()


@given(st.binary(max_size=100))
def test_what_is_no_answer_to_a_challenge_is_refused(data: bytes) -> None:
    for scram in (b"", b"c=biws,r="):
        server = Server({"user": VERIFIER})
        challenged(server, PENCIL)
        assert error(server.say(client.message(b"p", scram + data)))["C"] in ("08P01", "28P01")
    server = Server({"user": VERIFIER})
    server.say(client.startup(user="user"))
    assert error(server.say(client.message(b"p", data)))["C"] in ("08P01", "22021")


def test_a_nonce_of_another_exchange_is_refused() -> None:
    server = Server({"user": VERIFIER})
    final = PENCIL.final(challenged(server, PENCIL).replace(b"%hv", b"abc"))
    assert error(server.say(final))["C"] == "08P01"


def test_encryption_that_is_not_there_is_declined_and_the_session_goes_on() -> None:
    server = Server()
    assert server.say(SSL) == b"N"
    assert server.say(GSS) == b"N"
    assert client.letters(server.begin()) == "RSKZ"


def test_a_client_may_send_on_after_asking_for_encryption_that_is_declined() -> None:
    sent = Server().say(SSL + client.startup(user="ann"))
    assert sent[:1] == b"N"
    assert client.letters(sent[1:]) == "RSKZ"


def test_bytes_sent_before_the_handshake_are_refused() -> None:
    server = Server(connection=Connection(terms(tls=True)))
    refusal = error(server.say(SSL + client.startup(user="eve")))
    assert refusal["M"] == "received unencrypted data after SSL request"


def test_encryption_is_asked_for_once() -> None:
    server = encrypted()
    assert error(server.say(SSL))["C"] == "08P01"


def test_a_cancel_request_is_told_of_and_not_answered() -> None:
    server = Server()
    assert server.say(struct.pack("!iiiI", 16, 80877102, 7, 2**31)) == b""
    assert server.events == [CancelRequested(7, 2**31), Closed()]


def test_a_newer_minor_version_is_negotiated_and_options_are_named() -> None:
    body = struct.pack("!HH", 3, 2) + b"user\0ann\0_pq_.later\0on\0database\0lake\0\0"
    server = Server()
    letter, negotiated = next(client.messages(server.say(client.message(b"", body))))
    assert letter == "v"
    assert negotiated == struct.pack("!HHi", 3, 0, 1) + b"_pq_.later\0"
    parameters = {"user": "ann", "database": "lake"}
    assert Admitted("ann", "lake", parameters) in server.events


@pytest.mark.parametrize("version", [(2, 0), (4, 0)])
def test_another_major_version_is_refused(version: tuple[int, int]) -> None:
    refusal = error(Server().say(client.startup(version, user="ann")))
    assert (refusal["S"], refusal["C"]) == ("FATAL", "0A000")


def test_a_user_must_be_named() -> None:
    assert error(Server().say(client.startup(database="lake")))["C"] == "28000"


def test_nothing_is_read_after_a_fatal_error() -> None:
    server = Server()
    server.say(client.startup((2, 0)))
    assert server.say(client.startup(user="ann")) == b""
    assert server.events == [Closed()]


def test_a_query_before_authentication_is_refused() -> None:
    server = Server({"user": VERIFIER})
    server.say(client.startup(user="user"))
    assert error(server.say(client.query("rows 1")))["C"] == "08P01"


KEPT = json.loads((FIXTURES / "wire-verifiers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("password", "kept"), KEPT.items())
def test_verifiers_are_those_of_postgresql(password: str, kept: str) -> None:
    read = Verifier.parse(kept)
    assert str(read) == kept
    assert Verifier.of(password, read.salt, read.iterations) == read
    assert kept not in repr(read)


@pytest.mark.parametrize(
    "text", ["", "md5" + "0" * 32, "SCRAM-SHA-256$0:YQ==$YQ==:YQ==", "SCRAM-SHA-256$1:!$!:!"]
)
def test_what_is_no_verifier_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a SCRAM-SHA-256 verifier$"):
        Verifier.parse(text)


@pytest.mark.parametrize(
    ("written", "prepared"),
    [  # RFC 4013, section 3; what it forbids stays as it is in PostgreSQL
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("\u0007", "\u0007"),
        ("\u0627\u0031", "\u0627\u0031"),
    ],
)
def test_passwords_have_one_spelling(written: str, prepared: str) -> None:
    assert saslprep(written) == prepared
