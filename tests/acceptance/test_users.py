"""Users as an administrator at a terminal adds, changes and removes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.commands import Desk, desk, typed
from tests.unit.servers.test_passwords import GOOD, kept_key, stored_key

OTHER = "staple correct horse"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def kept(at: Desk, user: str) -> str:
    with closing(sqlite3.connect(at.home / "catalogue.sqlite")) as database:
        (text,) = database.execute("SELECT verifier FROM users WHERE name = ?", [user]).fetchone()
    return str(text)


def is_password(at: Desk, user: str, password: str) -> bool:
    text = kept(at, user)
    return kept_key(text) == stored_key(password, text)


def nowhere(at: Desk, *texts: str) -> None:
    for path in at.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [text for text in texts if text.encode() in content], path


def test_a_user_comes_is_changed_and_goes(at: Desk) -> None:
    assert "there are no users" in at.run("users", "list").stdout
    (at.folder / "password").write_text(f"{GOOD}\n")
    (at.folder / "password").chmod(0o600)
    done = at.run(
        "users", "add", "ann", "--role", "analyst", "--password-file", "password",
        "--revoke", "Conversation_Surveys", "--grant", "sessions.ani", "--max-rows", "1000",
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (
        0, "ann may log in, as analyst\n", "",
    )  # fmt: skip
    assert is_password(at, "ann", GOOD)
    line = at.run("users", "list").stdout.splitlines()[1]
    assert "+genesys.sessions.ani -genesys.conversation_surveys" in line
    assert "max_rows 1000" in line
    done = at.run("users", "set", "ann", "--max-rows", "default", "--fetch", "wait")
    assert done.returncode == 0, done.stderr
    line = at.run("users", "list").stdout.splitlines()[1]
    assert "wait" in line
    assert "max_rows" not in line
    assert is_password(at, "ann", GOOD)
    made = at.run("users", "set", "ann", "--generate")
    assert is_password(at, "ann", made.stdout.removesuffix("\n"))
    nowhere(at, GOOD, made.stdout.strip())
    assert at.run("users", "remove", "ann").stdout == "ann is removed\n"
    assert "there are no users" in at.run("users", "list").stdout


def test_a_password_that_is_made_stands_alone_on_stdout(at: Desk) -> None:
    done = at.run("users", "add", "powerbi", "--role", "analyst", "--generate")
    assert is_password(at, "powerbi", done.stdout.removesuffix("\n"))
    assert "shown this once" in done.stderr
    assert done.stdout.strip() not in done.stderr


def test_a_file_that_others_can_read_is_noticed(at: Desk) -> None:
    (at.folder / "password").write_text(GOOD)
    (at.folder / "password").chmod(0o644)
    done = at.run("users", "add", "ann", "--role", "analyst", "--password-file", "password")
    assert done.returncode == 0
    assert "others can read password (mode 0644)" in done.stderr


def test_a_password_is_asked_for_twice_and_not_shown(at: Desk) -> None:
    status, shown = typed(at, [GOOD, GOOD], "users", "add", "ann", "--role", "analyst")
    assert status == 0, shown
    assert is_password(at, "ann", GOOD)
    assert GOOD not in shown
    lines = [OTHER, GOOD, OTHER, OTHER]  # the second is another: it is asked for again
    status, shown = typed(at, lines, "users", "set", "ann", "--password")
    assert status == 0, shown
    assert is_password(at, "ann", OTHER)
    assert OTHER not in shown


REFUSED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("add", "ann", "--role", "analyst"), "there is no terminal to ask"),
    (("add", "ann", "--role", "boss", "--generate"), "boss"),
    (("add", "Ann", "--role", "analyst", "--generate"), "cannot be called 'Ann'"),
    (("add", "x y", "--role", "analyst", "--generate"), "cannot be called 'x y'"),
    (("add", "ann", "--role", "analyst", "--password-file", "no"), "no cannot be read"),
    (("add", "ann", "--role", "analyst", "--password-file", "two"), "on one line"),
    (("add", "ann", "--role", "analyst", "--generate", "--grant", "sesions"), "mean sessions"),
    (("add", "ann", "--role", "analyst", "--generate", "--revoke", "sessions.an"), "mean ani?"),
    (("add", "ann", "--role", "analyst", "--generate", "--max-rows", "few"), "--max-rows"),
    (
        ("add", "ann", "--role", "finance", "--generate", "--grant", "sessions.ani"),
        "Only an administrator reads both",
    ),
    (
        ("add", "ann", "--role", "administrator", "--generate", "--revoke", "all"),
        "an administrator reads everything",
    ),
    (
        (
            "add",
            "ann",
            "--role",
            "analyst",
            "--generate",
            "--revoke",
            "sessions.conversation_start",
        ),
        "stays open with any other column",
    ),
    (("set", "ben", "--fetch", "wait"), "there is no user ben"),
    (("remove", "kate"), "Did you mean kat?"),
    (("set", "kat"), "nothing is to be changed"),
    (("add", "kat", "--role", "analyst", "--generate"), "there is a user kat already"),
    (("set", "kat", "--role", "finance"), "cannot be granted to the role finance"),
)


def test_what_cannot_be_is_said_and_changes_nothing(at: Desk) -> None:
    (at.folder / "two").write_text(f"{GOOD}\n{GOOD}\n")
    kat = ("kat", "--role", "analyst", "--generate", "--grant", "sessions.ani")
    assert at.run("users", "add", *kat).returncode == 0
    before = at.run("users", "list").stdout
    for arguments, words in REFUSED:
        done = at.run("users", *arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr
        assert done.stdout == ""
    assert at.run("users", "list").stdout == before


def test_what_a_user_may_read_is_shown(at: Desk) -> None:
    (at.folder / "trunkline.toml").write_text(
        '[roles.analyst]\nmax_rows = 5\nrevoke = ["segments"]\n'
    )
    add = ("users", "add", "ann", "--role", "analyst", "--generate")
    assert at.run(*add, "--revoke", "participants.user_id").returncode == 0
    shown = at.run("users", "show", "ann").stdout
    told = {line.split()[0]: " ".join(line.split()[1:]) for line in shown.splitlines()}
    assert told["genesys.conversations"] == "yes"
    assert told["genesys.segments"] == "no: it is not granted"
    assert told["genesys.participants"] == "without user_id"
    assert told["finance.session_numbers"].startswith("no: it holds the fronts of numbers")
    assert "max_rows 5" in shown


def test_what_the_settings_say_of_a_role_holds_for_whoever_has_it(at: Desk) -> None:
    (at.folder / "trunkline.toml").write_text('[roles.analyst]\nrevoke = ["segments"]\n')
    sql = "SELECT 1 FROM segments WHERE conversation_start >= '2025-03-01'"
    assert at.run("explain", sql).returncode == 0
    done = at.run("explain", sql, TRUNKLINE_ROLE="analyst")
    assert done.returncode == 3
    assert "genesys.segments is not open to this role: it is not granted" in done.stderr
    (at.folder / "trunkline.toml").write_text('[roles.analyst]\nrevoke = ["segment"]\n')
    done = at.run("explain", sql)
    assert done.returncode == 2
    assert "[roles.analyst]: there is no schema, table or column segment" in done.stderr
