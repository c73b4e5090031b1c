"""Keyed tokens of numbers: equal numbers have equal tokens, and no token leads back to its number.

HMAC-SHA-256 (RFC 2104) of the E.164 text, ``+`` included; the first 128 bits of it as 32
hexadecimal digits in lower case. Half of the hash is what RFC 2104 allows to be left out; two of
ten thousand million numbers share a token with a chance below 1e-18. Hexadecimal and not base64,
since SQL Server, Excel and Power BI compare texts without regard to case.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from trunkline.errors import ConfigError

KEY_BYTES = 32
TOKEN_DIGITS = 32
_KEY_ID_DIGITS = 8
_KEY_ID_OF = b"trunkline: the id of a token key"  # no E.164 number, which begins with a plus
_FEWEST_BYTES = 16  # different ones, of a key; of 32 random bytes about 30 differ
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+\Z")

HINT = "Make one with `openssl rand -hex 32` and keep it in TRUNKLINE_TOKEN_KEY, as a secret."


def key_of(text: str) -> bytes | None:
    """The key of the settings, None where none is set.

    ConfigError, which repeats nothing of it, unless it is at least 32 bytes in hexadecimal or
    base64 that look like chance.
    """
    if not text:
        return None
    key = _decoded(text.strip())
    if key is None:
        raise ConfigError("token_key is neither hexadecimal nor base64", hint=HINT)
    if len(key) < KEY_BYTES:
        raise ConfigError(
            f"token_key has {len(key)} bytes; it needs at least {KEY_BYTES}", hint=HINT
        )
    if len(set(key)) < _FEWEST_BYTES:
        raise ConfigError("token_key repeats itself: it can be guessed", hint=HINT)
    return key


def key_id(key: bytes) -> str:
    """A short name for a key that may be stored: it tells two keys apart and nothing of either."""
    return hmac.digest(key, _KEY_ID_OF, "sha256").hex()[:_KEY_ID_DIGITS]


def token(key: bytes, number: str) -> str:
    """The token of an E.164 number."""
    return hmac.digest(key, number.encode("ascii"), "sha256").hex()[:TOKEN_DIGITS]


def _decoded(text: str) -> bytes | None:
    if _HEX.match(text):
        return bytes.fromhex(text)
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
