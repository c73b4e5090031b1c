"""What may be a password, and the verifier that is kept of one.

A verifier is 4,096 rounds of SHA-256: whoever steals the catalogue tries a million passwords a
second on one graphics card. Eight letters and digits last a month then, twelve a hundred thousand
years; a word from a list lasts no time whatever its length. Who guesses over the network is slowed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from trunkline.errors import UsageError
from trunkline.servers.postgres.protocol.saslprep import saslprep
from trunkline.servers.postgres.protocol.verifier import Verifier

LEAST, MOST = 12, 1_000  # characters, as they are hashed
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
_GENERATED, _SALT = 24, 16
_DISTINCT, _BESIDE_THE_NAME = 5, 8

Bytes = Callable[[int], bytes]


def generated() -> str:
    """A password of 139 bits that can be read aloud."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_GENERATED))


def verifier_of(user: str, password: str, salt: Bytes = secrets.token_bytes) -> str:
    """The text that is kept of a password; UsageError, which does not repeat it, where it is weak.

    ``salt`` makes so many random bytes.
    """
    checked = _checked(user, saslprep(password))
    return str(Verifier.of(checked, salt(_SALT)))


def _checked(user: str, password: str) -> str:
    if not LEAST <= len(password) <= MOST:
        raise UsageError(
            f"the password has {len(password):,} characters; {LEAST} are the least, "
            f"{MOST:,} the most",
            hint="Several words that have nothing to do with one another are long enough and can "
            "be remembered; --generate makes one for programs.",
        )
    if not password.isprintable():
        raise UsageError("the password has characters that cannot be typed, such as a line's end")
    if user.lower() in password.lower() and len(password) - len(user) < _BESIDE_THE_NAME:
        raise UsageError("the password is little more than the user's name", hint="Take another.")
    if len(set(password)) < _DISTINCT:
        raise UsageError(
            f"the password has fewer than {_DISTINCT} different characters", hint="Take another."
        )
    return password
