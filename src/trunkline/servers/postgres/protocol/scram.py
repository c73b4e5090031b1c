"""The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677, RFC 5929).

As in PostgreSQL the user is the one of the startup message, and the name within is not looked at.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from trunkline.servers.postgres.protocol.verifier import Verifier, digest
from trunkline.servers.postgres.report import ProtocolViolation

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
_BINDING = "tls-server-end-point"
_FIRST = re.compile(r"(?P<gs2>(?P<flag>n|y|p=[A-Za-z0-9.-]+),(?P<authzid>[^,]*),)"
                    r"(?P<bare>n=[^,]*,r=(?P<nonce>[!-+\--~]+)(?:,[A-Za-z]=[^,]*)*)")  # fmt: skip
_FINAL = re.compile(r"(?P<without>c=(?P<binding>[A-Za-z0-9+/=]+),r=(?P<nonce>[!-+\--~]+)"
                    r"(?:,[A-Za-z]=[^,]*)*),p=(?P<proof>[A-Za-z0-9+/=]+)")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Challenge:
    """What was said in the first half; ``message`` is the server's part of it."""

    verifier: Verifier
    gs2: str
    client_first: str
    nonce: str
    end_point: bytes

    @property
    def message(self) -> str:
        """The server-first-message."""
        salt = base64.b64encode(self.verifier.salt).decode()
        return f"r={self.nonce},s={salt},i={self.verifier.iterations}"


def mechanisms(end_point: bytes | None) -> tuple[str, ...]:
    """What to offer; ``end_point`` is the hash of the certificate of this connection, if any."""
    return (PLUS, PLAIN) if end_point else (PLAIN,)


def challenge(
    mechanism: str, data: bytes | None, verifier: Verifier, nonce: str, end_point: bytes | None
) -> Challenge:
    """Read the client-first-message. ProtocolViolation where it is none or may not be."""
    if mechanism not in mechanisms(end_point):
        raise ProtocolViolation("client selected an invalid SASL authentication mechanism")
    found = _FIRST.fullmatch(_ascii(data))
    if not found:
        raise ProtocolViolation("malformed SCRAM message")
    if found["authzid"]:
        raise ProtocolViolation("client uses authorization identity, but it is not supported")
    _check_flag(found["flag"], mechanism, end_point)
    bound = (end_point or b"") if mechanism == PLUS else b""
    return Challenge(verifier, found["gs2"], found["bare"], found["nonce"] + nonce, bound)


def _check_flag(flag: str, mechanism: str, end_point: bytes | None) -> None:
    wanted = f"p={_BINDING}"
    if (mechanism == PLUS) != flag.startswith("p="):
        raise ProtocolViolation("SCRAM channel binding does not agree with the chosen mechanism")
    if flag == "y" and end_point:  # somebody in between hid it
        raise ProtocolViolation("SCRAM channel binding negotiation error", "28000")
    if flag.startswith("p=") and flag != wanted:
        raise ProtocolViolation("unsupported SCRAM channel-binding type")


def outcome(challenge: Challenge, data: bytes) -> bytes | None:
    """Check the client-final-message; gives the server-final-message, or None: a wrong password."""
    found = _FINAL.fullmatch(_ascii(data))
    if not found or found["nonce"] != challenge.nonce:
        raise ProtocolViolation("malformed SCRAM message")
    if _decoded(found["binding"]) != challenge.gs2.encode() + challenge.end_point:
        raise ProtocolViolation("SCRAM channel binding check failed", "28000")
    said = f"{challenge.client_first},{challenge.message},{found['without']}".encode()
    verifier, proof = challenge.verifier, _decoded(found["proof"])
    signature = digest(verifier.stored_key, said)
    if len(proof) != len(signature):
        raise ProtocolViolation("malformed SCRAM message")
    client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
    if not hmac.compare_digest(hashlib.sha256(client_key).digest(), verifier.stored_key):
        return None
    return b"v=" + base64.b64encode(digest(verifier.server_key, said))


def _ascii(data: bytes | None) -> str:
    # Names and unknown attributes may hold more; a latin reading keeps every byte as it is.
    return (data or b"").decode("latin-1")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ProtocolViolation("malformed SCRAM message") from None
