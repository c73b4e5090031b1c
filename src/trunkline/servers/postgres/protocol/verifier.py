"""What is kept of a password: enough to check it, not enough to log in with.

The text is PostgreSQL's own (pg_authid.rolpassword), so that verifiers can be carried over:
``SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>``, all in base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from trunkline.servers.postgres.protocol.saslprep import saslprep

ITERATIONS = 4096
_FORM = re.compile(r"SCRAM-SHA-256\$(\d{1,9}):([^$:]+)\$([^$:]+):([^$:]+)")
_SALT, _KEY = 16, 32


@dataclass(frozen=True, slots=True, repr=False)
class Verifier:
    """RFC 5802: StoredKey checks the client's proof, ServerKey proves the server."""

    iterations: int
    salt: bytes
    stored_key: bytes
    server_key: bytes

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read one. ValueError, which does not repeat it, where it is none."""
        found = _FORM.fullmatch(text)
        try:
            if found:
                salt, stored, server = (
                    base64.b64decode(part, validate=True) for part in found.groups()[1:]
                )
                if salt and len(stored) == len(server) == _KEY and int(found[1]):
                    return cls(int(found[1]), salt, stored, server)
        except binascii.Error:
            pass
        raise ValueError("not a SCRAM-SHA-256 verifier")

    @classmethod
    def of(cls, password: str, salt: bytes, iterations: int = ITERATIONS) -> Verifier:
        """Of a password. Takes milliseconds, on purpose."""
        salted = hashlib.pbkdf2_hmac("sha256", saslprep(password).encode(), salt, iterations)
        stored = hashlib.sha256(digest(salted, b"Client Key")).digest()
        return cls(iterations, salt, stored, digest(salted, b"Server Key"))

    @classmethod
    def pretended(cls, user: str, secret: bytes) -> Verifier:
        """For a user there is not: always the same salt, as a real one has, and no password."""
        salt = digest(secret, b"salt " + user.encode())[:_SALT]
        key = digest(secret, b"key " + user.encode())
        return cls(ITERATIONS, salt, key, key)

    def __str__(self) -> str:
        salt, stored, server = (
            base64.b64encode(part).decode()
            for part in (self.salt, self.stored_key, self.server_key)
        )
        return f"SCRAM-SHA-256${self.iterations}:{salt}${stored}:{server}"


def digest(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256."""
    return hmac.digest(key, message, "sha256")
