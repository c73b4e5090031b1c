"""Who comes in over the wire: passwords, TLS, guesses, limits; and what hostile bytes do."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests import postgres_client as client
from tests.acceptance.commands import PATIENCE, Desk, desk
from tests.acceptance.test_serve import ENDLESS
from tests.acceptance.wire import COUNT_MARCH, Served, served, wait_until

PASSWORD = "a password that is long enough"
pytestmark = pytest.mark.filterwarnings("ignore:.*is insecure:DeprecationWarning")


def certified(folder: Path, *more: str) -> tuple[str, str]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
         *(more or ("-sha256",)), "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return str(certificate), str(key)


def add_user(at: Desk, name: str, role: str, *more: str) -> None:
    (at.folder / "password").write_text(PASSWORD, encoding="utf-8")
    done = at.run("users", "add", name, "--role", role, "--password-file", "password", *more)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with users and TLS that has March."""
    folder = tmp_path_factory.mktemp("doors")
    certificate, key = certified(folder)
    with desk(folder) as found:
        add_user(found, "ann", "administrator", "--fetch", "wait")
        add_user(found, "bob", "analyst")
        with served(found, "--tls-cert", certificate, "--tls-key", key) as server:
            server.rows(COUNT_MARCH, password=PASSWORD)
            yield server


def test_it_says_how_many_may_log_in(at: Served) -> None:
    assert "with TLS; 2 users may log in" in at.first_line


@pytest.mark.parametrize(
    "how",
    [
        {"sslmode": "disable"},
        {"sslmode": "require", "channel_binding": "require"},
        {"sslmode": "require", "channel_binding": "disable"},
        {"require_auth": "scram-sha-256"},
    ],
)
def test_a_password_is_asked_for(at: Served, how: dict[str, str]) -> None:
    assert at.rows("SELECT current_user", password=PASSWORD, **how) == [("ann",)]


@pytest.mark.parametrize("user", ["ann", "nobody"])
def test_a_wrong_password_and_no_such_user_are_the_same(at: Served, user: str) -> None:
    with pytest.raises(psycopg.OperationalError) as raised:
        at.connect(user=user, password="guess")
    assert f'password authentication failed for user "{user}"' in str(raised.value)


def test_who_guesses_waits(tmp_path: Path) -> None:
    with desk(tmp_path) as found:
        add_user(found, "ann", "administrator")
        with served(found) as server:
            began = time.monotonic()
            for _ in range(6):
                with pytest.raises(psycopg.OperationalError):
                    server.connect(password="guess")
            # Three are free; then half a second, one and two.
            assert time.monotonic() - began >= 3.4
            told = server.rows(
                "SELECT sum(attempts) FROM trunkline.refused_logins", password=PASSWORD
            )
            assert told == [(6,)]


def test_a_user_reads_what_the_role_may(at: Served) -> None:
    sql = "SELECT count(*) FROM finance.session_numbers"
    assert at.rows(sql, password=PASSWORD)
    with pytest.raises(errors.InsufficientPrivilege, match="not open to bob"):
        at.rows(sql, user="bob", password=PASSWORD)
    tables = "SELECT table_schema FROM information_schema.tables WHERE table_schema = 'finance'"
    assert at.rows(tables, password=PASSWORD)
    assert at.rows(tables, user="bob", password=PASSWORD) == []


def test_a_user_fetches_as_they_are_let(at: Served) -> None:
    shown = "SHOW trunkline.fetch"
    assert at.rows(shown, password=PASSWORD) == [("wait",)]
    assert at.rows(shown, user="bob", password=PASSWORD) == [("off",)]


def test_who_asked_is_kept(at: Served) -> None:
    at.rows("SELECT count(*) FROM conversations", user="bob", password=PASSWORD)
    kept = at.rows(
        "SELECT DISTINCT door FROM trunkline.runs WHERE user_name = 'bob'", password=PASSWORD
    )
    assert kept == [("postgres",)]


def test_a_cancel_request_ends_tls_in_order(at: Served) -> None:
    with at.connect(password=PASSWORD, sslmode="require") as connection:
        assert connection.pgconn.ssl_in_use
        timer = threading.Timer(0.5, connection.cancel)  # which speaks TLS where libpq can
        timer.start()
        with pytest.raises(errors.QueryCanceled):
            connection.execute(ENDLESS)
        timer.join()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", at.port), PATIENCE) as plain:
        plain.sendall(client.message(b"", bytes.fromhex("04d2162f")))
        assert plain.recv(1) == b"S"
        with context.wrap_socket(plain, suppress_ragged_eofs=False) as secure:
            secure.sendall(client.message(b"", bytes.fromhex("04d2162e"), bytes(8)))
            assert secure.recv(1) == b""  # an end without goodbye would be an SSLEOFError


def test_a_key_that_is_guessed_cancels_nothing(at: Served) -> None:
    with at.connect(password=PASSWORD) as connection:
        number = connection.info.backend_pid
        with socket.create_connection(("127.0.0.1", at.port), PATIENCE) as plain:
            key = number.to_bytes(4) + bytes(4)
            plain.sendall(client.message(b"", bytes.fromhex("04d2162e"), key))
            assert plain.recv(1) == b""
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_more_clients_than_it_bears_are_told(tmp_path: Path) -> None:
    with desk(tmp_path) as found, served(found, "--connections", "2") as server:
        full = pytest.raises(psycopg.OperationalError, match="too many clients already")
        with server.connect(), server.connect(), full:
            server.connect()
        wait_until(lambda: _lets_in(server))


