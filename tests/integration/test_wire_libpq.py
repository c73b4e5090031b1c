"""libpq, by way of psql, opens a session with our side of the protocol: passwords, TLS, copying.

The socket here is the test's: it carries bytes between psql and a ``Connection``.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.servers.serving import Server, terms
from trunkline.servers.postgres.protocol import Connection, Verifier
from trunkline.servers.postgres.protocol.phase import Phase

pytestmark = pytest.mark.skipif(
    not (shutil.which("psql") and shutil.which("openssl")), reason="needs psql and openssl"
)
PASSWORD = "pässword"
VERIFIERS = {"ann": Verifier.of(PASSWORD, b"sixteen bytes of")}


@dataclass
class Carrier:
    """Takes connections on loopback, one after another."""

    folder: Path
    listening: socket.socket

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def run(self) -> None:
        while True:
            try:
                taken, _ = self.listening.accept()
            except OSError:
                return
            with taken:
                self._carry(taken)

    def _carry(self, plain: socket.socket) -> None:
        server = Server(VERIFIERS, Connection(terms(tls=True)))
        carried = plain
        while server.connection.phase is not Phase.CLOSED:
            data = carried.recv(65536)
            if not data:
                break
            carried.sendall(server.say(data))
            if server.connection.phase is Phase.TLS:
                carried = self._context().wrap_socket(plain, server_side=True)
                server.connection.secured(self._end_point())
        if isinstance(carried, ssl.SSLSocket):
            carried.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        return context

    def _end_point(self) -> bytes:
        pem = (self.folder / "cert.pem").read_text(encoding="ascii")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-subj",
         "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    carrier = Carrier(folder, socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=carrier.run)
    thread.start()
    yield carrier.port
    carrier.listening.shutdown(socket.SHUT_RDWR)
    carrier.listening.close()
    thread.join()


def psql(
    port: int, *statements: str, password: str = PASSWORD, **options: str
) -> subprocess.CompletedProcess[str]:
    words = {"host": "127.0.0.1", "port": str(port), "user": "ann", "dbname": "lake"} | options
    conninfo = " ".join(f"{name}={value}" for name, value in words.items())
    commands = [part for statement in statements for part in ("-c", statement)]
    return subprocess.run(
        ["psql", "-X", "-A", "-t", *commands, conninfo],
        env={"PGPASSWORD": password, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {"sslmode": "disable"},
        {"sslmode": "require", "channel_binding": "disable"},
        {"sslmode": "require", "channel_binding": "require"},
        {"sslmode": "prefer"},
    ],
)
def test_a_password_is_checked_with_and_without_tls(port: int, options: dict[str, str]) -> None:
    done = psql(port, "rows 3", **options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n1\n2\n", "")


def test_a_wrong_password_is_told(port: int) -> None:
    done = psql(port, "rows 3", password="guess", sslmode="require")
    assert done.returncode == 2
    assert 'FATAL:  password authentication failed for user "ann"' in done.stderr


def test_errors_transactions_and_copies_are_understood(port: int) -> None:
    done = psql(port, "begin", "bad", "rows 1", "rollback", "rows 2", "copy 2", sslmode="disable")
    assert done.stdout.splitlines() == ["BEGIN", "ROLLBACK", "0", "1", "0", "1"]
    assert done.stderr.splitlines() == [
        'ERROR:  syntax error at or near "bad"',
        "ERROR:  current transaction is aborted",
    ]
