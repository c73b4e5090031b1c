"""Bad input: each with its exit status and a message that can be acted on; nothing requested."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.commands import SMALL, Desk, desk
from trunkline_simulator.settings import Client

BOUND = "conversation_start >= '2025-01-01' AND conversation_start < '2025-01-03'"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FRM conversations", ["syntax error", "line 1, column 14", "^"]),
        ("SELECT *\nFROM conversation", ["no table conversation", "mean conversations?", "line 2"]),
        (
            f"SELECT conversation_strat FROM conversations WHERE {BOUND}",
            ["no column conversation_strat", "mean conversation_start?", "column 8"],
        ),
        ("SELECT count(*) FROM sessions", ["sessions", "conversation_start", "--covered"]),
        ("SELECT * FROM read_parquet('x.parquet')", ["read_parquet", "not available"]),
        ("SELECT * FROM 'x.parquet'", ["no table x.parquet"]),
        ("COPY conversations TO 'x.csv'", ["one SELECT"]),
        ("ATTACH 'x.duckdb'", ["one SELECT"]),
        ("PRAGMA database_list", ["one SELECT"]),
        ("SELECT 1; DROP TABLE conversations", ["one SELECT"]),
        ("SELECT getenv('GENESYS_CLIENT_SECRET')", ["getenv"]),
    ],
)
def test_sql_that_cannot_be_answered(at: Desk, sql: str, said: list[str]) -> None:
    before = at.requests
    done = at.run("query", sql)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    for words in said:
        assert words in done.stderr
    assert at.requests == before


def test_a_wrong_secret(at: Desk) -> None:
    done = at.run("query", f"SELECT 1 FROM conversations WHERE {BOUND}", GENESYS_CLIENT_SECRET="no")
    assert done.returncode == 3
    assert "secret" in done.stderr
    assert "simulated-secret" not in done.stderr


def test_a_wrong_region(at: Desk) -> None:
    done = at.run(
        "query",
        f"SELECT 1 FROM conversations WHERE {BOUND}",
        GENESYS_API_URL="",
        GENESYS_LOGIN_URL="",
        GENESYS_REGION="eu_central_9",
    )
    assert done.returncode == 2
    assert "eu_central_9" in done.stderr
    assert "eu-central-1" in done.stderr


def test_no_settings_at_all(at: Desk) -> None:
    done = at.run("doctor", GENESYS_CLIENT_ID="", GENESYS_CLIENT_SECRET="")
    assert done.returncode == 2
    assert "GENESYS_CLIENT_ID" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("qurey",), "Did you mean query?"),
        (("query",), "give either SQL or -f FILE"),
        (("query", "-f", "absent.sql"), "absent.sql"),
        (("query", "SELECT 1", "--timezone", "Mars/Olympus"), "Mars/Olympus"),
        (("query", "SELECT 1", "--as-of", "9"), "no snapshot 9"),
        (("query", "SELECT 1", "--as-of", "²"), "neither a snapshot's number nor a time"),
        (("query", "SELECT 1", "--as-of", "0001-01-01T00:00:00+10:00"), "nor a time"),
        (("query", os.fsdecode(b"SELECT \xff")), "the SQL is not UTF-8 (byte 8)"),
        (("query", "SELECT 1", "--format", "pdf"), "pdf"),
        (("query", "SELECT 1", "-o", "absent/x.csv"), "absent/x.csv"),
        (("tables", "sesions"), "Did you mean sessions?"),
        (("jobs", "cancel", "feedbeef"), "feedbeef"),
    ],
)
def test_usage(at: Desk, arguments: tuple[str, ...], said: str) -> None:
    done = at.run(*arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr


def test_a_certificate_that_cannot_be_written_costs_no_request(at: Desk) -> None:
    before = at.requests
    sql = f"SELECT count(*) FROM conversations WHERE {BOUND}"
    done = at.run("query", "--certificate=absent/c.json", sql)
    assert done.returncode == 2
    assert "absent/c.json cannot be written: there is no directory absent" in done.stderr
    assert at.requests == before


def test_a_variable_that_is_no_setting_is_noticed(at: Desk) -> None:
    done = at.run("query", "SELECT 1", "--format", "csv", TRUNKLINE_TIMZONE="Mars")
    assert (done.returncode, done.stdout) == (0, "1\n1\n")
    assert "did you mean TRUNKLINE_TIMEZONE?" in done.stderr


def test_a_question_is_utf8_whatever_the_locale(at: Desk) -> None:
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = at.run("query", "SELECT 'ü' AS a", "--format", "csv", **plain)
    assert (done.returncode, done.stdout) == (0, "a\nü\n")


@pytest.mark.parametrize(
    ("typed", "status", "out", "said"),
    [
        ("query --format csv 'SELECT 1 AS a' 2>&-", 0, "a\n1\n", ""),
        ("query --format csv 'SELECT 1 AS a' --certificate 2>/dev/full", 0, "a\n1\n", ""),
        ("query 'SELECT 1' >&-", 2, "", "standard output is closed"),
        ("query 'SELECT 1' >/dev/full", 2, "", "standard output cannot be written: No space"),
        ("tables >/dev/full", 2, "", "standard output cannot be written: No space"),
        ("jobs >/dev/full", 2, "", "standard output cannot be written: No space"),
        ("query - <&-", 2, "", "no statement"),
        ("query 'SELECT unnest(range(1000000))' --format csv | true", 0, "", ""),
        ("tables conversations | true", 0, "", ""),
        ("jobs show x | true", 2, "", "no job"),
        ("--help | true", 0, "", ""),
    ],
)
def test_streams_that_fail(at: Desk, typed: str, status: int, out: str, said: str) -> None:
    shell = ["bash", "-c", f"set -o pipefail; {sys.executable} -m trunkline {typed}"]
    done = subprocess.run(
        shell,
        env=at.environment,
        cwd=at.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (status, out), done.stderr
    assert said in done.stderr
    assert bool(done.stderr) == bool(said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_question_is_answered(at: Desk, number: signal.Signals) -> None:
    """The first rows are there, so the question is being answered; the next come in hours."""
    sql = "SELECT r.x FROM range(100000000000000) AS r(x) WHERE r.x < 70000"
    with at.start("query", "--format", "jsonl", sql) as process:
        try:
            assert process.stdout
            assert process.stdout.read(1)
            process.send_signal(number)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 5
    assert said.startswith("trunkline: interrupted\n")


def test_a_missing_permission_is_named_with_its_tables(tmp_path: Path) -> None:
    client = replace(Client(), permissions=frozenset({"routing:queue:view"}))
    with desk(tmp_path, replace(SMALL, clients=(client,))) as at:
        done = at.run("query", f"SELECT 1 FROM conversations WHERE {BOUND}")
        assert done.returncode == 3
        assert "analytics:conversationDetail:view" in done.stderr
        checked = at.run("doctor")
        assert checked.returncode == 3
        assert "analytics:conversationDetail:view" in checked.stdout
        assert "session_metrics" in checked.stdout


def test_doctor_is_content(at: Desk) -> None:
    done = at.run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "northwind" in done.stdout
    assert "requests a minute" in done.stdout


def test_doctor_finds_another_organisation(at: Desk) -> None:
    done = at.run("doctor", GENESYS_ORG="southwind")
    assert done.returncode == 2
    assert "southwind" in done.stdout
