"""The certificate of the server, and what binds a password to it.

Channel binding ``tls-server-end-point`` (RFC 5929, section 4.1): the hash of the certificate by the
hash of its own signature, SHA-256 where that is MD5 or SHA-1.
"""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

from trunkline.errors import ConfigError

# Object identifiers of signatures, by their last part; RFC 8017 (A.2.4) and RFC 5758 (3.2).
_RSA = bytes.fromhex("2a864886f70d0101")
_ECDSA = bytes.fromhex("2a8648ce3d0403")
_HASHES = {
    _RSA + b"\x04": "sha256",  # MD5
    _RSA + b"\x05": "sha256",  # SHA-1
    _RSA + b"\x0b": "sha256",
    _RSA + b"\x0c": "sha384",
    _RSA + b"\x0d": "sha512",
    _RSA + b"\x0e": "sha224",
    _ECDSA + b"\x01": "sha224",
    _ECDSA + b"\x02": "sha256",
    _ECDSA + b"\x03": "sha384",
    _ECDSA + b"\x04": "sha512",
}


@dataclass(frozen=True, slots=True)
class Certified:
    """What TLS is spoken with; ``end_point`` is None where the signature has no one hash."""

    context: ssl.SSLContext
    end_point: bytes | None


def certified(certificate: Path, key: Path) -> Certified:
    """From PEM files: the chain, the server's own first, and its key. ConfigError if unusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
        pem = certificate.read_text(encoding="ascii")
        return Certified(context, end_point(ssl.PEM_cert_to_DER_cert(_first(pem))))
    except (OSError, ValueError) as error:  # SSLError is an OSError
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(
            f"{certificate} and {key} cannot be used for TLS: {reason}",
            hint="Both are PEM files; the key has no password and belongs to the certificate.",
        ) from error


def _no_password() -> str:
    raise ValueError("the key has a password")


def _first(pem: str) -> str:
    end = "-----END CERTIFICATE-----"
    start = pem.index("-----BEGIN CERTIFICATE-----")
    return pem[start : pem.index(end, start) + len(end)] + "\n"


def end_point(certificate: bytes) -> bytes | None:
    """The hash of a certificate in DER, by the hash of its signature; None where it has none."""
    inner = _inside(certificate)
    algorithm = _inside(inner[_size(inner) :])  # after what is signed
    name = _HASHES.get(_inside(algorithm))
    return hashlib.new(name, certificate).digest() if name else None


def _head(data: bytes) -> tuple[int, int]:
    """Bytes of the tag and the length, and the length."""
    first = data[1]
    if first < 0x80:
        return 2, first
    count = first & 0x7F
    return 2 + count, int.from_bytes(data[2 : 2 + count])


def _inside(data: bytes) -> bytes:
    head, length = _head(data)
    return data[head : head + length]


def _size(data: bytes) -> int:
    return sum(_head(data))
