"""What binds a password to a certificate, by the hash of its signature; files that are none."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from trunkline.errors import ConfigError
from trunkline.servers.postgres.server.tls import certified

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
KINDS = {
    "rsa": ["-newkey", "rsa:2048"],
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ed25519": ["-newkey", "ed25519"],
}


def made(folder: Path, kind: str, *more: str) -> tuple[Path, Path]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=localhost", *KINDS[kind], *more,
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.mark.parametrize(
    ("kind", "signed", "hashed"),
    [
        ("rsa", "-sha256", "sha256"),
        ("rsa", "-sha384", "sha384"),
        ("rsa", "-sha512", "sha512"),
        ("rsa", "-sha1", "sha256"),
        ("ec", "-sha256", "sha256"),
        ("ec", "-sha384", "sha384"),
    ],
)
def test_the_end_point_is_hashed_as_the_certificate_is_signed(
    tmp_path: Path, kind: str, signed: str, hashed: str
) -> None:
    certificate, key = made(tmp_path, kind, signed)
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))
    assert certified(certificate, key).end_point == hashlib.new(hashed, der).digest()


def test_a_signature_without_a_hash_binds_nothing(tmp_path: Path) -> None:
    assert certified(*made(tmp_path, "ed25519")).end_point is None


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    certificate, key = made(tmp_path, "rsa")
    with pytest.raises(ConfigError, match="cannot be used for TLS"):
        certified(certificate, tmp_path / "nothing.pem")
    with pytest.raises(ConfigError, match="cannot be used for TLS"):
        certified(key, key)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(ConfigError, match="cannot be used for TLS"):
        certified(certificate, made(other, "rsa")[1])
