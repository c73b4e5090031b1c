"""What the server says to somebody who has psql and no command line of ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.commands import PATIENCE, Desk, desk
from tests.acceptance.wire import MARCH, YEAR, Served, served

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that holds nothing."""
    with desk(tmp_path_factory.mktemp("words")) as found, served(found) as server:
        yield server


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("SELECT * FROM nowhere", "information_schema.tables lists them all"),
        ("SELECT nothing FROM bi.dates", "information_schema.columns, lists the columns"),
        (f"SELECT avg(t_talk) FROM sessions WHERE {MARCH}", "Did you mean t_talk_ms?"),
        ("EXPLAIN SELECT count(*) FROM conversations", "SET trunkline.fetch = off"),
        (f"SELECT count(*) FROM sessions WHERE {YEAR}", "SET trunkline.max_requests"),
    ],
)
def test_a_hint_names_what_a_session_has(at: Served, statement: str, hint: str) -> None:
    done = at.psql("SET trunkline.max_requests = 1", statement)
    assert "ERROR" in done.stderr
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("HINT:")]
    assert hint in told
    assert "--" not in told
    assert "trunkline tables" not in told


def test_a_query_without_bounds_is_told_why_nothing_is_fetched(at: Served) -> None:
    done = at.psql("SELECT count(*) FROM conversations")
    first, *_ = done.stderr.splitlines()
    assert first == (
        "NOTICE:  no bounds on conversation_start of conversations: it would need all of history; "
        "what is held answers it"
    )
    assert "no bounds" not in at.psql("SET trunkline.fetch = off", "TABLE conversations").stderr


def test_what_it_prints_can_be_typed(at: Served) -> None:
    assert at.process.stdout is not None
    assert at.process.stdout.readline() == f'  psql "host=127.0.0.1 port={at.port} dbname=lake"\n'


def test_what_it_prints_names_a_host_and_asks_for_a_user(tmp_path: Path) -> None:
    with desk(tmp_path) as found:
        _add(found, "ann")
        with served(found, "--host", "0.0.0.0") as server:  # noqa: S104
            assert server.process.stdout is not None
            assert server.process.stdout.readline() == (
                f'  psql "host={socket.gethostname()} port={server.port} dbname=lake user=NAME"\n'
            )


def _add(at: Desk, name: str) -> None:
    (at.folder / "password").write_text(PASSWORD)
    done = at.run("users", "add", name, "--role", "analyst", "--password-file", "password")
    assert done.returncode == 0, done.stderr


def test_a_server_outlives_what_keeps_its_days_fresh(tmp_path: Path) -> None:
    with desk(tmp_path) as found:
        wrong = found.environment | {"GENESYS_CLIENT_SECRET": "wrong"}
        with served(replace(found, environment=wrong), "--sync") as server:
            assert server.process.stderr is not None
            told = server.process.stderr.readline()
            assert told.startswith("notice: days are not kept fresh: ")
            assert server.rows("SELECT min(date) FROM bi.dates") == [(date(2015, 1, 1),)]
        assert server.process.returncode == 5


def test_what_is_said_when_it_is_stopped_is_about_a_server(tmp_path: Path) -> None:
    with desk(tmp_path) as found:
        process = found.start("serve", "--port", "0")
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5
    assert said.splitlines()[0] == "trunkline: stopped on request"
    assert "the same query" not in said
