"""Tokens: the primitive by published vectors, the key by what it refuses."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ConfigError
from trunkline.flatten.tokens import key_id, key_of, token

KEY = bytes(range(32))
# RFC 4231, HMAC-SHA-256: test cases 2, 6 and 7, whose data is ASCII.
RFC_4231 = [
    (
        b"Jefe",
        "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 131,
        "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        (
            "This is a test using a larger than block-size key and a larger than block-size data. "
            "The key needs to be hashed before being used by the HMAC algorithm."
        ),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


@pytest.mark.parametrize(("key", "data", "digest"), RFC_4231)
def test_a_token_is_the_first_half_of_the_published_hash(
    key: bytes, data: str, digest: str
) -> None:
    assert token(key, data) == digest[:32]


def test_a_token_can_be_made_elsewhere() -> None:
    number = "+61491570156"
    assert token(KEY, number) == hmac.new(KEY, number.encode(), hashlib.sha256).hexdigest()[:32]


@given(st.binary(min_size=32, max_size=64).filter(lambda key: len(set(key)) > 20))
def test_a_key_is_read_in_hexadecimal_and_base64(key: bytes) -> None:
    spelled = (
        key.hex(),
        key.hex().upper(),
        base64.b64encode(key).decode(),
        base64.urlsafe_b64encode(key).decode().rstrip("="),
        f" {key.hex()}\n",
    )
    assert [key_of(text) for text in spelled] == [key] * len(spelled)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hunter2 is no key", "neither hexadecimal nor base64"),
        ("schl\u00fcssel" * 8, "neither hexadecimal nor base64"),
        (KEY[:31].hex(), "31 bytes"),
        (base64.b64encode(KEY[:16]).decode(), "16 bytes"),
        ("00" * 32, "repeats itself"),
        ("0123456789abcdef" * 8, "repeats itself"),
    ],
)
def test_a_key_that_can_be_guessed_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as raised:
        key_of(text)
    assert text not in f"{raised.value}{raised.value.hint}"
    assert "openssl rand -hex 32" in str(raised.value.hint)


def test_no_key_is_no_error() -> None:
    assert key_of("") is None


def test_the_id_of_a_key_tells_keys_apart_and_is_no_token() -> None:
    ids = {key_id(KEY), key_id(KEY[::-1]), key_id(KEY + b"x")}
    assert len(ids) == 3
    assert {len(found) for found in ids} == {8}