def test_a_client_that_comes_as_another_leaves_is_let_in(tmp_path: Path) -> None:
    async def changed(server: Served) -> list[Any]:
        leaving = [server.connect(), server.connect()]
        coming = psycopg.AsyncConnection.connect(server.conninfo(), autocommit=True)
        task = asyncio.create_task(coming)
        # Its password is asked for, or not, once the server has looked for a place for it.
        await asyncio.sleep(0.2)
        leaving.pop().close()
        async with await task as connection:
            found = await (await connection.execute("SELECT 1")).fetchall()
        leaving.pop().close()
        return found

    with desk(tmp_path) as found, served(found, "--connections", "2") as server:
        server.connect().close()
        assert asyncio.run(changed(server)) == [(1,)]


def _lets_in(server: Served) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True


def test_pauses_have_an_end(at: Served) -> None:
    with at.connect(password=PASSWORD) as connection:
        connection.execute("SET idle_session_timeout = '200ms'")
        time.sleep(1.0)
        with pytest.raises(errors.IdleSessionTimeout):
            connection.execute("SELECT 1")
    with at.connect(password=PASSWORD) as connection:
        connection.execute("SET idle_in_transaction_session_timeout = '200ms'")
        connection.execute("BEGIN")
        time.sleep(1.0)
        with pytest.raises(errors.IdleInTransactionSessionTimeout):
            connection.execute("SELECT 1")


def test_settings_come_with_the_startup_message(at: Served) -> None:
    more = {
        "options": "-c TimeZone=Europe/Berlin --search-path=finance",
        "application_name": "a\tb",
    }
    with at.connect(password=PASSWORD, **more) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchall()[0][0] for name in (
            "TimeZone", "search_path", "application_name")]  # fmt: skip
        assert shown == ["Europe/Berlin", "finance", "a?b"]
        connection.execute("SELECT count(*) FROM session_numbers")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("RESET TimeZone")
        assert connection.info.parameter_status("TimeZone") == "Europe/Berlin"
    with pytest.raises(psycopg.OperationalError, match="no_such"):
        at.connect(password=PASSWORD, options="-c no_such=1")


def test_bytes_of_any_kind_harm_nobody(tmp_path: Path) -> None:
    """On a server without users: who guesses passwords waits, and so do others from there."""
    drawn = random.Random(5)  # noqa: S311
    opening = [b"", client.startup(user="ann"), client.startup(user="ann") + client.query("x")]
    with desk(tmp_path) as found, served(found) as server:
        for number in range(150):
            data = opening[number % 3] + drawn.randbytes(drawn.randrange(1, 400))
            with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as plain:
                plain.sendall(data)
                if number % 2:
                    plain.shutdown(socket.SHUT_WR)
                    while plain.recv(65536):
                        pass
        assert server.rows("SELECT 1") == [(1,)]
        assert server.process.poll() is None


def test_no_door_leads_to_files(at: Served) -> None:
    for sql in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/there'",
        "ATTACH '/tmp/x'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SELECT getenv('HOME')",
        "SELECT * FROM query('SELECT 1')",
        "CREATE TABLE t (a int)",
        "CREATE TEMPORARY TABLE t AS SELECT * FROM read_text('/etc/passwd')",
        "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM read_text('/etc/passwd')",
        "PREPARE p AS SELECT * FROM read_text('/etc/passwd')",
        "EXPLAIN SELECT * FROM read_text('/etc/passwd')",
    ):
        with at.connect(password=PASSWORD) as connection:
            try:
                connection.execute(sql)
            except psycopg.Error as error:
                told = error
            else:
                pytest.fail(f"was let through: {sql}")
        assert "root:" not in str(told), sql
        assert not re.match("XX", str(told.diag.sqlstate)), (sql, told)
    assert not Path("/tmp/there").exists()  # noqa: S108


def test_who_is_changed_or_removed_reads_no_more_as_they_were(tmp_path: Path) -> None:
    with desk(tmp_path) as found:
        add_user(found, "ann", "analyst")
        add_user(found, "bob", "analyst")
        with served(found) as server, _as(server, "ann") as ann, _as(server, "bob") as bob:
            for connection in (ann, bob):
                connection.execute("PREPARE held AS SELECT count(*) FROM sessions")
                connection.execute("EXECUTE held")
            assert found.run("users", "set", "ann", "--revoke", "sessions").returncode == 0
            with pytest.raises(errors.AdminShutdown, match="ann was changed"):
                ann.execute("EXECUTE held")
            with _as(server, "ann") as again, pytest.raises(errors.InsufficientPrivilege):
                again.execute("SELECT count(*) FROM sessions")
            bob.execute("EXECUTE held")
            assert found.run("users", "remove", "bob").returncode == 0
            with pytest.raises(errors.AdminShutdown, match="bob was removed"):
                bob.execute("SELECT 1")


def _as(server: Served, user: str) -> psycopg.Connection[Any]:
    return server.connect(user=user, password=PASSWORD)
