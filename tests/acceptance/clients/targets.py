"""The servers that clients are pointed at: ours, and a PostgreSQL 15 with the same rows."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.acceptance.clients import data
from tests.postgres_server import running

SCHEMA = "local"
DATABASE = "lake"
USER = "ana"
PASSWORD = "secret-of-ana"
ENDLESS = "select count(*) from range(4000000000) a(x), range(100) b(y) where (x * 7 + y) % 3 = 1"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a server listens, and what is in it."""

    name: str
    port: int
    rows: int
    endless: str
    """A query that takes longer than anybody waits."""

    @property
    def environment(self) -> dict[str, str]:
        """What libpq and its kin read."""
        return {
            "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": USER,
            "PGPASSWORD": PASSWORD, "PGDATABASE": DATABASE, "PGSCHEMA": SCHEMA,
            "PGCONNECT_TIMEOUT": "20",
        }  # fmt: skip

    def connect(self, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection by psycopg; autocommit unless told."""
        return psycopg.connect(**(self.arguments | {"autocommit": True} | options))

    @property
    def arguments(self) -> dict[str, Any]:
        """The same, as psycopg takes it."""
        return {
            "host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD,
            "dbname": DATABASE, "connect_timeout": 20,
        }  # fmt: skip


@contextmanager
def postgresql(rows: int) -> Iterator[Target]:
    """A PostgreSQL 15 on loopback, with passwords and TLS."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        data.write(folder, rows, "csv")
        certificate, key = certified(folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = {
            "listen_addresses": "127.0.0.1", "port": str(port), "ssl": "on",
            "ssl_cert_file": "{home}/server.crt", "ssl_key_file": "{home}/server.key",
            "hba_file": "{home}/hba.conf", "max_connections": "100",
        }  # fmt: skip
        files = {
            "server.crt": certificate.read_bytes(), "server.key": key.read_bytes(),
            "hba.conf": b"local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
        }  # fmt: skip
        with running(settings, files) as home:
            _fill(home, port, folder)
            yield Target("postgresql", port, rows, "select pg_sleep(60)")


def _fill(home: Path, port: int, folder: Path) -> None:
    with psycopg.connect(
        host=str(home), port=port, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {USER}")
        connection.execute(f"ALTER ROLE {USER} SET search_path = {SCHEMA}, public")
    with psycopg.connect(
        host=str(home), port=port, user=USER, dbname=DATABASE, autocommit=True
    ) as connection:
        data.load(folder, SCHEMA, connection)


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    certificate, key = folder / "server.crt", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
