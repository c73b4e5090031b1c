"""What may be a password, and that what is kept of it checks it and does not tell it."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from trunkline.errors import UsageError
from trunkline.servers.postgres.passwords import generated, verifier_of

GOOD = "correct horse battery"


def stored_key(password: str, text: str) -> bytes:
    """RFC 5802, section 3, over the iterations and the salt of a verifier."""
    _, rounds_and_salt, _ = text.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    return hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()


def kept_key(text: str) -> bytes:
    return base64.b64decode(text.split("$")[2].split(":", maxsplit=1)[0])


def test_a_verifier_checks_its_password_and_no_other() -> None:
    text = verifier_of("ann", GOOD)
    assert text.startswith("SCRAM-SHA-256$4096:")
    assert GOOD not in text
    assert kept_key(text) == stored_key(GOOD, text)
    assert kept_key(text) != stored_key(f"{GOOD}.", text)


def test_equal_passwords_have_different_verifiers() -> None:
    assert verifier_of("ann", GOOD) != verifier_of("ann", GOOD)


def test_a_password_is_what_the_rfc_makes_of_it() -> None:
    # RFC 4013: a no-break space is a space, a soft hyphen is nothing, a Roman nine is IX.
    text = verifier_of("ann", "correct\u00a0horse \u00ad\u2168 battery")
    assert kept_key(text) == stored_key("correct horse IX battery", text)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("elevenchars", "11 characters; 12 are the least"),
        ("", "0 characters"),
        ("\u00ad" * 20 + "short", "5 characters"),
        ("x" * 1_001, "1,001 characters"),
        ("aaaaaaaaaaaabbbb", "fewer than 5 different"),
        ("with a line\nend in it", "cannot be typed"),
        ("a bell\a and more", "cannot be typed"),
        ("alice1234567", "user's name"),
        ("1234ALICE567", "user's name"),
    ],
)
def test_a_weak_password_is_refused_and_not_repeated(password: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        verifier_of("alice", password)
    if password:
        assert password not in raised.value.message + str(raised.value.hint)


def test_a_short_name_within_a_long_password_is_no_harm() -> None:
    assert verifier_of("an", "an orange elephant")


def test_made_passwords_are_long_and_never_the_same() -> None:
    made = {generated() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 24 and password.isalnum() for password in made)
    assert all(verifier_of("ann", password) for password in list(made)[:3])
