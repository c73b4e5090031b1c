"""`trunkline publish` as a user runs it: its exit statuses, and a password that is nowhere."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.acceptance.commands import PATIENCE, Desk, desk, kill_when
from tests.postgres_server import INSTALLED, listening

pytestmark = [
    pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15"),
    pytest.mark.xdist_group("publish"),
]

PASSWORD = "kiwi/7@q%: 'r"
QUOTED = quote(PASSWORD, safe="")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with listening(PASSWORD) as found:
        yield found


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at which some weeks are held."""
    with desk(tmp_path_factory.mktemp("desk")) as found:
        first = (datetime.now(UTC) - timedelta(days=60)).date()
        done = found.run("sync", "--from", str(first), "--quiet")
        assert done.returncode == 0, done.stderr
        yield found


@pytest.fixture
def url(port: int, request: pytest.FixtureRequest) -> str:
    """A database of its own, without the password."""
    name = f"d{abs(hash(request.node.name)) % 10**9}"
    with psycopg.connect(_admin(port, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql://postgres@127.0.0.1:{port}/{name}"


def _admin(port: int, name: str) -> str:
    return f"postgresql://postgres:{QUOTED}@127.0.0.1:{port}/{name}"


def asked(url: str, sql: str) -> list[tuple[object, ...]]:
    told = url.replace("postgres@", f"postgres:{QUOTED}@")
    with psycopg.connect(told) as connection:
        return connection.execute(sql.encode()).fetchall()


def require_no_password(at: Desk, done: subprocess.CompletedProcess[str]) -> None:
    said = done.stdout + done.stderr
    for secret in (PASSWORD, QUOTED, "kiwi", "q%: 'r", "7@q", "%3A"):
        assert secret not in said
        for path in at.home.rglob("*"):
            if path.is_file() and not path.name.endswith(".parquet"):
                assert secret.encode() not in path.read_bytes() or len(secret) < 4


def test_what_is_held_is_published_and_told(at: Desk, url: str) -> None:
    done = at.run("publish", url, PGPASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert f"genesys in {url}: " in done.stdout
    assert " days published (" in done.stdout
    counted = asked(url, "SELECT count(*) FROM genesys.segments")
    assert f"  segments                  {counted[0][0]:,} rows written" in done.stdout
    require_no_password(at, done)
    again = at.run("publish", url, "--from", "2020-01-01", PGPASSWORD=PASSWORD)
    assert ": 0 days published, " in again.stdout
    assert "are not held" in again.stderr


def test_a_password_is_found_as_psql_finds_it(at: Desk, url: str, port: int) -> None:
    name = url.rpartition("/")[2]
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    passwords = at.folder / "pgpass"
    passwords.write_text(f"127.0.0.1:{port}:*:postgres:{escaped}\n")
    passwords.chmod(0o600)
    services = at.folder / "services"
    services.write_text(f"[house]\nhost=127.0.0.1\nport={port}\nuser=postgres\ndbname={name}\n")
    for target, environment in (
        (url, {"PGPASSFILE": str(passwords)}),
        (f"host=127.0.0.1 port={port} user=postgres dbname={name}", {"PGPASSWORD": PASSWORD}),
        ("service=house", {"PGSERVICEFILE": str(services), "PGPASSFILE": str(passwords)}),
        ("postgresql:///?service=house", {"PGSERVICEFILE": str(services), "PGPASSWORD": PASSWORD}),
    ):
        done = at.run("publish", target, "--dry-run", **environment)
        assert done.returncode == 0, (target, done.stderr)
        require_no_password(at, done)


def test_a_password_in_the_url_works_and_is_not_repeated(at: Desk, url: str) -> None:
    told = url.replace("postgres@", f"postgres:{QUOTED}@")
    done = at.run("publish", told, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "can be seen by others" in done.stderr
    require_no_password(at, done)
    runs = at.run("query", "SELECT * FROM trunkline.runs")
    require_no_password(at, runs)


@pytest.mark.parametrize(
    "target",
    [
        "postgresql://postgres:kiwi/7@q%3A@127.0.0.1/x",
        "postgresql://postgres:kiwi@q@127.0.0.1/x",
        "postgresql://postgres:kiwi%zz@127.0.0.1/x",
        "postgresql://postgres:kiwi?a@q@127.0.0.1/x",
        "postgresql://postgres:kiwi q@127.0.0.1:kiwi/x",
        "postgres+psycopg://postgres:kiwi@127.0.0.1/x",
        "mysql://postgres:kiwi@127.0.0.1/x",
        "postgresql://postgres:kiwi@[::1/x",
        "password=kiwi host",
        "password='kiwi",
        "kiwi",
    ],
)
@pytest.mark.parametrize("before", [("publish",), (), ("publish", "service=x"), ("--config", "x")])
def test_a_target_that_cannot_be_read_is_not_repeated(
    at: Desk, target: str, before: tuple[str, ...]
) -> None:
    if before != ("publish",) and "://" not in target:
        return
    done = at.run(*before, target)
    assert done.returncode == 2, done.stderr
    assert "kiwi" not in done.stdout + done.stderr


def test_a_wrong_password_is_three_and_nobody_there_is_four(at: Desk, url: str) -> None:
    wrong = at.run("publish", url, PGPASSWORD="wrong kiwi")
    assert wrong.returncode == 3, wrong.stderr
    assert "password authentication failed" in wrong.stderr
    assert "wrong kiwi" not in wrong.stderr
    none = at.run("publish", url)
    assert (none.returncode, "no password supplied" in none.stderr) == (3, True), none.stderr
    gone = at.run("publish", f"{url}_not", PGPASSWORD=PASSWORD)
    assert (gone.returncode, "does not exist" in gone.stderr) == (3, True), gone.stderr
    away = at.run("publish", "postgresql://postgres@127.0.0.1:1/x")
    assert away.returncode == 4, away.stderr
    assert "cannot be reached" in away.stderr
    nameless = at.run("publish", "postgresql://postgres@no.such.host.invalid/x")
    assert nameless.returncode == 4, nameless.stderr


def test_a_kill_and_ctrl_c_keep_what_was_committed(at: Desk, url: str) -> None:
    environment = at.environment | {"PGPASSWORD": PASSWORD}
    one = Desk(at.simulator, environment, at.folder)
    process = one.start("publish", url)
    assert kill_when(process, lambda: _days(url) >= 3), "it ended before it could be killed"
    noted = _days(url)
    assert noted >= 3
    process = one.start("publish", url)
    end = time.monotonic() + PATIENCE
    while _days(url) < noted + 3 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5, said
    assert "committed stay" in said
    done = one.run("publish", url)
    assert done.returncode == 0, done.stderr
    held = one.run("query", "--covered", "--format", "csv", "SELECT count(*) FROM session_metrics")
    (published,) = asked(url, "SELECT count(*) FROM genesys.session_metrics")
    assert held.stdout.split()[1] == str(published[0])


def _days(url: str) -> int:
    try:
        return int(str(asked(url, "SELECT count(*) FROM genesys.trunkline_days")[0][0]))
    except psycopg.errors.UndefinedTable:
        return 0


def test_help_has_an_example(at: Desk) -> None:
    done = at.run("publish", "--help")
    assert "trunkline publish postgresql://" in done.stdout
    assert Path(at.folder).is_dir()
